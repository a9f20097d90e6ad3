"""The graph of what Alation holds by the state, and of what a plan would make of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from extractor.errors import UnwritableKey
from extractor.keys.quoting import read_key
from extractor.models import Dataflow, KeyedEdge, Node
from extractor.outputs.graph import Change, Edge, Flow, Graph, Table
from extractor.state import OwnedDataflow, SeenEdge, Status, Store
from extractor.state.upsert import batches
from extractor.upload import Plan
from extractor.upload.operations import Action, Operation

_BATCH = 200
_CHANGES: Mapping[Action, Change] = {
    Action.ADD: "add",
    Action.CHANGE: "change",
    Action.RESUME: "add",
    Action.REMOVE: "remove",
}


def graph_of_plan(plan: Plan, store: Store | None, namespace: str, *, title: str, made_at: datetime) -> Graph:
    """What stays, comes, changes and goes when the plan is carried out.

    Without the state only the operations are shown: what stays is not known then, nor the edges of what goes.
    """
    adder = _Adder(Graph(title, made_at))
    planned: set[str] = set()
    for batch in batches(plan.operations(), _BATCH):
        held = store.seen_edges([o.dataflow.external_id for o in batch]) if store is not None else {}
        for operation in batch:
            planned.add(operation.dataflow.external_id)
            adder.operation(operation, held.get(operation.dataflow.external_id, ()))
    if store is not None:
        adder.state(store, namespace, without=planned)
    return adder.graph


def graph_of_state(store: Store, namespace: str, *, title: str, made_at: datetime) -> Graph:
    """All that Alation holds of ours, by the state."""
    adder = _Adder(Graph(title, made_at))
    adder.state(store, namespace, without=frozenset())
    return adder.graph


def graph_of_dataflows(dataflows: Iterable[Dataflow], *, title: str, made_at: datetime) -> Graph:
    """Dataflows as they were observed, whatever becomes of them."""
    adder = _Adder(Graph(title, made_at))
    for dataflow in dataflows:
        adder.dataflow(dataflow)
    return adder.graph


def table_of(node: Node) -> tuple[Table, str]:
    """The table of a key, and the column where it is a column's key."""
    parts = _parts_of(node.key)
    column = ""
    if node.otype == "column" and len(parts) > 1:
        *parts, column = parts
    source, *schema, name = parts if len(parts) > 1 else ("", *parts)
    is_table = node.otype in {"table", "column"}
    shown = ".".join(f'"{p}"' if "." in p else p for p in parts)
    return Table(shown, source, ".".join(schema), name, "table" if is_table else "external"), column


def _parts_of(key: str) -> list[str]:
    try:
        return list(read_key(key))
    except UnwritableKey:
        return key.split(".")


class _Adder:
    """Adds dataflows to a graph; what a key means is found out once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._ends: dict[Node, tuple[int, str]] = {}

    def operation(self, operation: Operation, held: Collection[SeenEdge]) -> None:
        """What a plan does to one dataflow, beside the edges that it has by the state."""
        dataflow = operation.dataflow
        flow = self.graph.flow(_flow(dataflow, _CHANGES[operation.action], operation.reason))
        before = {_identity(seen.edge): seen for seen in held}
        after = {_identity(edge) for edge in dataflow.edges} if before else set()
        for edge in dataflow.edges:
            seen = before.get(_identity(edge)) if before else None
            if seen is None or operation.action is Action.RESUME:
                self._edge(edge, flow, "add")
            else:
                self._edge(edge, flow, "keep", seen.first_seen, seen.last_seen)
        for identity, gone in before.items():
            if identity not in after:
                self._edge(gone.edge, flow, "remove", gone.first_seen, gone.last_seen)

    def dataflow(self, dataflow: Dataflow) -> None:
        """A dataflow with its edges, as it is."""
        flow = self.graph.flow(_flow(dataflow, "keep", ""))
        for edge in dataflow.edges:
            self._edge(edge, flow, "keep")

    def state(self, store: Store, namespace: str, *, without: Collection[str]) -> None:
        """The dataflows that stay as the state has them."""
        for batch in batches(_present(store, namespace, without), _BATCH):
            edges = store.seen_edges([row.external_id for row in batch])
            for row in batch:
                flow = self.graph.flow(_flow(row, "keep", ""))
                for seen in edges.get(row.external_id, ()):
                    self._edge(seen.edge, flow, "keep", seen.first_seen, seen.last_seen)

    def _edge(
        self, edge: KeyedEdge, flow: int, change: Change, first: datetime | None = None, last: datetime | None = None
    ) -> None:
        sides = (*self._end(edge.source), *self._end(edge.target))
        self.graph.edge(Edge(*sides, edge.kind, edge.confidence, edge.reason, flow, change, first, last))

    def _end(self, node: Node) -> tuple[int, str]:
        found = self._ends.get(node)
        if found is None:
            table, column = table_of(node)
            found = self._ends[node] = (self.graph.table(table), column)
        return found


def _present(store: Store, namespace: str, without: Collection[str]) -> Iterator[OwnedDataflow]:
    rows = store.owned(namespace)
    return (r for r in rows if r.status is not Status.EMPTY and r.external_id not in without)


def _flow(row: Dataflow | OwnedDataflow, change: Change, why: str) -> Flow:
    return Flow(row.external_id, row.title, row.content, row.source_name, row.first_seen, row.last_seen, change, why)


def _identity(edge: KeyedEdge) -> tuple[str, str, str, str]:
    return edge.source.otype, edge.source.key.lower(), edge.target.otype, edge.target.key.lower()
