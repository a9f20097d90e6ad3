"""Statements that a table holds in chunks, one a row, or on several equal rows: joined as the vendors say.

Chunks are joined by their numbers, not by the order of rows, and without adding anything; only the end of the last
one is trimmed, since blanks at the end of another can stand between two words.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from extractor.models import Origin
from extractor.sources.columns import Columns, Joining
from extractor.sources.interface import Item, Reading
from extractor.sources.rows import Row, RowReader

_MAX_OPEN = 2_000
_ESCAPE = re.compile(r"\\([\\n])")
_LAST = frozenset({"", "-1", "None"})


class Piece(NamedTuple):
    """A row that may be a part of a statement, with its place; ``cut`` where the row itself is not whole."""

    row: Row
    origin: Origin
    cut: bool = False


class PieceReader:
    """Stands where a `RowReader` would, for columns with a `Joining`; ``join`` makes records of what it gives."""

    def __init__(self, columns: Columns, joining: Joining, reading: Reading) -> None:
        self._joining = joining
        self._reading = reading
        self._sql = columns.found["sql"]
        self._to_record = RowReader(columns, reading)
        named = (*joining.keys, joining.number, joining.following, joining.operation)
        self.column_names = self._to_record.column_names | {name for name in named if name}

    def __call__(self, row: Row, file: str, line: int) -> Piece | str | None:
        """The row as a piece, a text that says what is wrong with it, or None when it holds no SQL."""
        sql = row.get(self._sql)
        if sql is not None and not isinstance(sql, str):
            return f"the column {self._sql} holds no text"
        if not self._joining.number and (sql is None or not sql or sql.isspace()):
            return None
        return Piece(row, Origin(file, line))

    def join(self, items: Iterable[Item | Piece]) -> Iterator[Item]:
        """The records of the pieces, each where its statement began; other items pass through."""
        return _Window(self._joining, self._sql, self._to_record, self._reading).items(items)


class _Group:
    """The chunks of one statement that came so far: the texts by number, and the first row that came."""

    __slots__ = ("doubt", "is_cut", "is_followed", "origin", "row", "size", "texts")

    def __init__(self, row: Row, origin: Origin) -> None:
        self.row = row
        self.origin = origin
        self.texts: dict[int, str] = {}
        self.size = 0
        self.is_cut = False
        self.is_followed = False  # the chunk of the highest number says that another follows
        self.doubt: tuple[str, ...] | None = None  # the group of the next row, which had no beginning then

    def add(self, number: int, text: str, limit: int, *, is_followed: bool) -> None:
        if number > max(self.texts, default=-2):
            self.is_followed = is_followed
        if self.size + len(text) > limit:
            text, self.is_cut = text[: limit - self.size], True
        self.texts[number] = text
        self.size += len(text)


class _Window:
    """The open groups, in the order in which they began; the oldest are given away when they are too many."""

    def __init__(self, joining: Joining, sql: str, to_record: RowReader, reading: Reading) -> None:
        self._joining = joining
        self._sql = sql
        self._to_record = to_record
        self._reading = reading
        self._limit = reading.max_statement_bytes
        self._open: OrderedDict[tuple[str, ...], _Group] = OrderedDict()
        self._last: _Group | None = None
        self._size = 0

    def items(self, items: Iterable[Item | Piece]) -> Iterator[Item]:
        for item in items:
            if isinstance(item, Piece):
                yield from self._take(item)
            else:
                self._is_beside_damage()
                yield item
        while self._open:
            yield from self._release(next(iter(self._open)))

    def _is_beside_damage(self) -> None:
        """A row that cannot be read may have held the next chunk of the statement before it."""
        if self._last is not None and self._joining.number:
            self._last.is_cut = True

    def _take(self, piece: Piece) -> Iterator[Item]:
        joining, get = self._joining, piece.row.get
        if joining.operation and str(get(joining.operation)).strip().upper() in joining.shown_again:
            self._reading.stats.repeats += 1
            return
        number = self._number_of(piece.row)
        if number is None:
            self._is_beside_damage()
            yield self._reading.bad(f"the column {joining.number} holds no number", piece.origin)
            return
        text = get(self._sql) or ""
        key = tuple(str(get(name)) for name in joining.keys)
        group = self._open.get(key)
        if group is not None and number in group.texts:
            if self._shows_again(group, number, text):
                self._reading.stats.repeats += 1
                return
            yield from self._release(key)
            group = None
        if group is None:
            group = self._open[key] = _Group(piece.row, piece.origin)
            if number != joining.first and self._last is not None:
                self._last.doubt = key
        else:
            self._reading.stats.repeats += 1
        self._last = group
        self._size -= group.size
        is_followed = bool(joining.following) and str(get(joining.following)).strip() not in _LAST
        group.add(number, text, self._limit, is_followed=is_followed)
        group.is_cut |= piece.cut
        self._size += group.size
        while len(self._open) > _MAX_OPEN or (self._size > 2 * self._limit and len(self._open) > 1):
            yield from self._release(next(iter(self._open)))

    def _shows_again(self, group: _Group, number: int, text: str) -> bool:
        known = group.texts[number]
        return known == text or (group.is_cut and text.startswith(known))

    def _number_of(self, row: Row) -> int | None:
        """The number of a chunk; one that has none is the first."""
        if not self._joining.number:
            return self._joining.first
        written: Any = row.get(self._joining.number)
        digits = "" if written is None else str(written).strip()
        if not digits:
            return self._joining.first
        try:
            return int(float(digits)) if digits.endswith(".0") else int(digits)
        except ValueError:
            return None

    def _release(self, key: tuple[str, ...]) -> Iterator[Item]:
        group = self._open.pop(key)
        self._size -= group.size
        numbers = sorted(group.texts)
        is_whole = numbers[0] == self._joining.first and numbers[-1] - numbers[0] == len(numbers) - 1
        sql = "".join([group.texts[number] for number in numbers])
        if self._joining.number:
            sql = sql.rstrip()
        if self._joining.escapes_newlines and "\\" in sql:
            sql = _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else "\\", sql)
        record = self._to_record({**group.row, self._sql: sql}, group.origin.file, group.origin.line)
        if record is None:
            self._reading.stats.noise += 1
        elif isinstance(record, str):
            yield self._reading.bad(record, group.origin)
        else:
            is_cut = group.is_cut or group.is_followed or not is_whole or self._lost_its_end(group)
            yield record._replace(cut=True) if is_cut else record

    def _lost_its_end(self, group: _Group) -> bool:
        """Whether the row behind the statement's last is a chunk of none that is known: its key may be damaged."""
        orphan = self._open.get(group.doubt) if group.doubt is not None else None
        return orphan is not None and min(orphan.texts) == max(group.texts) + 1


def reader_of(columns: Columns, reading: Reading) -> RowReader | PieceReader:
    """The reader of rows with those columns: row by row, or by pieces where statements lie on several rows."""
    joining = columns.joining
    return RowReader(columns, reading) if joining is None else PieceReader(columns, joining, reading)


def joined(items: Iterator[Item | Piece], reader: RowReader | PieceReader | None) -> Iterator[Item]:
    """The records of what a reader of rows gave."""
    return reader.join(items) if isinstance(reader, PieceReader) else items  # type: ignore[return-value]  # no pieces
