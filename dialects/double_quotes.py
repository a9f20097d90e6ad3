"""Strings in double quotes, as SAP ASE has them unless ``quoted_identifier`` is on, which it is not by default.

ASE Reference Manual: Building Blocks, "Identifiers", "Delimited identifiers". A name in double quotes is still known
where only a name can stand.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens, words
from dialects.rewriting import closing, name_end, word_at

_BEFORE_NAMES = words("FROM JOIN INTO UPDATE TABLE VIEW PROCEDURE PROC TRIGGER INDEX DELETE INSERT AS .")


def with_plain_strings(text: str, rules: LexicalRules) -> str:
    """``text`` with strings in single quotes."""
    found = list(tokens(text, rules))
    listed = _listed_columns(found)
    is_table = (word_at(found, 0), word_at(found, 1)) == ("CREATE", "TABLE")
    pieces: list[str] = []
    copied = 0
    for place, token in enumerate(found):
        if token.kind != "string" or token.text[0] != '"' or place in listed:
            continue
        before, behind = word_at(found, place - 1), word_at(found, place + 1)
        if behind == "." or (before not in ("DEFAULT", "=") if is_table else before in _BEFORE_NAMES):
            continue
        body = token.text[1:].removesuffix('"').replace('""', '"').replace("'", "''")
        pieces += (text[copied : token.start], f"'{body}'")
        copied = token.end
    return "".join((*pieces, text[copied:]))


def _listed_columns(found: Sequence[Token]) -> range:
    """The places of the columns that an INSERT lists."""
    into = 2 if word_at(found, 1) == "INTO" else 1
    last = name_end(found, into) if word_at(found, 0) == "INSERT" else -1
    return range(last, closing(found, last)) if word_at(found, last) == "(" else range(0)
