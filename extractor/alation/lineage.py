"""Lineage V2: post, delete and read paths. Source: *Lineage & Dataflows Overview*, *Get lineage information*."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractor.alation.jobs import JobRef, job_of
from extractor.alation.wire import LINEAGE_ROLE, Wire
from extractor.models import Node

ROUTE = "/integration/v2/lineage/"
_ALIASES = {"column": "attribute", "attribute": "column"}


def post(wire: Wire, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> JobRef:
    """Add paths, and create or update the dataflows they run through. Nothing that stands is removed."""
    body: dict[str, Any] = {"paths": [json_path(path) for path in paths]}
    if dataflow_objects:
        body = {"dataflow_objects": list(dataflow_objects), **body}
    return job_of(wire.call("POST", ROUTE, role=LINEAGE_ROLE, json=body))


def delete(wire: Wire, source: Node, target: Node) -> JobRef:
    """Remove the one link between two objects; either may be a dataflow."""
    params: dict[str, str | int] = {
        "source_otype": source.otype,
        "source_key": source.key,
        "target_otype": target.otype,
        "target_key": target.key,
    }
    return job_of(wire.call("DELETE", ROUTE, role=LINEAGE_ROLE, params=params))


def read(wire: Wire, otype: str, oid: str | int, *, only_otype: bool = False) -> dict[str, Any]:
    """The paths to the nearest sources and targets of an object, by its key or, as an integer, by its id.

    With ``only_otype``, objects of other types (a table's columns) are left out here: the API has a flag for that
    since about 2025, and older versions do not.
    """
    key_field = "id" if isinstance(oid, int) else "key"
    params: dict[str, str | int] = {"otype": otype, "oid": oid, "keyField": key_field}
    body = wire.call("GET", ROUTE, role=LINEAGE_ROLE, params=params).json()
    answer = body if isinstance(body, dict) else {"paths": body if isinstance(body, list) else []}
    if only_otype:
        wanted = {"dataflow", otype, _ALIASES.get(otype, otype)}
        paths = ([[node for node in segment if node.get("otype") in wanted] for segment in p] for p in answer["paths"])
        answer = {**answer, "paths": [path for path in paths if all(path)]}
    return answer


def json_path(path: Any) -> list[list[dict[str, str]]]:
    """A path in the shape of the API: a list of segments, a segment a list of ``{"otype", "key"}``."""
    return [
        [{"otype": node.otype, "key": node.key} if isinstance(node, Node) else dict(node) for node in segment]
        for segment in path
    ]
