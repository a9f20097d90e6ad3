"""PostgreSQL's csvlog of every version: 23 columns up to 12, 24 in 13, 26 from 14 on; read by position."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from dialects.patterns import sound
from extractor.models import Origin
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.postgresql_events import WORKER, Events, Message, severity_of

_MIN_COLUMNS = 23
_MAX_COLUMNS = 40
_NEVER_COLUMNS = 25
_HEAD = re.compile(
    rb'"?(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [^",]{1,40})"?,(?P<user>"(?:[^"]|"")*"|[^",]*),'
    rb'(?P<database>"(?:[^"]|"")*"|[^",]*),"?(?P<pid>\d*)"?,(?P<remote>"[^"]*"|[^",]*),"?(?P<session>[0-9a-f]+\.[0-9a-f]+)"?,'
    rb'"?(?P<number>\d+)"?,(?P<tag>"[^"]*"|[^",]*),"?(?P<started>[^",]*)"?,"?(?P<vxid>[^",]*)"?,"?(?P<txid>\d*)"?,'
    rb'"?(?P<severity>[^",]+)"?,"?(?P<state>[0-9A-Z]*)"?,'
)
_CENTURIES = (b"20", b"19", b'"2')
_LONE_QUOTE = re.compile(rb',"[^"]')
_WANTED = [_HEAD.groupindex[name] for name in ("at", "user", "database", "session", "number", "severity", "state")]
_HEAD_COLUMNS = 13
_STATEMENT_FIELD = 19 - _HEAD_COLUMNS
_DETAIL_FIELD = 14 - _HEAD_COLUMNS
_BACKEND_FIELD = 23 - _HEAD_COLUMNS
_CELL = r'(?:,(?:"[^"\n]*+"|[^",\n]*+))'
_PLAIN_LOG = re.compile(sound(rf'"([^"]*+(?:""[^"]*+)*+)",,,,,,,,,"[^"\n]*+"(?:{_CELL}{{3,17}}|{_CELL}?)\Z').encode())
"""A message with nothing in the eight columns after it, as statements and durations mostly have it, and the rest."""
_new = tuple.__new__
_at_rows = re.compile(rb'\n(?=20|19|"2)').split


def _judge(sample: Sample) -> Verdict:
    rows = [line for line in sample.lines if _HEAD.match(line.encode())]
    if not rows:
        return Verdict(0, "no line begins with csvlog's columns (time, user, database, process, session id ...)")
    first = next(line for line in sample.lines if line.strip())
    certainty = 0.98 if first == rows[0] else 0.7 if len(rows) > 1 else 0.35
    return Verdict(certainty, f"{len(rows)} of its first {len(sample.lines)} lines begin with csvlog's columns")


def begins_row(line: bytes) -> bool:
    """Whether a line begins with csvlog's columns."""
    return _HEAD.match(line) is not None


class CsvLog:
    """Gathers lines to rows: a row ends where its quotes are closed. Until then ``head`` is how it begins."""

    def __init__(self, reading: Reading, events: Events) -> None:
        self._reading = reading
        self._events = events
        self.head: re.Match[bytes] | None = None  # of the row that is open
        self._parts: list[bytes] = []
        self._size = 0
        self._origin = Origin(reading.lines.file, 1)
        self._limit = reading.max_statement_bytes
        self._names: dict[bytes, str | None] = {}
        self._in_bad_run = False

    def items(self) -> Iterator[Item]:
        """All records of a csvlog."""
        lines = self._reading.lines
        for batch in lines.batches(_at_rows):
            for piece in batch:
                further = piece.count(b"\n")
                if self.head is None and (plain := self._plain_row(piece)) is not None:
                    lines.number += further
                    if plain:
                        yield from plain
                    continue
                for line in piece.split(b"\n") if further else (piece,):
                    lines.number += 1
                    if released := self._line(line):
                        yield from released
        yield from self.finish()
        yield from self._events.finish()

    def _line(self, line: bytes) -> Sequence[Item]:
        """What the next line lets go; of lines that are none of a csvlog, one bad record for a run of them."""
        released: Sequence[Item] | None
        if self.head is not None and line[:2] not in _CENTURIES:  # most lines of long statements
            self._keep(line)
            released = self._close(is_cut=self._size > self._limit) if line.count(b'"') & 1 else ()
        else:
            released = self.take(line)
        if released is not None:
            self._in_bad_run = False
            return released
        is_first = bool(line) and not self._in_bad_run
        self._in_bad_run = bool(line)
        return self._bad("the row does not begin with csvlog's columns", self._here()) if is_first else ()

    def take(self, line: bytes) -> Sequence[Item] | None:
        """What the next line lets go; None where it is no line of a csvlog."""
        before: Sequence[Item] = ()
        if self.head is not None:
            if not self._begins_row(line):
                self._keep(line)
                return self._close(is_cut=self._size > self._limit) if line.count(b'"') & 1 else ()
            before = self._close(is_cut=True)
        head = _HEAD.match(line)
        if head is None:
            return before or None
        self._origin = self._here()
        is_cut = self._reading.lines.is_cut
        if is_cut or not line.count(b'"') & 1:
            released = self._row(head, line, is_cut=is_cut)
            return [*before, *released] if before else released
        self.head, self._parts, self._size = head, [line], len(line)
        return before

    def finish(self) -> Sequence[Item]:
        """What is open at the end of the log; a damaged file's last row is told as its damage."""
        if self.head is None or self._reading.lines.is_damaged:
            return ()
        return self._close(is_cut=True)

    def _close(self, *, is_cut: bool) -> Sequence[Item]:
        head, self.head = self.head, None
        return () if head is None else self._row(head, b"\n".join(self._parts), is_cut=is_cut)

    def _here(self) -> Origin:
        return self._reading.here()

    def _begins_row(self, line: bytes) -> bool:
        """Whether a line inside an open quote is a row all the same: the row before it broke off.

        Inside a quote all quotes are doubled; here is one that is not.
        """
        return line[:2] in _CENTURIES and _HEAD.match(line) is not None and _LONE_QUOTE.search(line) is not None

    def _keep(self, line: bytes) -> None:
        self._size += len(line) + 1
        if self._size <= self._limit:
            self._parts.append(line)

    def _row(self, head: re.Match[bytes], data: bytes, *, is_cut: bool) -> Sequence[Item]:
        plain = _PLAIN_LOG.match(data, head.end()) if head["severity"] == b"LOG" and not is_cut else None
        if plain is not None:
            return self._plain(head, plain[1])
        cells = self._cells(data[head.end() :], is_cut=is_cut)
        if cells is None or not _fits(len(cells) + _HEAD_COLUMNS):
            if not is_cut or not cells:
                found = _HEAD_COLUMNS + len(cells or ())
                return self._bad(f"the row has {found} columns, csvlog has 23, 24 or 26", self._origin)
            cells += [""] * _MIN_COLUMNS
        return self._events.take(
            self._message(head, cells[0], cells[_DETAIL_FIELD], cells[_STATEMENT_FIELD], is_cut=is_cut)._replace(
                is_of_worker=len(cells) > _BACKEND_FIELD and cells[_BACKEND_FIELD] == WORKER
            )
        )

    def _plain_row(self, piece: bytes) -> Sequence[Item] | None:
        """What a piece lets go that is one whole row with nothing but a message in it; None where it is another."""
        head = _HEAD.match(piece)
        if head is None or head["severity"] != b"LOG" or self._reading.lines.is_cut or len(piece) > self._limit:
            return None
        plain = _PLAIN_LOG.match(piece, head.end())
        if plain is None:
            return None
        self._in_bad_run = False
        self._reading.lines.number += 1
        self._origin = self._here()
        return self._plain(head, plain[1])

    def _plain(self, head: re.Match[bytes], text: bytes) -> Sequence[Item]:
        if text[:10] == b"duration: " and text[-3:] == b" ms":
            self._events.ran(head["session"].decode())
            return ()
        if b'""' in text:
            text = text.replace(b'""', b'"')
        return self._events.take(self._message(head, self._reading.text(text), "", "", is_cut=False))

    def _bad(self, problem: str, origin: Origin) -> Sequence[Item]:
        self._reading.stats.entries += 1
        return (self._reading.bad(problem, origin),)

    def _message(self, head: re.Match[bytes], text: str, detail: str, statement: str, *, is_cut: bool) -> Message:
        at, user, database, session_id, number, severity, state = head.group(*_WANTED)
        session, place = session_id.decode(), int(number)
        fields = (
            session,
            "LOG" if severity == b"LOG" else severity_of(severity.decode("utf-8", "replace")),
            text,
            at.decode("utf-8", "replace"),
            self._origin,
            self._name(user),
            self._name(database),
            state.decode(),
            detail,
            statement,
            place,
            f"{session}/{place}",
            is_cut,
            False,
        )
        message: Message = _new(Message, fields)
        return message

    def _cells(self, rest: bytes, *, is_cut: bool) -> list[str] | None:
        try:
            rows = list(csv.reader([self._reading.text(rest)], strict=not is_cut))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _name(self, cell: bytes) -> str | None:
        try:
            return self._names[cell]
        except KeyError:
            pass
        if len(self._names) > 10_000:
            self._names.clear()
        text = cell.decode("utf-8", "replace")
        bare = text[1:-1].replace('""', '"') if text.startswith('"') else text
        self._names[cell] = None if bare in ("", "[unknown]") else bare
        return self._names[cell]


def _fits(width: int) -> bool:
    """Whether a version writes so many columns, or a later one may."""
    return _MIN_COLUMNS <= width <= _MAX_COLUMNS and width != _NEVER_COLUMNS


def _read(reading: Reading) -> Iterator[Item]:
    return CsvLog(reading, Events(reading)).items()


FORMAT = SourceFormat("postgresql-csvlog", "PostgreSQL csvlog (23, 24 or 26 columns)", _judge, _read, lambda _: "")
