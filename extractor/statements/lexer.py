"""The tokens of a statement, for those who read it without a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from dialects import Dialect
from dialects.lexing import Token, blank, solid_parts
from dialects.lexing import tokens as _cut

__all__ = ["Token", "may_nest", "nesting", "stream", "tokens"]

_MARKS = re.compile(r"[(\[{)\]}]|(?<![\w$#@])(?:CASE|END)(?![\w$#@])", re.IGNORECASE)
_ROUND = bytes.maketrans(b"[]{}", b"()()")
_NO_BRACKETS = bytes(code for code in range(128) if chr(code) not in "()[]{}")
_CLOSING = frozenset((*")]}", *("".join(letters) for letters in product("eE", "nN", "dD"))))


def tokens(text: str, dialect: Dialect) -> list[Token]:
    """All tokens of ``text`` but whitespace and comments, with exact offsets."""
    return list(_cut(text, dialect.lexical))


def stream(text: str, dialect: Dialect) -> Iterator[Token]:
    """As `tokens`, one at a time: for long texts, and for those who need the first few only."""
    return _cut(text, dialect.lexical)


def may_nest(text: str, dialect: Dialect, limit: int) -> bool:
    """A quick look whether brackets and CASE may nest deeper than ``limit``; False is certain.

    Pairs with nothing in between are taken out again and again: each time takes one level away.
    """
    plain = "".join(solid_parts(text, dialect.lexical)[::2])
    left = plain.encode("ascii", "ignore").translate(_ROUND, _NO_BRACKETS)
    levels = plain.casefold().count("case")
    before = len(left) + 1
    while len(left) < before and levels + len(left) > limit >= levels:
        before = len(left)
        left = left.replace(b"()", b"")
        levels += 1
    return levels + len(left) > limit


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
