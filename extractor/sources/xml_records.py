"""Records of XML logs, cut out of a stream one by one, so that a file without its closing root tag is read, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from extractor.models import BadRecord, Origin
from extractor.sources.interface import Reading

_TAIL = 16
"""No mark that is searched for is longer, so only so much of a block must be seen again with the next one."""
_NO_CHARACTER = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcBC]|0[eEfF]|[eEfF]|1[\da-fA-F]));")
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\ufffd")


class Element(NamedTuple):
    """The text of one record, the line it begins on (from 0), and whether it breaks off or is beyond the limit."""

    text: bytes
    line: int
    is_cut: bool


class ElementCutter:
    """Cuts a stream of blocks into the elements of one name, whatever stands between them.

    What looks like a tag within CDATA is text. An element in which another one begins breaks off there. Of an element
    beyond ``limit`` bytes only so much is kept.
    """

    def __init__(self, name: str, limit: int) -> None:
        tag = re.escape(name.encode())
        self._begin = re.compile(rb"<" + tag + rb"(?=[\s>])")
        self._inside = re.compile(rb"<!\[CDATA\[|<" + tag + rb"(?=[\s>])|</" + tag + rb"\s*>")
        self._end_of_cdata = re.compile(rb"\]\]>")
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._line = 0
        self._start = 0
        self._is_open = self._is_cdata = False

    def cut(self, blocks: Iterable[bytes]) -> Iterator[Element]:
        """The elements of the blocks, in order; the last one may break off."""
        rest = b""
        for block in blocks:
            data = rest + block
            position = 0
            while match := self._wanted().search(data, position):
                yield from self._mark(data, position, match)
                position = match.end()
            seen = max(position, len(data) - _TAIL)
            self._keep(data[position:seen])
            rest = data[seen:]
        self._keep(rest)
        if self._is_open:
            yield self._element(is_whole=False)

    def _wanted(self) -> re.Pattern[bytes]:
        if self._is_cdata:
            return self._end_of_cdata
        return self._inside if self._is_open else self._begin

    def _mark(self, data: bytes, position: int, match: re.Match[bytes]) -> Iterator[Element]:
        mark = match[0]
        if self._is_cdata or mark.startswith(b"<!"):
            self._is_cdata = not self._is_cdata
            self._keep(data[position : match.end()])
        elif mark.startswith(b"</"):
            self._keep(data[position : match.end()])
            yield self._element(is_whole=True)
        else:
            self._keep(data[position : match.start()])
            if self._is_open:
                yield self._element(is_whole=False)
            self._is_open, self._start = True, self._line
            self._keep(mark)

    def _element(self, *, is_whole: bool) -> Element:
        element = Element(b"".join(self._parts), self._start, not is_whole or self._size > self._limit)
        self._parts, self._size, self._is_open, self._is_cdata = [], 0, False, False
        return element

    def _keep(self, piece: bytes) -> None:
        self._line += piece.count(b"\n")
        if self._is_open:
            self._parts.append(piece[: max(0, self._limit - self._size)])
            self._size += len(piece)


def read_elements(reading: Reading, name: str, word: str) -> Iterator[tuple[ET.Element, Origin] | BadRecord]:
    """The elements of that name in a log, each counted as an entry; ``word`` is what people call them.

    One that breaks off with a file which is damaged there is told by the file's own problem.
    """
    file = reading.lines.file
    for text, line, is_cut in ElementCutter(name, reading.max_statement_bytes).cut(reading.lines.blocks()):
        if is_cut and reading.lines.is_damaged:
            return
        reading.stats.entries += 1
        origin = Origin(file, line + 1)
        element = None if is_cut else parse_element(reading.text(text))
        if element is not None:
            yield element, origin
        else:
            yield reading.bad(f"the {word} breaks off or is too long" if is_cut else f"the {word} is no XML", origin)


def parse_element(text: str) -> ET.Element | None:
    """The element, with what is no character of XML replaced, or None when it is no XML.

    A record holds no document type, so it defines no entities of its own that could grow.
    """
    if "<!DOCTYPE" in text[:1_000]:
        return None
    for whole in (text, None):
        try:
            return ET.fromstring(whole or _NO_CHARACTER.sub("\ufffd", text).translate(_CONTROLS))  # noqa: S314
        except (ET.ParseError, ValueError):
            continue
    return None
