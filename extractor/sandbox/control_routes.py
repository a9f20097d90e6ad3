"""``/sandbox/...``: looking into the sandbox and making it misbehave. Not part of Alation, and without a token."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from starlette.responses import JSONResponse

from extractor.sandbox.assumptions import ASSUMPTIONS
from extractor.sandbox.call import Call, refused
from extractor.sandbox.faults import Fault
from extractor.sandbox.graph import Graph, Names
from extractor.sandbox.payload import DATAFLOW_FIELDS
from extractor.sandbox.tables import DATAFLOWS, JOBS


def graph(call: Call) -> JSONResponse:
    """``{"dataflows": [...], "edges": [{"source", "dataflow", "target"}]}``: all there is, sorted, without numbers.

    An object is ``{"otype", "key"}``, with ``"is_temp": true`` for what the catalog does not hold; ``dataflow`` is
    an external id, or null for a direct edge.
    """
    names = Names(call.db)
    rows = call.db.execute(select(DATAFLOWS).order_by(DATAFLOWS.c.folded)).all()
    edges = [
        {
            "source": _bare(names.node(edge.source)),
            "dataflow": names.dataflow(edge.dataflow)["key"] if edge.dataflow else None,
            "target": _bare(names.node(edge.target)),
        }
        for edge in Graph(call.db).all()
    ]
    return JSONResponse({"dataflows": [_dataflow(row) for row in rows], "edges": sorted(edges, key=_order)})


def jobs(call: Call) -> JSONResponse:
    """Every job with the status that it ends in, oldest first."""
    rows = call.db.execute(select(JOBS.c.id, JOBS.c.name, JOBS.c.status).order_by(JOBS.c.id))
    return JSONResponse([{"id": row.id, "name": row.name, "status": row.status} for row in rows])


def assumptions(_: Call) -> JSONResponse:
    """What the documents leave open and the sandbox decides."""
    return JSONResponse(list(ASSUMPTIONS))


def add_fault(call: Call) -> JSONResponse:
    """Put a fault in force."""
    try:
        fault = Fault.model_validate_json(call.body)
    except ValidationError as error:
        problems = [{".".join(map(str, p["loc"])): [p["msg"]]} for p in error.errors(include_url=False)]
        raise refused(400, 400010, "This is not a fault.", problems) from None
    call.faults.add(fault)
    return JSONResponse(fault.model_dump(), 201)


def list_faults(call: Call) -> JSONResponse:
    """The faults in force."""
    return JSONResponse([fault.model_dump() for fault in call.faults.listed()])


def clear_faults(call: Call) -> JSONResponse:
    """End all faults."""
    call.faults.clear()
    return JSONResponse([])


def _dataflow(row: Any) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in ("external_id", *DATAFLOW_FIELDS)}
    return shown if row.declared else {**shown, "is_temp": True}


def _bare(node: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name != "id"}


def _order(edge: dict[str, Any]) -> tuple[str, ...]:
    source, target = edge["source"], edge["target"]
    return (edge["dataflow"] or "", source["otype"], source["key"], target["otype"], target["key"])
