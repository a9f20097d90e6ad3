"""What came of applying a plan, and what a job's result says of single dataflows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from extractor.alation import JobStatus
from extractor.errors import AlationError

_ABSENT = re.compile(r"not\s+(?:found|exist)|does\s*n[o']t\s+exist|no\s+such|unknown|404", re.IGNORECASE)

_ONLY_ID = re.compile(r'"?[\w./-]+"?|\{\s*"(?:id|external_id)"\s*:\s*"?[\w./-]+"?\s*\}')


class Progress(NamedTuple):
    """A step that is done: ``done`` of about ``total`` requests; ``state`` is the end of its job."""

    words: str
    done: int
    total: int
    job: str = ""
    state: str = ""


@dataclass(slots=True)
class ApplyReport:
    """What came of a plan.

    ``sent`` counts dataflows that Alation now holds as planned, ``removed`` those that it no longer holds,
    ``posts`` and ``deletes`` requests, ``jobs`` their references. ``failed`` has the problem of each dataflow that
    did not arrive and will be planned again. ``emptied`` lists removed dataflows whose links are gone but which
    themselves could not be deleted. ``stopped`` is the error that ended the work early.
    """

    sent: int = 0
    removed: int = 0
    posts: int = 0
    deletes: int = 0
    jobs: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    emptied: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: AlationError | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything that was planned has happened."""
        return not self.failed and self.stopped is None


def failed_posts(ids: Sequence[str], status: JobStatus) -> dict[str, str]:
    """The dataflows of a POST that may not have arrived whole, with the reason.

    A job that is successful and reports no failure brought all. When every failure names dataflows of ours, these
    are meant; otherwise any may be, since a dataflow that the result lists as written can still lack a path.
    """
    if status.state == "successful" and not status.failures:
        return {}
    named = {i: line for i in ids for line in status.failures if _names(i, line)}
    if status.failures and all(any(_names(i, line) for i in ids) for line in status.failures):
        return named
    return dict.fromkeys(ids, "; ".join(status.failures) or status.message or "the job was only partially successful")


def failed_deletes(ids: Sequence[str], status: JobStatus) -> dict[str, str]:
    """The dataflows of a DELETE that may still be there, with the reason; one that did not exist is gone too."""
    failures = [line for line in status.failures if not _is_absent(line)]
    if not failures and (status.state == "successful" or status.failures):
        return {}
    named = {i: line for i in ids for line in failures if _names(i, line)}
    if failures and all(any(_names(i, line) for i in ids) for line in failures):
        return named
    done = set(_mapped(status.result))
    reason = "; ".join(failures) or status.message or "the job was only partially successful"
    return {i: named.get(i, reason) for i in ids if i.lower() not in done}


def _is_absent(line: str) -> bool:
    """Whether a failed deletion says that there was nothing to delete: in words, or by nothing but the id."""
    return bool(_ABSENT.search(line) or _ONLY_ID.fullmatch(line.strip()))


def _names(external_id: str, line: str) -> bool:
    return external_id.lower() in line.lower()


def _mapped(result: Any) -> Iterator[str]:
    """The external ids that a result lists as done, in lower case."""
    if isinstance(result, list):
        for item in result:
            yield from _mapped(item)
    elif isinstance(result, dict):
        mapping = result.get("mapping")
        for item in mapping if isinstance(mapping, list) else []:
            if isinstance(item, dict) and isinstance(item.get("external_id"), str):
                yield item["external_id"].lower()
