"""Dataflow V2: read, replace, patch and delete dataflows. Source: *Create/Replace a list of Dataflow objects*."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from extractor.alation.jobs import JobRef, job_of
from extractor.alation.lineage import json_path
from extractor.alation.wire import DATAFLOW_ROLE, Wire

ROUTE = "/integration/v2/dataflow/"
LARGEST_PAGE = 1000
_BY_EXTERNAL_ID: dict[str, str | int] = {"keyField": "external_id"}


def replace(wire: Wire, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> JobRef:
    """Create dataflows, or replace them as a whole, old paths included."""
    body = {"dataflow_objects": list(dataflow_objects), "paths": [json_path(path) for path in paths]}
    return job_of(wire.call("POST", ROUTE, role=DATAFLOW_ROLE, json=body))


def patch(wire: Wire, changes: Sequence[dict[str, Any]]) -> JobRef:
    """Change title, description, content or group of dataflows that are named by their numeric ``id``."""
    return job_of(wire.call("PATCH", ROUTE, role=DATAFLOW_ROLE, json=list(changes)))


def delete(wire: Wire, external_ids: Sequence[str]) -> JobRef:
    """Delete dataflows with every path that runs through them."""
    return job_of(wire.call("DELETE", ROUTE, role=DATAFLOW_ROLE, params=_BY_EXTERNAL_ID, json=list(external_ids)))


def pages(wire: Wire, external_ids: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    """Dataflows and their paths, ``{"dataflow_objects": [...], "paths": [...]}`` at a time.

    None reads all of the instance. Ids that do not exist are absent from the answer. Since the ids go as the body
    of a GET, which a proxy may drop, what was not asked for is left out here.
    """
    if external_ids is None:
        yield from _read(wire, None, None)
        return
    for start in range(0, len(external_ids), LARGEST_PAGE):
        asked = list(external_ids[start : start + LARGEST_PAGE])
        yield from _read(wire, asked, {name.lower() for name in asked})


def _read(wire: Wire, asked: list[str] | None, wanted: set[str] | None) -> Iterator[dict[str, Any]]:
    params = {**_BY_EXTERNAL_ID, "limit": LARGEST_PAGE, "skip": 0}
    for page in wire.pages(ROUTE, role=DATAFLOW_ROLE, params=params, json=asked):
        if isinstance(page, dict):
            yield {
                "dataflow_objects": [d for d in page.get("dataflow_objects") or [] if _is_wanted(d, wanted)],
                "paths": [p for p in page.get("paths") or [] if wanted is None or _runs_through(p, wanted)],
            }


def _is_wanted(dataflow: dict[str, Any], wanted: set[str] | None) -> bool:
    return wanted is None or str(dataflow.get("external_id", "")).lower() in wanted


def _runs_through(path: Any, wanted: set[str]) -> bool:
    return any(
        node.get("otype") == "dataflow" and str(node.get("key", "")).lower() in wanted
        for segment in path
        for node in segment
    )
