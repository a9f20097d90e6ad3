"""The slow query log of MySQL, MariaDB and Percona Server: heads of ``#`` lines, settings, then the statement.

It is written after a statement ran, and only Percona's and MySQL's extra fields tell whether it failed. A ``use``
stands there only where the database is another one than that of the entry before, whichever session that was.
https://dev.mysql.com/doc/refman/8.0/en/slow-query-log.html, https://mariadb.com/kb/en/slow-query-log-overview/ and
https://docs.percona.com/percona-server/8.0/slow-extended.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.mysql_connections import (
    BANNER,
    BANNER_REST,
    Connections,
    full_time,
    outcome_of_error,
    unquoted,
    user_of,
)

_TIME = rb"\d{6} [ \d]\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_START = re.compile(
    rb"# (?:Time: (?:" + _TIME + rb")(?:\s|$)|User@Host: .{0,300}\[.{0,300}\] @ |Thread_id: \d+ "
    rb"|Schema: .{0,200} Last_errno: \d|Query_time: \d+(?:\.\d+)? +Lock_time: )"
)
_HEAD_TIME = re.compile(rb"# Time: (" + _TIME + rb")")
_ACCOUNT = re.compile(rb"# User@Host: (.*?\[.*?\]) @ ")
_SESSION = re.compile(rb"(?:\bId: +|\bThread_id: )(\d+)")
_SCHEMA = re.compile(rb"\bSchema: (.*?)(?:  \w+: |\s*$)", re.MULTILINE)
_ERROR = re.compile(rb"\b(?:Last_errno|Errno): (\d+)")
_KILLED = re.compile(rb"\bKilled: (\d+)")
_USE = re.compile(rb"use (`(?:[^`]|``)+`|[^\s;]+);\s*$")
_SET = re.compile(rb"SET (?:(?:last_insert_id|insert_id)=\d+,)*timestamp=(\d+(?:\.\d+)?)(?:,[^;']*)?;\s*$")
_COMMAND = b"# administrator command: "


def _judge(sample: Sample) -> Verdict:
    data = [line.encode() for line in sample.lines]
    starts = [number for number, line in enumerate(data) if _START.match(line)]
    if not starts:
        return Verdict(0, "no line begins an entry of a slow log (# Time, # User@Host, # Query_time)")
    first = next(number for number, line in enumerate(data) if line.strip())
    is_start = first == starts[0] or BANNER.match(data[first])
    certainty = 0.98 if is_start else 0.92 if len(starts) > 1 else 0.4
    return Verdict(certainty, f"{len(starts)} of its first {len(data)} lines begin heads of a slow log")


class _SlowLog:
    """Gathers lines to entries: a head, settings, and all lines up to the next head."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._connections = Connections()
        self._head: list[bytes] | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)
        self._set: bytes | None = None
        self._database: str | None = None
        self._last: datetime | None = None
        self._sequence = 0

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        is_lost = in_banner = False
        for line in lines:
            if line[:1] == b"#" and self._is_head(line):
                if self._is_new(line):
                    yield from self._complete()
                    self._begin()
                    is_lost = in_banner = False
                self._add_to_head(line)
            elif in_banner and BANNER_REST.match(line):
                continue
            elif line.endswith((b"started with:", b"started with:\r")) and BANNER.match(line):
                yield from self._complete()
                self._restart()
                in_banner = True
            elif self._head is not None:
                self._add(line)
            elif _SET.match(line):  # the head is in a file that is not here, the statement is
                self._begin()
                self._add(line)
                is_lost = False
            elif line and not line.isspace() and not is_lost and not BANNER_REST.match(line):
                is_lost = True
                yield from self._lost(line)
        self._is_cut = self._is_cut or lines.is_damaged
        yield from self._complete()

    def _is_head(self, line: bytes) -> bool:
        """Whether a ``#`` line begins a head, or goes on with one: then no statement has begun yet."""
        if _START.match(line):
            return True
        return self._head is not None and not self._body and self._set is None and not line.startswith(_COMMAND)

    def _is_new(self, line: bytes) -> bool:
        """Whether the line of a head is the first of its entry: after a statement, or a kind that was there already."""
        if self._head is None or self._body or self._set is not None:
            return True
        kind = line[: line.find(b":") + 1]
        return _START.match(line) is not None and any(known.startswith(kind) for known in self._head)

    def _begin(self) -> None:
        lines = self._reading.lines
        self._head, self._body, self._set = [], [], None
        self._size, self._is_cut = 0, False
        self._origin = Origin(lines.file, lines.number)

    def _add_to_head(self, line: bytes) -> None:
        if self._head is not None and len(self._head) < 100:
            self._head.append(line[:4_000])

    def _add(self, line: bytes) -> None:
        """A line after the head: a setting, where none but settings came before, or a line of the statement."""
        if self._set is None and len(self._body) < 2 and (match := _SET.match(line)):
            use = _USE.match(self._body[0]) if self._body else None
            if use is not None:
                self._database = unquoted(use[1].decode("utf-8", "replace"))
            if use is not None or not self._body:
                self._set, self._body = match[1], []
                return
        self._size += len(line) + 1
        if self._size > self._reading.max_statement_bytes or self._reading.lines.is_cut:
            self._is_cut = True
        else:
            self._body.append(line)

    def _lost(self, line: bytes) -> Iterator[Item]:
        """A line before the first head; a ``use`` among them still counts."""
        if use := _USE.match(line):
            self._database = unquoted(use[1].decode("utf-8", "replace"))
        self._reading.stats.entries += 1
        yield self._reading.bad("the file begins inside an entry")

    def _restart(self) -> None:
        self._reading.stats.entries += 1
        self._reading.stats.noise += 1
        self._connections.restart()
        self._database = None

    def _complete(self) -> Iterator[Item]:
        head, self._head = self._head, None
        if head is None:
            return
        self._reading.stats.entries += 1
        facts = b"\n".join(head)
        self._take_use()
        sql = self._reading.text(b"\n".join(self._body)).strip("\n")
        number = _SESSION.search(facts)
        key = number[1].decode() if number else ""
        if sql.startswith("# administrator command: "):
            if sql.startswith("# administrator command: Quit") and key:
                self._connections.end(key)
            sql = ""
        sql = sql.removesuffix(";")
        if not sql or sql.isspace():
            self._reading.stats.noise += 1
            self._time_of(facts)
            return
        yield self._record(facts, key, sql)

    def _take_use(self) -> None:
        """Servers that write no SET timestamp: a ``use`` before the statement is a setting, alone it is one."""
        if self._set is None and len(self._body) > 1 and (use := _USE.match(self._body[0])):
            self._database = unquoted(use[1].decode("utf-8", "replace"))
            del self._body[0]

    def _time_of(self, facts: bytes) -> datetime | None:
        if written := _HEAD_TIME.search(facts):
            self._last = self._reading.clock.read(full_time(written[1]))
        if self._set is not None:
            return self._reading.clock.read(float(self._set))
        return self._last

    def _record(self, facts: bytes, key: str, sql: str) -> QueryRecord:
        account, schema = _ACCOUNT.search(facts), _SCHEMA.search(facts)
        connection = self._connections.of(key) if key else None
        if connection is not None:
            connection.was_used = True
        database = self._database
        if schema is not None:
            database = schema[1].strip().decode("utf-8", "replace") or None
        limit = self._reading.max_statement_bytes
        self._sequence += 1
        return QueryRecord(
            sql[:limit],
            self._time_of(facts),
            connection.name if connection is not None else "",
            user_of(account[1].decode("utf-8", "replace")) if account else None,
            None,
            database,
            _outcome(facts),
            self._sequence,
            cut=self._is_cut or len(sql) > limit,
            origin=self._origin,
        )


def _outcome(facts: bytes) -> QueryOutcome:
    killed, error = _KILLED.search(facts), _ERROR.search(facts)
    if killed is not None and killed[1].strip(b"0"):
        return QueryOutcome.CANCELLED
    return outcome_of_error(error[1].decode()) if error is not None else QueryOutcome.UNKNOWN


def _read(reading: Reading) -> Iterator[Item]:
    return _SlowLog(reading).items()


FORMAT = SourceFormat("mysql-slow", "MySQL, MariaDB and Percona slow query log", _judge, _read, lambda _: "")
