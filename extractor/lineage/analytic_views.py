"""Analytic views and attribute dimensions of Oracle, read as the plain views that they can be queried as.

Oracle, SQL Language Reference, "CREATE ANALYTIC VIEW" and "CREATE ATTRIBUTE DIMENSION": a measure is a column of the
fact table or computed from other measures; an attribute is a column of the dimension's tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialects.lexing import Token
from dialects.rewriting import closing, name_end, word_at

_LISTS = {("ANALYTIC", "VIEW"): "MEASURES", ("ATTRIBUTE", "DIMENSION"): "ATTRIBUTES"}


def analytic_view(found: Sequence[Token], text: str) -> str | None:
    """The text of a plain view with the same columns, or None for any other statement."""
    kind = next((i for i in range(1, 5) if (word_at(found, i), word_at(found, i + 1)) in _LISTS), 0)
    if word_at(found, 0) != "CREATE" or not kind:
        return None
    listed = _LISTS[word_at(found, kind), word_at(found, kind + 1)]
    start = kind + 5 if word_at(found, kind + 2) == "IF" else kind + 2
    end = name_end(found, start)
    using = _place(found, end, "USING") if end > 0 else -1
    columns = _place(found, using, listed) if using > 0 else -1
    if columns < 0 or word_at(found, columns + 1) != "(":
        return None
    tables = ", ".join(_tables(found, text, using + 1))
    facts: dict[str, str] = {}
    for first, last in items(found, columns + 2, closing(found, columns + 1) - 1):
        name, value = _column(found, text, first, last, facts, measures=listed == "MEASURES")
        facts[name] = value
    selected = ", ".join(f"{value} AS {name}" for name, value in facts.items())
    return f"CREATE VIEW {text[found[start].start : found[end - 1].end]} AS SELECT {selected} FROM {tables}"  # noqa: S608


def _place(found: Sequence[Token], start: int, word: str) -> int:
    """Where ``word`` stands outside of brackets from ``start`` on, or -1."""
    place = start
    while place < len(found):
        if word_at(found, place) == word:
            return place
        place = closing(found, place) if found[place].text == "(" else place + 1
    return -1


def items(found: Sequence[Token], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges between the commas that stand outside of inner brackets."""
    first = place = start
    while place < end:
        if found[place].text == ",":
            yield first, place
            first = place + 1
        place = closing(found, place) if found[place].text == "(" else place + 1
    if first < end:
        yield first, end


def _tables(found: Sequence[Token], text: str, place: int) -> Iterator[str]:
    """``USING t [REMOTE] [[AS] a] [, u ...]``: each table with its alias."""
    while (end := name_end(found, place)) > 0:
        table = text[found[place].start : found[end - 1].end]
        end += word_at(found, end) == "REMOTE"
        end += word_at(found, end) == "AS"
        named = end < len(found) and found[end].kind in ("word", "quoted") and word_at(found, end) not in _AFTER_TABLES
        yield f"{table} {found[end].text}" if named else table
        end += named
        if word_at(found, end) != ",":
            return
        place = end + 1


_AFTER_TABLES = frozenset({"DIMENSION", "JOIN", "ATTRIBUTES", "CLASSIFICATION", "CAPTION", "DESCRIPTION"})


def _column(
    found: Sequence[Token], text: str, start: int, end: int, facts: dict[str, str], *, measures: bool
) -> tuple[str, str]:
    """The name of a measure or attribute, and the expression over the tables that it is.

    A computed measure is made of the measures that its expression names.
    """
    name = found[start].text
    if measures and word_at(found, start + 1) == "AS":
        used = dict.fromkeys(facts[t.text] for t in found[start + 2 : end] if t.text in facts)
        return name, f"CONCAT({', '.join(used)})" if used else "NULL"
    first = start + 2 if measures and word_at(found, start + 1) == "FACT" else start
    last = max(name_end(found, first), first + 1)
    value = text[found[first].start : found[last - 1].end]
    if measures:
        return name, value
    return (found[last + 1] if word_at(found, last) == "AS" else found[last - 1]).text, value
