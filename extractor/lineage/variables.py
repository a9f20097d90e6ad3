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

MAX_DEPTH = 4
"""How far it is followed what a variable took from other variables."""
_WORD = re.compile(r"[^\W\d][\w$#]*")
_ONLY_VALUES = re.compile(r"\s*INSERT\b(?!.*\bSELECT\b).*\bVALUES\b", re.IGNORECASE | re.DOTALL)

Parse = Callable[[str, Names], "tuple[Statement, ...]"]


class _Known(NamedTuple):
    records: dict[str, Query]
    values: dict[str, Query]


def names_of(inner: Inner, parse: Parse) -> Names:
    """The names that a statement of a body sees: variables, and the queries behind those that it uses."""
    found = _known(inner.text, inner.held, inner.variables, parse, 0)
    return Names(inner.variables, found.records, inside=True, values=found.values)


def _known(
    text: str, held: tuple[tuple[str, Value], ...], variables: frozenset[str], parse: Parse, depth: int
) -> _Known:
    known = _Known({}, {})
    used = {word.lower() for word in _WORD.findall(text)} if held and depth < MAX_DEPTH else set()
    for name, value in held:
        base, _, kind = name.partition(".")
        if base not in used and not (kind == "*" and _ONLY_VALUES.match(text)):
            continue
        query = _query(value, variables, parse, depth)
        if query is None:
            continue
        if value.position == COLUMNS:
            if _ONLY_VALUES.match(text):
                known.values.update(_columns(query))
        elif value.position == WHOLE_ROW:
            known.records[base] = query
        else:
            column = column_at(query, value.position)
            if column is not None:
                known.values[base] = column
    return known


def _query(value: Value, variables: frozenset[str], parse: Parse, depth: int) -> Query | None:
    below = _known(value.query, value.held, variables, parse, depth + 1)
    try:
        statements = parse(value.query, Names(variables, below.records, inside=True, values=below.values))
    except StatementError:
        return None
    read = statements[0] if len(statements) == 1 else None
    return read.query if isinstance(read, Read) else None


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
