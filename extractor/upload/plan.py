"""The difference between what must be in Alation, by what is known, and what is there, by the state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from extractor.config import UploadSettings
from extractor.models import Dataflow, KeyedEdge
from extractor.settings_of_reconcile import ReconcileSettings
from extractor.state import Known, OwnedDataflow, Status, Store, dataflow_of, edge_identity
from extractor.state.upsert import batches
from extractor.upload.batch import Limits
from extractor.upload.document import Plan, Removals, spool_plan
from extractor.upload.holding import Nights, Over, over
from extractor.upload.operations import Action, Operation

_BATCH = 200
_UNFINISHED = "an earlier run did not come to its end"
_UNKNOWN = "nothing that is known brings it forth any longer"


class Step(NamedTuple):
    """An operation; ``takes_away`` when something would be lost for which nothing takes its place."""

    operation: Operation
    takes_away: bool = False

    def agreed_to(self, external_ids: Collection[str]) -> Step:
        """The same; what was agreed to when a run was undone needs no second word."""
        is_agreed = self.takes_away and self.operation.dataflow.external_id in external_ids
        return Step(self.operation) if is_agreed else self


def make_plan(
    store: Store,
    run_id: int,
    *,
    namespace: str,
    settings: UploadSettings,
    reconcile: ReconcileSettings | None = None,
    nightly: bool = True,
    allow_removals: bool = False,
) -> Plan:
    """The plan of what is known once the run's observations are joined to it, against what Alation holds.

    Settles what the run learned, and notes when dataflows that stay were last seen; nothing else of the state
    changes. A run that is not ``nightly`` is a backfill. Without ``allow_removals`` a plan that would take away too
    much leaves all that away: ``plan.head.counts.withheld`` says how much. Operations are streamed into a temporary
    file: memory does not grow with their number.

    Raises:
        StateError: another run has begun meanwhile, or the state cannot be read.
    """
    store.settle(run_id, namespace, nightly=nightly)
    return plan_known(
        store, run_id, namespace=namespace, settings=settings, reconcile=reconcile, allow_removals=allow_removals
    )


def plan_known(
    store: Store,
    run_id: int,
    *,
    namespace: str,
    settings: UploadSettings,
    reconcile: ReconcileSettings | None = None,
    allow_removals: bool = False,
    but: Collection[tuple[str, Action]] = (),
) -> Plan:
    """As `make_plan`, of what is known already; ``but`` are ids with actions that are left to another plan."""
    rules = reconcile or ReconcileSettings()
    kept: Counter[str] = Counter()
    held: Counter[str] = Counter()
    pending = store.undoing()
    agreed = frozenset(pending.external_ids) if pending is not None else frozenset[str]()
    nights = Nights(store.nights(namespace) if rules.expire_after_nights else {}, rules.expire_after_nights)
    return spool_plan(
        (
            step.agreed_to(agreed)
            for step in _steps(store, run_id, namespace, nights, kept, held)
            if step.operation.mark not in but
        ),
        kept,
        held,
        namespace=namespace,
        state_version=store.state_version(),
        run_id=run_id,
        limits=Limits(settings.max_paths, settings.max_dataflows, settings.max_bytes),
        removals=None if allow_removals else Removals(rules.removals_always, rules.max_removed_share),
    )


def _steps(
    store: Store, run_id: int, namespace: str, nights: Nights, kept: Counter[str], held_of: Counter[str]
) -> Iterator[Step]:
    for known in batches(store.known(namespace), _BATCH):
        held = store.dataflows([row.external_id for row in known])
        facts = store.targets(target for row in known for target in row.targets)
        ends = {row.external_id: over(row, facts, nights) for row in known}
        held_of.update(row.source_name for row in held.values() if row.status is Status.PRESENT)
        yield from _postings(store, [r for r in known if ends[r.external_id] is None], held, run_id, kept)
        yield from _removals(store, held, ends)
    for batch in batches(store.owned_but_unknown(namespace), _BATCH):
        held_of.update(row.source_name for row in batch if row.status is Status.PRESENT)
        linked = [row for row in batch if row.status is not Status.EMPTY]
        yield from (Step(Operation.of(Action.REMOVE, dataflow_of(r), _UNKNOWN), takes_away=True) for r in linked)


def _removals(store: Store, held: Mapping[str, OwnedDataflow], ends: Mapping[str, Over | None]) -> Iterator[Step]:
    replaced = store.are_known({i for end in ends.values() if end for i in end.newer})
    for external_id, end in ends.items():
        row = held.get(external_id)
        if end is None or row is None or row.status is Status.EMPTY:
            continue  # an empty one is deleted along with the next deletion that is allowed
        is_begun = row.status is Status.DELETING
        takes_away = not is_begun and not any(newer in replaced and not ends.get(newer) for newer in end.newer)
        yield Step(Operation.of(Action.REMOVE, dataflow_of(row), end.reason), takes_away=takes_away)


def _postings(
    store: Store, known: list[Known], held: Mapping[str, OwnedDataflow], run_id: int, kept: Counter[str]
) -> Iterator[Step]:
    actions: dict[str, tuple[Action, str]] = {}
    seen_again: dict[str, tuple[datetime, datetime]] = {}
    for row in known:
        ours = held.get(row.external_id)
        needed = _action(row, ours)
        if needed is not None:
            actions[row.external_id] = needed
        else:
            kept["keep"] += 1
            if ours is not None and (ours.first_seen, ours.last_seen) != (row.first_seen, row.last_seen):
                seen_again[row.external_id] = (row.first_seen, row.last_seen)
    store.seen_again(seen_again, run_id)
    # What was taken over from Alation came without: from now on other words are seen as such.
    untold = [row for row in known if row.external_id not in actions and row.fingerprint]
    store.set_fingerprints({r.external_id: r.fingerprint for r in untold if not held[r.external_id].fingerprint})
    wanted = store.known_dataflows(actions)
    before = store.edges([i for i, (action, _) in actions.items() if action is Action.CHANGE])
    for external_id, (action, reason) in actions.items():
        dataflow = _with_words(wanted[external_id], held.get(external_id))
        loses = action is Action.CHANGE and _loses_most(before.get(external_id, ()), dataflow)
        yield Step(Operation.of(action, dataflow, reason), takes_away=loses)


def _action(known: Known, held: OwnedDataflow | None) -> tuple[Action, str] | None:
    """What has to happen to a dataflow that holds; None when it is in Alation as it should be."""
    if held is None:
        return Action.ADD, "new" if known.observed else "it is not in Alation"
    same = known.edges_digest == held.edges_digest
    if held.status is Status.PRESENT:
        # What was taken over from Alation has no fingerprint; its words are those that Alation holds.
        if held.fingerprint and known.fingerprint != held.fingerprint:
            return Action.CHANGE, "its words differ"
        return None if same else (Action.CHANGE, "its edges differ")
    if held.status is Status.EMPTY:
        return Action.RESUME, "it was over and is back"
    why = held.problem or _UNFINISHED
    return (Action.RESUME if held.status is Status.SENDING and same else Action.CHANGE), why


def _with_words(dataflow: Dataflow, held: OwnedDataflow | None) -> Dataflow:
    """The words stay as they were first sent: other literals alone change nothing."""
    if held is None or held.fingerprint != dataflow.fingerprint:
        return dataflow
    return replace(dataflow, title=held.title, content=held.content)


def _loses_most(before: tuple[KeyedEdge, ...], wanted: Dataflow) -> bool:
    kept = {edge_identity(edge) for edge in wanted.edges}
    return 2 * sum(edge_identity(edge) not in kept for edge in before) > len(before)
