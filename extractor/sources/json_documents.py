"""JSON that is not one object a line: an array of objects, objects over several lines, objects back to back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from extractor.models import Origin, QueryRecord
from extractor.sources.chunks import Piece, PieceReader, joined
from extractor.sources.columns import Layout, choose_columns
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.json_lines import find_columns, sample_keys
from extractor.sources.json_objects import ObjectCutter, parse_cut_object, parse_object
from extractor.sources.layouts import layout_of
from extractor.sources.rows import RowReader

_SAMPLE_OBJECTS = 50


def looks_wrapped(text: str) -> bool:
    """Whether an object holds the array of objects, as ``{"queries": [{...`` does."""
    return re.match(r'\s*\{\s*"[^"]*"\s*:\s*\[\s*\{', text) is not None


def objects_of(sample: Sample, limit: int = _SAMPLE_OBJECTS) -> list[dict[str, Any]]:
    """The first objects of a sample, the last of them as far as it goes."""
    cutter = ObjectCutter(len(sample.data) + 1, depth=int(looks_wrapped(sample.text)))
    found = []
    for text, _, _ in cutter.cut([sample.data]):
        if (value := parse_object(text) or parse_cut_object(text)) is not None:
            found.append(value)
        if len(found) == limit:
            break
    return found


def _judge(sample: Sample) -> Verdict:
    start = sample.text.lstrip()[:1]
    if start not in ("[", "{"):
        return Verdict(0, "it does not begin with [ or {")
    objects = objects_of(sample)
    if not objects:
        return Verdict(0, "no JSON object is in it")
    keys = sample_keys(objects)
    fields = sample.source.fields if sample.source else {}
    columns = choose_columns(keys, fields, layout_of(keys))
    if "sql" not in columns.found:
        return Verdict(0, f"JSON, but none of the names {', '.join(keys[:8])} is known to hold SQL: set fields.sql")
    return Verdict(0.6, f"JSON objects with {columns.in_words()}")


def read_documents(reading: Reading, layout: Layout | None) -> Iterator[Item]:
    """All records of a file of JSON objects."""
    to_record, problems = find_columns(sample_keys(objects_of(reading.sample)), reading, layout)
    for problem in problems:
        reading.stats.entries += 1
        yield reading.bad(problem, Origin(reading.lines.file, 1))
    yield from joined(_items_of(reading, to_record), to_record)


def _items_of(reading: Reading, to_record: RowReader | PieceReader | None) -> Iterator[Item | Piece]:
    cutter = ObjectCutter(reading.max_statement_bytes, depth=int(looks_wrapped(reading.sample.text)))
    for data, line, is_cut in cutter.cut(reading.lines.blocks()):
        if is_cut and reading.lines.is_damaged:
            return
        reading.stats.entries += 1
        item = _item_of(data, Origin(reading.lines.file, line + 1), reading, to_record, is_cut=is_cut)
        if item is None:
            reading.stats.noise += 1
        else:
            yield item


def _item_of(
    data: bytes, origin: Origin, reading: Reading, to_record: RowReader | PieceReader | None, *, is_cut: bool
) -> Item | Piece | None:
    text = reading.text(data).encode()
    row = parse_cut_object(text, reading.stats) if is_cut else parse_object(text, reading.stats)
    if row is None:
        return reading.bad("the object is no JSON" + (" or breaks off" if is_cut else ""), origin)
    record = to_record(row, origin.file, origin.line) if to_record is not None else None
    if isinstance(record, QueryRecord | Piece):
        return record._replace(cut=True) if is_cut else record
    if is_cut:
        return reading.bad("the object breaks off or is longer than the limit, and holds no SQL before", origin)
    return reading.bad(record, origin) if record else None


def _read(reading: Reading) -> Iterator[Item]:
    return read_documents(reading, None)


FORMAT = SourceFormat("json", "JSON: an array of objects, or objects over several lines", _judge, _read)
