"""The tokens of a statement, for those who read it without a parser."""

from __future__ import annotations

from collections.abc import Iterator

from dialects import Dialect
from dialects.lexing import Token
from dialects.lexing import tokens as _cut

__all__ = ["Token", "nesting", "stream", "tokens"]

_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")


def tokens(text: str, dialect: Dialect) -> list[Token]:
    """All tokens of ``text`` but whitespace and comments, with exact offsets."""
    return list(_cut(text, dialect.lexical))


def stream(text: str, dialect: Dialect) -> Iterator[Token]:
    """As `tokens`, one at a time: for long texts, and for those who need the first few only."""
    return _cut(text, dialect.lexical)


def nesting(text: str, dialect: Dialect) -> int:
    """The deepest nesting of brackets and CASE in ``text``; strings, quoted names and comments do not count."""
    depth = deepest = 0
    for token in _cut(text, dialect.lexical):
        if token.kind == "operator":
            if token.text in _OPENING:
                depth += 1
                deepest = max(deepest, depth)
            elif token.text in _CLOSING:
                depth = max(0, depth - 1)
        elif token.kind == "word" and len(token.text) <= 4:
            word = token.text.upper()
            if word == "CASE":
                depth += 1
                deepest = max(deepest, depth)
            elif word == "END":
                depth = max(0, depth - 1)
    return deepest
