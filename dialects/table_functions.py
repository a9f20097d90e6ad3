"""Table functions that take tables: the clauses that say how rows reach the function are no part of the data's way.

Hive's ``noop(ON t PARTITION BY a ORDER BY b)`` (LanguageManual PTF), Trino's and Databricks's
``f(input => TABLE(t) PARTITION BY a ORDER BY b)`` (https://trino.io/docs/current/functions/table.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens, words
from dialects.rewriting import closing, name_end, word_at

_CALL_ON = re.compile(r"\(\s*ON\b")
_TABLE_ARGUMENT = re.compile(r"TABLE\s*\(")
_HOW = frozenset({"PARTITION", "ORDER", "DISTRIBUTE", "SORT", "CLUSTER", "PRUNE", "KEEP", "COPARTITION", "AS", "WITH"})
_PASSING = ("NOOP", "WINDOWINGTABLEFUNCTION")
"""Functions of Hive that hand on the rows and columns they get."""


def with_plain_inputs(text: str, rules: LexicalRules) -> str:
    """``text`` with bare tables where table functions name their inputs with a partitioning or an order."""
    upper = text.upper()
    if _CALL_ON.search(upper):
        found = list(tokens(text, rules))
        text = "".join(_written(text, found, 0, len(found)))
    if _TABLE_ARGUMENT.search(upper):
        found = list(tokens(text, rules))
        text = "".join(_without_clauses(text, found))
    return text


def _written(text: str, found: Sequence[Token], start: int, end: int) -> Iterator[str]:
    """The tokens from ``start`` to ``end`` as text, calls with ON and their inner calls rewritten."""
    copied = found[start].start if start and start < end else 0
    position = start
    while position < end:
        is_call = found[position].kind == "word" and word_at(found, position + 1) == "("
        if not (is_call and word_at(found, position + 2) == "ON"):
            position += 1
            continue
        close = closing(found, position + 1)
        yield text[copied : found[position].start]
        yield _as_input(text, found, position, close)
        copied = found[close - 1].end
        position = close
    yield text[copied : found[end - 1].end if end < len(found) else len(text)]


def _as_input(text: str, found: Sequence[Token], position: int, close: int) -> str:
    first = position + 3
    inner = "".join(_written(text, found, first, _input_end(found, first, close - 1)))
    name = word_at(found, position)
    if not name.startswith(_PASSING):
        return f"{found[position].text}((SELECT * FROM {inner}))"  # noqa: S608 - text for the parser, never run
    named = close < len(found) and found[close].kind in ("word", "quoted") and word_at(found, close) not in _AFTER_INPUT
    return f"(SELECT * FROM {inner})" if named else f"({inner})"  # noqa: S608 - as above


_AFTER_INPUT = (_HOW - {"AS"}) | words(
    "WHERE GROUP HAVING JOIN LEFT RIGHT FULL INNER CROSS LATERAL UNION LIMIT WINDOW SELECT INSERT ON INTERSECT "
    "EXCEPT MINUS"
)


def _input_end(found: Sequence[Token], first: int, last: int) -> int:
    """Where the clauses behind an input begin, or ``last``; ``ON t arg('x')`` ends at the argument."""
    position = closing(found, first) if word_at(found, first) == "(" else first
    while position < last:
        if word_at(found, position) in _HOW - {"AS"}:
            return position
        if position > first and found[position].kind == "word" and word_at(found, position + 1) == "(":
            return position
        position = closing(found, position) if word_at(found, position) == "(" else position + 1
    return last


def _without_clauses(text: str, found: Sequence[Token]) -> Iterator[str]:
    copied = 0
    for position, token in enumerate(found):
        if token.start < copied or word_at(found, position) != "TABLE" or word_at(found, position + 1) != "(":
            continue
        close = closing(found, position + 1)
        if not _is_argument(found, position + 2, close) or word_at(found, close) not in _HOW:
            continue
        end = close
        while end < len(found) and found[end].text not in (",", ")"):
            end = closing(found, end) if found[end].text == "(" else end + 1
        if end < len(found):
            yield text[copied : found[close - 1].end]
            copied = found[end].start
    yield text[copied:]


def _is_argument(found: Sequence[Token], position: int, close: int) -> bool:
    """``TABLE(name)`` and ``TABLE(query)``; ``TABLE(f(...))`` stands in FROM itself."""
    return word_at(found, position) in ("SELECT", "WITH", "TABLE") or name_end(found, position) == close - 1
