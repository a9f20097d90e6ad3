"""Years of history: window by window in time order, each derived, planned, applied and committed before the next."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from extractor.alation import AlationClient
from extractor.config import Config
from extractor.engines import Engine
from extractor.errors import AlationError, Paused, StateBusy
from extractor.pipeline.catalogs import refresh_catalogs, refresh_schemas
from extractor.pipeline.derive import Carried, Derivation, engine_of, groups_of
from extractor.pipeline.events import check_events, observe_events
from extractor.pipeline.runs import PACKED_FROM, alation_of, apply_made, connect, finish, plan_of, state_url
from extractor.pipeline.windows import Window, windows_between
from extractor.progress import Progress
from extractor.report import ExitCode, Report, counted
from extractor.state import Store
from extractor.state.catalog import CatalogStore
from extractor.state.history import History
from extractor.upload import Plan
from extractor.upload.pace import Pace, PacedApi
from extractor.upload.plan import plan_known

_LOCK_POLL_S = 1.0


class WindowReport(NamedTuple):
    """What came of one window; ``report`` is None where it was done before."""

    window: Window
    report: Report | None

    @property
    def words(self) -> str:
        """The window's borders."""
        return span_in_words(self.window)


@dataclass(slots=True)
class BackfillReport:
    """What came of a backfill, window by window; ``warnings`` are those of the catalogs, which are read once."""

    windows: list[WindowReport] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stopped: str = ""

    def exit_code(self, max_unparsed: float) -> ExitCode:
        """The worst end of a window; a window without edges is no failure, a history without any is."""
        reports = [w.report for w in self.windows if w.report is not None]
        codes = {report.exit_code(max_unparsed) for report in reports}
        if ExitCode.FAILED in codes or self.stopped:
            return ExitCode.FAILED
        is_empty = ExitCode.NO_EDGES in codes and not any(report.edges_derived for report in reports)
        return ExitCode.NO_EDGES if is_empty else ExitCode.DONE

    def to_json(self) -> dict[str, Any]:
        """The whole report as plain values, for machines."""
        return {
            "windows": [
                {
                    "since": _iso(done.window.since),
                    "until": _iso(done.window.until),
                    "done_before": done.report is None,
                    **({"report": done.report.to_json()} if done.report is not None else {}),
                }
                for done in self.windows
            ],
            "warnings": self.warnings,
            "stopped": self.stopped,
        }


def backfill(
    config: Config,
    *,
    since: datetime,
    until: datetime,
    progress: Progress,
    step: str = "",
    again: bool = False,
    pace: Pace | None = None,
) -> BackfillReport:
    """Bring the lineage of a stretch of history into Alation, ``step`` (default: the configured window) at a time.

    What a killed backfill has finished stays finished: the same call goes on with the first window that is not done,
    after reading the one before it once more for its open sessions. ``again`` does all windows anew. The state is
    free between two windows, so that the nightly run gets its turn. ``pace`` is that of the configuration by default.

    Raises:
        ConfigError, StateError, AlationError: as for `run`.
    """
    settings = alation_of(config)
    check_events(config)
    groups_of(config)  # a wrong dialect is told before anything is touched
    windows = list(windows_between(since, until, step or config.backfill.window))
    with (
        Store.open(state_url(config)) as store,
        connect(settings) as client,
        engine_of(config) as engine,
    ):
        work = _Backfill(config, store, client, engine, progress, pace or Pace(config.backfill, tell=progress))
        return work.run(windows, again=again)


class _Backfill:
    """One backfill at work."""

    def __init__(
        self,
        config: Config,
        store: Store,
        client: AlationClient,
        engine: Engine,
        progress: Progress,
        pace: Pace,
    ) -> None:
        self._config = config
        self._store = store
        self._client = client
        self._settings = alation_of(config)
        self._engine = engine
        self._progress = progress
        self._history = History(store.engine)
        self._catalogs = CatalogStore(store.engine)
        self._carried = Carried(self._history)
        self._pace = pace
        self._api = PacedApi(client, self._pace)
        self._name = history_name(config)

    def run(self, windows: list[Window], *, again: bool) -> BackfillReport:
        report = BackfillReport()
        done = set() if again else self._history.done(self._name)
        clock = _Clock(len(windows))
        is_fresh = True
        for number, window in enumerate(windows):
            if (window.since, window.until) in done:
                report.windows.append(WindowReport(window, None))
                clock.skip()
                continue
            if is_fresh:
                report.warnings += self._prepare()
                if number and report.windows[-1].report is None:
                    self._replay(windows[number - 1])
                is_fresh = False
            found, stopped = self._window(window)
            report.windows.append(WindowReport(window, found))
            self._progress(clock.line(window, found))
            if stopped is not None:
                report.stopped = f"{span_in_words(window)} was not finished; what was is kept, run again to go on"
                break
        with _free(self._store, self._progress):  # once, not for each window
            self._store.pack_graph(self._config.namespace, at_least=PACKED_FROM)
        return report

    def _prepare(self) -> list[str]:
        """Read the catalogs, once for the whole history: what Alation holds is of today anyway. Gives the warnings."""
        prepared = Report(datetime.now(UTC))
        with _free(self._store, self._progress):
            refresh_catalogs(self._config, self._catalogs, self._client, prepared, self._progress)
            refresh_schemas(self._config, self._catalogs, prepared, self._progress)
        return prepared.warnings

    def _replay(self, window: Window) -> None:
        """Read a window that is done once more: temporary tables and settings of its sessions may reach further."""
        self._progress(f"{span_in_words(window)} is done; read again for the sessions that it leaves open")
        report = Report(datetime.now(UTC))
        with self._run(report) as run_id:
            self._derive(window, run_id, report)

    def _window(self, window: Window) -> tuple[Report, AlationError | None]:
        """Do one window; with what ended its upload early, if anything did.

        It is derived once: what the hours leave over is planned again from what is known, and sent when they begin.
        """
        report = Report(datetime.now(UTC))
        with self._run(report) as run_id:
            self._derive(window, run_id, report)
            with plan_of(self._config, self._store, run_id, report, nightly=False) as made:
                stopped = self._sent(made, report)
            if report.without_files:  # a folder that is not mounted must not make history look done
                names = ", ".join(report.without_files)
                report.failures.append(f"{names}: there is no file at all, so the window does not count as done")
            self._note_done(window, run_id, report, stopped)
        while isinstance(stopped, Paused):
            self._pace.await_opening()
            with self._run(report) as later:
                with self._rest(later) as made:
                    stopped = self._sent(made, report)
                self._note_done(window, run_id, report, stopped)  # by the run that an undo would take back
        return report, stopped

    @contextmanager
    def _run(self, report: Report) -> Iterator[int]:
        """A run in the state, which is held meanwhile."""
        with _free(self._store, self._progress):
            run_id = self._store.begin_run("backfill", started_at=report.started_at)
            yield run_id
            finish(self._config, self._store, run_id, report, packs=False)

    def _rest(self, run_id: int) -> Plan:
        settings = self._config
        return plan_known(
            self._store,
            run_id,
            namespace=settings.namespace,
            settings=settings.upload,
            reconcile=settings.reconcile,
        )

    def _sent(self, made: Plan, report: Report) -> AlationError | None:
        """Carry out a plan; the report's counts of the upload go on from those before the pause."""
        before = report.upload
        outcome = apply_made(made, self._store, self._api, self._settings, report, self._progress)
        report.upload = {name: before[name] + value if before else value for name, value in report.upload.items()}
        return outcome.stopped

    def _note_done(self, window: Window, run_id: int, report: Report, stopped: AlationError | None) -> None:
        if stopped is None and not report.without_files and window.since is not None and window.until is not None:
            self._history.finish(self._name, window.since, window.until, run_id=run_id, at=datetime.now(UTC))

    def _derive(self, window: Window, run_id: int, report: Report) -> None:
        Derivation(
            self._config,
            self._store,
            self._catalogs,
            self._engine,
            report,
            run_id=run_id,
            window=window,
            progress=self._progress,
            carried=self._carried,
        ).run()
        observe_events(self._config, self._store, self._catalogs, report, run_id, window)


def history_name(config: Config) -> str:
    """What tells one history from another: its windows are done for these sources, read like this, not for others."""
    beside = {"catalog", "schemas", "parts_of_tables", "unknown_tables", "key_database_part"}
    sources = [source.model_dump(mode="json", exclude=beside) for source in config.source]
    events = [events.model_dump(mode="json") for events in config.events]
    text = orjson.dumps([config.namespace, sources, *([events] if events else [])], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def span_in_words(window: Window) -> str:
    """The borders of a window, as short as they can be said."""
    return f"{_short(window.since)} to {_short(window.until)}"


def duration_in_words(seconds: float) -> str:
    """A length of time for a person."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02} min"
    return f"{hours / 24:.1f} days"


class _Clock:
    """Says how far the backfill is, how fast it reads and how long it will take at that rate."""

    def __init__(self, total: int, now: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._now = now
        self._began = now()
        self._done = 0
        self._worked = 0
        self._records = 0

    def skip(self) -> None:
        """A window was done before."""
        self._done += 1

    def line(self, window: Window, report: Report) -> str:
        """The line for a window that has ended now."""
        self._done += 1
        self._worked += 1
        self._records += report.records_read
        took = max(self._now() - self._began, 1e-6)
        left = (self._total - self._done) * took / self._worked
        return (
            f"{span_in_words(window)}: {counted(report.records_read, 'record')}, "
            f"{counted(report.edges_derived, 'edge')}, {counted(report.upload.get('sent', 0), 'dataflow')} sent; "
            f"{self._done} of {counted(self._total, 'window')}, "
            f"{self._records / took:,.0f} records/s, about {duration_in_words(left)} left"
        )


@contextmanager
def _free(store: Store, progress: Progress) -> Iterator[None]:
    """Hold the state, after whoever holds it now (the nightly run) has let it go."""
    is_told = False
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(store.lock())
                break
            except StateBusy as error:
                if not is_told:
                    progress(f"waiting: {error}")
                    is_told = True
                time.sleep(_LOCK_POLL_S)
        yield


def _short(at: datetime | None) -> str:
    if at is None:
        return "now"
    is_midnight = at - at.replace(hour=0, minute=0, second=0, microsecond=0) == timedelta()
    return f"{at:%Y-%m-%d}" if is_midnight else f"{at:%Y-%m-%d %H:%M}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
