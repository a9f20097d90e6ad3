"""JSON as text: objects cut out of a stream, and read with what logs do to JSON forgiven."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from extractor.sources.interface import FileStats

_OUTSIDE = re.compile(rb'[{}"]')
_INSIDE = re.compile(rb'\\.?|"', re.DOTALL)
_CLOSINGS = (b'"}', b"}", b'"}}', b"}}", b'"}}}')
_MAX_ESCAPE = 7
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


class Cut(NamedTuple):
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

    def cut(self, blocks: Iterable[bytes]) -> Iterator[Cut]:
        """The objects of the blocks, in order; the last one may break off."""
        for block in blocks:
            yield from self._one_block(block)
        if self._parts:
            yield Cut(b"".join(self._parts), self._start, True)

    def _one_block(self, block: bytes) -> Iterator[Cut]:
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
                    yield Cut(b"".join(self._parts), self._start, self._size > self._limit)
                    self._parts, self._size = [], 0
        self._line += block.count(b"\n", counted)
        if self._depth > self._outer:
            self._keep(block[begin:])

    def _keep(self, piece: bytes) -> None:
        room = self._limit - self._size
        if room > 0:
            self._parts.append(piece[:room])
        self._size += len(piece)


def parse_object(line: bytes, stats: FileStats | None = None) -> dict[str, Any] | None:
    """The object of a line, raw control characters in its strings forgiven, or None when it is none.

    A half of a surrogate pair is no character: it is replaced by U+FFFD, and counted in ``stats``.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        whole, replaced = _whole_escapes(line)
        try:
            value = json.loads(whole.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError):
            return None
        if stats is not None:
            stats.replaced += replaced
    return value if isinstance(value, dict) else None


def _whole_escapes(data: bytes) -> tuple[bytes, int]:
    """The text of some JSON with U+FFFD for each lone surrogate that it spells, and how many those were."""
    replaced = 0

    def whole(match: re.Match[bytes]) -> bytes:
        nonlocal replaced
        if match[1] is None:
            return match[0]
        replaced += 1
        return b"\\ufffd"

    return _ESCAPE.sub(whole, data), replaced


def parse_cut_object(line: bytes, stats: FileStats | None = None) -> dict[str, Any] | None:
    """What can be had of an object whose text breaks off: all members before the break, and the broken string.

    Lone surrogates are treated as by `parse_object`.
    """
    line, replaced = _whole_escapes(line)
    if stats is not None:
        stats.replaced += replaced
    for shorter in range(_MAX_ESCAPE):
        for closing in _CLOSINGS:
            try:
                value = orjson.loads(line[: len(line) - shorter] + closing)
            except orjson.JSONDecodeError:
                continue
            return value if isinstance(value, dict) else None
    return None
