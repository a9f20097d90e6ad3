"""The general query log of MySQL and MariaDB: written on arrival, so it tells neither outcome nor duration.

A record is ``TIME<TAB>ID COMMAND<TAB>ARGUMENT``; the time is left out while the second does not change, and the
argument runs, newlines raw, to the next head. Of a prepared statement the execution is taken, which shows the
values; the preparation counts only where no execution follows it.
https://dev.mysql.com/doc/refman/8.0/en/query-log.html and https://mariadb.com/kb/en/general-query-log/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.mysql_connections import BANNER, BANNER_REST, Connection, Connections, full_time, unquoted

_HEAD = re.compile(
    rb"(?:\t\t *|(?P<at>\d{6} [ \d]\d:\d\d:\d\d"
    rb"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)[\t ]+)"
    rb"(?P<id>\d+) (?P<command>Query|Execute|Prepare|Close stmt|Connect|Quit|Init DB|Change user|Reset Connection"
    rb"|Bulk execute|Field List|Statistics|Ping|Reset stmt|Long Data|Fetch|Set option|Processlist|Process List|Refresh"
    rb"|Shutdown|Kill|Debug|Sleep|Time|Delayed insert|Binlog Dump GTID|Binlog Dump|Table Dump|Connect Out"
    rb"|Register Slave|Register Replica|Daemon|Error|Create DB|Drop DB|Clone|Unknown)[ \t]*(?:\t|\r?$)"
)
_ACCOUNT = re.compile(
    r"(?P<user>.*?)@(?P<host>\S*) (?:as (?:anonymous|.{1,200}?) )?on (?P<database>.*?)"
    r"(?: using (?:TCP/IP|Socket|SSL/TLS|Named Pipe|Shared Memory))?$"
)
_USE = re.compile(r"\s*use\s+(`(?:[^`]|``)+`|[^\s;]+)\s*;?\s*$", re.IGNORECASE)
_PREPARE = re.compile(r"\s*prepare\s+\S+\s+from\b", re.IGNORECASE)
_EXECUTE = re.compile(r"\s*execute\s+\S", re.IGNORECASE)
_STATEMENT_NUMBER = re.compile(r"\[\d+\] ")
_MAX_PREPARED = 10_000
_MAX_PREPARED_OF_ONE = 100
_MAX_PREPARED_CHARACTERS = 32_000_000


def _judge(sample: Sample) -> Verdict:
    data = [line.encode() for line in sample.lines]
    heads = [number for number, line in enumerate(data) if _HEAD.match(line)]
    if not heads:
        return Verdict(0, "no line begins with time, connection number and command (Query, Connect ...)")
    first = next(number for number, line in enumerate(data) if line.strip())
    is_start = first == heads[0] or BANNER.match(data[first])
    certainty = 0.98 if is_start else 0.92 if len(heads) > 1 else 0.4
    return Verdict(certainty, f"{len(heads)} of its first {len(data)} lines begin a record of the general query log")


class _Prepared:
    """The statements that were prepared and of which no execution was seen; a bounded number of them."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[QueryRecord]] = {}
        self._count = 0
        self._size = 0

    def add(self, record: QueryRecord) -> list[QueryRecord]:
        """Wait for its execution; what has waited too long is returned."""
        own = self._waiting.setdefault(record.session, [])
        own.append(record)
        self._count += 1
        self._size += len(record.sql)
        left = [self._take(record.session, 0)] if len(own) > _MAX_PREPARED_OF_ONE else []
        while self._count > _MAX_PREPARED or self._size > _MAX_PREPARED_CHARACTERS:
            left.append(self._take(next(iter(self._waiting)), 0))
        return left

    def is_executed(self, session: str, sql: str) -> bool:
        """Whether one of the session's is the preparation of that statement; it waits no longer then."""
        own = self._waiting.get(session, ())
        for place in range(len(own) - 1, -1, -1):
            if _fits(own[place].sql, sql):
                self._take(session, place)
                return True
        return False

    def finish(self) -> list[QueryRecord]:
        """All that were never executed."""
        return [self._take(session, 0) for session, own in list(self._waiting.items()) for _ in list(own)]

    def _take(self, session: str, place: int) -> QueryRecord:
        own = self._waiting[session]
        record = own.pop(place)
        if not own:
            del self._waiting[session]
        self._count -= 1
        self._size -= len(record.sql)
        return record


def _fits(prepared: str, executed: str) -> bool:
    """Whether a text is another one with values instead of its question marks."""
    first, *others = prepared.split("?")
    if not executed.startswith(first):
        return False
    at = len(first)
    for part in others:
        found = executed.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return bool(others and others[-1] == "") or executed.endswith(others[-1] if others else first)


class _GeneralLog:
    """Gathers lines to entries, and entries to records."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._connections = Connections()
        self._prepared = _Prepared()
        self._head: re.Match[bytes] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)
        self._written = b""
        self._at: datetime | None = None
        self._sequence = 0

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        is_lost = False
        in_banner = False
        for line in lines:
            head = _HEAD.match(line) if line[:1] in b"\t0123456789" else None
            if head is not None:
                yield from self._complete()
                self._open(head, line)
                is_lost = in_banner = False
            elif in_banner and BANNER_REST.match(line):
                continue
            elif line.endswith((b"started with:", b"started with:\r")) and BANNER.match(line):
                yield from self._complete()
                yield from self._restart()
                in_banner = True
            elif self._head is not None:
                self._keep(line)
            elif line and not line.isspace() and not is_lost and not BANNER_REST.match(line):
                is_lost = True
                self._reading.stats.entries += 1
                yield self._reading.bad("the file begins inside a record")
        self._is_cut = self._is_cut or lines.is_damaged
        yield from self._complete()
        yield from self._connections_left()
        yield from self._prepared.finish()

    def _open(self, head: re.Match[bytes], line: bytes) -> None:
        lines = self._reading.lines
        self._head, self._parts = head, [line[head.end() :]]
        self._size, self._is_cut = len(line), lines.is_cut
        self._origin = Origin(lines.file, lines.number)
        written = head["at"]
        if written is not None and written != self._written:
            self._written, self._at = written, self._reading.clock.read(full_time(written))

    def _keep(self, line: bytes) -> None:
        self._size += len(line) + 1
        if self._size > self._reading.max_statement_bytes or self._reading.lines.is_cut:
            self._is_cut = True
        else:
            self._parts.append(line)

    def _restart(self) -> Iterator[Item]:
        self._reading.stats.entries += 1
        self._reading.stats.noise += 1
        yield from self._connections_left()
        self._connections.restart()

    def _connections_left(self) -> Iterator[Item]:
        for connection in self._connections.all():
            yield from self._release(connection)

    def _complete(self) -> Iterator[Item]:
        head, self._head = self._head, None
        if head is None:
            return
        self._reading.stats.entries += 1
        number, command = head["id"].decode(), head["command"]
        connection = self._connections.of(number)
        text = self._reading.text(b"\n".join(self._parts)).rstrip("\n")
        if command in (b"Execute", b"Bulk execute"):
            yield from self._execute(connection, _without_number(text))
            return
        if command == b"Prepare":
            yield from self._prepare(connection, _without_number(text))
            return
        yield from self._release(connection)
        if command == b"Query" and text and not text.isspace():
            yield from self._query(connection, text)
            return
        self._reading.stats.noise += 1
        self._change(number, connection, command, text)

    def _change(self, number: str, connection: Connection, command: bytes, text: str) -> None:
        """What an entry without SQL says of its connection."""
        if command in (b"Connect", b"Change user"):
            account = _ACCOUNT.match(text)
            if account is not None:
                self._connections.start(number, account["user"] or None, account["database"] or None)
        elif command == b"Init DB":
            connection.database = text.strip() or connection.database
        elif command == b"Reset Connection":
            self._connections.start(number, connection.user, connection.database)
        elif command == b"Quit":
            self._connections.end(number)

    def _query(self, connection: Connection, text: str) -> Iterator[Item]:
        record = self._record(connection, text)
        if _EXECUTE.match(text):
            connection.held, connection.after = record, "execute"
            return
        yield record
        if _PREPARE.match(text):
            connection.after = "prepare"
        elif (use := _USE.match(text)) is not None:
            connection.database = unquoted(use[1])

    def _prepare(self, connection: Connection, text: str) -> Iterator[Item]:
        """A preparation: shown before in SQL, or one that waits for its execution."""
        if connection.after:
            connection.after = connection.after if connection.held is not None else ""
            self._reading.stats.repeats += 1
        elif text and not text.isspace():
            yield from self._prepared.add(self._record(connection, text))
        else:
            self._reading.stats.noise += 1

    def _execute(self, connection: Connection, text: str) -> Iterator[Item]:
        """An execution; the ``EXECUTE st`` in SQL and the preparation before it are the same one."""
        if not text or text.isspace():
            self._reading.stats.noise += 1
            return
        if connection.held is not None:
            connection.held, connection.after = None, ""
            self._reading.stats.repeats += 1
        elif self._prepared.is_executed(connection.name, text):
            self._reading.stats.repeats += 1
        yield self._record(connection, text)

    def _release(self, connection: Connection) -> Iterator[Item]:
        """An ``EXECUTE st`` that no execution followed."""
        held, connection.held, connection.after = connection.held, None, ""
        if held is not None:
            yield held

    def _record(self, connection: Connection, text: str) -> QueryRecord:
        limit = self._reading.max_statement_bytes
        self._sequence += 1
        connection.was_used = True
        return QueryRecord(
            text[:limit],
            self._at,
            connection.name,
            connection.user,
            None,
            connection.database,
            QueryOutcome.UNKNOWN,
            self._sequence,
            cut=self._is_cut or len(text) > limit,
            origin=self._origin,
        )


def _without_number(text: str) -> str:
    """The text without the number of the prepared statement that old servers write before it."""
    number = _STATEMENT_NUMBER.match(text)
    return text[number.end() :] if number else text


def _read(reading: Reading) -> Iterator[Item]:
    return _GeneralLog(reading).items()


FORMAT = SourceFormat("mysql-general", "MySQL and MariaDB general query log", _judge, _read, lambda _: "")
