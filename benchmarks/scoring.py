"""How right an answer is: what was expected, what was found, and what of both is the same.

A case comes from a fixture of ours, or from a line of a file of neutral cases. Such a line is a JSON object:

``id``, ``source``, ``kind``, ``dialect``   where it comes from; `dialect` is empty where none is stated
``sql``, ``default_db``, ``default_schema``  a statement or script, or instead of it
``statements``       a query log: ``sql``, ``session``, ``user``, ``default_db``, ``default_schema`` each, in time order
``schema``           table -> column -> null or type
``sources``, ``targets``, ``columns``, ``edges``   what is expected; null where it is not asserted. Columns are
                     ``[source table, source column, target table or null, target column]``, edges of a log
                     ``[source, target or null]``
``partial``          tables are asserted by inclusion; ``absent_sources`` and ``absent_targets`` must not be found
``free_tables``      names, or ``re:`` and an expression, that count neither way
``free_columns``     target columns, or ``[target table, column or "*"]``, that count neither way
``columns_scope``    the only ``[target table, column]`` that are asserted
``temp_patterns``    expressions of names that are temporary
``disputed``         left out

Names are compared in lower case and without quotes, nested fields by their top-level column. A target among its own
sources counts neither way, and where no source is expected, the target is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import extractor

Row = tuple[str | None, ...]
_QUOTES = re.compile(r"[\"'`\[\]]")


@dataclass(frozen=True)
class Found:
    """What the engine found, in plain names."""

    sources: set[str]
    targets: set[str]
    edges: set[Row]
    columns: set[Row]


@dataclass(frozen=True)
class Side:
    """Tables or columns of one case: expected and not found, found and not expected, and how many were right."""

    right: int
    missing: frozenset[Row]
    extra: frozenset[Row]
    is_exact: bool

    @classmethod
    def of(cls, expected: set[Row], found: set[Row], *, is_partial: bool = False) -> Side:
        """The comparison of two sets; with ``is_partial`` more may be found."""
        extra = frozenset() if is_partial else frozenset(found - expected)
        missing = frozenset(expected - found)
        return cls(len(expected & found), missing, extra, not (missing or extra))


@dataclass(frozen=True)
class Verdict:
    """What became of one case; a side that nothing is asserted of is None."""

    name: str
    group: str
    kind: str
    tables: Side | None
    columns: Side | None
    why: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether nothing is missing and nothing too much."""
        return all(side is None or side.is_exact for side in (self.tables, self.columns))


def found_in(lineage: extractor.Lineage) -> Found:
    """Tables and direct column edges of a lineage."""
    columns = (
        (plain(e.source_table), top(e.source_column), plain(e.target_table), top(e.target_column))
        for e in lineage.columns
        if e.kind == "direct"
    )
    sources, targets = ({n for t in tables if (n := plain(t))} for tables in (lineage.sources, lineage.targets))
    return Found(sources, targets, {(plain(e.source), plain(e.target)) for e in lineage.tables}, set(columns))


def plain(name: object) -> str | None:
    """A table's name in lower case, without quotes and empty parts."""
    parts = (part.strip() for part in _QUOTES.sub("", str(name or "")).lower().split("."))
    return ".".join(part for part in parts if part) or None


def top(column: object) -> str:
    """A column's name in lower case, without quotes and nested fields."""
    return _QUOTES.sub("", str(column)).strip().lower().split(".")[0]


def verdict(case: dict[str, Any], found: Found) -> Verdict:
    """The comparison of a line's expectations with what was found."""
    tables = _log_tables(case, found) if "statements" in case else _tables(case, found)
    return Verdict(case["id"], case["source"], case.get("kind") or "", tables, _columns(case, found))


def _names(listed: Iterable[object] | None) -> set[str]:
    return {name for text in listed or () if (name := plain(text))}


class _Free:
    """The tables of a case that count neither way."""

    def __init__(self, listed: Iterable[str] | None) -> None:
        texts = list(listed or ())
        self._names = _names(text for text in texts if not text.startswith("re:"))
        self._patterns = [re.compile(text[3:], re.IGNORECASE) for text in texts if text.startswith("re:")]

    def __call__(self, name: str | None) -> bool:
        return name is not None and (name in self._names or any(p.fullmatch(name) for p in self._patterns))


def _tables(case: dict[str, Any], found: Found) -> Side | None:
    has_sources, has_targets = case.get("sources") is not None, case.get("targets") is not None
    if not (has_sources or has_targets or case.get("absent_sources")):
        return None
    free = _Free(case.get("free_tables"))
    targets, sources = _names(case.get("targets")), _names(case.get("sources"))
    own = targets if has_targets else found.targets
    expected: set[Row] = {("source", n) for n in sources - own if has_sources and not free(n)}
    seen: set[Row] = {("source", n) for n in found.sources - own if has_sources and not free(n)}
    if has_targets and (sources - own or not has_sources or (not targets and found.sources - own)):
        expected |= {("target", n) for n in targets if not free(n)}
        seen |= {("target", n) for n in found.targets if not free(n)}
    return _with_absent(case, found, Side.of(expected, seen, is_partial=bool(case.get("partial"))))


def _log_tables(case: dict[str, Any], found: Found) -> Side | None:
    free = _Free(case.get("free_tables"))
    if case.get("edges") is None:
        logged = Found({s for s, _ in found.edges if s}, {t for _, t in found.edges if t}, found.edges, found.columns)
        return _tables(case, logged)
    expected, seen = (
        {e for e in edges if e[0] != e[1] and not (free(e[0]) or free(e[1]))}
        for edges in ({(plain(s), plain(t)) for s, t in case["edges"]}, found.edges)
    )
    if all(target is not None for _, target in expected):
        seen = {edge for edge in seen if edge[1] is not None}
    return _with_absent(case, found, Side.of(expected, seen, is_partial=bool(case.get("partial"))))


def _with_absent(case: dict[str, Any], found: Found, side: Side) -> Side:
    bad: set[Row] = {("source", n) for n in _names(case.get("absent_sources")) & found.sources}
    bad |= {("target", n) for n in _names(case.get("absent_targets")) & found.targets}
    return Side(side.right, side.missing, side.extra | bad, side.is_exact and not bad)


def _columns(case: dict[str, Any], found: Found) -> Side | None:
    if case.get("columns") is None:
        return None
    free = _Free(case.get("free_tables"))
    entries = case.get("free_columns") or ()
    names = {top(entry) for entry in entries if isinstance(entry, str)}
    pairs = {(plain(entry[0]), entry[1].lower()) for entry in entries if not isinstance(entry, str)}
    scope = {(plain(table), top(column)) for table, column in case.get("columns_scope") or ()}

    def counts(row: Row) -> bool:
        source, _, target, column = row
        if column in names or (target, column) in pairs or (target, "*") in pairs or free(source) or free(target):
            return False
        return not scope or (target, column) in scope

    expected: set[Row] = {(plain(a), top(b), plain(c), top(d)) for a, b, c, d in case["columns"]}
    seen = {row for row in found.columns if counts(row) and (row[2] is not None or "statements" not in case)}
    return Side.of({row for row in expected if counts(row)}, seen)
