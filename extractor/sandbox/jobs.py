"""Jobs: every write becomes one, and is asked for by id or by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from starlette.responses import JSONResponse

from extractor.sandbox.call import Call, refused, whole_number
from extractor.sandbox.tables import JOBS

DEFAULT_POLLS = 1
_GONE = "gone"


def start(call: Call, kind: str, work: Callable[[], list[dict[str, Any]]]) -> JSONResponse:
    """Do the work as a job and answer with its number.

    Args:
        call: the request.
        kind: the first half of the job's name.
        work: changes the graph and gives the job's result. Not called when a fault lets the job fail or never end.
    """
    status, result = "successful", []
    if call.fault("job_failed"):
        status, result = "failed", [{"errors": ["The sandbox was told to let this job fail."]}]
    elif call.fault("job_endless"):
        status = "endless"
    else:
        result = work()
        status = _other_status(call) or ("partially_successful" if _is_partial(result) else status)
    number = _stored(call, kind, status, result)
    if call.fault("job_name"):
        return JSONResponse({"job_name": f"{kind}#{number}"}, 202)
    return JSONResponse({"job_id": number}, 202)


def show(call: Call) -> JSONResponse:
    """``GET /api/v1/bulk_metadata/job/?id=`` or ``?name=``."""
    call.only_parameters({"id", "name"})
    number, name = call.params.get("id"), call.params.get("name")
    if number is not None and whole_number(number) is None:
        raise refused(400, 400000, "The id of a job is a number.")
    which = JOBS.c.name == name if name is not None else JOBS.c.id == whole_number(number or "")
    job = call.db.execute(select(JOBS).where(which)).one_or_none()
    if job is None or job.status == _GONE:
        raise refused(404, 404000, "The job does not exist.")
    if job.polls_left is None or job.polls_left > 0:
        if job.polls_left:
            call.db.execute(update(JOBS).where(JOBS.c.id == job.id).values(polls_left=job.polls_left - 1))
        return JSONResponse({"status": "running", "msg": "", "result": None})
    return JSONResponse({"status": job.status, "msg": job.message, "result": json.loads(job.result)})


def _other_status(call: Call) -> str | None:
    if call.fault("job_vanished"):
        return _GONE
    fault = call.fault("job_status")
    return fault.word if fault else None


def _is_partial(result: list[dict[str, Any]]) -> bool:
    return any(entry.get("errors") for entry in result)


def _stored(call: Call, kind: str, status: str, result: Any) -> int:
    polls = call.fault("job_polls")
    shown: Any = json.dumps(result) if call.fault("job_result_string") else result
    values = {
        "name": "",
        "status": status,
        "message": f"Job finished in 0.01 seconds at {datetime.now(UTC).isoformat(sep=' ')}",
        "result": json.dumps(shown),
        "polls_left": None if status == "endless" else int(polls.value) if polls else DEFAULT_POLLS,
    }
    added = call.db.execute(insert(JOBS).values(values)).inserted_primary_key
    number = int(added[0]) if added else 0
    call.db.execute(update(JOBS).where(JOBS.c.id == number).values(name=f"{kind}#{number}"))
    return number
