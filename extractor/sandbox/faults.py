"""Faults: how a test or a rehearsal makes the sandbox misbehave. Not part of Alation.

``POST /sandbox/faults`` takes one `Fault` as JSON, ``GET`` lists those in force, ``DELETE`` ends them all.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

WireKind = Literal["status", "html", "redirect", "drop", "drop_after", "slow"]
JobKind = Literal[
    "job_failed", "job_partial", "job_endless", "job_vanished", "job_status", "job_result_string", "job_name"
]
SettingKind = Literal["job_polls", "page_cap", "strict", "content_limit", "expire_token", "refresh_expired"]

WIRE_KINDS: tuple[WireKind, ...] = ("status", "html", "redirect", "drop", "drop_after", "slow")


class Fault(BaseModel):
    """One way to misbehave, on the requests that it matches.

    Kinds:

    - ``status``: answer ``status`` (403, 429, 500 ...) with a JSON body; with ``retry_after_s`` as a header.
    - ``html``: answer ``status`` with an HTML page. ``redirect``: answer ``status`` (301 ...) with a location.
    - ``drop``: close the connection without an answer; ``drop_after``: do the work first.
    - ``slow``: answer after ``value`` seconds.
    - ``expire_token``: the access token of the request expires with it. ``refresh_expired``: the refresh token has.
    - ``job_failed``, ``job_partial`` (the last path or dataflow is refused), ``job_endless``, ``job_vanished``,
      ``job_result_string`` (JSON inside of a string), ``job_name`` (a name instead of an id), ``job_status`` (a
      status word ``word`` that no document knows): what becomes of the job that the request starts.
    - ``job_polls``: a job is running for ``value`` polls. ``page_cap``: no page has more than ``value`` objects.
    - ``strict``: POST lineage refuses unknown top-level keys. ``content_limit``: longer content is refused.
    """

    model_config = ConfigDict(extra="forbid")

    kind: WireKind | JobKind | SettingKind
    method: str | None = Field(default=None, description="only requests of this method; null: all")
    path: str = Field(default="/", description="only requests whose path begins so")
    after: Annotated[int, Field(ge=0)] = Field(default=0, description="pass over so many matching requests first")
    times: Annotated[int, Field(ge=1)] | None = Field(default=None, description="how often; null: until it is ended")
    status: Annotated[int, Field(ge=200, le=599)] = 503
    retry_after_s: Annotated[int, Field(ge=0)] | None = None
    value: Annotated[float, Field(ge=0)] = 0
    word: str = "queued"

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is meant."""
        return (self.method is None or self.method.upper() == method) and path.startswith(self.path)


class Faults:
    """The faults in force, and how often each still applies."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force, after those that are."""
        self._rules.append(fault)

    def clear(self) -> None:
        """End all."""
        self._rules.clear()

    def listed(self) -> list[Fault]:
        """Those in force, with what remains of ``after`` and ``times``."""
        return list(self._rules)

    def take(self, kind: str, method: str, path: str) -> Fault | None:
        """The first fault of a kind that applies to a request; this use of it is counted."""
        for fault in self._rules:
            if fault.kind != kind or not fault.matches(method, path):
                continue
            if fault.after:
                fault.after -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._rules.remove(fault)
            return fault
        return None
