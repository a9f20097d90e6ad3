"""Semantic views, read as the views that they are: one query for each of their tables.

Snowflake, "CREATE SEMANTIC VIEW": facts and dimensions are expressions over the rows of their logical table,
metrics are aggregates over both; a metric without a table speaks of other metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialects.lexing import Token
from dialects.rewriting import closing, name_end, word_at
from extractor.lineage.analytic_views import items

_CLAUSES = ("TABLES", "RELATIONSHIPS", "FACTS", "DIMENSIONS", "METRICS")
_ENDS = frozenset({"WITH", "COMMENT", "LABELS", "TAG"})


def semantic_view(found: Sequence[Token], text: str) -> str | None:
    """The text of a plain view with the same columns, or None for any other statement."""
    view = next((i for i in range(1, min(5, len(found))) if word_at(found, i) == "VIEW"), 0)
    if word_at(found, 0) not in ("CREATE", "ALTER") or word_at(found, view - 1) != "SEMANTIC":
        return None
    start = view + 4 if word_at(found, view + 1) == "IF" else view + 1
    end = name_end(found, start)
    clauses = dict(_clauses(found, end)) if end > 0 else {}
    if "TABLES" not in clauses:
        return None
    tables = dict(_table(found, text, a, b) for a, b in items(found, *clauses["TABLES"]))
    rows: dict[str, list[str]] = {key: [] for key in tables}
    metrics: dict[str, list[str]] = {key: [] for key in tables}
    derived: list[str] = []
    for clause in ("FACTS", "DIMENSIONS", "METRICS"):
        for a, b in items(found, *clauses[clause]) if clause in clauses else ():
            owner, column = _column(found, text, a, b)
            (metrics if clause == "METRICS" else rows).get(owner, derived).append(column)
    parts = [_logical(key, table, rows[key], metrics[key]) for key, table in tables.items()]
    selected = ", ".join(["*", *derived])
    return f"CREATE VIEW {text[found[start].start : found[end - 1].end]} AS SELECT {selected} FROM {', '.join(parts)}"  # noqa: S608


def _logical(key: str, table: str, rows: list[str], metrics: list[str]) -> str:
    """One logical table as a derived one; its metrics may speak of its facts and dimensions, and of its columns."""
    made = ", ".join([f"{key}.*", *rows])
    names = [item.rpartition(" AS ")[2] for item in rows]
    source = f"(SELECT {made} FROM {table} AS {key}) AS {key}" if rows else f"{table} AS {key}"  # noqa: S608 - parsed only
    selected = ", ".join([*names, *metrics]) or "1"
    return f"(SELECT {selected} FROM {source}) AS {key}"  # noqa: S608 - for the parser only


def _clauses(found: Sequence[Token], place: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each clause with the range of what its brackets hold."""
    while place < len(found):
        word = word_at(found, place)
        if word in _CLAUSES and place + 1 < len(found) and found[place + 1].text == "(":
            yield word, (place + 2, closing(found, place + 1) - 1)
        place = closing(found, place) if found[place].text == "(" else place + 1


def _table(found: Sequence[Token], text: str, start: int, end: int) -> tuple[str, str]:
    """The alias of a logical table, and the table behind it."""
    named = word_at(found, start + 1) == "AS"
    first = start + 2 if named else start
    last = min(name_end(found, first), end)
    alias = found[start] if named else found[last - 1]
    return alias.text, text[found[first].start : found[last - 1].end]


def _column(found: Sequence[Token], text: str, start: int, end: int) -> tuple[str, str]:
    """The logical table that owns a fact, dimension or metric, and the item of a select list that it is."""
    if word_at(found, start) in ("PUBLIC", "PRIVATE"):
        start += 1
    owner = found[start].text if found[start + 1].text == "." else ""
    as_ = next((i for i in range(start, end) if word_at(found, i) == "AS"), end)
    name = found[start + 2 if owner else start].text
    last = as_ + 1
    while last < end and not (word_at(found, last) in _ENDS and last > as_ + 1):
        last = closing(found, last) if found[last].text == "(" else last + 1
    return owner, f"{text[found[as_ + 1].start : found[last - 1].end]} AS {name}" if as_ < end - 1 else name
