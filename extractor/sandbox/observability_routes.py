"""``/api/backend/{tenant}/configuration/...``: Data Observability's Alation integration beside the sandbox's Alation.

Source: Data Observability, *Alation Integration APIs* and *API Keys*.
"""

from __future__ import annotations

import json
import secrets
import uuid
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from starlette.requests import Request
from starlette.responses import JSONResponse

from extractor.sandbox.call import Call, Refusal
from extractor.sandbox.faults import Faults
from extractor.sandbox.tables import (
    API_KEYS,
    ASSETS,
    DATA_SOURCES,
    INTEGRATIONS,
    MAPPING_JOBS,
    MAPPINGS,
    REFRESH_TOKENS,
    TABLES,
)
from extractor.sandbox.token_routes import is_good_refresh

TENANT = "sandbox"
ROOT = "/api/backend"
_DEFAULT_POLLS = 1
_GONE = "GONE"
LARGEST_ID = 2**63 - 1


def first_api_key(db: Connection) -> str:
    """The API key, made at the first start."""
    known = db.execute(select(API_KEYS.c.key).limit(1)).scalar_one_or_none()
    if known is None:
        known = secrets.token_urlsafe(24)
        db.execute(insert(API_KEYS).values(key=known))
    return known


def authenticate(engine: Engine, faults: Faults, request: Request) -> None:
    """Refuse a request without the API key (``X-TLM-Key``, or as a bearer) with 401, to another tenant with 404."""
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-tlm-key") or (bearer.strip() if kind.lower() == "bearer" else "")
    with engine.connect() as db:
        known = db.execute(select(API_KEYS.c.key)).scalars().all()
    if not key:
        raise _refused(401, "Credentials are missing.")
    if not any(secrets.compare_digest(key.encode(), one.encode()) for one in known):
        raise _refused(401, "Credentials are wrong.")
    if faults.take("expire_token", request.method, request.url.path):
        raise _refused(401, "Credentials have expired.")
    if request.path_params["tenant"] != TENANT:
        raise _refused(404, "There is no such tenant.")


def connect(call: Call) -> JSONResponse:
    """PUT the integration: make it or change it."""
    body = _object(call, {"url": str, "user_id": int, "refresh_api_token": str})
    statement = sqlite_insert(INTEGRATIONS).values(tenant=TENANT, **body)
    call.db.execute(statement.on_conflict_do_update(index_elements=["tenant"], set_=body))
    return JSONResponse({"url": body["url"], "user_id": body["user_id"]})


def show(call: Call) -> JSONResponse:
    """GET the integration, without its token."""
    row = call.db.execute(select(INTEGRATIONS)).one_or_none()
    if row is None:
        raise _refused(404, "There is no Alation integration configuration.")
    return JSONResponse({"url": row.url, "user_id": row.user_id})


def disconnect(call: Call) -> JSONResponse:
    """DELETE the integration; the mappings stay."""
    if not call.db.execute(delete(INTEGRATIONS)).rowcount:
        raise _refused(404, "There is no Alation integration configuration.")
    return JSONResponse({"message": "Alation integration configuration deleted successfully"})


def start(call: Call) -> JSONResponse:
    """POST an automatic mapping; its work is done at once, and told after a poll."""
    word = call.params.get("should_overwrite", "false")
    if word.lower() not in {"true", "false"}:
        raise _refused(400, "should_overwrite must be true or false.")
    status, error, made = "COMPLETED", None, list[dict[str, Any]]()
    if call.fault("job_failed"):
        status, error = "FAILED", "The sandbox was told to let this job fail."
    elif call.fault("job_endless"):
        status = "IN_PROGRESS"
    elif problem := _problem(call.db):
        status, error = "FAILED", problem
    else:
        made = _map(call.db, overwrite=word.lower() == "true")
    if call.fault("job_vanished"):
        status = _GONE
    elif other := call.fault("job_status"):
        status = other.word
    shown: Any = json.dumps(made) if call.fault("job_result_string") else made
    polls = call.fault("job_polls")
    values = {
        "id": str(uuid.uuid4()),
        "status": status,
        "error_message": error,
        "result": json.dumps(shown),
        "polls_left": int(polls.value) if polls else _DEFAULT_POLLS,
    }
    call.db.execute(insert(MAPPING_JOBS).values(values))
    return JSONResponse({"message": "Creating Alation mappings started", "job_id": values["id"]})


def job(call: Call) -> JSONResponse:
    """GET where an automatic mapping stands."""
    wanted = MAPPING_JOBS.c.id == _parameter(call, "job_id")
    row = call.db.execute(select(MAPPING_JOBS).where(wanted)).one_or_none()
    if row is None or row.status == _GONE:
        raise _refused(404, "There is no such job.")
    if row.polls_left:
        call.db.execute(update(MAPPING_JOBS).where(wanted).values(polls_left=row.polls_left - 1))
        return JSONResponse({"status": "IN_PROGRESS", "error_message": None, "result": None})
    result = json.loads(row.result) if row.status == "COMPLETED" else None
    return JSONResponse({"status": row.status, "error_message": row.error_message, "result": result})


def mappings(call: Call) -> JSONResponse:
    """GET all mappings."""
    return JSONResponse(_shown(call.db))


def add(call: Call) -> JSONResponse:
    """POST a mapping of an asset that has none."""
    body = _object(call, {"asset_id": str, "alation_table_id": int})
    asset, table = body["asset_id"], body["alation_table_id"]
    if not call.db.execute(select(ASSETS.c.asset_id).where(ASSETS.c.asset_id == asset)).first():
        raise _refused(404, "There is no such asset.")
    if not call.db.execute(select(TABLES.c.id).where(TABLES.c.id == table)).first():
        raise _refused(404, "Alation has no such table.")
    if call.db.execute(select(MAPPINGS.c.asset_id).where(MAPPINGS.c.asset_id == asset)).first():
        raise _refused(409, "The asset has a mapping already.")
    call.db.execute(insert(MAPPINGS).values(asset_id=asset, table_id=table))
    return JSONResponse(_shown(call.db, asset)[0])


def remove(call: Call) -> JSONResponse:
    """DELETE the mapping of an asset."""
    asset = _parameter(call, "asset_id")
    if not call.db.execute(delete(MAPPINGS).where(MAPPINGS.c.asset_id == asset)).rowcount:
        raise _refused(404, "There is no such mapping.")
    return JSONResponse({"message": "Alation mapping deleted successfully"})


def refused_words(status: int, words: str) -> dict[str, Any]:
    """The body of a refusal in this service's shape."""
    return {"description": words, "status": status}


def _refused(status: int, words: str) -> Refusal:
    return Refusal(status, refused_words(status, words))


def _parameter(call: Call, name: str) -> str:
    value = call.params.get(name, "")
    if not value:
        raise _refused(400, f"The parameter {name} is missing.")
    return value


def _object(call: Call, fields: dict[str, type]) -> dict[str, Any]:
    """The body's fields, each of its type; others are passed over."""
    try:
        body = json.loads(call.body)
    except ValueError:
        raise _refused(400, "The request body is not valid JSON.") from None
    for name, kind in fields.items():
        value = body.get(name) if isinstance(body, dict) else None
        if not isinstance(value, kind) or isinstance(value, bool) or value == "":
            raise _refused(400, f"The field {name} is missing or of another type.")
        if isinstance(value, int) and not 0 <= value <= LARGEST_ID:
            raise _refused(400, f"The field {name} is out of range.")
    return {name: body[name] for name in fields}


def _problem(db: Connection) -> str | None:
    """Why the service cannot look into Alation."""
    row = db.execute(select(INTEGRATIONS)).one_or_none()
    if row is None:
        return "There is no Alation integration configuration."
    token = db.execute(select(REFRESH_TOKENS).where(REFRESH_TOKENS.c.token == row.refresh_api_token)).one_or_none()
    if token is None or token.user_id != row.user_id or not is_good_refresh(token):
        return "Alation refuses the refresh token of the integration."
    return None


def _map(db: Connection, *, overwrite: bool) -> list[dict[str, Any]]:
    """Map each asset whose name is the name of exactly one table; gives what was made."""
    mapped = set(db.execute(select(MAPPINGS.c.asset_id)).scalars())
    made = []
    for asset in db.execute(select(ASSETS).order_by(ASSETS.c.asset_id)).all():
        found = _tables_called(db, asset.named, asset.ds_id)
        if len(found) != 1 or (asset.asset_id in mapped and not overwrite):
            continue
        values = {"table_id": found[0]}
        statement = sqlite_insert(MAPPINGS).values(asset_id=asset.asset_id, **values)
        db.execute(statement.on_conflict_do_update(index_elements=["asset_id"], set_=values))
        made += _shown(db, asset.asset_id)
    return made


def _tables_called(db: Connection, name: str, ds_id: int | None) -> list[int]:
    """The ids of the tables whose schema's and own name are ``name``, in any case."""
    table = name.rpartition(".")[2]
    query = select(TABLES.c.id, TABLES.c.ds_id, TABLES.c.schema_name, TABLES.c.name)
    rows = db.execute(query.where(TABLES.c.folded.endswith(f".{table}", autoescape=True)))
    called = [row for row in rows if f"{row.schema_name}.{row.name}".lower() == name]
    return [row.id for row in called if ds_id is None or row.ds_id == ds_id]


def _shown(db: Connection, asset: str | None = None) -> list[dict[str, Any]]:
    query = (
        select(
            MAPPINGS.c.asset_id,
            TABLES.c.ds_id.label("data_source_id"),
            DATA_SOURCES.c.title.label("data_source_name"),
            TABLES.c.schema_id,
            TABLES.c.schema_name,
            TABLES.c.id.label("table_id"),
            TABLES.c.name.label("table_name"),
        )
        .join_from(MAPPINGS, TABLES, TABLES.c.id == MAPPINGS.c.table_id)
        .join(DATA_SOURCES, DATA_SOURCES.c.id == TABLES.c.ds_id)
        .order_by(MAPPINGS.c.asset_id)
    )
    if asset is not None:
        query = query.where(MAPPINGS.c.asset_id == asset)
    return [row._asdict() for row in db.execute(query)]
