"""ClickHouse's column transformers that its parser does not know: APPLY with a lambda or parameters, COLUMNS(a, b).

https://clickhouse.com/docs/sql-reference/statements/select#apply
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialects.lexing import Token
from dialects.rewriting import closing, word_at

UNNAMED = "?"
"""Stands for a function whose results have no name that lineage can rely on."""


def applied(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``APPLY(x -> f(x))`` is ``APPLY(f)``; a function with parameters, ``APPLY(quantile(0.9))``, is one name."""
    if word_at(found, position) != "APPLY" or word_at(found, position + 1) != "(":
        return None
    if word_at(found, position - 1) in ("CROSS", "OUTER"):  # a join in other engines
        return None
    end = closing(found, position + 1)
    inner = found[position + 2 : end - 1]
    if len(inner) < 2:
        return None
    name = _called(inner) if inner[1].text == "->" else "".join(token.text for token in inner)
    return end - position, f'APPLY("{name}")' if '"' not in name else f'APPLY("{UNNAMED}")'


def _called(inner: Sequence[Token]) -> str:
    """The function that a lambda calls with nothing but its argument."""
    argument, body = inner[0].text, [token.text for token in inner[2:]]
    return body[0] if body[1:] == ["(", argument, ")"] else UNNAMED


def columns_listed(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``COLUMNS(a, b)`` chooses as the pattern does that matches these names alone."""
    if word_at(found, position) != "COLUMNS" or word_at(found, position + 1) != "(":
        return None
    if word_at(found, position - 1) not in ("SELECT", ",", "DISTINCT", "."):
        return None
    end = closing(found, position + 1)
    inner = found[position + 2 : end - 1]
    names = [token.text.strip('`"') for token in inner[::2]]
    if not names or any(token.text != "," for token in inner[1::2]):
        return None
    if any(token.kind not in ("word", "quoted") for token in inner[::2]):
        return None
    return end - position, f"COLUMNS('^(?:{'|'.join(map(re.escape, names))})$')"
