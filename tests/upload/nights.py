"""A night in a few words: observe dataflows, plan, apply."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dataflow_samples import NAMESPACE, NIGHT, at

from extractor.config import UploadSettings
from extractor.models import Dataflow
from extractor.settings_of_reconcile import ReconcileSettings
from extractor.state import Store
from extractor.upload import ApplyReport, LineageApi, Plan, apply_plan, make_plan


def plan_night(
    store: Store,
    dataflows: Iterable[Dataflow],
    *,
    drops: Iterable[tuple[str, datetime | None]] = (),
    made: Iterable[tuple[str, datetime | None]] = (),
    days: Iterable[float] = (),
    settings: UploadSettings | None = None,
    started_at: datetime = NIGHT,
    **rules: Any,
) -> Plan:
    """The plan of a run that sees these dataflows, then these drops, then that tables are made.

    ``days`` are hours after the first night's start at which the log was read besides; ``rules`` are settings of
    [reconcile], ``nightly`` and ``allow_removals``.
    """
    run_id = store.begin_run("run", started_at=started_at)
    seen = list(dataflows)
    store.observe(run_id, seen)
    for target, seen_at in drops:
        store.record_drop(run_id, target, seen_at)
    for target, seen_at in made:
        store.record_made(run_id, target, seen_at)
    read = {d.last_seen.toordinal() for d in seen if d.last_seen} | {at(hours).toordinal() for hours in days}
    store.read_days(run_id, "logs", read)
    options = {name: rules.pop(name) for name in ("nightly", "allow_removals") if name in rules}
    return make_plan(
        store,
        run_id,
        namespace=NAMESPACE,
        settings=settings or UploadSettings(),
        reconcile=ReconcileSettings(**rules),
        **options,
    )


def run_night(
    store: Store,
    api: LineageApi,
    dataflows: Iterable[Dataflow],
    **circumstances: Any,
) -> ApplyReport:
    """Plan a night, as `plan_night` does, and apply it."""
    with plan_night(store, dataflows, **circumstances) as plan:
        return apply_plan(plan, store, api, job_deadline_s=20, job_poll_s=0.05)
