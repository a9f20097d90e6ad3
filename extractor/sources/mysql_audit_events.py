"""What the events of MySQL's audit logs mean, the same in XML and in JSON.

A statement is written when it has ended, with its error number. What a connection's database is, only its Connect,
Init DB and USE tell, unless each event does. Of a prepared statement the executions count; events of tables repeat
the statement that touched them.
https://dev.mysql.com/doc/refman/8.0/en/audit-log-file-formats.html and
https://docs.percona.com/percona-server/8.0/audit-log-plugin.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.models import Origin, QueryRecord
from extractor.sources.executions import NOISE, REPEAT, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.mysql_connections import Connections, outcome_of_error, unquoted

_RUNS = frozenset({"Query", "Execute"})
_STARTS = frozenset({"Connect", "Change user"})
_TABLE_EVENTS = frozenset({"TableRead", "TableInsert", "TableUpdate", "TableDelete"})
_USE = re.compile(r"\s*use\s+(`(?:[^`]|``)+`|[^\s;]+)\s*;?\s*$", re.IGNORECASE)


class Event(NamedTuple):
    """One event. ``name`` is the command (Query, Execute, Connect ...), ``status`` the error number."""

    name: str
    sql: str
    connection: str
    at: object
    status: object
    origin: Origin
    user: str | None = None
    database: str | None = None
    statement_id: str | None = None
    is_cut: bool = False


class AuditEvents:
    """Takes events in the order of the log and tells what each shows."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._connections = Connections()
        self._sequence = 0

    def take(self, event: Event) -> Shown:
        """The next event."""
        if event.name in _TABLE_EVENTS or event.name == "Prepare":
            return REPEAT
        connection = self._connections.of(event.connection)
        if event.name not in _RUNS:
            self._change(event)
            return NOISE
        if not event.sql or event.sql.isspace():
            return NOISE
        connection.was_used = True
        connection.user = event.user or connection.user
        limit = self._reading.max_statement_bytes
        self._sequence += 1
        record = QueryRecord(
            event.sql[:limit].replace("\r\n", "\n"),
            self._reading.clock.read(event.at),
            connection.name,
            connection.user,
            None,
            event.database or connection.database,
            outcome_of_error(event.status),
            self._sequence,
            event.statement_id,
            cut=event.is_cut or len(event.sql) > limit,
            origin=event.origin,
        )
        if use := _USE.match(event.sql):
            connection.database = unquoted(use[1])
        return Shown(Part.WHOLE, record)

    def _change(self, event: Event) -> None:
        """What an event that is no statement says of its connection."""
        if event.name in _STARTS:
            self._connections.start(event.connection, event.user, event.database)
        elif event.name == "Init DB":
            connection = self._connections.of(event.connection)
            connection.database = event.database or event.sql.strip() or connection.database
        elif event.name == "Quit":
            self._connections.end(event.connection)
