"""Automatic mapping: a job that the service runs. Source: *Alation Integration APIs*, Mappings."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from extractor.errors import JobFailed, Rejected
from extractor.http import Response
from extractor.models import AssetMapping
from extractor.observability.mappings import mappings_of
from extractor.observability.wire import Wire

ROUTE = "/mappings/alation/auto"
_FIRST_POLL_S = 0.2
_MISSES_BEFORE_VANISHED = 3


@dataclass(frozen=True, slots=True)
class MappingJob:
    """Where an automatic mapping stands; ``status`` is ``IN_PROGRESS``, ``COMPLETED``, ``FAILED`` or a new word."""

    job_id: str
    status: str
    error_message: str = ""
    result: tuple[AssetMapping, ...] = ()


def start(wire: Wire, *, overwrite: bool = False) -> str:
    """Start a job and give its id; without ``overwrite`` mappings that exist stay."""
    response = wire.call("POST", ROUTE, params={"should_overwrite": "true" if overwrite else "false"})
    body = wire.answer(response)
    job_id = body.get("job_id") if isinstance(body, dict) else None
    if not isinstance(job_id, str) or not job_id:
        raise Rejected(
            f"{response.where}: the service took the request ({response.status}) but names no job to follow. Look with "
            "alation-lineage observability mappings list whether the mappings came",
            status=response.status,
        )
    return job_id


def status(wire: Wire, job_id: str) -> MappingJob:
    """Where a job stands now; that it failed is told, not raised."""
    response = wire.call("GET", ROUTE, params={"job_id": job_id})
    body = wire.answer(response)
    if not isinstance(body, dict):
        raise Rejected(f"{response.where}: the answer is no job", status=response.status)
    word = str(body.get("status") or "").strip().upper()
    message = wire.http.redact(str(body.get("error_message") or ""))
    return MappingJob(job_id, word, message, _result(body.get("result"), response))


def wait(wire: Wire, job_id: str, deadline_s: float, poll_s: float) -> MappingJob:
    """The end of a job that completed, asked for soon at first and then every ``poll_s`` seconds.

    Raises:
        JobFailed: it failed (with the service's ``error_message``), is not known any more, or did not end in time.
    """
    ends_at = time.monotonic() + deadline_s
    pause_s, misses = min(_FIRST_POLL_S, poll_s), 0
    job = MappingJob(job_id, "")
    while True:
        try:
            job, misses = status(wire, job_id), 0
        except Rejected as error:
            misses += 1
            if error.code != "404" or misses >= _MISSES_BEFORE_VANISHED:
                raise _lost(job_id, error) from None
        if job.status == "FAILED":
            why = job.error_message or "it gives no reason"
            raise JobFailed(f"the automatic mapping {job_id} failed: {why}")
        if job.status == "COMPLETED" and not misses:
            return job
        if time.monotonic() + pause_s > ends_at:
            seen = job.status or "nothing"
            raise JobFailed(
                f"the automatic mapping {job_id} did not end within {deadline_s:g} s (last seen: {seen}). It may still "
                f"end: look with alation-lineage observability job {job_id}, or raise job_deadline_s"
            )
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, poll_s)


def _lost(job_id: str, error: Rejected) -> Rejected | JobFailed:
    if error.code != "404":
        return error
    words = f"Data Observability does not know its automatic mapping {job_id} any more: its end is not known. Look"
    return JobFailed(f"{words} with alation-lineage observability mappings list, or start it again", status=404)


def _result(value: Any, response: Response) -> tuple[AssetMapping, ...]:
    """What the job made; nothing as long as it runs. JSON inside of a string is read as well."""
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    return tuple(mappings_of(value, response)) if value else ()
