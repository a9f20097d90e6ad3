"""What SQL Server's events show, whichever way they were exported: batches, calls, and their parts.

https://learn.microsoft.com/en-us/sql/relational-databases/extended-events/: a batch or call is shown when it is
completed, and each of its statements before it, where the session asks for both.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading

WHOLE = frozenset({"sql_batch_completed", "rpc_completed"})
PARTS = frozenset(
    {"sql_statement_completed", "sp_statement_completed", "sql_batch_starting", "rpc_starting"}
    | {"sql_statement_starting", "sp_statement_starting"}
)
_SHOWN_ELSEWHERE = frozenset({"error_reported", "attention"})
_CONNECTS = frozenset({"login", "logout", "existing_connection"})
_MAX_HELD = 5_000
_MAX_HELD_CHARACTERS = 16_000_000
_MAX_KNOWN = 10_000
_LITERAL = r"N?'((?:[^']|'')*)'"
_PREPARE = re.compile(
    rf"\bexec(?:ute)?\s+(?:\[?sys\]?\.)?\[?sp_(?P<kind>prepexec|prepare)\]?\s+@\w+\s+output\s*,\s*"
    rf"(?:NULL|{_LITERAL})\s*,\s*{_LITERAL}",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"\bset\s+@\w+\s*=\s*(\d+)", re.IGNORECASE)
_EXECUTE = re.compile(r"\s*exec(?:ute)?\s+(?:\[?sys\]?\.)?\[?sp_(execute|unprepare)\]?\s+(\d+)", re.IGNORECASE)
_RESET = re.compile(r"\s*exec(?:ute)?\s+(?:\[?sys\]?\.)?\[?sp_reset_connection\b", re.IGNORECASE)


class Event(NamedTuple):
    """One event: its name, and what it tells; ``ended_at`` is its time, ``microseconds`` how long the work took."""

    name: str
    sql: str
    ended_at: datetime | None
    microseconds: int
    session: str
    user: str | None
    database: str | None
    outcome: QueryOutcome
    sequence: int
    origin: Origin


class Events:
    """Makes records of events. A part that its batch shows again counts once, with the batch.

    Parts wait for the batch or call of their session that ends after them; those that stand in its text are repeats,
    the others (statements of a procedure) are records. So are all parts where no batches are in the log.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._held: deque[QueryRecord] = deque()
        self._held_size = 0
        self._calls = PreparedCalls()
        self._since: OrderedDict[str, str] = OrderedDict()
        self._number = 0

    def take(self, event: Event) -> Iterator[Item]:
        """The records that are known with this event."""
        stats = self._reading.stats
        self._number += 1
        if event.name in _CONNECTS or (event.name in WHOLE and _RESET.match(event.sql)):
            self._begin_session(event)
        if event.name in _SHOWN_ELSEWHERE:
            stats.repeats += 1
            return
        if (event.name not in WHOLE and event.name not in PARTS) or not event.sql.strip() or _RESET.match(event.sql):
            stats.noise += 1
            return
        sql = self._calls.unwrapped(event.sql, event.session) if event.name in WHOLE else event.sql
        if sql is None:
            stats.noise += 1
            return
        record = self._record(event, sql)
        if event.name in WHOLE:
            yield from self._parts_of(record, event.sql)
            yield record
            return
        self._held.append(record)
        self._held_size += len(sql)
        while len(self._held) > _MAX_HELD or (self._held_size > _MAX_HELD_CHARACTERS and len(self._held) > 1):
            yield self._release()

    def finish(self) -> Iterator[Item]:
        """The parts whose batch did not come."""
        while self._held:
            yield self._release()

    def _release(self) -> QueryRecord:
        record = self._held.popleft()
        self._held_size -= len(record.sql)
        return record

    def _parts_of(self, batch: QueryRecord, text: str) -> Iterator[Item]:
        if not self._held:
            return
        waiting: deque[QueryRecord] = deque()
        plain = text.replace("\r\n", "\n")
        for part in self._held:
            if part.session != batch.session:
                waiting.append(part)
                continue
            self._held_size -= len(part.sql)
            shown = part.sql.strip()
            if shown in plain or shown in batch.sql:
                self._reading.stats.repeats += 1
            else:
                yield part
        self._held = waiting

    def _begin_session(self, event: Event) -> None:
        """A connection that is new, or was given back to its pool, has no temporary tables of the one before."""
        self._since[event.session] = "" if event.ended_at is None else event.ended_at.isoformat()
        if len(self._since) > _MAX_KNOWN:
            self._since.popitem(last=False)

    def _record(self, event: Event, sql: str) -> QueryRecord:
        limit = self._reading.max_statement_bytes
        began = event.ended_at
        if began is not None and 0 < event.microseconds < 10**13:
            began -= timedelta(microseconds=event.microseconds)
        since = self._since.get(event.session, "")
        return QueryRecord(
            sql[:limit].replace("\r\n", "\n").replace("\r", "\n"),
            began,
            f"{event.session}@{since}" if since else event.session,
            event.user,
            event.database,
            None,
            event.outcome,
            event.sequence or self._number,
            cut=len(sql) > limit,
            origin=event.origin,
        )


class PreparedCalls:
    """Puts the text in the place of a call that names it by a handle: sp_prepexec, sp_prepare, sp_execute."""

    def __init__(self) -> None:
        self._texts: OrderedDict[tuple[str, str], str] = OrderedDict()

    def unwrapped(self, sql: str, session: str) -> str | None:
        """The text that a call runs, the call itself where that is not known, or None where it runs nothing."""
        if "sp_" not in sql:
            return sql
        if prepared := _PREPARE.search(sql):
            text = prepared[3].replace("''", "'")
            if handle := _HANDLE.search(sql[: prepared.start()] + sql[prepared.end() :]):
                self._texts[session, handle[1]] = text
                if len(self._texts) > _MAX_KNOWN:
                    self._texts.popitem(last=False)
            return text if prepared["kind"].lower() == "prepexec" else None
        if (called := _EXECUTE.match(sql)) is None:
            return sql
        if called[1].lower() == "unprepare":
            self._texts.pop((session, called[2]), None)
            return None
        return self._texts.get((session, called[2]), sql)
