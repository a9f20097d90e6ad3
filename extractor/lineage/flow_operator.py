"""Snowflake's flow operator: ``statement ->> statement FROM $1``, where $1 is what the statement before it yields.

https://docs.snowflake.com/en/sql-reference/operators-flow
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dialects import Dialect
from dialects.lexing import Token, tokens
from dialects.rewriting import word_at

_QUERIES = frozenset({"SELECT", "WITH", "FROM", "VALUES", "("})
_BEFORE_RESULTS = frozenset({"FROM", "JOIN"})


def flowing(text: str, dialect: Dialect) -> list[str]:
    """The statements that do something, with the results they read in brackets; one for other texts."""
    if "->>" not in text or dialect.parser != "snowflake":
        return [text]
    found = list(tokens(text, dialect.lexical))
    cuts = [-1, *(i for i, token in enumerate(found) if token.text == "->>" and token.kind == "operator"), len(found)]
    parts: list[str] = []
    kept: list[str] = []
    for first, last in pairwise(cuts):
        part = _filled(found[first + 1 : last], text, parts)
        is_query = word_at(found, first + 1) in _QUERIES
        parts.append(part if is_query else "SELECT NULL")
        if not is_query or last == len(found):
            kept.append(part)
    return kept


def _filled(part: Sequence[Token], text: str, earlier: list[str]) -> str:
    pieces: list[str] = []
    copied = part[0].start if part else 0
    for position, token in enumerate(part):
        number = token.text[1:]
        is_result = token.text[:1] == "$" and number.isdigit() and word_at(part, position - 1) in _BEFORE_RESULTS
        if is_result and 0 < int(number) <= len(earlier):
            pieces += (text[copied : token.start], f"(\n{earlier[-int(number)]}\n)")
            copied = token.end
    return "".join((*pieces, text[copied : part[-1].end])) if part else ""
