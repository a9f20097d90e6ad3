"""A table function that is given the text of a query of another database: BigQuery's EXTERNAL_QUERY."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dialects
from dialects import Dialect, ParseFailure
from dialects.sqlglot_adapter import parse
from extractor.lineage.lowering.context import Node, Walk
from extractor.lineage.model import Cte, Name, Query, Source

_ELSEWHERE = "external_query"


def query_in_text(function: str, texts: list[str], walk: Walk) -> Query | None:
    """The query whose text a call of ``function`` is given; None for other functions and where it cannot be read.

    The tables of EXTERNAL_QUERY are those of the database behind the connection, its first argument:
    https://cloud.google.com/bigquery/docs/reference/standard-sql/federated_query_functions
    """
    if function == _ELSEWHERE and len(texts) > 1:
        tree = _parsed(texts[1], dialects.get(""))
        if tree is not None:
            query = walk.query(tree, Walk(dialects.get(""), walk.query, walk.values, walk.statement, walk.names))
            moved: Query = _moved(query, texts[0], frozenset(_ctes(query)))
            return moved
    return None


def _parsed(text: str, dialect: Dialect) -> Node:
    try:
        trees = parse(text, dialect)
    except ParseFailure:
        return None
    return trees[0] if len(trees) == 1 and trees[0].__class__.__name__ in ("Select", "Union", "Subquery") else None


def _ctes(value: Any) -> Iterator[str]:
    """The names of all CTEs within a record."""
    if isinstance(value, Cte):
        yield value.name.lower()
    for item in value if isinstance(value, tuple) else ():
        yield from _ctes(item)


def _moved(value: Any, place: str, own: frozenset[str]) -> Any:
    """A record whose tables lie behind the connection ``place``; those named in ``own`` are its CTEs."""
    if not isinstance(value, tuple):
        return value
    items = [_moved(item, place, own) for item in value]
    if all(new is old for new, old in zip(items, value, strict=True)):
        moved: Any = value
    else:
        moved = value.__class__(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(moved, Source) and moved.kind == "table" and not _is_own(moved.name, own):
        whole = ".".join((place, *(part for part, _ in moved.name)))
        return moved._replace(kind="external", name=((whole, True),), alias=moved.alias or moved.name[-1][0])
    return moved


def _is_own(name: Name, own: frozenset[str]) -> bool:
    return len(name) == 1 and name[0][0].lower() in own
