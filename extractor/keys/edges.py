"""The edges of one statement, from names to keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from extractor.keys.interface import KeyedLineage, KeyResult, Missing
from extractor.keys.locations import directory_of
from extractor.keys.quoting import fold_key
from extractor.models import ColumnEdge, KeyedEdge, Node, StatementLineage, TableEdge, TableName

Indirect = Literal["none", "tables", "all"]
_MANY_FILES = 10


class Resolver(Protocol):
    """What gives each name its object."""

    def table(self, name: TableName) -> KeyResult:
        """The object that a table's name means."""

    def column(self, table: TableName, column: str) -> KeyResult:
        """The object that a column's name means."""


def keyed_lineage(
    resolver: Resolver, lineage: StatementLineage, *, indirect: Indirect, min_confidence: float
) -> KeyedLineage:
    """The edges of ``lineage`` between objects, and the ends that have none; see `KeyResolver.edges`."""
    ends = _Ends(resolver)
    tables = (e for e in lineage.tables if _wanted(e, indirect != "none", min_confidence))
    columns = (e for e in lineage.columns if _wanted(e, indirect == "all", min_confidence))
    keyed = [*_table_edges(ends, tables), *_column_edges(ends, columns)]
    edges, folded = _files_folded(keyed)
    folds = dict.fromkeys((*ends.folds, *folded))
    return KeyedLineage(_distinct(edges), tuple(ends.missing.values()), folds=tuple(folds))


class _Ends:
    """The objects of a statement's names, each looked up once, with what is missing and what was folded."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tables: dict[TableName, tuple[Node | None, str, dict[str, Node | None]]] = {}
        self.missing: dict[tuple[TableName, str | None], Missing] = {}
        self.folds: dict[tuple[str, str], None] = {}

    def table(self, table: TableName) -> Node | None:
        """The table's object."""
        node, folded, _ = self._of_table(table)
        if node is not None and folded:
            self.folds[node.key, folded] = None
        return node

    def column(self, table: TableName, column: str) -> Node | None:
        """The column's object; a column of a table without one is not listed again, its table is."""
        node, _, columns = self._of_table(table)
        if node is None:
            return None
        if column not in columns:
            result = self._resolver.column(table, column)
            if result.node is None and node.otype == "table":
                self.missing.setdefault((table, column.lower()), Missing(table, column, result.how, result.reason))
            columns[column] = result.node
        return columns[column]

    def _of_table(self, table: TableName) -> tuple[Node | None, str, dict[str, Node | None]]:
        """The table's object, by which rule it stands for the table, and those of its columns that were looked up."""
        found = self._tables.get(table)
        if found is None:
            result = self._resolver.table(table)
            if result.node is None:
                self._miss(table, result)
            found = self._tables[table] = (result.node, result.folded, {})
        return found

    def _miss(self, table: TableName, result: KeyResult) -> None:
        if result.how == "system":
            return
        missing = Missing(table, None, result.how, result.reason, result.unmapped)
        self.missing.setdefault((table, None), missing)


def _wanted(edge: TableEdge | ColumnEdge, indirect_too: bool, min_confidence: float) -> bool:  # noqa: FBT001 - private
    return (indirect_too or edge.kind == "direct") and edge.confidence >= min_confidence


def _table_edges(ends: _Ends, edges: Iterable[TableEdge]) -> Iterator[KeyedEdge]:
    for edge in edges:
        if edge.target is None:
            continue
        source = ends.table(edge.source)
        target = ends.table(edge.target)
        if source and target:
            yield KeyedEdge(source, target, edge.kind, edge.confidence, edge.reason)


def _column_edges(ends: _Ends, edges: Iterable[ColumnEdge]) -> Iterator[KeyedEdge]:
    for edge in edges:
        if edge.target_table is None:
            continue
        source = ends.column(edge.source_table, edge.source_column)
        target = ends.column(edge.target_table, edge.target_column)
        if source and target:
            yield KeyedEdge(source, target, edge.kind, edge.confidence, edge.reason)


def _files_folded(edges: list[KeyedEdge]) -> tuple[list[KeyedEdge], list[tuple[str, str]]]:
    """Many files of one directory in one statement are that directory."""
    files = {node.key for edge in edges for node in (edge.source, edge.target) if node.otype == "file"}
    if len(files) < _MANY_FILES:
        return edges, []
    held = Counter(directory_of(key) for key in files)
    many = {directory for directory, count in held.items() if count >= _MANY_FILES}

    def folded(node: Node) -> Node:
        if node.otype == "file" and (directory := directory_of(node.key)) in many:
            return Node("directory", directory)
        return node

    moved = [edge._replace(source=folded(edge.source), target=folded(edge.target)) for edge in edges]
    return moved, [(directory, "many files of one statement") for directory in sorted(many)]


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
