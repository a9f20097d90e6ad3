"""``/integration/v2/lineage/``: POST, DELETE and GET."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from starlette.responses import JSONResponse

from extractor.models import Node, Path
from extractor.otypes import OTYPES
from extractor.sandbox import jobs
from extractor.sandbox.call import Call, refused, whole_number
from extractor.sandbox.graph import Graph, Names, deleted_data_sources
from extractor.sandbox.payload import Upload, lineage_upload
from extractor.sandbox.tables import COLUMNS, DATAFLOWS, OBJECTS, TABLES

_ALIASES = {"attribute": "column"}
_BY_KEY_ALONE = {"file", "directory", "external"}


def post(call: Call) -> JSONResponse:
    """Take an upload and answer with its job."""
    upload = lineage_upload(call)
    refuse_deleted(call, upload.paths)
    return jobs.start(call, "LineageUpload", lambda: store(call, upload, replace=False))


def store(call: Call, upload: Upload, *, replace: bool) -> list[dict[str, Any]]:
    """Write an upload into the graph and give the job's result.

    With ``replace``, fields that are not sent are emptied and the dataflows' old paths go first. The fault
    ``job_partial`` keeps the last path, or where there is none the last dataflow, from being taken.
    """
    graph, partial = Graph(call.db), call.fault("job_partial")
    dataflows, paths = list(upload.dataflows), list(upload.paths)
    errors = []
    if partial:
        refused_part = paths.pop() if paths else dataflows.pop()
        errors = [f"The sandbox was told to refuse {'a path' if isinstance(refused_part, tuple) else 'a dataflow'}."]
    mapping = []
    for fields in dataflows:
        number, replaced = graph.add_dataflow(fields, reset=replace)
        if replace:
            graph.remove_paths(number)
        mapping.append({"id": number, "external_id": fields["external_id"], "replaced": replaced})
    graph.add_paths(paths)
    result: dict[str, Any] = {"response": f"Upserted {len(mapping)} dataflow objects.", "mapping": mapping}
    return [{**result, "errors": errors} if errors else result]


def refuse_deleted(call: Call, paths: tuple[Path, ...]) -> None:
    """Refuse an upload that names a data source which is marked as deleted."""
    deleted = deleted_data_sources(call.db)
    if not deleted:
        return
    for node in (node for path in paths for segment in path for node in segment):
        if node.otype in {"table", "column"} and node.key.partition(".")[0] in deleted:
            raise refused(400, 400010, f"The data source of {node.otype} {node.key} is deleted.")


def delete(call: Call) -> JSONResponse:
    """Remove the link between two ends, which four parameters name."""
    names = ("source_otype", "source_key", "target_otype", "target_key")
    call.only_parameters(set(names))
    missing = [{name: ["400010: this field is required"]} for name in names if not call.params.get(name, "").strip()]
    if missing:
        raise refused(400, 400010, "Required parameters are missing.", missing)
    source = _named(call.params["source_otype"], call.params["source_key"])
    target = _named(call.params["target_otype"], call.params["target_key"])

    def work() -> list[dict[str, Any]]:
        count = Graph(call.db).remove_link(source, target)
        return [{"response": f"Deleted {count} links.", "mapping": [], "failed": []}]

    return jobs.start(call, "LineageDelete", work)


def show(call: Call) -> JSONResponse:
    """The nearest sources and targets of an object, its columns included."""
    call.only_parameters({"otype", "oid", "keyField", "exclude_children"})
    otype, oid = call.params.get("otype", "table"), call.params.get("oid", "")
    key_field = call.params.get("keyField", "id")
    node = _named(otype, oid)
    alone = call.params.get("exclude_children", "false").lower()
    if key_field not in {"id", "key"} or not oid.strip() or alone not in {"true", "false"}:
        raise refused(400, 400010, "oid is needed, keyField must be id or key, exclude_children true or false.")
    if key_field == "id":
        node = Node(node.otype, _key_of(call, node.otype, oid))
    edges = Graph(call.db).around(node.otype, node.key, children=alone == "false")
    return JSONResponse({"paths": Names(call.db).paths(edges)})


def _named(otype: str, key: str) -> Node:
    otype = _ALIASES.get(otype, otype)
    if otype not in OTYPES:
        raise refused(400, 400010, f"otype {otype} is not one of {', '.join(OTYPES)}.")
    return Node(otype, key)


def _key_of(call: Call, otype: str, oid: str) -> str:
    number = whole_number(oid)
    if otype in _BY_KEY_ALONE or number is None:
        # Nothing of that type has such a number: a key was given, or keyField=key is missing.
        raise refused(404, 404000, f"{otype} with id {oid} does not exist; use keyField=key for keys")
    if otype == "dataflow":
        found = call.db.execute(select(DATAFLOWS.c.external_id).where(DATAFLOWS.c.id == number))
    else:
        table = {"table": TABLES, "column": COLUMNS}.get(otype, OBJECTS)
        condition: ColumnElement[bool] = table.c.id == number
        found = call.db.execute(select(table.c.key).where(condition))
    key = found.scalar_one_or_none()
    if key is None:
        raise refused(404, 404000, f"{otype} with id {number} does not exist")
    return str(key)
