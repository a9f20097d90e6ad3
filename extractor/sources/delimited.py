"""CSV, TSV and their like, with any names and any separator; OpenMetadata's query log among them."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.models import Origin, QueryRecord
from extractor.sources.chunks import Piece, PieceReader, joined, reader_of
from extractor.sources.columns import FIELDS, Columns, Layout, choose_columns, fold, wished_columns
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.layouts import layout_of
from extractor.sources.rows import RowReader

SEPARATORS = (",", ";", "\t", "|", "\x01")
"""What stands between the values of a row."""
_MAX_FIELD = 1 << 30
_NULL = "\\N"
_RULE = re.compile(r"-+(?:\+-+)+|\(\d+ rows?\)")
csv.field_size_limit(_MAX_FIELD)


class Shape(NamedTuple):
    """How a file is cut into columns: its separator, the names of its columns, whether its first row holds them."""

    separator: str
    names: tuple[str, ...]
    has_header: bool
    columns: Columns
    is_aligned: bool = False
    """Whether it is what psql and its like print: values filled up with blanks, a rule below the header, a count."""


def shape_of(sample: Sample, layout: Layout | None = None) -> Shape | None:
    """The shape of a sample, or None when it is no table with a column of SQL."""
    fields = sample.source.fields if sample.source else {}
    given = tuple(sample.source.columns) if sample.source else ()
    wished, _ = wished_columns(fields)
    best: Shape | None = None
    for separator in SEPARATORS:
        rows = _first_rows(sample, separator)
        if not rows or len(rows[0]) < 1 or (len(rows[0]) == 1 and separator != ","):
            continue
        shape = _shape_with(rows, separator, wished, layout, given)
        if shape is not None and (best is None or len(shape.names) > len(best.names)):
            best = shape
    return best


def _shape_with(
    rows: list[list[str]], separator: str, wished: dict[str, str], layout: Layout | None, given: tuple[str, ...]
) -> Shape | None:
    names = tuple(rows[0])
    if len(given) == len(names) and {*map(fold, given)} != {*map(fold, names)}:
        columns = choose_columns(given, wished, layout or layout_of(given))
        return Shape(separator, given, False, columns) if "sql" in columns.found else None
    if len(set(names)) == len(names) and all(0 < len(name) < 100 and "\n" not in name for name in names):
        columns = choose_columns(names, wished, layout or layout_of(names))
        if "sql" in columns.found and not columns.found["sql"].isdecimal():
            return Shape(separator, names, True, columns, _is_rule(rows))
    numbered = tuple(str(n) for n in range(1, len(rows[0]) + 1))
    if wished.get("sql", "").isdecimal() and int(wished["sql"]) <= len(numbered):
        found = {ours: theirs for ours, theirs in wished.items() if theirs.isdecimal()}
        return Shape(separator, numbered, False, Columns(found))
    return None


def _is_rule(rows: list[list[str]]) -> bool:
    return len(rows) > 1 and len(rows[1]) == 1 and _RULE.fullmatch(rows[1][0].strip()) is not None


def _first_rows(sample: Sample, separator: str) -> list[list[str]]:
    lines = sample.text.lstrip("\n").split("\n")
    try:
        reader = csv.reader((in_one_line(line) for line in lines[:200]), delimiter=separator)
        return [row for _, row in zip(range(20), reader, strict=False) if row]
    except csv.Error:
        return []


def in_one_line(line: str) -> str:
    """A line for the reader of CSV, which takes a lone CR (Teradata's line end within texts) for the end of a row."""
    return line.rstrip("\r").replace("\r", " ") + "\n"


def _judge(sample: Sample) -> Verdict:
    shape = shape_of(sample)
    if shape is None:
        return Verdict(0, 'its first line holds no column that is known to hold SQL (no header? set fields.sql = "3")')
    rows = _first_rows(sample, shape.separator)[: -1 if not sample.is_whole else None]
    fitting = sum(len(row) == len(shape.names) for row in rows)
    if fitting * 2 < len(rows):
        return Verdict(0.1, f"only {fitting} of its first {len(rows)} rows have as many columns as its header")
    words = {"\t": "tabs", "\x01": "^A"}.get(shape.separator, shape.separator)
    known = "with a header" if shape.has_header else "without a header"
    certainty = 0.65 if len(shape.names) > 1 else 0.45
    return Verdict(certainty, f"columns separated by {words}, {known}: {shape.columns.in_words()}")


class _Line(NamedTuple):
    text: str
    number: int
    file: str


class _Row(NamedTuple):
    """A row with the place of its first line; no ``cells`` where it cannot be right."""

    cells: list[str] | None
    origin: Origin
    is_cut: bool = False


class _Rows:
    """Cuts lines into rows; memory stays bounded, and a broken quote costs as little as can be.

    A quote that is never closed would swallow the rest of the file: where a row comes out with another number of
    columns than the header has, its first line alone is bad, and reading goes on with its second. A row that is
    longer than the limit and shows no such rows inside is one long statement: it is cut, the rest passed over.
    """

    def __init__(
        self, reading: Reading, separator: str, width: int, sql_column: int, *, is_aligned: bool = False
    ) -> None:
        self._reading = reading
        self._is_aligned = is_aligned
        self._limit = reading.max_statement_bytes
        self._lines = iter(reading.lines)
        self._waiting: deque[_Line] = deque()
        self._separator = separator
        self._width = width
        self._sql_column = sql_column
        self.widths: list[int] = []
        """Of printed tables, how wide the rule below the names drew each column."""

    def __iter__(self) -> Iterator[_Row]:
        """The rows in order; of neighbouring lines that belong to no row, only the first is given."""
        in_bad_run = False
        while taken := self._take():
            rows = self._rows_of(taken)
            if rows is not None:
                in_bad_run = False
                yield from rows
                continue
            self._waiting.extendleft(reversed(taken[1:]))
            if not in_bad_run and taken[0].text.strip() and not self._is_at_damage(taken):
                yield _Row(None, Origin(taken[0].file, taken[0].number))
                in_bad_run = True

    def _rows_of(self, taken: list[_Line]) -> list[_Row] | None:
        """The rows in lines whose quotes are closed (or can be no more), or None when they are no rows."""
        first = taken[0]
        if len(taken) == 1 and '"' not in first.text:  # nearly every line of a table without long texts
            cells = first.text.split(self._separator)
            return [_Row(cells, Origin(first.file, first.number))] if len(cells) == self._width else None
        is_open = _is_open(taken)
        if is_open and self._size_of(taken) > self._limit and not self._holds_rows(taken):
            self._pass_over()
            return [self._cut_row(taken)]
        parsed = list(self._parse(taken))
        if not parsed or any(len(cells) != self._width for cells, _ in parsed):
            return None
        if any(self._is_torn(cells, taken) for cells, _ in (parsed[:-1] if is_open else parsed)):
            return None
        rows = [_Row(cells, Origin(taken[at].file, taken[at].number)) for cells, at in parsed]
        if self._is_at_damage(taken):
            rows.pop()
        elif is_open:
            rows[-1] = rows[-1]._replace(is_cut=True)
        return rows

    def _is_torn(self, cells: list[str], taken: list[_Line]) -> bool:
        """Whether the SQL is what a lost quote or separator left of it: one quote is in it that was not doubled."""
        sql = cells[self._sql_column]
        if not sql.count('"') & 1:
            return False
        return sql.replace('"', '""') not in "\n".join(line.text for line in taken)

    def _size_of(self, lines: list[_Line]) -> int:
        return sum(len(line.text) for line in lines)

    def _is_at_damage(self, taken: list[_Line]) -> bool:
        """Whether the lines end where a damaged file breaks off."""
        is_last = self._reading.lines.is_damaged and not self._waiting
        return is_last and _is_open(taken) and self._size_of(taken) <= self._limit

    def _take(self) -> list[_Line]:
        """Lines until all their quotes are closed, the limit is passed, or the file ends."""
        taken: list[_Line] = []
        size = 0
        is_open = False
        while (line := self._next_line()) is not None:
            taken.append(line)
            size += len(line.text)
            if line.text.count('"') & 1:
                is_open = not is_open
            if size > self._limit or (not is_open and (size or self._width == 1)):
                break
        return taken

    def _next_line(self) -> _Line | None:
        if self._waiting:
            return self._waiting.popleft()
        data = next(self._lines, None)
        while data is not None and self._is_aligned and _RULE.fullmatch(data.decode("latin-1").strip()):
            self._reading.stats.entries += 1
            self._reading.stats.noise += 1
            if data.startswith(b"-"):
                self.widths = [len(part) for part in data.rstrip().split(b"+")]
            data = next(self._lines, None)
        if data is None:
            return None
        return _Line(self._reading.text(data), self._reading.lines.number, self._reading.lines.file)

    def _parse(self, lines: list[_Line]) -> Iterator[tuple[list[str], int]]:
        """The rows in some lines, each with the index of its first line."""
        reader = csv.reader([line.text + "\n" for line in lines], delimiter=self._separator)
        first = 0
        try:
            for cells in reader:
                if cells:
                    cells[-1] = cells[-1].removesuffix("\n")
                    yield cells, first
                first = reader.line_num
        except csv.Error:
            yield [], first

    def _holds_rows(self, lines: list[_Line]) -> bool:
        """Whether some line inside is a row of its own, so that a quote must be missing before it."""
        alone = (line for line in lines[1:1000] if line.text.count('"') % 2 == 0)
        return self._width > 1 and any(
            [len(cells) for cells, _ in self._parse([line])] == [self._width] for line in alone
        )

    def _cut_row(self, lines: list[_Line]) -> _Row:
        origin = Origin(lines[0].file, lines[0].number)
        cells = next((cells for cells, _ in self._parse(lines)), [])
        if len(cells) <= self._sql_column:
            return _Row(None, origin)
        return _Row((cells + [""] * self._width)[: self._width], origin, True)

    def _pass_over(self) -> None:
        """Drop the rest of an open row."""
        while (line := self._next_line()) is not None:
            if line.text.count('"') & 1:
                return


def rows_between(
    reading: Reading, separator: str, width: int, sql_column: int
) -> Iterator[tuple[Sequence[str | None] | None, Origin, bool]]:
    r"""The rows of a table as (cells, place, whether it is cut); ``\N`` is null, no cells are a broken row."""
    for cells, origin, is_cut in _Rows(reading, separator, width, sql_column):
        yield [None if cell == _NULL else cell for cell in cells] if cells else cells, origin, is_cut


def _is_open(lines: list[_Line]) -> bool:
    return sum(line.text.count('"') for line in lines) % 2 == 1


def read_table(reading: Reading, layout: Layout | None) -> Iterator[Item]:
    """All records of a file with columns, read by a layout (or by guessing, where there is none)."""
    shape = shape_of(reading.sample, layout)
    if shape is None:
        reading.stats.entries += 1
        yield reading.bad("no column is known to hold SQL: set fields.sql to its name, or to its number")
        return
    yield from _problems_of(reading, shape)
    to_record = reader_of(shape.columns, reading)
    yield from joined(_items_of(reading, shape, to_record), to_record)


def _items_of(reading: Reading, shape: Shape, to_record: RowReader | PieceReader) -> Iterator[Item | Piece]:
    sql_column = shape.names.index(shape.columns.found["sql"])
    lines = _Rows(reading, shape.separator, len(shape.names), sql_column, is_aligned=shape.is_aligned)
    rows = iter(_whole(lines) if shape.is_aligned else lines)
    names = [name.strip() for name in shape.names] if shape.is_aligned else list(shape.names)
    if shape.has_header:
        next(rows, None)
    for row, origin, is_cut in rows:
        reading.stats.entries += 1
        if row is None:
            yield reading.bad(f"the row does not have the {len(shape.names)} columns of the others", origin)
            continue
        if shape.is_aligned:
            row = [cell.strip() for cell in row]  # noqa: PLW2901 - blanks fill values up, they are not of them
        if row[0] == names[0] and row == names:
            reading.stats.noise += 1
            continue
        cells = [None if cell == _NULL else cell for cell in row] if _NULL in row else row
        record = to_record(dict(zip(shape.names, cells, strict=True)), origin.file, origin.line)
        if isinstance(record, QueryRecord | Piece):
            yield record._replace(cut=True) if is_cut else record
        elif record:
            yield reading.bad(record, origin)
        else:
            reading.stats.noise += 1


def _whole(rows: _Rows) -> Iterator[_Row]:
    """Rows as psql prints them, values of several lines put together: a ``+`` at a column's edge says that it goes on.

    https://www.postgresql.org/docs/current/app-psql.html: linestyle ascii.
    """
    held: _Row | None = None
    open_columns: list[bool] = []
    for row in rows:
        if row.cells is None:
            if held is not None:
                yield held._replace(is_cut=True)
            held = None
            yield row
            continue
        cells = [cell.rstrip("\r") for cell in row.cells]
        goes_on = [len(cell) == width and cell.endswith("+") for cell, width in zip(cells, rows.widths, strict=False)]
        goes_on += [False] * (len(cells) - len(goes_on))
        cells = [cell[:-1].rstrip() if more else cell for cell, more in zip(cells, goes_on, strict=True)]
        if held is not None and held.cells is not None:
            pairs = zip(held.cells, cells, open_columns, strict=True)
            cells = [f"{before}\n{cell[1:]}" if more else before for before, cell, more in pairs]
            row = row._replace(origin=held.origin)  # noqa: PLW2901 - one row of the table
        held, open_columns = row._replace(cells=cells), goes_on
        if not any(goes_on):
            yield held
            held = None
    if held is not None:
        yield held._replace(is_cut=True)


def _problems_of(reading: Reading, shape: Shape) -> Iterator[Item]:
    place = Origin(reading.lines.file, 1)
    _, unknown = wished_columns(reading.source.fields)
    problems = [f"fields names the column {name}, which is not there" for name in shape.columns.missing]
    problems += [f"fields sets {name}, which is none of {', '.join(FIELDS)}" for name in unknown]
    for problem in problems:
        reading.stats.entries += 1
        yield reading.bad(problem, place)


def _read(reading: Reading) -> Iterator[Item]:
    return read_table(reading, None)


FORMAT = SourceFormat("csv", "CSV, TSV and other separators, any names", _judge, _read)
