"""What Alation really holds of ours, beside what the state says: edge by edge, and which ends are TMP nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from extractor.dataflows import is_direct
from extractor.models import KeyedEdge, Node
from extractor.progress import Count, Progress, counter, unheard
from extractor.state import Status, Store, edge_identity, node_identity
from extractor.state.upsert import batches
from extractor.upload.direct import LineageReader, links_to

_TOGETHER = 500

EdgeIdentity = tuple[str, str]


class DataflowReader(LineageReader, Protocol):
    """The reading half of Alation's lineage. Every method raises `AlationError` of the class that fits."""

    def dataflow_pages(self, external_ids: Sequence[str] | None) -> Iterator[dict[str, Any]]:
        """Dataflows and their paths, a page at a time; None reads all there are."""


class Kind(StrEnum):
    """What is different."""

    MISSING = "is not in Alation"
    EDGES = "has other edges in Alation"
    UNKNOWN = "is in Alation, but the state does not know it"


class Difference(NamedTuple):
    """A dataflow that is not as the state says; ``missing`` and ``added`` are edges of it, shortened."""

    external_id: str
    kind: Kind
    missing: tuple[EdgeIdentity, ...] = ()
    added: tuple[EdgeIdentity, ...] = ()

    def __str__(self) -> str:
        words = [f"{self.external_id} {self.kind}"]
        words += [f"{len(self.missing)} missing, as {_arrow(self.missing[0])}"] if self.missing else []
        words += [f"{len(self.added)} more, as {_arrow(self.added[0])}"] if self.added else []
        return ": ".join(words[:2]) + "".join(f"; {w}" for w in words[2:])


@dataclass(slots=True)
class Comparison:
    """What came of looking: how many dataflows were compared, what differs, and the TMP nodes that were met."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    temporary: dict[str, Node] = field(default_factory=dict)


class _Held(NamedTuple):
    """What pages say of dataflows, by external id in lower case."""

    dataflows: set[str]
    edges: dict[str, set[EdgeIdentity]]
    temporary: dict[str, Node]


def compare(
    store: Store,
    api: DataflowReader,
    namespace: str,
    only: Iterable[str] | None = None,
    progress: Progress = unheard,
) -> Comparison:
    """Compare all dataflows of a namespace that should be there (or ``only`` some) with what Alation holds."""
    found = Comparison()
    wanted = set(only) if only is not None else None
    ours = (row for row in store.owned(namespace) if row.status is Status.PRESENT)
    ids = [row.external_id for row in ours if wanted is None or row.external_id in wanted]
    told = counter(progress)
    for batch in batches(ids, _TOGETHER):
        edges = {name: set(map(edge_identity, held)) for name, held in store.edges(batch).items()}
        held = _read(api.dataflow_pages([name for name in batch if not is_direct(name)]))
        found.compared += len(batch)
        told(Count("comparing with Alation", found.compared, len(ids), "dataflows"))
        found.temporary.update(held.temporary)
        for external_id in batch:
            wanted_edges = edges.get(external_id, set())
            if is_direct(external_id):
                difference = _missing_links(api, external_id, wanted_edges, store.edges([external_id])[external_id])
            else:
                difference = _difference(external_id, wanted_edges, held)
            if difference is not None:
                found.differences.append(difference)
    return found


def unknown_dataflows(store: Store, api: DataflowReader, namespace: str) -> Iterator[Difference]:
    """The dataflows under our namespace that Alation holds and the state does not know."""
    prefix = f"api/{namespace}/".lower()
    for page in api.dataflow_pages(None):
        ids = [str(item.get("external_id")) for item in page["dataflow_objects"]]
        ours = [name for name in ids if name.lower().startswith(prefix)]
        known = {name.lower() for name in store.dataflows(ours)}
        yield from (Difference(name, Kind.UNKNOWN) for name in ours if name.lower() not in known)


def temporary_among(api: LineageReader, tables: Iterable[Node]) -> dict[str, Node]:
    """Those of the tables, and of their columns, that Alation shows as TMP nodes: its documented way to tell."""
    found: dict[str, Node] = {}
    for table in tables:
        paths = api.get_lineage(table).get("paths") or []
        for node in (node for path in paths for segment in path for node in segment if node.get("is_temp")):
            named = node_of(node)
            if named.key.lower() == table.key.lower() or named.key.lower().startswith(f"{table.key.lower()}."):
                found[node_identity(named)] = named
    return found


def edges_through(path: Sequence[Sequence[dict[str, Any]]]) -> Iterator[tuple[Node, str, Node]]:
    """The edges of a path, as (source, dataflow in lower case, target): each object feeds each of the next segment."""
    for place, segment in enumerate(path):
        flows = [str(node.get("key", "")).lower() for node in segment if node.get("otype") == "dataflow"]
        if flows:
            sources, targets = _nearest(path[place - 1 :: -1] if place else ()), _nearest(path[place + 1 :])
            for flow in flows:
                yield from ((source, flow, target) for source in sources for target in targets)


def node_of(node: dict[str, Any]) -> Node:
    """A node as the state names it; Alation calls columns ``attribute`` in places."""
    otype = str(node.get("otype", ""))
    return Node("column" if otype == "attribute" else otype, str(node.get("key", "")))


def _nearest(segments: Iterable[Sequence[dict[str, Any]]]) -> list[Node]:
    """The data objects of the nearest segments, looking through segments that hold dataflows."""
    found: list[Node] = []
    for segment in segments:
        data = [node for node in segment if node.get("otype") != "dataflow"]
        found += map(node_of, data)
        if len(data) == len(segment):
            break
    return found


def _read(pages: Iterable[dict[str, Any]]) -> _Held:
    held = _Held(set(), {}, {})
    for page in pages:
        held.dataflows.update(str(item.get("external_id", "")).lower() for item in page["dataflow_objects"])
        for path in page["paths"]:
            for source, flow, target in edges_through(path):
                held.edges.setdefault(flow, set()).add((node_identity(source), node_identity(target)))
            for node in (node_of(node) for segment in path for node in segment if node.get("is_temp")):
                if node.otype != "dataflow":
                    held.temporary[node_identity(node)] = node
    return held


def _difference(external_id: str, wanted: set[EdgeIdentity], held: _Held) -> Difference | None:
    if external_id.lower() not in held.dataflows:
        return Difference(external_id, Kind.MISSING)
    there = held.edges.get(external_id.lower(), set())
    if there == wanted:
        return None
    return Difference(external_id, Kind.EDGES, tuple(sorted(wanted - there)), tuple(sorted(there - wanted)))


def _missing_links(
    api: LineageReader, external_id: str, wanted: set[EdgeIdentity], edges: Sequence[KeyedEdge]
) -> Difference | None:
    """Links without a dataflow that are not there; what else leads to their target may be anybody's."""
    there: set[EdgeIdentity] = set()
    for target in {edge.target for edge in edges}:
        there |= links_to(api, target)
    return Difference(external_id, Kind.EDGES, tuple(sorted(wanted - there))) if wanted - there else None


def _arrow(edge: EdgeIdentity) -> str:
    return f"{edge[0]} -> {edge[1]}"
