"""Undoing a run: what it changed becomes again what it was, in what is known and in Alation."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from extractor.config import Config
from extractor.errors import ConfigError
from extractor.pipeline.runs import alation_of, apply_made, connect, finish, opened, planned
from extractor.progress import Progress
from extractor.report import Report
from extractor.state import Store, Undoing
from extractor.upload import Action, Plan
from extractor.upload.plan import plan_known


class Undo(NamedTuple):
    """What undoing a run would do: its plan, and the dataflows that a later run has changed again and that stay."""

    run_id: int
    plan: Plan
    left: tuple[str, ...]


def undo(config: Config, run_id: int, *, agree: Callable[[Undo], bool], progress: Progress) -> Report:
    """Show what undoing a run means to ``agree``, and do it when the answer is true.

    Until then nothing is changed. What else waits to be sent or removed is left to the next run. The undoing is a run
    of its own, which can be undone. What a later run has changed again stays as that left it.

    Raises:
        ConfigError: there is no such run, or it is too long ago.
        StateError, AlationError: as for `run`.
    """
    settings = alation_of(config)
    with opened(config, "undo") as (store, this_run, report), connect(settings) as client:
        try:
            meant, pending = _meant(store, run_id)
        except ConfigError:
            store.finish_run(this_run, "declined")
            raise
        if pending is None:
            made, left = _planned(config, store, this_run, meant)
        else:  # killed, or Alation was lost, after it was agreed to: what is left of it
            made, left = _plan(config, store, this_run, but=_others(config, store, this_run, pending.external_ids)), ()
        with made:
            agreed = False
            try:
                agreed = agree(Undo(run_id, made, left))
            finally:
                if not agreed:
                    store.finish_run(this_run, "declined")
            if not agreed:
                report.plan = planned(made)
                return report
            if pending is not None:
                store.carry_out(this_run, pending.by_run)
            else:
                store.restore(meant, this_run, [o.dataflow.external_id for o in made.operations()])
            if apply_made(made, store, client, settings, report, progress).is_complete:
                store.undone()
        finish(config, store, this_run, report)
    return report


def _planned(config: Config, store: Store, this_run: int, meant: int) -> tuple[Plan, tuple[str, ...]]:
    """What undoing a run would change, without what else waits; and what a later run has changed, which stays."""
    with store.attempt():
        with _plan(config, store, this_run) as waiting:
            others = {operation.mark for operation in waiting.operations()}
        left = store.restore(meant, this_run)
        return _plan(config, store, this_run, but=others), left


def _others(config: Config, store: Store, this_run: int, ours: Collection[str]) -> set[tuple[str, Action]]:
    with _plan(config, store, this_run) as waiting:
        return {o.mark for o in waiting.operations() if o.dataflow.external_id not in ours}


def _plan(config: Config, store: Store, run_id: int, but: Collection[tuple[str, Action]] = ()) -> Plan:
    return plan_known(
        store,
        run_id,
        namespace=config.namespace,
        settings=config.upload,
        reconcile=config.reconcile,
        allow_removals=True,
        but=but,
    )


def _meant(store: Store, run_id: int) -> tuple[int, Undoing | None]:
    """The run whose knowledge is meant: that of the plan, where a run carried out a saved one.

    With the undoing of it that has not come to its end, if there is one.
    """
    found = next((run for run in store.runs() if run.id == run_id), None)
    if found is None:
        raise ConfigError(f"there is no run {run_id}: alation-lineage state show lists the runs")
    meant = found.carries_out or run_id
    pending = store.undoing()
    if pending is not None and pending.run_id == meant:
        return meant, pending
    if not store.can_undo(meant):
        raise ConfigError(f"run {run_id} changed nothing, was undone already, or is too long ago to be undone")
    return meant, None
