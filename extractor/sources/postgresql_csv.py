"""PostgreSQL's csvlog of every version: 23 columns up to 12, 24 in 13, 26 from 14 on; read by position."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from extractor.models import Origin
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.postgresql_events import Events, Message, severity_of

_MIN_COLUMNS = 23
_MAX_COLUMNS = 40
_HEAD = re.compile(
    rb'"?(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [^",]{1,40})"?,(?P<user>"(?:[^"]|"")*"|[^",]*),'
    rb'(?P<database>"(?:[^"]|"")*"|[^",]*),"?(?P<pid>\d*)"?,(?P<remote>"[^"]*"|[^",]*),"?(?P<session>[0-9a-f]+\.[0-9a-f]+)"?,'
    rb'"?(?P<number>\d+)"?,(?P<tag>"[^"]*"|[^",]*),"?(?P<started>[^",]*)"?,"?(?P<vxid>[^",]*)"?,"?(?P<txid>\d*)"?,'
    rb'"?(?P<severity>[^",]+)"?,"?(?P<state>[0-9A-Z]*)"?,'
)
_STATEMENT_FIELD = 19 - 13
_DETAIL_FIELD = 14 - 13


def _judge(sample: Sample) -> Verdict:
    rows = [line for line in sample.lines if _HEAD.match(line.encode())]
    if not rows:
        return Verdict(0, "no line begins with csvlog's columns (time, user, database, process, session id ...)")
    first = next(line for line in sample.lines if line.strip())
    certainty = 0.98 if first == rows[0] else 0.7 if len(rows) > 1 else 0.35
    return Verdict(certainty, f"{len(rows)} of its first {len(sample.lines)} lines begin with csvlog's columns")


class _CsvLog:
    """Gathers lines to rows: a row ends where its quotes are closed.

    Inside an open quote every quote is doubled, so a line that begins with csvlog's columns and single quotes
    cannot be text: the row before it broke off.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._events = Events(reading)
        self._parts: list[bytes] = []
        self._size = 0
        self._origin = Origin(reading.lines.file, 1)
        self._limit = reading.max_statement_bytes
        self._names: dict[bytes, str | None] = {}

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        match_head = _HEAD.match
        is_open = False
        for line in lines:
            quotes = line.count(b'"') & 1
            if not is_open:
                if not line:
                    continue
                self._origin = Origin(lines.file, lines.number)
                if not quotes and not lines.is_cut:
                    yield from self._row(line, is_cut=False)
                    continue
                self._parts, self._size, is_open = [line], len(line), True
                if lines.is_cut:
                    is_open = False
                    yield from self._row(line, is_cut=True)
                continue
            if line[:2] in (b"20", b"19", b'"2') and b',"' in line and match_head(line) and _has_single_quotes(line):
                yield from self._row(b"\n".join(self._parts), is_cut=True)
                self._origin = Origin(lines.file, lines.number)
                self._parts, self._size, is_open = [line], len(line), bool(quotes)
                if not is_open:
                    yield from self._row(line, is_cut=False)
                continue
            self._keep(line)
            if quotes:
                is_open = False
                yield from self._row(b"\n".join(self._parts), is_cut=self._size > self._limit)
        if is_open and not lines.is_damaged:
            yield from self._row(b"\n".join(self._parts), is_cut=True)
        yield from self._events.finish()

    def _keep(self, line: bytes) -> None:
        self._size += len(line) + 1
        if self._size <= self._limit:
            self._parts.append(line)

    def _row(self, data: bytes, *, is_cut: bool) -> Iterator[Item]:
        head = _HEAD.match(data)
        if head is None:
            self._reading.stats.entries += 1
            yield self._reading.bad("the row does not begin with csvlog's columns", self._origin)
            return
        rest = data[head.end() :]
        severity = head["severity"]
        if severity == b"LOG" and rest.startswith(_NOISE):
            self._reading.stats.entries += 1
            self._reading.stats.noise += 1
            return
        cells = self._cells(rest)
        if cells is None or not _MIN_COLUMNS <= len(cells) + 13 <= _MAX_COLUMNS:
            if not is_cut or not cells:
                self._reading.stats.entries += 1
                yield self._reading.bad(
                    f"the row has {13 + len(cells or ())} columns, csvlog has 23, 24 or 26", self._origin
                )
                return
            cells += [""] * _MIN_COLUMNS
        yield from self._events.take(self._message(head, cells, is_cut=is_cut))

    def _message(self, head: re.Match[bytes], cells: list[str], *, is_cut: bool) -> Message:
        session = head["session"].decode()
        number = int(head["number"])
        return Message(
            session,
            severity_of(head["severity"].decode("utf-8", "replace")),
            cells[0],
            head["at"].decode("utf-8", "replace"),
            self._origin,
            self._name(head["user"]),
            self._name(head["database"]),
            head["state"].decode(),
            cells[_DETAIL_FIELD],
            cells[_STATEMENT_FIELD],
            number,
            f"{session}/{number}",
            is_cut,
        )

    def _cells(self, rest: bytes) -> list[str] | None:
        try:
            rows = list(csv.reader([self._reading.text(rest)]))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _name(self, cell: bytes) -> str | None:
        if cell not in self._names:
            if len(self._names) > 10_000:
                self._names.clear()
            text = cell.decode("utf-8", "replace")
            bare = text[1:-1].replace('""', '"') if text.startswith('"') else text
            self._names[cell] = None if bare in ("", "[unknown]") else bare
        return self._names[cell]


_NOISE = tuple(
    b'"' + words
    for words in (b"connection received", b"checkpoint ", b"automatic ", b"autovacuum", b"process ", b"temporary file")
)


def _has_single_quotes(line: bytes) -> bool:
    """Whether a quote that is not doubled opens a cell of the line (inside a quoted text all are doubled)."""
    return re.search(rb',"[^"]', line) is not None


def _read(reading: Reading) -> Iterator[Item]:
    return _CsvLog(reading).items()


FORMAT = SourceFormat("postgresql-csvlog", "PostgreSQL csvlog (23, 24 or 26 columns)", _judge, _read)
