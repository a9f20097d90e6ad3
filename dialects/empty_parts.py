"""Columns and functions behind names with an empty part: ``db..t.c`` and ``db..f(x)``, where the parser knows neither.

Netezza, "Cross-database access"; Transact-SQL and SAP ASE, "Identifiers": the schema of a full name may be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens, words
from dialects.rewriting import word_at

_BEFORE_TABLES = words("INTO TABLE VIEW FROM JOIN UPDATE USING EXISTS REFERENCES SAMEAS INSERT DELETE MERGE ON")


def with_plain_columns(text: str, rules: LexicalRules) -> str:
    """``db..t.c`` as ``t.c``: the relation of that name in the same statement."""
    return _without_prefix(text, rules, lambda found, place: word_at(found, place + 4) == ".")


def with_plain_calls(text: str, rules: LexicalRules) -> str:
    """``db..f(x)`` as ``f(x)``; not where the name may be a table's, with its columns behind it."""

    def is_call(found: Sequence[Token], place: int) -> bool:
        return word_at(found, place + 4) == "(" and word_at(found, place - 1) not in _BEFORE_TABLES

    return _without_prefix(text, rules, is_call)


def _without_prefix(text: str, rules: LexicalRules, fits: Callable[[Sequence[Token], int], bool]) -> str:
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place in range(len(found) - 4):
        if word_at(found, place + 1) == "." and word_at(found, place + 2) == "." and fits(found, place):
            pieces.append(text[copied : found[place].start])
            copied = found[place + 3].start
    return "".join((*pieces, text[copied:]))
