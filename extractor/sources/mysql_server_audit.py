"""The audit plugin of MariaDB (also on Amazon RDS) and Aurora's advanced audit: commas, and text in single quotes.

``TIME,server,user,host,connection,query,OPERATION,database,'text',error``. The quoting is not CSV's: a backslash
escapes line ends, tabs, quotes and itself. A statement is written when it has ended, those inside a procedure before
its CALL, together with one line for each table that it touched. Aurora writes microseconds since 1970, and several
files at once, so there the number of the query orders a session.
https://mariadb.com/kb/en/mariadb-audit-plugin-log-format/ and
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Auditing.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.mysql_connections import Connection, Connections, outcome_of_error

_HEAD = re.compile(
    rb"(?P<at>\d{8} [ \d]\d:\d\d:\d\d|\d{16}),(?P<server>[^,']*),(?P<user>[^,']*),(?P<client>[^,']*),"
    rb"(?P<connection>\d+),(?P<query>\d+),(?P<operation>[A-Z_]+),(?P<database>[^']*?),"
)
_END = re.compile(rb"',(\d*)(?:,\d?){0,3}[ \t\r]*$")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "0": "\0"}
_TABLE_EVENTS = frozenset({b"READ", b"WRITE", b"CREATE", b"ALTER", b"RENAME", b"DROP"})
_STARTS = frozenset({b"CONNECT", b"CHANGEUSER"})
_LIMITS = frozenset({1_024, 2_048, 4_096, 8_192, 10_240, 16_384, 32_768, 65_535, 65_536, 131_072, 1_048_576})
"""What ``server_audit_query_log_limit`` is set to, in bytes; the first is the default."""
_DYNAMIC = re.compile(r"\s*execute\s+immediate\b", re.IGNORECASE)


def _judge(sample: Sample) -> Verdict:
    data = [line.encode() for line in sample.lines]
    heads = [number for number, line in enumerate(data) if _HEAD.match(line)]
    if not heads:
        return Verdict(
            0, "no line begins with the fields of an audit plugin (time, server, user, host, connection ...)"
        )
    first = next(number for number, line in enumerate(data) if line.strip())
    certainty = 0.97 if first == heads[0] else 0.92 if len(heads) > 1 else 0.4
    return Verdict(certainty, f"{len(heads)} of its first {len(data)} lines have the fields of the audit plugin")


class _Audit:
    """One line an event; a text whose line ends were not escaped goes on in the next lines."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._connections = Connections()
        self._head: re.Match[bytes] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._origin = Origin(reading.lines.file, 1)
        self._written = b""
        self._at: datetime | None = None
        self._sequence = 0
        self._longest = 0
        self._last: dict[bytes, bytes] = {}

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        is_lost = False
        for line in lines:
            head = _HEAD.match(line) if line[:1].isdigit() else None
            if head is not None:
                yield from self._break_off()
                is_lost = False
                self._origin = Origin(lines.file, lines.number)
                yield from self._event(head, line)
            elif self._head is not None:
                yield from self._continue(line)
            elif line and not line.isspace() and not is_lost:
                is_lost = True
                self._reading.stats.entries += 1
                yield self._reading.bad("the line does not begin with the fields of the audit plugin")
        yield from self._break_off()

    def _event(self, head: re.Match[bytes], line: bytes) -> Iterator[Item]:
        self._reading.stats.entries += 1
        operation = head["operation"]
        rest = line[head.end() :]
        if not operation.startswith(b"QUERY"):
            self._other(operation, head)
            return
        if rest[:1] != b"'":
            yield self._reading.bad("the text of a query is not in quotes")
            return
        if self._reading.lines.is_cut:
            yield self._record(head, rest[1:], b"", is_cut=True)
        elif end := _END.search(rest, 1):
            yield from self._query(head, rest[1 : end.start()], end[1])
        else:
            self._head, self._parts, self._size = head, [rest[1:]], len(rest)

    def _other(self, operation: bytes, head: re.Match[bytes]) -> None:
        """An event without a text: it touches a table, or begins or ends a session."""
        stats = self._reading.stats
        if operation in _TABLE_EVENTS:
            stats.repeats += 1
            return
        stats.noise += 1
        if len(head["at"]) == 16:  # of Aurora's files, read one after the other, none has all events of a session
            return
        number = head["connection"].decode()
        if operation in _STARTS:
            self._connections.start(number, None, None)
        elif operation == b"DISCONNECT":
            self._connections.end(number)

    def _continue(self, line: bytes) -> Iterator[Item]:
        head = self._head
        assert head is not None
        end = _END.search(line)
        self._size += len(line) + 1
        is_cut = self._size > self._reading.max_statement_bytes or self._reading.lines.is_cut
        if not is_cut:
            self._parts.append(line[: end.start()] if end else line)
        if end is None:
            return
        self._head = None
        if self._size > self._reading.max_statement_bytes:
            yield self._record(head, b"\n".join(self._parts), end[1], is_cut=True)
        else:
            yield from self._query(head, b"\n".join(self._parts), end[1])

    def _break_off(self) -> Iterator[Item]:
        """A text whose end never came."""
        head, self._head = self._head, None
        if head is not None:
            yield self._record(head, b"\n".join(self._parts), b"", is_cut=True)

    def _query(self, head: re.Match[bytes], text: bytes, error: bytes) -> Iterator[Item]:
        record = self._record(head, text, error, is_cut=False)
        if not record.sql or record.sql.isspace():
            self._reading.stats.noise += 1
            return
        key = head["connection"]
        is_told = self._last.get(key) == head["query"] and _DYNAMIC.match(record.sql) is not None
        if is_told:  # the statement that it ran was written before, under the same number
            self._reading.stats.repeats += 1
            return
        if len(self._last) > 10_000:
            self._last.clear()
        self._last[key] = head["query"]
        yield record

    def _record(self, head: re.Match[bytes], text: bytes, error: bytes, *, is_cut: bool) -> QueryRecord:
        sql = self._reading.text(text)
        escapes = 0
        if "\\" in sql:
            sql, escapes = _ESCAPE.subn(_unescaped, sql)
        connection = self._connection_of(head)
        limit = self._reading.max_statement_bytes
        self._sequence += 1
        is_aurora = len(head["at"]) == 16
        return QueryRecord(
            sql[:limit],
            self._time_of(head["at"]),
            connection.name,
            head["user"].decode("utf-8", "replace") or None,
            None,
            head["database"].decode("utf-8", "replace") or None,
            QueryOutcome.UNKNOWN if is_cut else outcome_of_error(error.decode()),
            int(head["query"]) if is_aurora else self._sequence,
            head["query"].decode(),
            cut=is_cut or len(sql) > limit or self._is_at_limit(len(text) - escapes),
            origin=self._origin,
        )

    def _connection_of(self, head: re.Match[bytes]) -> Connection:
        connection = self._connections.of(head["connection"].decode())
        connection.was_used = True
        return connection

    def _is_at_limit(self, size: int) -> bool:
        """Whether a text of so many bytes ends where the plugin cuts: at a limit that none before it went over."""
        self._longest = max(self._longest, size)
        return size in _LIMITS and size == self._longest

    def _time_of(self, written: bytes) -> datetime | None:
        if written != self._written:
            text = written.decode()
            value = int(text) if len(text) == 16 else f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[9:].strip():0>8}"
            self._written, self._at = written, self._reading.clock.read(value)
        return self._at


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[1])


def _read(reading: Reading) -> Iterator[Item]:
    return _Audit(reading).items()


FORMAT = SourceFormat(
    "mariadb-audit", "MariaDB, RDS and Aurora audit plugin (server_audit)", _judge, _read, lambda _: ""
)
