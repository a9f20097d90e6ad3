"""JSON that is not one object a line: an array of objects, objects over several lines, objects back to back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from extractor.models import Origin, QueryRecord
from extractor.sources.columns import Layout, choose_columns
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.json_lines import find_columns, parse_cut_object, parse_object, sample_keys
from extractor.sources.layouts import layout_of
from extractor.sources.rows import RowReader

_OUTSIDE = re.compile(rb'[{}"]')
_INSIDE = re.compile(rb'\\.?|"', re.DOTALL)
_SAMPLE_OBJECTS = 50


class _Cut(NamedTuple):
    """The text of one object, the line it begins on (from 0), and whether it breaks off or was cut."""

    text: bytes
    line: int
    is_cut: bool


class ObjectCutter:
    """Cuts a stream of blocks into the texts of its outermost objects, whatever stands between them.

    With ``depth`` 1 the object around them (``{"queries": [{...}, ...]}``) is opened. Of an object beyond
    ``limit`` bytes only so much is kept.
    """

    def __init__(self, limit: int, *, depth: int = 0) -> None:
        self._limit = limit
        self._outer = depth
        self._depth = 0
        self._in_string = False
        self._is_escaped = False
        self._parts: list[bytes] = []
        self._size = 0
        self._line = 0
        self._start = 0

    def cut(self, blocks: Iterable[bytes]) -> Iterator[_Cut]:
        """The objects of the blocks, in order; the last one may break off."""
        for block in blocks:
            yield from self._one_block(block)
        if self._parts:
            yield _Cut(b"".join(self._parts), self._start, True)

    def _one_block(self, block: bytes) -> Iterator[_Cut]:
        position, begin, counted = int(self._is_escaped), 0, 0
        self._is_escaped = False
        while match := (_INSIDE if self._in_string else _OUTSIDE).search(block, position):
            position = match.end()
            token = match[0]
            if token == b'"':
                self._in_string = not self._in_string
            elif token == b"\\":
                self._is_escaped = True
            elif token == b"{":
                self._depth += 1
                if self._depth == self._outer + 1:
                    begin = match.start()
                    self._line += block.count(b"\n", counted, begin)
                    counted, self._start = begin, self._line
            elif token == b"}" and self._depth:
                self._depth -= 1
                if self._depth == self._outer:
                    self._keep(block[begin:position])
                    yield _Cut(b"".join(self._parts), self._start, self._size > self._limit)
                    self._parts, self._size = [], 0
        self._line += block.count(b"\n", counted)
        if self._depth > self._outer:
            self._keep(block[begin:])

    def _keep(self, piece: bytes) -> None:
        room = self._limit - self._size
        if room > 0:
            self._parts.append(piece[:room])
        self._size += len(piece)


def _looks_wrapped(text: str) -> bool:
    """Whether an object holds the array of objects, as ``{"queries": [{...`` does."""
    return re.match(r'\s*\{\s*"[^"]*"\s*:\s*\[\s*\{', text) is not None


def objects_of(sample: Sample) -> list[dict[str, Any]]:
    """The first objects of a sample, the last of them as far as it goes."""
    cutter = ObjectCutter(len(sample.data) + 1, depth=int(_looks_wrapped(sample.text)))
    found = []
    for text, _, _ in cutter.cut([sample.data]):
        if (value := parse_object(text) or parse_cut_object(text)) is not None:
            found.append(value)
        if len(found) == _SAMPLE_OBJECTS:
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
    cutter = ObjectCutter(reading.max_statement_bytes, depth=int(_looks_wrapped(reading.sample.text)))
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
    data: bytes, origin: Origin, reading: Reading, to_record: RowReader | None, *, is_cut: bool
) -> Item | None:
    text = reading.text(data).encode()
    row = parse_cut_object(text, reading.stats) if is_cut else parse_object(text, reading.stats)
    if row is None:
        return reading.bad("the object is no JSON" + (" or breaks off" if is_cut else ""), origin)
    record = to_record(row, origin.file, origin.line) if to_record is not None else None
    if isinstance(record, QueryRecord):
        return record._replace(cut=True) if is_cut else record
    if is_cut:
        return reading.bad("the object breaks off or is longer than the limit, and holds no SQL before", origin)
    return reading.bad(record, origin) if record else None


def _read(reading: Reading) -> Iterator[Item]:
    return read_documents(reading, None)


FORMAT = SourceFormat("json", "JSON: an array of objects, or objects over several lines", _judge, _read)
