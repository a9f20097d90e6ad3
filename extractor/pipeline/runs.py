"""The run as one readable sequence: catalogs, derivation, plan, apply; each step leaves the state whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from extractor.alation import AlationClient, JobRef
from extractor.config import AlationSettings, Config, refresh_token
from extractor.errors import ConfigError, Paused
from extractor.garbage import seldom_collected
from extractor.logs import about
from extractor.pipeline.catalogs import reads_alation, refresh_catalogs, refresh_schemas
from extractor.pipeline.database_history import check_sources
from extractor.pipeline.declare import declare
from extractor.pipeline.derive import Derivation, engine_of, groups_of
from extractor.pipeline.events import check_events, observe_events
from extractor.pipeline.mapping import map_tables, plan_mapping, refresh_mappings
from extractor.pipeline.openlineage import tell
from extractor.pipeline.picture import Picture
from extractor.pipeline.resolvers import mapped_sources
from extractor.pipeline.windows import Window
from extractor.progress import Count, Progress, counter
from extractor.report import Report, counted
from extractor.state import Store
from extractor.state.catalog import CatalogStore
from extractor.upload import ApplyReport, LineageApi, Plan, apply_plan, make_plan
from extractor.upload import Progress as Step

_SHOWN = 50
PACKED_FROM = 50_000
"""Questions about fewer edges are answered at once by the database itself."""

Look = Callable[[Config, Store, AlationClient], list[str]]
"""Compares what the state says of Alation with what Alation holds, and gives a line for each difference."""


def run(
    config: Config, *, window: Window, progress: Progress, html: Path | None = None, allow_removals: bool = False
) -> Report:
    """Read, derive, plan and apply; what was applied stays, whatever happens later.

    With ``html``, a page of the graph before the upload and of the whole report is written there. A window with an end
    is a piece of history: it counts as no night. ``allow_removals`` lifts the limit on what one run may remove.

    Raises:
        ConfigError: a setting or the token is missing or wrong.
        StateError: another run holds the state, or it cannot be opened.
        AlationError: Alation cannot be reached or refuses the token; nothing is lost, run again.
    """
    settings = alation_of(config)
    with opened(config, "run") as (store, run_id, report), connect(settings) as client:
        _derive(config, store, run_id, report, client, window, progress)
        with plan_of(
            config, store, run_id, report, nightly=window.until is None, allow_removals=allow_removals
        ) as made:
            picture = Picture.of(html, made, store, config, "Run")
            if apply_made(made, store, client, settings, report, progress).is_complete:
                store.undone()  # what an undoing that was killed has left is in the plan, too
        if told := tell(config, store, run_id, report):
            progress(f"OpenLineage: {told} events")
        map_tables(config, store, report, progress)
        finish(config, store, run_id, report)
        if picture is not None:
            picture.write(report)
    return report


def plan(
    config: Config,
    *,
    out: Path | None,
    window: Window,
    progress: Progress,
    html: Path | None = None,
    allow_removals: bool = False,
    look: Look | None = None,
) -> Report:
    """Read, derive and plan; Alation is only read. The plan is saved to ``out``, a page of it to ``html``, when given.

    ``look`` compares the state with what Alation really holds before the plan is made, and gives the differences.

    Raises:
        ConfigError, StateError, AlationError: as for `run`.
    """
    with opened(config, "plan") as (store, run_id, report):
        needs_alation = any(reads_alation(s.catalog) for s in [*config.source, *mapped_sources(config)])
        client = connect(alation_of(config)) if needs_alation or look else None
        with client or nullcontext():
            _derive(config, store, run_id, report, client, window, progress)
            if look is not None and client is not None:
                report.differences += look(config, store, client)
        with plan_of(
            config, store, run_id, report, nightly=window.until is None, allow_removals=allow_removals
        ) as made:
            report.plan = planned(made)
            plan_mapping(config, store, report, progress, made)
            if out is not None:
                made.save(out)
            if look is not None and not made.is_empty:
                to_do = made.head.counts.operations
                report.differences.append(f"to be sent, changed or removed: {counted(to_do, 'dataflow')}")
            picture = Picture.of(html, made, store, config, "Plan")
        finish(config, store, run_id, report)
        if picture is not None:
            picture.write(report)
    return report


def apply(config: Config, plan_file: Path, *, progress: Progress) -> Report:
    """Carry out exactly a saved plan.

    Raises:
        StatePassed: the state has changed since the plan was made.
        StateError: the plan is not whole, or is of another namespace.
        ConfigError, StateError, AlationError: as for `run`.
    """
    settings = alation_of(config)
    with opened(config, "apply") as (store, run_id, report), connect(settings) as client:
        with Plan.load(plan_file) as made:
            made.check(config.namespace)
            store.carry_out(run_id, made.head.run_id)
            apply_made(made, store, client, settings, report, progress)
        map_tables(config, store, report, progress)
        finish(config, store, run_id, report)
    return report


def connect(settings: AlationSettings) -> AlationClient:
    """A client for the configured Alation, with the token from where secrets are."""
    return AlationClient.from_settings(settings, refresh_token(settings))


@contextmanager
def opened(config: Config, command: str) -> Iterator[tuple[Store, int, Report]]:
    """The state, locked for this command, with a new run in it."""
    check_events(config)
    groups_of(config)  # a wrong dialect is told before anything is touched
    check_sources(config)
    started_at = datetime.now(UTC)
    with seldom_collected(), Store.open(state_url(config)) as store, store.lock():
        run_id = store.begin_run(command, started_at=started_at)
        with about(run=run_id):
            yield store, run_id, Report(started_at, run_id=run_id)


def _derive(
    config: Config,
    store: Store,
    run_id: int,
    report: Report,
    client: AlationClient | None,
    window: Window,
    progress: Progress,
) -> None:
    catalogs = CatalogStore(store.engine)
    refresh_catalogs(config, catalogs, client, report, progress)
    refresh_mappings(config, store, report)
    refresh_schemas(config, catalogs, report, progress)
    with engine_of(config) as engine:
        derivation = Derivation(
            config, store, catalogs, engine, report, run_id=run_id, window=window, progress=progress
        )
        derivation.run()
    observe_events(config, store, catalogs, report, run_id, window)
    declare(config, store, catalogs, report, run_id)


def plan_of(
    config: Config, store: Store, run_id: int, report: Report, *, nightly: bool, allow_removals: bool = False
) -> Plan:
    """The plan of what a run saw, with a failure in its report when removals are held back.

    A run that is not ``nightly`` reads history.
    """
    made = make_plan(
        store,
        run_id,
        namespace=config.namespace,
        settings=config.upload,
        reconcile=config.reconcile,
        nightly=nightly,
        allow_removals=allow_removals,
    )
    if withheld := made.head.counts.withheld:
        report.failures.append(
            f"{counted(withheld, 'dataflow')} of {', '.join(made.head.withheld_of)} would be removed or lose most of "
            f"their edges, and {_limit_of(config)} is the most that one run may take away: they stay as they are. If "
            "the logs and the catalog are right, run again with --allow-removals"
        )
    return made


def _limit_of(config: Config) -> str:
    rules = config.reconcile
    share = f"{rules.max_removed_share:.0%}"
    return f"the larger of {rules.removals_always} and {share}, of a source's and of all ([reconcile]),"


def apply_made(
    made: Plan, store: Store, client: LineageApi, settings: AlationSettings, report: Report, progress: Progress
) -> ApplyReport:
    """Carry out a plan and tell what came of it, in the run's report too."""
    report.plan = planned(made)
    progress("plan: " + ", ".join(f"{name} {value}" for name, value in report.plan.items()))
    outcome = apply_plan(
        made,
        store,
        client,
        on_event=lambda step: _step_told(step, progress),
        job_deadline_s=settings.job_deadline_s,
        job_poll_s=settings.job_poll_s,
    )
    report.upload = _uploaded(outcome)
    report.warnings.extend(outcome.notes)
    report.failures.extend(f"{external_id}: {why}" for external_id, why in list(outcome.failed.items())[:_SHOWN])
    if len(outcome.failed) > _SHOWN:
        report.failures.append(f"and {len(outcome.failed) - _SHOWN} more dataflows did not arrive")
    if outcome.stopped is not None and not isinstance(outcome.stopped, Paused):  # what pauses goes on
        report.failures.append(f"the upload stopped: {outcome.stopped}")
    return outcome


def planned(made: Plan) -> dict[str, Any]:
    """The counts of a plan for the report."""
    head = made.head
    return {
        **head.counts.model_dump(),
        "posts": head.posts,
        "deletes": head.deletes,
        "expected_s": round(head.expected_s),
    }


def _uploaded(outcome: ApplyReport) -> dict[str, Any]:
    return {
        "sent": outcome.sent,
        "removed": outcome.removed,
        "posts": outcome.posts,
        "deletes": outcome.deletes,
        "failed": len(outcome.failed),
        "jobs": [JobRef.parse(job).shown for job in outcome.jobs],
    }


def _step_told(step: Step, progress: Progress) -> None:
    progress(_step_in_words(step))
    counter(progress)(Count("uploading", step.done, step.total, "requests"))


def _step_in_words(step: Step) -> str:
    job = f", job {step.job} {step.state}".rstrip() if step.job else ""
    return f"upload {step.done}/{step.total}: {step.words}{job}"


def finish(config: Config, store: Store, run_id: int, report: Report, *, packs: bool = True) -> None:
    """Complete the report of a run, and keep it in the state; the graph is packed for questions, unless told not to."""
    report.dataflows, report.edges_known = store.counts(config.namespace)
    known = store.sources(config.namespace) if report.without_edges else set()
    report.without_edges = [name for name in report.without_edges if name not in known]
    if not report.adds_up():
        report.failures.append("the counts do not add up to the input: this is a defect, please report it")
    if packs:
        store.pack_graph(config.namespace, at_least=PACKED_FROM)
    status = "failed" if report.failures else "done"
    store.finish_run(run_id, status, orjson.dumps(report.to_json()).decode())


def alation_of(config: Config) -> AlationSettings:
    """Where Alation is.

    Raises:
        ConfigError: the configuration does not say.
    """
    if config.alation is None:
        raise ConfigError("the configuration has no [alation] section: add url and user_id, or use: plan, extract")
    return config.alation


def state_url(config: Config) -> str:
    """The state's URL; a relative SQLite path starts at the configuration file's folder."""
    url = config.state.url
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(f"{prefix}/") and ":memory:" not in url:
        return prefix + str(config.root / url.removeprefix(prefix))
    return url
