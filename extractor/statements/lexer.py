"""The tokens of a statement, for those who read it without a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from dialects import Dialect
from dialects.lexing import Token, blank
from dialects.lexing import tokens as _cut

__all__ = ["Token", "nesting", "stream", "tokens"]

_MARKS = re.compile(r"[(\[{)\]}]|(?<![\w$#@])(?:CASE|END)(?![\w$#@])", re.IGNORECASE)
_CLOSING = frozenset((*")]}", *("".join(letters) for letters in product("eE", "nN", "dD"))))


def tokens(text: str, dialect: Dialect) -> list[Token]:
    """All tokens of ``text`` but whitespace and comments, with exact offsets."""
    return list(_cut(text, dialect.lexical))


def stream(text: str, dialect: Dialect) -> Iterator[Token]:
    """As `tokens`, one at a time: for long texts, and for those who need the first few only."""
    return _cut(text, dialect.lexical)


def nesting(text: str, dialect: Dialect) -> int:
    """The deepest nesting of brackets and CASE in ``text``; strings, quoted names and comments do not count."""
    depth = deepest = 0
    for mark in _MARKS.findall(blank(text, dialect.lexical)):
        if mark in _CLOSING:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
