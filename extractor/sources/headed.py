"""Text logs whose records begin with a line of a known form and run to the next such line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extractor.models import BadRecord, Origin
from extractor.sources.interface import Reading


class Headed(NamedTuple):
    """The text of a record with its place; ``is_cut`` where its end is not here, or beyond the limit."""

    text: str
    origin: Origin
    is_cut: bool


def headed_records(reading: Reading, head: re.Pattern[bytes]) -> Iterator[Headed | BadRecord]:
    """The records in order; lines before the first head belong to a record of another file, and are one bad record."""
    lines = reading.lines
    limit = reading.max_statement_bytes
    parts: list[bytes] = []
    origin, size, is_cut, is_lost = Origin(lines.file, 1), 0, False, False
    for line in lines:
        if head.match(line):
            if parts:
                yield Headed(reading.text(b"\n".join(parts)), origin, is_cut)
            parts, size, is_cut, is_lost = [line], len(line), lines.is_cut, False
            origin = Origin(lines.file, lines.number)
        elif parts:
            size += len(line) + 1
            if size > limit or lines.is_cut:
                is_cut = True
            else:
                parts.append(line)
        elif line.strip() and not is_lost:
            is_lost = True
            yield reading.bad("the file begins inside a record")
    if parts:
        yield Headed(reading.text(b"\n".join(parts)), origin, is_cut or lines.is_damaged)
