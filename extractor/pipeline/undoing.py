"""Undoing a run: what it changed becomes again what it was, in what is known and in Alation."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from extractor.config import Config
from extractor.errors import ConfigError
from extractor.pipeline.runs import alation_of, apply_made, connect, finish, opened, planned
from extractor.progress import Progress
from extractor.report import Report
from extractor.state import Store
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
        meant = _meant(store, run_id)
        with store.attempt():
            with _plan(config, store, this_run) as waiting:
                others = {operation.mark for operation in waiting.operations()}
            left = store.restore(meant, this_run)
            made = _plan(config, store, this_run, but=others)
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
            store.restore(meant, this_run)
            apply_made(made, store, client, settings, report, progress)
        finish(config, store, this_run, report)
    return report


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


def _meant(store: Store, run_id: int) -> int:
    """The run whose knowledge is meant: that of the plan, where a run carried out a saved one."""
    found = next((run for run in store.runs() if run.id == run_id), None)
    if found is None:
        raise ConfigError(f"there is no run {run_id}: alation-lineage state show lists the runs")
    meant = found.carries_out or run_id
    if not store.can_undo(meant):
        raise ConfigError(f"run {run_id} changed nothing, was undone already, or is too long ago to be undone")
    return meant
