"""The graph of what Alation holds by the state, and of what a plan would make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    graph = Graph(title, made_at)
    planned: set[str] = set()
    for batch in batches(plan.operations(), _BATCH):
        held = store.seen_edges([o.dataflow.external_id for o in batch]) if store is not None else {}
        for operation in batch:
            planned.add(operation.dataflow.external_id)
            _add_operation(graph, operation, held.get(operation.dataflow.external_id, ()))
    if store is not None:
        _add_state(graph, store, namespace, without=planned)
    return graph


def graph_of_state(store: Store, namespace: str, *, title: str, made_at: datetime) -> Graph:
    """All that Alation holds of ours, by the state."""
    graph = Graph(title, made_at)
    _add_state(graph, store, namespace, without=frozenset())
    return graph


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


def _add_operation(graph: Graph, operation: Operation, held: Iterable[SeenEdge]) -> None:
    dataflow = operation.dataflow
    change = _CHANGES[operation.action]
    flow = graph.flow(_flow(dataflow, change, operation.reason))
    before = {_identity(seen.edge): seen for seen in held}
    after = {_identity(edge) for edge in dataflow.edges}
    for edge in dataflow.edges:
        seen = before.get(_identity(edge))
        is_new = seen is None or operation.action is Action.RESUME
        _add_edge(graph, edge, flow, "add" if is_new else "keep", *((None, None) if seen is None else seen[1:]))
    for identity, seen in before.items():
        if identity not in after:
            _add_edge(graph, seen.edge, flow, "remove", *seen[1:])


def _add_state(graph: Graph, store: Store, namespace: str, *, without: Iterable[str]) -> None:
    for batch in batches(_present(store, namespace, set(without)), _BATCH):
        edges = store.seen_edges([row.external_id for row in batch])
        for row in batch:
            flow = graph.flow(_flow(row, "keep", ""))
            for seen in edges.get(row.external_id, ()):
                _add_edge(graph, seen.edge, flow, "keep", *seen[1:])


def _present(store: Store, namespace: str, without: set[str]) -> Iterator[OwnedDataflow]:
    rows = store.owned(namespace)
    return (r for r in rows if r.status is not Status.EMPTY and r.external_id not in without)


def _flow(row: Dataflow | OwnedDataflow, change: Change, why: str) -> Flow:
    return Flow(row.external_id, row.title, row.content, row.source_name, row.first_seen, row.last_seen, change, why)


def _add_edge(
    graph: Graph, edge: KeyedEdge, flow: int, change: Change, first: datetime | None, last: datetime | None
) -> None:
    source, source_column = table_of(edge.source)
    target, target_column = table_of(edge.target)
    graph.edge(
        Edge(
            graph.table(source),
            source_column,
            graph.table(target),
            target_column,
            edge.kind,
            edge.confidence,
            edge.reason,
            flow,
            change,
            first,
            last,
        )
    )


def _identity(edge: KeyedEdge) -> tuple[str, str, str, str]:
    return edge.source.otype, edge.source.key.lower(), edge.target.otype, edge.target.key.lower()
