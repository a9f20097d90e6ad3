"""A night in a few words: observe dataflows, plan, apply."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dataflow_samples import NAMESPACE, NIGHT

from extractor.config import UploadSettings
from extractor.models import Dataflow
from extractor.state import Store
from extractor.upload import ApplyReport, LineageApi, Plan, apply_plan, make_plan


def plan_night(
    store: Store,
    dataflows: Iterable[Dataflow],
    *,
    drops: Iterable[tuple[str, datetime | None]] = (),
    settings: UploadSettings | None = None,
    started_at: datetime = NIGHT,
) -> Plan:
    """The plan of a run that sees these dataflows, then these drops."""
    run_id = store.begin_run("run", started_at=started_at)
    store.observe(run_id, dataflows)
    for target, seen_at in drops:
        store.record_drop(run_id, target, seen_at)
    return make_plan(store, run_id, namespace=NAMESPACE, settings=settings or UploadSettings())


def run_night(
    store: Store,
    api: LineageApi,
    dataflows: Iterable[Dataflow],
    *,
    drops: Iterable[tuple[str, datetime | None]] = (),
    settings: UploadSettings | None = None,
    started_at: datetime = NIGHT,
) -> ApplyReport:
    """Plan a night and apply it."""
    with plan_night(store, dataflows, drops=drops, settings=settings, started_at=started_at) as plan:
        return apply_plan(plan, store, api, job_deadline_s=20, job_poll_s=0.05)
