"""The one neutral graph that every output is written from: tables, their columns, edges, and the statements behind.

It knows nothing of where it came from. `of_lineage` makes one of an extraction, `of_plan` of a plan or the state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from extractor.models import EdgeKind

Change = Literal["keep", "add", "change", "remove"]
TableKind = Literal["table", "file", "directory", "external", "result"]


class Table(NamedTuple):
    """A table, a file or the result of a query.

    ``source`` is what it lies in (a data source's id, or a database), ``schema`` the rest of what stands before its
    name; both may be empty. ``key`` is its whole name and is unique without regard to case.
    """

    key: str
    source: str
    schema: str
    name: str
    kind: TableKind = "table"


class Flow(NamedTuple):
    """One statement as it stands behind edges; ``why`` says why it is added, changed or removed."""

    id: str
    title: str
    sql: str = ""
    source_name: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    change: Change = "keep"
    why: str = ""


class Edge(NamedTuple):
    """``source`` feeds ``target`` (positions in `Graph.tables`); empty columns mean the tables themselves.

    ``flow`` is the position of the statement. Without times of its own, those of the statement count.
    """

    source: int
    source_column: str
    target: int
    target_column: str
    kind: EdgeKind
    confidence: float
    reason: str
    flow: int
    change: Change = "keep"
    first_seen: datetime | None = None
    last_seen: datetime | None = None

    @property
    def is_of_columns(self) -> bool:
        """Whether it joins two columns."""
        return bool(self.source_column and self.target_column)


@dataclass(slots=True)
class Graph:
    """A whole graph; build it with `table`, `flow` and `edge`.

    ``columns`` holds the columns of each table that are known from edges, in the order in which they were met.
    ``report`` is `extractor.report.Report.to_json` of the run behind it, or empty.
    """

    title: str
    made_at: datetime
    tables: list[Table] = field(default_factory=list)
    columns: list[dict[str, str]] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _drawn: set[tuple[object, ...]] = field(default_factory=set)

    def table(self, table: Table) -> int:
        """The position of a table, which is added where it is new."""
        identity = f"{table.kind == 'result'}{table.key.lower()}"
        place = self._places.get(identity)
        if place is None:
            place = self._places[identity] = len(self.tables)
            self.tables.append(table)
            self.columns.append({})
        return place

    def flow(self, flow: Flow) -> int:
        """The position of a statement that is added."""
        self.flows.append(flow)
        return len(self.flows) - 1

    def edge(self, edge: Edge) -> None:
        """Add an edge, unless the statement has it already; its columns become columns of their tables."""
        source_column = self._column(edge.source, edge.source_column)
        target_column = self._column(edge.target, edge.target_column)
        mark = (edge.flow, edge.source, source_column, edge.target, target_column, edge.kind)
        if mark not in self._drawn:
            self._drawn.add(mark)
            same = source_column == edge.source_column and target_column == edge.target_column
            named = edge if same else edge._replace(source_column=source_column, target_column=target_column)
            self.edges.append(named)

    def shown(self, place: int, column: str = "") -> str:
        """The name of a table, or of a column, for people."""
        key = self.tables[place].key
        return f"{key}.{column}" if column else key

    def table_edges(self) -> dict[tuple[int, int], list[Edge]]:
        """All edges by the tables that they join, those of columns included."""
        found: dict[tuple[int, int], list[Edge]] = {}
        for edge in self.edges:
            found.setdefault((edge.source, edge.target), []).append(edge)
        return found

    def _column(self, table: int, name: str) -> str:
        return self.columns[table].setdefault(name.lower(), name) if name else ""


def strongest(edges: Iterable[Edge]) -> Edge:
    """The edge that speaks for several: a direct one, and the surest of those."""
    return max(edges, key=lambda e: (e.kind == "direct", e.confidence))


def change_of(edges: Iterable[Edge]) -> Change:
    """What happens to several edges as a whole: what happens to each, or that they change."""
    changes = {edge.change for edge in edges}
    return changes.pop() if len(changes) == 1 else "change"
