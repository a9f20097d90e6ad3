"""``/integration/v2/dataflow/``: GET, POST, PATCH and DELETE."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select, true, update
from starlette.responses import JSONResponse

from extractor.sandbox import jobs
from extractor.sandbox.call import LARGEST_NUMBER, Call, refused, whole_number
from extractor.sandbox.graph import Graph, Names
from extractor.sandbox.lineage_routes import refuse_deleted, store
from extractor.sandbox.paging import Page
from extractor.sandbox.payload import DATAFLOW_FIELDS, dataflow_upload
from extractor.sandbox.tables import DATAFLOWS


def post(call: Call) -> JSONResponse:
    """Create dataflows or replace them with their paths."""
    upload = dataflow_upload(call)
    refuse_deleted(call, upload.paths)
    return jobs.start(call, "DataflowUpload", lambda: store(call, upload, replace=True))


def show(call: Call) -> JSONResponse:
    """Dataflows and their paths: those that the body names, or all, a page at a time."""
    call.only_parameters({"keyField", "limit", "skip"})
    page = Page.of(call)
    _key_field(call)
    condition: ColumnElement[bool] = DATAFLOWS.c.declared.is_(True)
    if call.body.strip():
        condition = condition & _named(call, call.json())
    total = call.db.execute(select(func.count()).select_from(DATAFLOWS).where(condition)).scalar_one()
    wanted = select(DATAFLOWS).where(condition).order_by(DATAFLOWS.c.id).limit(page.limit).offset(page.skip)
    rows = call.db.execute(wanted).all()
    edges = Graph(call.db).through([row.id for row in rows])
    body = {"dataflow_objects": [_shown(row) for row in rows], "paths": Names(call.db).paths(edges)}
    return JSONResponse(body, headers=page.headers(call, total))


def patch(call: Call) -> JSONResponse:
    """Change the words of dataflows by their numbers."""
    changes = call.json()
    if not isinstance(changes, list) or not changes:
        raise refused(400, 400010, "The request body must be a list of objects with id.")
    for i, change in enumerate(changes):
        _check_change(change, i)
    return jobs.start(call, "DataflowUpdate", lambda: _changed(call, changes))


def delete(call: Call) -> JSONResponse:
    """Delete the dataflows that the body names, with every path through them."""
    call.only_parameters({"keyField"})
    names = call.json()
    condition = _named(call, names)

    def work() -> list[dict[str, Any]]:
        graph = Graph(call.db)
        rows = call.db.execute(select(DATAFLOWS).where(condition)).all()
        for row in rows:
            graph.remove_dataflow(row.id)
        found = {identity for row in rows for identity in (row.id, row.folded)}
        failed = [{"id": name} for name in names if _identity(call, name) not in found]
        mapping = [{"id": row.id, "external_id": row.external_id, "impacted_dfos": []} for row in rows]
        return [{"response": f"Deleted {len(rows)} dataflow objects.", "mapping": mapping, "failed": failed}]

    return jobs.start(call, "DataflowDelete", work)


def _named(call: Call, names: Any) -> ColumnElement[bool]:
    """The dataflows that a JSON list names, by the field that ``keyField`` says."""
    if not isinstance(names, list) or not all(map(_is_name, names)):
        raise refused(400, 400010, "The request body must be a list of ids.")
    if not names and call.method == "GET":
        return true()
    column = DATAFLOWS.c.id if _key_field(call) == "id" else DATAFLOWS.c.folded
    return column.in_([_identity(call, name) for name in names])


def _is_name(name: Any) -> bool:
    return isinstance(name, str) or _is_number(name)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER


def _identity(call: Call, name: Any) -> int | str:
    if _key_field(call) == "external_id":
        return str(name).lower()
    if isinstance(name, int):
        return name
    number = whole_number(name)
    return -1 if number is None else number  # an id that is none belongs to nothing


def _key_field(call: Call) -> str:
    name = call.params.get("keyField", "id")
    if name not in {"id", "external_id"}:
        raise refused(400, 400010, "keyField must be id or external_id.")
    return name


def _check_change(change: Any, place: int) -> None:
    if not isinstance(change, dict) or not _is_number(change.get("id")):
        raise refused(400, 400010, "Invalid data.", [{f"[{place}].id": ["400010: this field is required"]}])
    others = sorted(set(change) - {"id", *DATAFLOW_FIELDS})
    if others:
        raise refused(400, 400010, f"Invalid data: [{place}]: {others} cannot be changed.")
    for name in set(change) - {"id"}:
        if change[name] is not None and not isinstance(change[name], str):
            raise refused(400, 400010, f"Invalid data: [{place}].{name}: this must be a string")


def _changed(call: Call, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    mapping, failed = [], []
    for change in changes:
        values = {name: change[name] for name in DATAFLOW_FIELDS if name in change}
        row = call.db.execute(select(DATAFLOWS).where(DATAFLOWS.c.id == change["id"])).one_or_none()
        if row is None:
            failed.append({"id": change["id"]})
            continue
        if values:
            call.db.execute(update(DATAFLOWS).where(DATAFLOWS.c.id == row.id).values(values))
        mapping.append({"id": row.id, "external_id": row.external_id, "replaced": True})
    result: dict[str, Any] = {"response": f"Updated {len(mapping)} dataflow objects.", "mapping": mapping}
    return [{**result, "failed": failed} if failed else result]


def _shown(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "external_id", *DATAFLOW_FIELDS)}
