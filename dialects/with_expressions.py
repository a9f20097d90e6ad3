"""BigQuery's ``WITH(a AS x, b AS a + y, a * b)``: an expression with names of its own, which the parser does not know.

https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#with_expression
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens
from dialects.rewriting import closing, word_at

_MOST = 50
_LONGEST = 20_000
"""Names that stand for names double what is written; a text that would get longer stays as it is."""


def with_inlined_names(text: str, rules: LexicalRules) -> str:
    """``text`` with the last part of each such expression, in which its names are what they stand for."""
    for _ in range(_MOST):
        found = list(tokens(text, rules))
        place = max((i for i in range(1, len(found) - 4) if _begins(found, i)), default=0)  # inner ones first
        if not place:
            return text
        end = closing(found, place + 1)
        value = _value(found[place + 2 : end - 1])
        if not value or len(value) > _LONGEST:
            return text
        text = f"{text[: found[place].start]}{value}{text[found[end - 1].end :]}"
    return text


def _begins(found: Sequence[Token], place: int) -> bool:
    return (
        word_at(found, place) == "WITH"
        and found[place + 1].text == "("
        and found[place + 2].kind in ("word", "quoted")
        and word_at(found, place + 3) == "AS"
        and (word_at(found, place - 1) in _BEFORE or found[place - 1].text in _SIGNS)
    )


_BEFORE = frozenset({"SELECT", "DISTINCT", "WHERE", "AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "ON", "BY", "HAVING"})
_SIGNS = frozenset({"(", ",", "+", "-", "*", "/", "=", "<", ">", "<=", ">=", "!=", "<>", "||"})


def _value(inner: Sequence[Token]) -> str:
    """The last part of an expression, in brackets; nothing where a name may mean something else, as in a query."""
    if any(word_at(inner, place) == "SELECT" for place in range(len(inner))):
        return ""
    named: dict[str, str] = {}
    *parts, last = _parts(inner)
    for part in parts:
        if len(part) < 3 or word_at(part, 1) != "AS":
            return ""
        written = _inlined(part[2:], named)
        if len(written) > _LONGEST:
            return ""
        named[_name(part[0])] = written
    return _inlined(last, named) if last else ""


_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}


def _parts(inner: Sequence[Token]) -> list[Sequence[Token]]:
    found: list[Sequence[Token]] = []
    depth = start = 0
    for place, token in enumerate(inner):
        depth += _DEPTH.get(token.text, 0)
        if not depth and token.text == ",":
            found.append(inner[start:place])
            start = place + 1
    return [*found, inner[start:]]


def _inlined(part: Sequence[Token], named: dict[str, str]) -> str:
    written: list[str] = []
    for place, token in enumerate(part):
        is_name = token.kind in ("word", "quoted") and word_at(part, place - 1) not in (".", "AS")
        is_call = place + 1 < len(part) and part[place + 1].text == "("
        written.append(named.get(_name(token), token.text) if is_name and not is_call else token.text)
    return f"({' '.join(written)})"


def _name(token: Token) -> str:
    return token.text.strip("`").lower()
