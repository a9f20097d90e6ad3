"""JSON whose values know the line they begin on, for messages that name it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any, NamedTuple

from extractor.declared.records import Wrong

_TOKEN = re.compile(r'[ \t\r\n]*(?:([{}\[\]:,])|("(?:[^"\\]|\\.)*")|([^\s{}\[\]:,"]+))', re.DOTALL)
_DEEPEST = 100


class Value(NamedTuple):
    """A value and its line. ``data`` is a dict or a list of further values, or a plain value of JSON."""

    data: Any
    line: int


def parse(text: str) -> Value:
    """The one value that a text holds.

    Raises:
        Wrong: it is not JSON; the line is that of the first thing that cannot be.
    """
    reader = _Reader(text)
    value = reader.value(0)
    if reader.peek():
        raise Wrong(reader.line, "something follows the end of the document")
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [match.end() for match in re.finditer("\n", text)]
        self._end = 0
        self._held: re.Match[str] | None = None

    @property
    def line(self) -> int:
        """The line of the token that was looked at last, or of the end."""
        at = self._held.start(self._held.lastindex or 0) if self._held else len(self._text.rstrip())
        return bisect_right(self._lines, at) + 1

    def peek(self) -> str:
        """The next token, which stays; empty at the end."""
        self._held = _TOKEN.match(self._text, self._end)
        if self._held is None:
            if self._text[self._end :].strip():
                raise Wrong(bisect_right(self._lines, self._end) + 1, "a text in double quotes is not closed")
            return ""
        return self._held[self._held.lastindex or 0]

    def take(self) -> str:
        token = self.peek()
        if self._held is not None:
            self._end = self._held.end()
        return token

    def value(self, depth: int) -> Value:
        found = self.take()
        line = self.line
        if depth > _DEEPEST:
            raise Wrong(line, "values are nested too deeply")
        if found == "{":
            return Value(self._object(depth), line)
        if found == "[":
            return Value(self._list(depth), line)
        try:
            return Value(json.loads(found, strict=False), line)
        except ValueError:
            words = f"found {found[:40]!r}" if found else "the document ends"
            raise Wrong(line, f"a value is expected, and {words}") from None

    def _object(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while self.peek() != "}" or found:
            name = self.value(depth + 1)
            if not isinstance(name.data, str):
                raise Wrong(name.line, "a name in double quotes is expected")
            self._expect(":")
            found[name.data] = self.value(depth + 1)
            if self.peek() != ",":
                break
            self.take()
        self._expect("}")
        return found

    def _list(self, depth: int) -> list[Value]:
        found: list[Value] = []
        while self.peek() != "]" or found:
            found.append(self.value(depth + 1))
            if self.peek() != ",":
                break
            self.take()
        self._expect("]")
        return found

    def _expect(self, token: str) -> None:
        found = self.take()
        if found != token:
            words = f"found {found[:40]!r}" if found else "the document ends"
            raise Wrong(self.line, f"{token} is expected, and {words}")
