"""OpenLineage events, as Spark, Airflow, dbt and Flink write them: the lineage of each job's last completed run.

A run tells what it reads and writes in any number of events, each of which may hold only a part: they are put together
(https://openlineage.io/docs/spec/run-cycle). A run that failed or was aborted counts for nothing, and of a job with
many runs the last that was completed counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from extractor.models import BadRecord, EdgeKind, Origin
from extractor.sources.interface import InputFile
from extractor.sources.json_objects import ObjectCutter, parse_object
from extractor.sources.opening import OpenFile

_BLOCK_BYTES = 1 << 18
_MAX_EVENT_BYTES = 20_000_000
_OVER = frozenset({"FAIL", "ABORT"})


class Dataset(NamedTuple):
    """A dataset by its namespace (such as ``postgres://db:5432``) and its name (such as ``wh.mart.net``)."""

    namespace: str
    name: str


class FieldFlow(NamedTuple):
    """A field of a dataset feeds a field of another one; ``words`` is what the producer says of it."""

    source: Dataset
    source_field: str
    target: Dataset
    target_field: str
    kind: EdgeKind = "direct"
    words: str = ""


@dataclass(slots=True)
class JobRun:
    """One run of a job, as far as its events have told; dictionaries stand for ordered sets."""

    namespace: str
    job: str
    run_id: str
    origin: Origin
    ended_at: datetime | None = None
    title: str = ""
    sql: str = ""
    inputs: dict[Dataset, None] = field(default_factory=dict)
    outputs: dict[Dataset, None] = field(default_factory=dict)
    flows: dict[FieldFlow, None] = field(default_factory=dict)
    indirect: dict[tuple[Dataset, Dataset], None] = field(default_factory=dict)


class JobRuns:
    """Puts events together. `events` and `skipped` count what was added; `completed` gives the runs that count.

    ``counts`` says of the time at which a run was completed whether it counts.
    """

    def __init__(self, counts: Callable[[datetime | None], bool] = lambda _: True) -> None:
        self._counts = counts
        self.events = 0
        self.skipped = 0
        self._open: dict[tuple[str, str, str], JobRun] = {}
        self._last: dict[tuple[str, str], JobRun] = {}

    def add(self, event: dict[str, Any], origin: Origin) -> str:
        """Take an event; the answer says why it is none, and is empty otherwise."""
        run, job = _dict(event, "run"), _dict(event, "job")
        run_id, namespace, name = _text(run, "runId"), _text(job, "namespace"), _text(job, "name")
        if not (run_id and name):
            if "dataset" in event or "job" in event:
                self.skipped += 1  # an event of a dataset or of a job alone, which tells of no run
                return ""
            return "the object is no OpenLineage event: it has no run.runId and job.name"
        self.events += 1
        key = (namespace, name, run_id)
        held = self._open.get(key) or JobRun(namespace, name, run_id, origin)
        kind = _text(event, "eventType").upper()
        if kind in _OVER:
            self._open.pop(key, None)
            return ""
        self._open[key] = held
        _merge(held, event)
        if kind == "COMPLETE":
            held.ended_at = _moment(event.get("eventTime")) or held.ended_at
            last = self._last.get(key[:2])
            if self._counts(held.ended_at) and (last is None or _time(last) <= _time(held)):
                self._last[key[:2]] = held
        return ""

    def completed(self) -> list[JobRun]:
        """The last completed run of each job, by the job's name."""
        return [self._last[key] for key in sorted(self._last)]


def read_events(item: InputFile) -> Iterator[tuple[dict[str, Any], Origin] | BadRecord]:
    """The JSON objects of a file, whether one a line, in an array or one after the other, plain or compressed.

    Raises:
        OSError: the file cannot be opened or read.
    """
    with OpenFile(item) as opened:
        for cut in ObjectCutter(_MAX_EVENT_BYTES).cut(opened.chunks(_BLOCK_BYTES)):
            origin = Origin(item.name, cut.line + 1)
            event = None if cut.is_cut else parse_object(cut.text)
            yield BadRecord("the event breaks off or is no JSON", origin) if event is None else (event, origin)


def _merge(run: JobRun, event: dict[str, Any]) -> None:
    facets = _dict(_dict(event, "job"), "facets")
    run.sql = _text(_dict(facets, "sql"), "query") or run.sql
    run.title = _text(_dict(facets, "documentation"), "description") or run.title
    run.inputs.update(dict.fromkeys(_dataset(one) for one in _list(event, "inputs")))
    for output in _list(event, "outputs"):
        target = _dataset(output)
        run.outputs[target] = None
        columns = _dict(_dict(output, "facets"), "columnLineage")
        for name, found in _dict(columns, "fields").items():
            run.flows.update(dict.fromkeys(_flow(read, target, name) for read in _list(found, "inputFields")))
        run.indirect.update(dict.fromkeys((_dataset(read), target) for read in _list(columns, "dataset")))


def _flow(read: dict[str, Any], target: Dataset, name: str) -> FieldFlow:
    ways = _list(read, "transformations")
    kind: EdgeKind = "indirect" if ways and all(_text(w, "type").upper() == "INDIRECT" for w in ways) else "direct"
    words = ", ".join(dict.fromkeys(word for way in ways if (word := _text(way, "subtype").lower())))
    return FieldFlow(_dataset(read), _text(read, "field"), target, name, kind, words)


def _dataset(value: dict[str, Any]) -> Dataset:
    return Dataset(_text(value, "namespace"), _text(value, "name"))


def _dict(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: Any, name: str) -> list[dict[str, Any]]:
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _time(run: JobRun) -> datetime:
    return run.ended_at or datetime.min.replace(tzinfo=UTC)
