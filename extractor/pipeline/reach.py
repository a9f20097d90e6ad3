"""How far a question reaches: by walking the edges in the database, or in the packed graph where there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from extractor.models import EdgeKind, Node
from extractor.pipeline.names import table_of_column
from extractor.state.graph import LineageGraph
from extractor.state.packed import PackedGraph


class Affected(NamedTuple):
    """An object that the walk met; ``depth`` counts the edges from the nearest start."""

    node: Node
    depth: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an asset, or a table and perhaps one of its columns; how far, and along which edges."""

    asset: str | None = None
    table: str | None = None
    column: str | None = None
    upstream: bool = False
    kind: EdgeKind | None = None
    depth: int | None = None


class Reach(Protocol):
    """What was met from the starts of a question. Tables are all that is no column, or has one that was met."""

    tables_met: int
    columns_met: int

    def nearest(self, limit: int | None) -> list[tuple[int, Affected]]:
        """The tables in the order of their distance and key, with their numbers; 0 where only a column tells of one."""

    def depth(self, number: int) -> int:
        """How far away an object is; 0 where it was not met."""

    def among(self, keys: Collection[str]) -> Iterator[tuple[str, int]]:
        """Those of the keys of tables (in lower case) that were met, with their distance, the nearest first."""


class Walked:
    """A reach that the edges in the database tell."""

    def __init__(self, graph: LineageGraph, question: Question, starts: Iterable[int], own_table: str) -> None:
        self._depths = graph.walk(starts, upstream=question.upstream, kind=question.kind, depth=question.depth)
        met = graph.nodes(self._depths)
        self._columns = {number: node for number, node in met.items() if node.otype == "column"}
        tables = {number: node for number, node in met.items() if node.otype != "column"}
        found = [(number, Affected(node, self._depths[number])) for number, node in tables.items()]
        known = {own_table.lower(), *(node.key.lower() for node in tables.values())}
        found += [(0, affected) for affected in self._tables_of_columns(known)]
        self._tables = sorted(found, key=lambda item: (item[1].depth, item[1].node.key))
        self.tables_met = len(self._tables)
        self.columns_met = len(self._columns)

    def nearest(self, limit: int | None) -> list[tuple[int, Affected]]:
        """As `Reach` says."""
        return self._tables[:limit]

    def columns(self) -> dict[int, Node]:
        """All columns that were met."""
        return self._columns

    def depth(self, number: int) -> int:
        """As `Reach` says."""
        return self._depths.get(number, 0)

    def among(self, keys: Collection[str]) -> Iterator[tuple[str, int]]:
        """As `Reach` says."""
        for _, (node, depth) in self._tables:
            if node.otype == "table" and node.key.lower() in keys:
                yield node.key.lower(), depth

    def _tables_of_columns(self, known: set[str]) -> list[Affected]:
        """The tables of columns, as far as they are not known, as near as their nearest column."""
        found: dict[str, Affected] = {}
        for number, node in self._columns.items():
            key, depth = table_of_column(node.key), self._depths[number]
            folded = key.lower()
            if folded not in known and (folded not in found or depth < found[folded].depth):
                found[folded] = Affected(Node("table", key), depth)
        return list(found.values())


class Looked:
    """A reach that the packed graph tells, which names only what is asked for."""

    def __init__(self, packed: PackedGraph, question: Question, starts: Sequence[int]) -> None:
        self._packed = packed
        met = packed.walk(starts, upstream=question.upstream, kind=question.kind, depth=question.depth)
        known = {table for level in met.tables for table in level}
        known |= packed.tables_of(starts[:1])
        self._levels: list[list[int]] = []
        for tables, columns in zip(met.tables, met.columns, strict=True):
            more = packed.owners(columns) - known
            known |= more
            self._levels.append(sorted([*tables, *more]))
        self.tables_met = sum(map(len, self._levels))
        self.columns_met = sum(map(len, met.columns))

    def nearest(self, limit: int | None) -> list[tuple[int, Affected]]:
        """As `Reach` says."""
        placed = [(table, depth) for depth, level in enumerate(self._levels, start=1) for table in level][:limit]
        nodes = self._packed.table_nodes([table for table, _ in placed])
        return [(number, Affected(node, depth)) for (number, node), (_, depth) in zip(nodes, placed, strict=True)]

    def depth(self, number: int) -> int:
        """As `Reach` says."""
        return self._packed.depth(number)

    def among(self, keys: Collection[str]) -> Iterator[tuple[str, int]]:
        """As `Reach` says."""
        if not keys:
            return
        for depth, level in enumerate(self._levels, start=1):
            for _, node in self._packed.table_nodes(level):
                if node.otype == "table" and node.key.lower() in keys:
                    yield node.key.lower(), depth
