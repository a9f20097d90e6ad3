"""Formats of rows that need more than their columns named: rows to join, values within values, rows that repeat.

A `RowFormat` says how its rows are told and what one row shows; the rows may be JSON lines, JSON documents, CSV or TSV
with a header, or (see ``columnar.py``) Parquet and Avro.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from extractor.models import BadRecord, Origin
from extractor.sources.columns import fold
from extractor.sources.delimited import in_one_line, rows_between
from extractor.sources.executions import Executions, Shown
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.json_documents import looks_wrapped, objects_of
from extractor.sources.json_lines import is_one_a_line, objects_of_lines, sample_keys
from extractor.sources.json_objects import ObjectCutter, parse_cut_object, parse_object

Row = Mapping[str, Any]
Shows = Callable[[Row, Origin, bool], Shown]
"""What a row shows, from the row, its place, and whether its text breaks off."""

_SAMPLE_OBJECTS = 300
"""ClickHouse writes one object for each of its some hundred columns before the first row."""
_SEPARATORS = ",\t;|"
_HEADER_LINES = 200
_MAX_NAMES = 10_000
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "a": "\a", "v": "\v"}


class Placed(NamedTuple):
    """A row with its place, and whether it breaks off."""

    row: Row
    origin: Origin
    is_cut: bool = False


class RowFormat(NamedTuple):
    r"""A format of rows: ``signs`` are folded names of columns of which all are there, ``fits`` what else must hold.

    Where a table has no header, ``names_without_header`` may tell the names of all columns from its first row.
    ``shows`` makes the function that tells one row, from the reading and the names of the columns. With
    ``escapes_tabs`` a tab-separated file has no quotes, but ``\t``, ``\n`` and ``\\``. Where rows are joined in a way
    of their own, ``reads`` makes the records of all of them instead of ``shows``.
    """

    name: str
    title: str
    signs: frozenset[str]
    shows: Callable[[Reading, list[str]], Shows] | None
    fits: Callable[[list[dict[str, Any]]], bool] = lambda _: True
    is_json: bool = False
    escapes_tabs: bool = False
    names_without_header: Callable[[list[str]], list[str] | None] = lambda _: None
    reads: Callable[[Reading, list[str], Iterable[Placed | BadRecord]], Iterator[Item]] | None = None


class _Header(NamedTuple):
    separator: str
    names: list[str]
    is_there: bool = True


def source_format(rows: RowFormat) -> SourceFormat:
    """The format as the registry wants it."""

    def judge(sample: Sample) -> Verdict:
        return _judge(rows, sample)

    def read(reading: Reading) -> Iterator[Item]:
        sample = reading.sample
        if not _is_json(sample):
            header = _header_of(rows, sample)
            if header is None:
                reading.stats.entries += 1
                yield reading.bad("its first line does not hold the names of the columns")
                return
            yield from read_shown(
                rows, header.names, _of_table(reading, header, escapes_tabs=rows.escapes_tabs), reading
            )
            return
        placed = _of_lines(reading) if _is_of_lines(sample) else _of_documents(reading)
        yield from read_shown(rows, sample_keys(_objects_in(sample)), placed, reading)

    return SourceFormat(rows.name, rows.title, judge, read, lambda sample: _ways_of(rows, sample))


def read_shown(
    rows: RowFormat, names: list[str], placed: Iterable[Placed | BadRecord], reading: Reading
) -> Iterator[Item]:
    """The records that rows show."""
    if rows.reads is not None:
        yield from rows.reads(reading, names, placed)
        return
    if rows.shows is None:
        return
    shows = rows.shows(reading, names)
    executions = Executions(reading)
    for one in placed:
        reading.stats.entries += 1
        if isinstance(one, BadRecord):
            yield one
            continue
        shown = shows(one.row, one.origin, one.is_cut)
        if shown.problem:
            yield reading.bad(shown.problem, one.origin)
        else:
            yield from executions.take(shown)
    yield from executions.finish()


def rows_in_text(reading: Reading, separator: str, names: list[str]) -> Iterator[Placed | BadRecord]:
    """The rows of a file of JSON, or of a table with a header of those names."""
    if _is_json(reading.sample):
        return _of_lines(reading) if _is_of_lines(reading.sample) else _of_documents(reading)
    return _of_table(reading, _Header(separator, names))


def placed_rows(rows: Iterable[Row], file: str) -> Iterator[Placed]:
    """Rows that were read by a library, with their numbers as places."""
    for number, row in enumerate(rows, 1):
        yield Placed(row, Origin(file, number))


def row_format_of(known: Iterable[RowFormat], names: Iterable[str]) -> RowFormat | None:
    """The format that columns of those names belong to, or None."""
    folded = frozenset(fold(name) for name in names)
    return next((rows for rows in known if not rows.is_json and rows.signs <= folded), None)


def folded_names() -> Callable[[Row], dict[str, Any]]:
    """A function that gives a row under its names as they are compared; each name is folded once."""
    known: dict[str, str] = {}

    def folded(row: Row) -> dict[str, Any]:
        if len(known) > _MAX_NAMES:
            known.clear()
        return {known.get(name) or known.setdefault(name, fold(name)): value for name, value in row.items()}

    return folded


def at(value: Any, *steps: str) -> Any:
    """What lies at the end of a way into objects, or None where the way ends before."""
    for step in steps:
        if type(value) is not dict:
            return None
        value = value.get(step)
    return value


def text_at(value: Any, *steps: str) -> str | None:
    """As `at`, for texts and numbers; None for what is empty or no such thing."""
    for step in steps:
        if type(value) is not dict:
            return None
        value = value.get(step)
    if type(value) is str:
        return value or None
    return str(value) if type(value) is int else None


def _is_json(sample: Sample) -> bool:
    return sample.text.lstrip()[:1] in ("{", "[")


def _ways_of(rows: RowFormat, sample: Sample) -> str:
    """What pieces of one log share: JSON lines no more than being that; tables their columns; documents stand alone."""
    if _is_json(sample):
        return "" if _is_of_lines(sample) else sample.name
    return repr(_header_of(rows, sample))


def _is_of_lines(sample: Sample) -> bool:
    return not looks_wrapped(sample.text) and is_one_a_line(sample)


@lru_cache(maxsize=2)
def _folded(text: str) -> str:
    """A sample's text as names are compared; all formats of rows ask for it."""
    return fold(text)


@lru_cache(maxsize=2)
def _objects_in(sample: Sample) -> list[dict[str, Any]]:
    return objects_of_lines(sample) if _is_of_lines(sample) else objects_of(sample, _SAMPLE_OBJECTS)


def _judge(rows: RowFormat, sample: Sample) -> Verdict:
    if sample.source is not None and sample.source.fields:
        return Verdict(0, "the source has its own fields")
    wanted = f"the names {', '.join(sorted(rows.signs))} are not all there"
    if _is_json(sample):
        text = _folded(sample.text)
        if not all(f'"{sign}"' in text for sign in rows.signs):
            return Verdict(0, wanted)
        fitting = [o for o in _objects_in(sample) if rows.signs <= {fold(key) for key in o}]
        if not fitting or not rows.fits(fitting):
            return Verdict(0, f"its objects are not those of {rows.title}")
        return Verdict(0.95, f"its objects are those of {rows.title}: {', '.join(list(fitting[0])[:8])}")
    header = _header_of(rows, sample) if not rows.is_json else None
    if header is None:
        return Verdict(0, wanted)
    return Verdict(0.95, f"its columns are those of {rows.title}: {', '.join(header.names[:8])}")


def _header_of(rows: RowFormat, sample: Sample) -> _Header | None:
    """The header of a table of that format, or the names that its first row tells without one, or None."""
    given = sample.source.columns if sample.source is not None else []
    lines = [in_one_line(line) for line in sample.lines[:_HEADER_LINES] if line.strip()]
    for separator in _SEPARATORS:
        if separator == "\t" and rows.escapes_tabs:
            cells = lines[0].rstrip("\r\n").split("\t") if lines else []
        else:
            cells = _first_row(lines, separator)
        if given and len(given) == len(cells) and rows.signs <= {fold(name) for name in given}:
            return _Header(separator, given, {*map(fold, given)} == {*map(fold, cells)})
        if rows.signs <= {fold(name) for name in cells} and len(set(cells)) == len(cells):
            return _Header(separator, cells)
        if (names := rows.names_without_header(cells)) is not None:
            return _Header(separator, names, False)
    return None


def _first_row(lines: list[str], separator: str) -> list[str]:
    try:
        row = next(csv.reader(lines, delimiter=separator), [])
    except csv.Error:
        return []
    return [*row[:-1], row[-1].rstrip("\r\n")] if row else []


def _of_lines(reading: Reading) -> Iterator[Placed | BadRecord]:
    lines = reading.lines
    for line in lines:
        if not line or line.isspace():
            continue
        row = parse_object(line)
        if row is None:  # with bytes that are no text, control characters, halves of surrogates, or cut
            data = reading.text(line).encode()
            row = parse_cut_object(data, lines.stats) if lines.is_cut else parse_object(data, lines.stats)
        if row is None:
            yield reading.bad("the line is no JSON object" + (" and longer than the limit" if lines.is_cut else ""))
        else:
            yield Placed(row, Origin(lines.file, lines.number), lines.is_cut)


def _of_documents(reading: Reading) -> Iterator[Placed | BadRecord]:
    cutter = ObjectCutter(reading.max_statement_bytes, depth=int(looks_wrapped(reading.sample.text)))
    for data, line, is_cut in cutter.cut(reading.lines.blocks()):
        if is_cut and reading.lines.is_damaged:
            return
        origin = Origin(reading.lines.file, line + 1)
        text = reading.text(data).encode()
        row = parse_cut_object(text, reading.stats) if is_cut else parse_object(text, reading.stats)
        if row is None:
            yield reading.bad("the object is no JSON" + (" or breaks off" if is_cut else ""), origin)
        else:
            yield Placed(row, origin, is_cut)


def _of_table(reading: Reading, header: _Header, *, escapes_tabs: bool = False) -> Iterator[Placed | BadRecord]:
    names = header.names
    if header.separator == "\t" and escapes_tabs:
        cells_of = _of_escaped_lines(reading)
    else:
        sql = next((n for n, name in enumerate(names) if fold(name) in ("query", "querytext", "sql")), 0)
        cells_of = rows_between(reading, header.separator, len(names), sql)
    if header.is_there:
        next(cells_of, None)
    for cells, origin, is_cut in cells_of:
        if cells is None or len(cells) != len(names):
            yield reading.bad(f"the row does not have the {len(names)} columns of the others", origin)
        elif cells[0] == names[0] and list(cells) == names:  # the header of the next file
            yield Placed({}, origin)
        else:
            yield Placed(dict(zip(names, cells, strict=True)), origin, is_cut)


def _of_escaped_lines(reading: Reading) -> Iterator[tuple[Sequence[str | None] | None, Origin, bool]]:
    r"""The cells of lines in which tabs, line ends and backslashes are written with a backslash; ``\N`` is null."""
    lines = reading.lines
    for line in lines:
        if line:
            text = reading.text(line).rstrip("\n")
            cells = text.split("\t")
            is_plain = "\\" not in text
            yield (
                cells if is_plain else [unescaped(c) if "\\" in c else c for c in cells],
                Origin(lines.file, lines.number),
                lines.is_cut,
            )


def unescaped(cell: str) -> str | None:
    r"""A cell with its backslash escapes resolved; None for ``\N``."""
    if cell == "\\N":
        return None
    parts = cell.split("\\\\")
    for n, part in enumerate(parts):
        if "\\" in part:
            usual = part.replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'")
            parts[n] = _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1]), usual) if "\\" in usual else usual
    return "\\".join(parts)
