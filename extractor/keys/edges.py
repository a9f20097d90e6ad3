"""The edges of one statement, from names to keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from extractor.keys.interface import KeyResult, Missing
from extractor.keys.quoting import fold_key
from extractor.models import ColumnEdge, KeyedEdge, Node, StatementLineage, TableEdge, TableName

Indirect = Literal["none", "tables", "all"]


class Resolver(Protocol):
    """What gives each name its object."""

    def table(self, name: TableName) -> KeyResult:
        """The object that a table's name means."""

    def column(self, table: TableName, column: str) -> KeyResult:
        """The object that a column's name means."""


def keyed_lineage(
    resolver: Resolver, lineage: StatementLineage, *, indirect: Indirect, min_confidence: float
) -> tuple[tuple[KeyedEdge, ...], tuple[Missing, ...]]:
    """The edges of ``lineage`` between objects, and the ends that have none; see `KeyResolver.edges`."""
    missing: dict[tuple[TableName, str | None], Missing] = {}
    tables = (e for e in lineage.tables if _wanted(e, indirect != "none", min_confidence))
    columns = (e for e in lineage.columns if _wanted(e, indirect == "all", min_confidence))
    keyed = [*_table_edges(resolver, tables, missing), *_column_edges(resolver, columns, missing)]
    return _distinct(keyed), tuple(missing.values())


def _wanted(edge: TableEdge | ColumnEdge, indirect_too: bool, min_confidence: float) -> bool:  # noqa: FBT001 - private
    return (indirect_too or edge.kind == "direct") and edge.confidence >= min_confidence


def _table_edges(
    resolver: Resolver, edges: Iterable[TableEdge], missing: dict[tuple[TableName, str | None], Missing]
) -> Iterator[KeyedEdge]:
    for edge in edges:
        if edge.target is None:
            continue
        source = _table(resolver, edge.source, missing)
        target = _table(resolver, edge.target, missing)
        if source and target:
            yield KeyedEdge(source, target, edge.kind, edge.confidence, edge.reason)


def _column_edges(
    resolver: Resolver, edges: Iterable[ColumnEdge], missing: dict[tuple[TableName, str | None], Missing]
) -> Iterator[KeyedEdge]:
    for edge in edges:
        if edge.target_table is None:
            continue
        source = _column(resolver, edge.source_table, edge.source_column, missing)
        target = _column(resolver, edge.target_table, edge.target_column, missing)
        if source and target:
            yield KeyedEdge(source, target, edge.kind, edge.confidence, edge.reason)


def _table(resolver: Resolver, table: TableName, missing: dict[tuple[TableName, str | None], Missing]) -> Node | None:
    result = resolver.table(table)
    if result.node is None:
        missing.setdefault((table, None), Missing(table, None, result.how, result.reason))
    return result.node


def _column(
    resolver: Resolver,
    table: TableName,
    column: str,
    missing: dict[tuple[TableName, str | None], Missing],
) -> Node | None:
    """The column's object; a column of a table without one is not listed again, its table is."""
    of_table = resolver.table(table)
    if of_table.node is None:
        missing.setdefault((table, None), Missing(table, None, of_table.how, of_table.reason))
        return None
    result = resolver.column(table, column)
    if result.node is None and of_table.node.otype == "table":
        missing.setdefault((table, column.lower()), Missing(table, column, result.how, result.reason))
    return result.node


def _distinct(edges: Iterable[KeyedEdge]) -> tuple[KeyedEdge, ...]:
    """One edge for each pair of objects, in order of appearance: the surest, a direct one before an indirect."""
    best: dict[tuple[str, str, str, str], KeyedEdge] = {}
    for edge in edges:
        pair = (edge.source.otype, fold_key(edge.source.key), edge.target.otype, fold_key(edge.target.key))
        if pair[:2] == pair[2:]:
            continue
        held = best.get(pair)
        if held is None or _rank(edge) > _rank(held):
            best[pair] = edge
    return tuple(best.values())


def _rank(edge: KeyedEdge) -> tuple[float, bool]:
    return (edge.confidence, edge.kind == "direct")
