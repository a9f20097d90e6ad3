"""What mysqlbinlog and mariadb-binlog print of a binary log: statements that changed data, with their connection.

An event begins with ``#YYMMDD HH:MM:SS server id``; its commands end in ``/*!*/;``, and the last command of a Query
event is the statement. ``use`` is printed where the database changes. Row events hold no SQL, but the text of their
statement may stand before them: ``# text`` in a Rows_query event, ``#Q> text`` after Annotate_rows.
https://dev.mysql.com/doc/refman/8.0/en/mysqlbinlog.html and https://mariadb.com/kb/en/mariadb-binlog/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.mysql_connections import full_time, outcome_of_error, unquoted

_EVENT = re.compile(
    rb"#(?P<at>\d{6} [ \d]\d:\d\d:\d\d) server id +\d+ +end_log_pos (?P<position>\d+)(?: CRC32 0x[0-9a-f]+)?\s+"
    rb"(?P<kind>[A-Za-z_][A-Za-z_ ]*)"
)
_THREAD = re.compile(rb"\bthread_id=(\d+)")
_TRANSACTION = re.compile(rb"(?:anonymous_)?gtid", re.IGNORECASE)
_ERROR = re.compile(rb"\berror_code=(\d+)")
_AT = re.compile(rb"# at \d+\s*$")
_TERMINATOR = b"/*!*/;"
_USE = re.compile(rb"use (`(?:[^`]|``)+`|\S+)$", re.IGNORECASE)
_TIMESTAMP = re.compile(rb"SET TIMESTAMP=(\d+(?:\.\d+)?)$")
_SETTING = re.compile(
    rb"SET (?:@@session\.|INSERT_ID=|LAST_INSERT_ID=|@)|/\*!\\C |/\*M?!\d+ SET @@session\.|DELIMITER ", re.IGNORECASE
)
_STATEMENTS = frozenset({b"Query", b"Execute_load_query"})
_TEXTS = {b"Rows_query": b"# ", b"Annotate_rows": b"#Q> "}


def _judge(sample: Sample) -> Verdict:
    events = sum(_EVENT.match(line.encode()) is not None for line in sample.lines)
    if not events:
        return Verdict(0, "no line begins an event of a binary log (#YYMMDD HH:MM:SS server id)")
    return Verdict(0.98, f"{events} of its first {len(sample.lines)} lines begin events that mysqlbinlog prints")


class _Binlog:
    """Gathers lines to events, and the commands of an event to its statement."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._event: re.Match[bytes] | None = None
        self._head = b""
        self._parts: list[bytes] = []
        self._command: bytes | None = None
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)
        self._database: str | None = None
        self._set: bytes | None = None
        self._thread = b""
        self._sequence = 0

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        for line in lines:
            if line[:1] == b"#":
                event = _EVENT.match(line)
                if event is not None:
                    yield from self._complete()
                    self._begin(event, line)
                    continue
                if not self._parts and _AT.match(line):
                    continue
            if self._event is not None:
                self._add(line)
        yield from self._complete()

    def _begin(self, event: re.Match[bytes], line: bytes) -> None:
        lines = self._reading.lines
        self._event, self._head = event, line
        self._parts, self._command, self._set = [], None, None
        self._size, self._is_cut = 0, False
        self._origin = Origin(lines.file, lines.number)
        if thread := _THREAD.search(line):
            self._thread = thread[1]
        elif _TRANSACTION.match(event["kind"]):
            self._thread = b""

    def _add(self, line: bytes) -> None:
        """A line of a command; where it ends one, a setting is applied, and any other is the statement so far."""
        stripped = line.rstrip(b"\r")
        self._size += len(line) + 1
        if self._size > self._reading.max_statement_bytes or self._reading.lines.is_cut:
            self._is_cut = True
        elif line or self._parts:
            self._parts.append(line)
        if stripped.endswith(_TERMINATOR) and self._event is not None and self._event["kind"].strip() not in _TEXTS:
            command = b"\n".join(self._parts).rstrip(b"\r").removesuffix(_TERMINATOR).rstrip(b"\r\n")
            self._parts = []
            self._apply(command)

    def _apply(self, command: bytes) -> None:
        if use := _USE.match(command):
            self._database = unquoted(use[1].decode("utf-8", "replace"))
        elif timestamp := _TIMESTAMP.match(command):
            self._set = timestamp[1]
        elif not _SETTING.match(command):
            self._command = command

    def _complete(self) -> Iterator[Item]:
        event, self._event = self._event, None
        if event is None:
            return
        self._reading.stats.entries += 1
        kind = event["kind"].strip()
        text, is_open = self._command, False
        if kind in _TEXTS:
            text, is_open = self._text_of_rows(_TEXTS[kind])
        elif kind not in _STATEMENTS:
            text = None
        elif text is None and self._parts:
            text, is_open = b"\n".join(self._parts), True
        sql = self._reading.text(text or b"").strip("\n")
        if not sql or sql.isspace():
            self._reading.stats.noise += 1
            return
        yield self._record(event, sql, is_cut=is_open or self._is_cut)

    def _text_of_rows(self, mark: bytes) -> tuple[bytes, bool]:
        """The statement in the comments of an event for rows, and whether something else stands before or in it."""
        kept: list[bytes] = []
        is_broken = False
        if self._parts and _AT.match(self._parts[-1]):  # of the event after it
            del self._parts[-1]
        for line in self._parts:
            if line.startswith(mark):
                is_broken = is_broken or _AT.match(line) is not None
                kept.append(line[len(mark) :])
            elif line.rstrip(b"\r") == mark.rstrip():
                kept.append(b"")
            elif kept:
                break
            else:
                is_broken = True
        return b"\n".join(kept), is_broken

    def _record(self, event: re.Match[bytes], sql: str, *, is_cut: bool) -> QueryRecord:
        error = _ERROR.search(self._head)
        limit = self._reading.max_statement_bytes
        self._sequence += 1
        return QueryRecord(
            sql[:limit],
            self._time_of(event),
            self._thread.decode(),
            None,
            None,
            self._database,
            outcome_of_error(error[1].decode()) if error else QueryOutcome.OK,
            self._sequence,
            event["position"].decode(),
            cut=is_cut or len(sql) > limit,
            origin=self._origin,
        )

    def _time_of(self, event: re.Match[bytes]) -> datetime | None:
        if self._set is not None:
            return self._reading.clock.read(float(self._set))
        return self._reading.clock.read(full_time(event["at"]))


def _read(reading: Reading) -> Iterator[Item]:
    return _Binlog(reading).items()


FORMAT = SourceFormat("mysql-binlog", "Text of a binary log (mysqlbinlog, mariadb-binlog)", _judge, _read, lambda _: "")
