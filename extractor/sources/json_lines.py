"""JSON lines: one object a line, with any names; Alation's push layout and DataHub's sql-queries among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from extractor.models import Origin, QueryRecord
from extractor.sources.chunks import Piece, PieceReader, joined, reader_of
from extractor.sources.columns import Layout, choose_columns, wished_columns
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.json_objects import parse_cut_object, parse_object
from extractor.sources.layouts import layout_of
from extractor.sources.rows import RowReader

_BROKEN = object()


def sample_keys(objects: list[dict[str, Any]]) -> list[str]:
    """All names that occur in some objects, in the order in which they are met."""
    return list(dict.fromkeys(key for value in objects for key in value))


def find_columns(
    keys: list[str], reading: Reading, layout: Layout | None
) -> tuple[RowReader | PieceReader | None, list[str]]:
    """The reader of rows with those names (None when none of them holds SQL), and lines for the report."""
    columns = choose_columns(keys, reading.source.fields, layout or layout_of(keys))
    problems = [f"fields names the column {name}, which is not there" for name in columns.missing]
    _, unknown = wished_columns(reading.source.fields)
    problems += [f"fields sets {name}, which is no field of ours" for name in unknown]
    return (reader_of(columns, reading) if "sql" in columns.found else None), problems


def is_one_a_line(sample: Sample) -> bool:
    """Whether at least half of the first lines are objects, or the first is longer than the sample and begins as one.

    Not all of them: a file can begin inside a line, and lines can be damaged.
    """
    first = [line.encode() for line in sample.lines if line.strip()][:6]
    if len(first) == 1 and not sample.is_whole:
        return first[0].startswith(b"{")
    return 0 < len(first) <= 2 * sum(parse_object(line) is not None for line in first)


def objects_of_lines(sample: Sample) -> list[dict[str, Any]]:
    """The objects of a sample's first lines; of a line that is longer than the sample, its beginning."""
    lines = [line.encode() for line in sample.lines if line.strip()][:50]
    if len(lines) == 1 and not sample.is_whole:
        beginning = parse_object(lines[0]) or parse_cut_object(lines[0])
        return [beginning] if beginning is not None else []
    return [value for line in lines if (value := parse_object(line)) is not None]


def _judge(sample: Sample) -> Verdict:
    if not is_one_a_line(sample):
        return Verdict(0, "its first lines are no JSON objects")
    objects = objects_of_lines(sample)
    keys = sample_keys(objects)
    fields = sample.source.fields if sample.source else {}
    columns = choose_columns(keys, fields, layout_of(keys))
    shown = ", ".join(keys[:8])
    if "sql" not in columns.found:
        return Verdict(0, f"JSON lines, but none of the names {shown} is known to hold SQL: set fields.sql")
    return Verdict(0.7, f"JSON lines with {columns.in_words()}")


def read_rows(reading: Reading, layout: Layout | None) -> Iterator[Item]:
    """All records of a file of JSON lines, read by a layout (or by guessing, where there is none)."""
    keys = sample_keys(objects_of_lines(reading.sample))
    to_record, problems = find_columns(keys, reading, layout)
    for problem in problems:
        reading.stats.entries += 1
        yield reading.bad(problem, Origin(reading.lines.file, 1))
    yield from joined(_items_of(reading, layout, to_record), to_record)


def _items_of(
    reading: Reading, layout: Layout | None, to_record: RowReader | PieceReader | None
) -> Iterator[Item | Piece]:
    lines = reading.lines
    loads = orjson.loads
    for batch in lines.batches():
        file, stats = lines.file, lines.stats
        for number, line in enumerate(batch, lines.number + 1):
            try:
                row = loads(line)
            except orjson.JSONDecodeError:
                row = _BROKEN
            record = to_record(row, file, number) if type(row) is dict and to_record is not None else None
            if type(record) is QueryRecord:
                stats.entries += 1
                yield record
                continue
            if row is _BROKEN and (not line or line.isspace()):
                continue
            stats.entries += 1
            lines.number = number
            if row is _BROKEN:  # outside of the except clause, since the error holds a copy of the line
                yield _salvaged(line, reading, to_record)
                continue
            if type(row) is not dict:
                yield reading.bad("the line holds JSON, but no object")
                continue
            if to_record is None:
                found, _ = find_columns(list(row), reading, layout)
                to_record = found if isinstance(found, RowReader) else None
                record = to_record(row, file, number) if to_record is not None else None
            if record is None:
                stats.noise += 1
            elif type(record) is str:
                yield reading.bad(record)
            else:
                yield record  # type: ignore[misc]  # a str was told apart by its type above


def _salvaged(line: bytes, reading: Reading, to_record: RowReader | PieceReader | None) -> Item | Piece:
    """The record of a line that is no clean JSON: with control characters, in bad UTF-8, or cut."""
    cut = reading.lines.is_cut
    text = reading.text(line)
    row = parse_cut_object(text.encode(), reading.stats) if cut else parse_object(text.encode(), reading.stats)
    if row is None:
        return reading.bad("the line is no JSON" + (" and longer than the limit" if cut else ""))
    record = to_record(row, reading.lines.file, reading.lines.number) if to_record is not None else None
    if isinstance(record, QueryRecord | Piece):
        return record._replace(cut=True) if cut else record
    return reading.bad(record or "the line is damaged and holds no SQL")


def _read(reading: Reading) -> Iterator[Item]:
    return read_rows(reading, None)


FORMAT = SourceFormat("json-lines", "JSON lines, any names", _judge, _read)
