"""Jobs: every write is taken as a job that is followed to its end.

Source: *Jobs API*; ``partially_successful`` from *Log Based API Error Codes*. The words of ``status`` are compared
without case; a word that is not known is no end.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

from extractor.alation.wire import JOB_ROLE, Wire
from extractor.errors import JobFailed, Rejected
from extractor.http import Response

ROUTE = "/api/v1/bulk_metadata/job/"
JobState = Literal["running", "successful", "partially_successful", "failed", "unknown"]
_STATES: dict[str, JobState] = {
    "running": "running",
    "successful": "successful",
    "partially_successful": "partially_successful",
    "failed": "failed",
}
_FIRST_POLL_S = 0.1
_MISSES_BEFORE_VANISHED = 3
_LONGEST_EXCERPT = 600


class JobRef(NamedTuple):
    """How a job is asked for: by number or, on older routes, by name. ``str`` of it can be stored and parsed."""

    id: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        return f"id:{self.id}" if self.name is None else f"name:{self.name}"

    @property
    def shown(self) -> str:
        """The number or the name alone, for a message."""
        return str(self.id) if self.name is None else self.name

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reference that ``str`` wrote; a bare number is an id, any other bare text a name."""
        kind, colon, value = text.partition(":")
        if colon and kind == "name":
            return cls(name=value)
        number = value if colon and kind == "id" else text
        return cls(id=int(number)) if number.isdigit() else cls(name=text)


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job stands.

    ``result`` is what Alation gave, with JSON inside of strings read. ``failures`` are the objects that the
    result reports as failed, a line each: a job may be successful as a whole and still have some. ``vanished`` is
    true when Alation does not know the job.
    """

    state: JobState
    message: str = ""
    result: Any = None
    failures: tuple[str, ...] = ()
    vanished: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"successful", "partially_successful", "failed"} or self.vanished


def job_of(response: Response) -> JobRef:
    """The job that an accepted write was given.

    Raises:
        Rejected: the answer names none.
    """
    body = response.json()
    for nested in ("task", "job"):
        if isinstance(body, dict) and isinstance(body.get(nested), dict):
            body = {"job_id": body[nested].get("id"), **body[nested]}
    if isinstance(body, dict):
        number, name = body.get("job_id"), body.get("job_name")
        if isinstance(number, int) or (isinstance(number, str) and number.isdigit()):
            return JobRef(id=int(number))
        if isinstance(name, str) and name:
            return JobRef(name=name)
    raise Rejected(
        f"{response.where}: Alation took the request ({response.status}) but names no job to follow, so its end is "
        "not known. Look into Alation whether the lineage arrived.",
        status=response.status,
    )


def read_status(wire: Wire, ref: JobRef) -> JobStatus:
    """Where the job stands now; a job that Alation does not know is ``unknown`` and ``vanished``."""
    params: dict[str, str | int] = (
        {"id": ref.id} if ref.name is None and ref.id is not None else {"name": ref.name or ""}
    )
    try:
        response = wire.call("GET", ROUTE, role=JOB_ROLE, params=params)
    except Rejected as error:
        if error.status != 404 or error.code is None:
            raise
        return JobStatus("unknown", str(error), vanished=True)
    body = response.json()
    if not isinstance(body, dict):
        return JobStatus("unknown", f"{response.where}: the answer is no job")
    return _status(body)


def wait(wire: Wire, ref: JobRef, deadline_s: float, poll_s: float) -> JobStatus:
    """The end of a job, asked for soon at first and then every ``poll_s`` seconds.

    ``partially_successful`` is returned, not raised: what did not succeed stands in ``failures``.

    Raises:
        JobFailed: the job failed, vanished (``status`` 404), or had not ended after ``deadline_s`` seconds.
    """
    ends_at = time.monotonic() + deadline_s
    pause_s, misses = min(_FIRST_POLL_S, poll_s), 0
    while True:
        status = read_status(wire, ref)
        misses = misses + 1 if status.vanished else 0
        if status.state == "failed":
            raise JobFailed(f"Alation's job {ref.shown} failed: {_said(status)}")
        if misses >= _MISSES_BEFORE_VANISHED:
            words = f"Alation does not know its job {ref.shown} any more: its end is not known. Run again: what has"
            raise JobFailed(f"{words} arrived is then found, what has not is sent again.", status=404)
        if status.ended and not status.vanished:
            return status
        if time.monotonic() + pause_s > ends_at:
            raise JobFailed(_late(ref, status, deadline_s))
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, poll_s)


def _late(ref: JobRef, status: JobStatus, deadline_s: float) -> str:
    return (
        f"Alation's job {ref.shown} did not end within {deadline_s:g} s (last seen: {status.state}"
        f"{', ' + status.message if status.message else ''}). It may still end: run again later, which sends only what "
        "is missing. If that happens often, raise job_deadline_s or lower max_paths in [upload]."
    )


def _said(status: JobStatus) -> str:
    parts = [status.message, *status.failures]
    if not any(parts) and status.result is not None:
        parts.append(json.dumps(status.result, ensure_ascii=False, default=str))
    text = "; ".join(part for part in parts if part) or "it gives no reason"
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]} ..."


def _status(body: dict[str, Any]) -> JobStatus:
    word = str(body.get("status") or "").strip()
    result = _opened(body.get("result"))
    state = _STATES.get(word.lower(), "unknown")
    message = str(body.get("msg") or "")
    if state == "unknown":
        message = f"status {word!r} is not known. {message}".strip()
    failures = tuple(_failures(result))
    if state == "failed" and not failures:
        failures = tuple(line for line in _lines(result) if line != message)
    return JobStatus(state, message, result, failures)


def _opened(value: Any) -> Any:
    """The result with JSON inside of strings read: it comes as null, text, JSON text, a list of these, an object."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return _opened(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, list):
        return [_opened(item) for item in value]
    return value


def _failures(result: Any) -> list[str]:
    """What a result reports as failed, under any of the names in use."""
    if isinstance(result, list):
        return [line for item in result for line in _failures(item)]
    if not isinstance(result, dict):
        return []
    found = [result.get(name) for name in ("failed", "errors", "error_objects", "error", "Errors")]
    return [line for value in found if value for line in _lines(_opened(value))]


def _lines(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [line for item in value for line in _lines(item)]
    return [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)]
