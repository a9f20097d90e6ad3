"""A state from what Alation itself holds of ours, for an installation whose state was lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from extractor.dataflows import is_column
from extractor.models import Dataflow, KeyedEdge
from extractor.progress import Count, Progress, counter, unheard
from extractor.state import Store, united
from extractor.upload.compare import DataflowReader, edges_through

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""When a dataflow ran is not in Alation: whatever a log says of it or of its targets is newer."""


def rebuild(
    store: Store, api: DataflowReader, namespace: str, run_id: int, progress: Progress = unheard
) -> tuple[int, int]:
    """Take the dataflows of a namespace that Alation holds into the state; how many, and how many it knew already.

    Alation tells ids, words and edges. It does not tell when a statement ran, whether it defines its targets, and how
    sure an edge is: the next run that sees the statement brings that.
    """
    taken = known = 0
    told = counter(progress)
    for page in api.dataflow_pages(None):
        found = list(_dataflows(page, namespace))
        held = store.dataflows([dataflow.external_id for dataflow in found])
        new = [dataflow for dataflow in found if dataflow.external_id not in held]
        store.take_over(new, run_id)
        taken += len(new)
        known += len(found) - len(new)
        told(Count("reading from Alation", taken + known, 0, "dataflows"))
    return taken, known


def _dataflows(page: dict[str, Any], namespace: str) -> Iterator[Dataflow]:
    edges: dict[str, list[KeyedEdge]] = {}
    for path in page["paths"]:
        for source, flow, target in edges_through(path):
            edges.setdefault(flow, []).append(KeyedEdge(source, target, reason="as Alation holds it"))
    for item in page["dataflow_objects"]:
        external_id = str(item.get("external_id", ""))
        parts = external_id.split("/")
        if len(parts) >= 4 and parts[:2] == ["api", namespace]:  # what people declare may hold more slashes
            yield _dataflow(external_id, parts[2], item, united(edges.get(external_id.lower(), ())))


def _dataflow(external_id: str, source_name: str, item: dict[str, Any], edges: tuple[KeyedEdge, ...]) -> Dataflow:
    return Dataflow(
        external_id=external_id,
        title=str(item.get("title") or ""),
        content=str(item.get("content") or ""),
        source_name=source_name,
        fingerprint="",
        targets=tuple(sorted({edge.target.key.lower() for edge in edges if not is_column(edge.target)})),
        edges=edges,
        first_seen=UNKNOWN_TIME,
        last_seen=UNKNOWN_TIME,
    )
