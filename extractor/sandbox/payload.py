"""The bodies of lineage and dataflow writes, checked as the documents say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from extractor.models import Node, Path
from extractor.otypes import OTYPES
from extractor.sandbox.call import Call, Refusal, refused

DATAFLOW_FIELDS = ("title", "description", "content", "group_name")
_TOP_LEVEL = ("dataflow_objects", "paths")


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked body. A dataflow object holds ``external_id`` and those of its fields that were sent."""

    dataflows: tuple[dict[str, str | None], ...]
    paths: tuple[Path, ...]


def lineage_upload(call: Call) -> Upload:
    """The body of POST lineage: ``paths``, and ``dataflow_objects`` if there are new ones.

    Raises:
        Refusal: 400008, 400009 or 400010; 400011 when the fault ``strict`` is in force.
    """
    body = _object(call)
    if call.fault("strict"):
        _refuse_other_keys(body)
    if "paths" not in body:
        raise _wrong("paths", "this field is required")
    return _upload(call, body, needs_dataflow=False)


def dataflow_upload(call: Call) -> Upload:
    """The body of POST dataflow: ``dataflow_objects``, and ``paths`` that all run through a dataflow.

    Raises:
        Refusal: 400008 to 400012.
    """
    body = _object(call)
    _refuse_other_keys(body)
    if not body.get("dataflow_objects"):
        raise refused(400, 400012, "dataflow_objects is missing.")
    return _upload(call, body, needs_dataflow=True)


def _object(call: Call) -> dict[str, Any]:
    body = call.json()
    if not isinstance(body, dict):
        raise refused(400, 400009, "The request body must be an object with dataflow_objects and paths.")
    return body


def _refuse_other_keys(body: dict[str, Any]) -> None:
    others = sorted(set(body) - set(_TOP_LEVEL))
    if others:
        raise refused(400, 400011, f"Only dataflow_objects and paths are allowed at the top level, not {others}.")


def _upload(call: Call, body: dict[str, Any], *, needs_dataflow: bool) -> Upload:
    objects = [] if body.get("dataflow_objects") is None else body["dataflow_objects"]
    paths = [] if body.get("paths") is None else body["paths"]
    if not isinstance(objects, list):
        raise _wrong("dataflow_objects", "this must be a list")
    if not isinstance(paths, list):
        raise _wrong("paths", "this must be a list")
    limit = call.fault("content_limit")
    dataflows = tuple(_dataflow(item, f"dataflow_objects[{i}]") for i, item in enumerate(objects))
    for dataflow in dataflows:
        if limit and len(dataflow.get("content") or "") > limit.value:
            raise _wrong("content", f"longer than {limit.value:.0f} characters")
    checked = tuple(_path(item, f"paths[{i}]", needs_dataflow=needs_dataflow) for i, item in enumerate(paths))
    return Upload(dataflows, checked)


def _dataflow(item: Any, place: str) -> dict[str, str | None]:
    if not isinstance(item, dict):
        raise _wrong(place, "this must be an object")
    external_id = item.get("external_id")
    if not isinstance(external_id, str) or not external_id:
        raise _wrong(f"{place}.external_id", "this field is required")
    if not external_id.startswith("api/") or external_id == "api/":
        raise _wrong(f"{place}.external_id", "this must begin with api/")
    fields: dict[str, str | None] = {"external_id": external_id}
    for name in DATAFLOW_FIELDS:
        if name in item:
            fields[name] = _text(item[name], f"{place}.{name}")
    return fields


def _text(value: Any, place: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _wrong(place, "this must be a string")
    return value


def _path(item: Any, place: str, *, needs_dataflow: bool) -> Path:
    if not isinstance(item, list) or len(item) < 2:
        raise _wrong(place, "a path is a list of two segments or more")
    path = tuple(_segment(segment, f"{place}[{i}]") for i, segment in enumerate(item))
    if any(node.otype == "dataflow" for node in (*path[0], *path[-1])):
        raise _wrong(place, "the first and the last segment must not contain a dataflow")
    if needs_dataflow and not any(node.otype == "dataflow" for segment in path for node in segment):
        raise _wrong(place, "a path must run through a dataflow")
    return path


def _segment(item: Any, place: str) -> tuple[Node, ...]:
    if not isinstance(item, list) or not item:
        raise _wrong(place, "a segment is a list of one object or more")
    return tuple(_node(node, f"{place}[{i}]") for i, node in enumerate(item))


def _node(item: Any, place: str) -> Node:
    if not isinstance(item, dict):
        raise _wrong(place, "this must be an object with otype and key")
    otype, key = item.get("otype"), item.get("key")
    if otype not in OTYPES:
        raise _wrong(f"{place}.otype", f"this must be one of {', '.join(OTYPES)}")
    if not isinstance(key, str) or not key.strip():
        raise _wrong(f"{place}.key", "this field is required")
    if otype == "dataflow" and not key.startswith("api/"):
        raise _wrong(f"{place}.key", "this must begin with api/")
    return Node(str(otype), key)


def _wrong(place: str, problem: str) -> Refusal:
    return refused(400, 400010, f"Invalid data: {place}: {problem}", [{place: [f"400010: {problem}"]}])
