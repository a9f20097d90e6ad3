"""The run as one readable sequence: catalogs, derivation, plan, apply; each step leaves the state whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson

from extractor.alation import AlationClient
from extractor.config import AlationSettings, Config, refresh_token
from extractor.engines import ProcessEngine
from extractor.errors import AlationError, ConfigError
from extractor.pipeline.catalogs import refresh_catalogs
from extractor.pipeline.derive import Derivation, Progress, groups_of, limits_of
from extractor.pipeline.read import Window
from extractor.report import Report
from extractor.state import Store
from extractor.state.catalog import CatalogStore
from extractor.upload import Plan, apply_plan, load_plan, make_plan, save_plan


def run(config: Config, *, window: Window, progress: Progress) -> Report:
    """Read, derive, plan and apply; what was applied stays, whatever happens later.

    Raises:
        ConfigError: a setting or the token is missing or wrong.
        StateError: another run holds the state, or it cannot be opened.
        AlationError: Alation cannot be reached or refuses the token; nothing is lost, run again.
    """
    settings = _alation_of(config)
    with _opened(config, "run") as (store, run_id, report), connect(settings) as client:
        _derive(config, store, run_id, report, client, window, progress)
        plan = make_plan(store, run_id, config=config)
        report.plan = plan.summary()
        progress(f"plan: {_in_words(report.plan)}")
        _apply(plan, store, client, config, report, progress)
        _finish(store, run_id, report)
    return report


def plan(config: Config, *, out: Path | None, window: Window, progress: Progress) -> Report:
    """Read, derive and plan; Alation is only read. The plan is saved to ``out`` when given.

    Raises:
        ConfigError, StateError, AlationError: as for `run`.
    """
    with _opened(config, "plan") as (store, run_id, report):
        needs_alation = any(s.catalog.file is None and s.catalog.from_alation for s in config.source)
        if needs_alation:
            with connect(_alation_of(config)) as client:
                _derive(config, store, run_id, report, client, window, progress)
        else:
            _derive(config, store, run_id, report, None, window, progress)
        made = make_plan(store, run_id, config=config)
        report.plan = made.summary()
        if out is not None:
            save_plan(made, out)
        _finish(store, run_id, report)
    return report


def apply(config: Config, plan_file: Path, *, progress: Progress) -> Report:
    """Carry out exactly a saved plan.

    Raises:
        StatePassed: the state has changed since the plan was made.
        ConfigError, StateError, AlationError: as for `run`.
    """
    settings = _alation_of(config)
    with _opened(config, "apply") as (store, run_id, report), connect(settings) as client:
        made = load_plan(plan_file, store)
        report.plan = made.summary()
        _apply(made, store, client, config, report, progress)
        _finish(store, run_id, report)
    return report


def connect(settings: AlationSettings) -> AlationClient:
    """A client for the configured Alation, with the token from where secrets are."""
    return AlationClient.from_settings(settings, refresh_token(settings))


@contextmanager
def _opened(config: Config, command: str) -> Iterator[tuple[Store, int, Report]]:
    """The state, locked for this command, with a new run in it."""
    groups_of(config)  # a wrong dialect is told before anything is touched
    started_at = datetime.now(UTC)
    with Store.open(state_url(config)) as store, store.lock():
        yield store, store.begin_run(command, started_at=started_at), Report(started_at)


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
    with ProcessEngine(limits_of(config), workers=config.limits.workers) as engine:
        derivation = Derivation(
            config, store, catalogs, engine, report, run_id=run_id, window=window, progress=progress
        )
        derivation.run()


def _apply(made: Plan, store: Store, client: AlationClient, config: Config, report: Report, progress: Progress) -> None:
    try:
        outcome = apply_plan(made, store, client, settings=config, on_event=progress)
    except AlationError as error:
        report.failures.append(str(error))
    else:
        report.upload = outcome.summary()
        report.failures.extend(outcome.failures)


def _finish(store: Store, run_id: int, report: Report) -> None:
    report.dataflows, report.edges_known = store.counts()
    if not report.adds_up():
        report.failures.append("the counts do not add up to the input: this is a defect, please report it")
    status = "failed" if report.failures else "done"
    store.finish_run(run_id, status, orjson.dumps(report.to_json()).decode())


def _alation_of(config: Config) -> AlationSettings:
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


def _in_words(summary: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in summary.items())
