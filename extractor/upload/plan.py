"""The difference between what the run and the state say and what Alation holds by the state.

A dataflow that the present run has not seen stays: the log of another night holds it. It goes when a later
definition of its targets superseded it, or when all its targets were dropped later than anything wrote them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from extractor.config import UploadSettings
from extractor.models import Dataflow, KeyedEdge
from extractor.state import OwnedDataflow, Status, Store, TargetFact, edges_digest
from extractor.state.upsert import batches
from extractor.upload.batch import Limits
from extractor.upload.document import Plan, spool_plan
from extractor.upload.operations import Action, Operation

_BATCH = 200
_UNFINISHED = "an earlier run did not come to its end"


def make_plan(store: Store, run_id: int, *, namespace: str, settings: UploadSettings) -> Plan:
    """The plan of what the run observed, against the state.

    Settles what the run learned of targets, and notes when dataflows that stay were last seen; nothing else of the
    state changes. Operations are streamed into a temporary file: memory does not grow with their number.

    Raises:
        StateError: another run has begun meanwhile, or the state cannot be read.
    """
    store.settle()
    kept: Counter[str] = Counter()
    return spool_plan(
        _operations(store, run_id, namespace, kept),
        kept,
        namespace=namespace,
        state_version=store.state_version(),
        run_id=run_id,
        limits=Limits(settings.max_paths, settings.max_dataflows, settings.max_bytes),
    )


def _operations(store: Store, run_id: int, namespace: str, kept: Counter[str]) -> Iterator[Operation]:
    observed = (d for d in store.observed(run_id) if d.external_id.split("/")[1] == namespace)
    for seen in batches(observed, _BATCH):
        held = store.dataflows([d.external_id for d in seen])
        known = store.targets(t for d in seen for t in d.targets)
        seen_again: dict[str, tuple[datetime, datetime]] = {}
        for dataflow in seen:
            ours = held.get(dataflow.external_id)
            if _why_over(ours if ours is not None and _is_older(dataflow, ours) else dataflow, known):
                continue  # if it is ours, the second pass removes it
            operation = _against(dataflow, ours)
            if operation is not None:
                yield operation
            else:
                seen_again[dataflow.external_id] = _times(dataflow, held[dataflow.external_id])
        store.seen_again(seen_again, run_id)
        kept["keep"] += len(seen_again)
    for owned in batches(store.owned(namespace), _BATCH):
        yield from _of_owned(store, owned, kept)


def _of_owned(store: Store, rows: Iterable[OwnedDataflow], kept: Counter[str]) -> Iterator[Operation]:
    """What happens to dataflows of ours whether or not the run saw them: removals, and what was left unfinished."""
    held = list(rows)
    known = store.targets(t for row in held for t in row.targets)
    unfinished = [r.external_id for r in held if not r.observed and r.status in (Status.SENDING, Status.REPLACING)]
    edges = store.edges(unfinished)
    for row in held:
        if row.status is Status.EMPTY:
            continue  # deleted along with the next deletion that is allowed
        if reason := _why_over(row, known):
            yield Operation.of(Action.REMOVE, _dataflow(row), reason)
        elif row.observed:
            continue  # the first pass has decided
        elif row.status is Status.DELETING:
            yield Operation.of(Action.REMOVE, _dataflow(row), _UNFINISHED)
        elif row.status is Status.PRESENT:
            kept["keep"] += 1
        else:
            action = Action.RESUME if row.status is Status.SENDING else Action.CHANGE
            yield Operation.of(action, _dataflow(row, edges.get(row.external_id, ())), _UNFINISHED)


def _against(seen: Dataflow, held: OwnedDataflow | None) -> Operation | None:
    """What has to happen to a dataflow that the run saw; None when it is in Alation as it should be."""
    if held is None:
        return Operation.of(Action.ADD, seen, "new")
    first_seen, last_seen = _times(seen, held)
    # The words stay as they were first sent: other literals alone change nothing.
    wanted = replace(seen, title=held.title, content=held.content, first_seen=first_seen, last_seen=last_seen)
    same = edges_digest(seen.edges) == held.edges_digest
    if held.status is Status.PRESENT:
        # What is older than the state's knowledge (a backfill) never overrides it.
        return None if same or _is_older(seen, held) else Operation.of(Action.CHANGE, wanted, "its edges differ")
    if held.status is Status.EMPTY:
        return Operation.of(Action.RESUME, wanted, "it was over and is back")
    if held.status is Status.SENDING and same:
        return Operation.of(Action.RESUME, wanted, _UNFINISHED)
    return Operation.of(Action.CHANGE, wanted, _UNFINISHED)


def _why_over(dataflow: Dataflow | OwnedDataflow, known: Mapping[str, TargetFact]) -> str:
    """Why a dataflow does not hold any longer; empty when it does."""
    facts = [known[target] for target in dataflow.targets if target in known]
    seen = dataflow.last_seen
    if not facts or len(facts) < len(dataflow.targets) or seen is None:
        return ""
    if all(fact.gone and fact.touched_at >= seen for fact in facts):
        return "its target was dropped"
    if dataflow.defines and all(_is_superseded(dataflow.external_id, seen, fact) for fact in facts):
        newer = sorted({fact.defined_by for fact in facts if fact.defined_by})
        return f"superseded by {', '.join(newer)}" if newer else "its target was dropped and made anew"
    return ""


def _is_older(seen: Dataflow, held: OwnedDataflow) -> bool:
    return seen.last_seen is not None and seen.last_seen < held.last_seen


def _is_superseded(external_id: str, seen: datetime, fact: TargetFact) -> bool:
    if fact.defined_at is None or fact.defined_by == external_id:
        return False
    return fact.defined_at >= seen


def _times(seen: Dataflow, held: OwnedDataflow) -> tuple[datetime, datetime]:
    return min(seen.first_seen or held.first_seen, held.first_seen), max(
        seen.last_seen or held.last_seen, held.last_seen
    )


def _dataflow(row: OwnedDataflow, edges: tuple[KeyedEdge, ...] = ()) -> Dataflow:
    return Dataflow(
        external_id=row.external_id,
        title=row.title,
        content=row.content,
        source_name=row.source_name,
        fingerprint=row.fingerprint,
        targets=row.targets,
        edges=edges,
        defines=row.defines,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )
