"""What variables hold, as queries: their text is parsed only for those that a statement uses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from extractor.errors import StatementError
from extractor.lineage.lowering import Names
from extractor.lineage.model import Query, Read, Select, SetOp, Statement
from extractor.lineage.model import Values as Rows
from extractor.lineage.scripting import COLUMNS, WHOLE_ROW, Inner, Value

MAX_DEPTH = 12
"""How far it is followed what a variable took from other variables."""
MAX_QUERIES = 200
"""How many queries one statement is given in place of its variables, those within them counted too."""
LEFT_OUT = (
    f"variables hold what stands behind more than {MAX_QUERIES} queries, or is taken from one to the next more than "
    f"{MAX_DEPTH} times: what flows through them is left out in part"
)
"""What the report says where one of these limits is met."""
_WORD = re.compile(r"[^\W\d][\w$#]*")
_ONLY_VALUES = re.compile(r"\s*INSERT\b(?!.*\bSELECT\b).*\bVALUES\b", re.IGNORECASE | re.DOTALL)

Parse = Callable[[str, Names], "tuple[Statement, ...]"]


class _Known(NamedTuple):
    records: dict[str, Query]
    values: dict[str, Query]
    size: int


class _Read(NamedTuple):
    """A value's query, with the number of queries in it; the value is kept so that nothing else gets its id."""

    value: Value
    query: Query | None
    size: int


class Recall:
    """What the variables of one text hold; the query behind each is read once, however often they are used.

    ``is_cut`` tells that a limit was met, so that something of what they hold is missing.
    """

    __slots__ = ("_parse", "_read", "is_cut")

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._read: dict[tuple[int, frozenset[str], int], _Read] = {}
        self.is_cut = False

    def names_of(self, inner: Inner) -> Names:
        """The names that a statement of a body sees: variables, and the queries behind those that it uses."""
        found = self._known(inner.text, inner.held, inner.variables, 0)
        return Names(inner.variables, found.records, inside=True, values=found.values)

    def _known(self, text: str, held: tuple[tuple[str, Value], ...], variables: frozenset[str], depth: int) -> _Known:
        records: dict[str, list[Query]] = {}
        values: dict[str, list[Query]] = {}
        size = 0
        used = {word.lower() for word in _WORD.findall(text)} if held else set()
        if depth >= MAX_DEPTH:
            self.is_cut = self.is_cut or any(name.partition(".")[0] in used for name, _ in held)
            return _Known({}, {}, 0)
        for name, value in held:
            base, _, kind = name.partition(".")
            if base not in used and not (kind == "*" and _ONLY_VALUES.match(text)):
                continue
            _, query, inside = self._query(value, variables, depth)
            if query is None or size + inside > MAX_QUERIES:
                self.is_cut = self.is_cut or query is not None
                continue
            size += inside
            if value.position == COLUMNS:
                for column_name, one in _columns(query).items() if _ONLY_VALUES.match(text) else ():
                    values.setdefault(column_name, []).append(one)
            elif value.position == WHOLE_ROW:
                records.setdefault(base, []).append(query)
            else:
                column = column_at(query, value.position)
                if column is not None:
                    values.setdefault(base, []).append(column)
        return _Known(_any_of(records, by_name=True), _any_of(values, by_name=False), size)

    def _query(self, value: Value, variables: frozenset[str], depth: int) -> _Read:
        key = (id(value), variables, depth)
        if key not in self._read:
            self._read[key] = self._parsed(value, variables, depth)
        return self._read[key]

    def _parsed(self, value: Value, variables: frozenset[str], depth: int) -> _Read:
        below = self._known(value.query, value.held, variables, depth + 1)
        try:
            statements = self._parse(value.query, Names(variables, below.records, inside=True, values=below.values))
        except StatementError:
            statements = ()
        read = statements[0] if len(statements) == 1 else None
        return _Read(value, read.query if isinstance(read, Read) else None, below.size + 1)


def _any_of(found: dict[str, list[Query]], *, by_name: bool) -> dict[str, Query]:
    """A variable that may hold one of several things is all of them together."""
    return {
        name: queries[0] if len(queries) == 1 else SetOp(tuple(queries), by_name) for name, queries in found.items()
    }


def column_at(query: Query, position: int) -> Query | None:
    """``query`` with the column at that position alone, or None where it cannot be told which one that is."""
    if isinstance(query, Select):
        items = query.projections[: position + 1]
        if len(items) <= position or any(item.star is not None for item in items):
            return None
        return query._replace(projections=(items[position],))
    if isinstance(query, SetOp):
        branches = [column_at(branch, position) for branch in query.branches]
        kept = tuple(branch for branch in branches if branch is not None)
        return query._replace(branches=kept) if len(kept) == len(branches) else None
    return Rows((query.flows[position],), (), query.ctes) if position < len(query.flows) else None


def _columns(query: Query) -> dict[str, Query]:
    first = query
    while isinstance(first, SetOp):
        first = first.branches[0]
    names = [item.name.lower() for item in first.projections] if isinstance(first, Select) else []
    found = {name: column_at(query, position) for position, name in enumerate(names) if name}
    return {name: column for name, column in found.items() if column is not None}
