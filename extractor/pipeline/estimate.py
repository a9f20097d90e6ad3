"""What a backfill would cost: files and bytes counted, hours and requests extrapolated from a sample of one day."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from extractor import sources
from extractor.config import Config
from extractor.engines import ProcessEngine
from extractor.pipeline.backfill import duration_in_words, span_in_words
from extractor.pipeline.catalogs import reads_alation, refresh_catalogs, refresh_schemas
from extractor.pipeline.derive import Derivation, groups_of, limits_of
from extractor.pipeline.resolvers import mapped_sources
from extractor.pipeline.runs import alation_of, connect, state_url
from extractor.pipeline.spans import Spans
from extractor.pipeline.windows import Window, windows_between
from extractor.progress import Progress
from extractor.report import Report, counted
from extractor.state import Store
from extractor.state.catalog import CatalogStore
from extractor.state.history import History
from extractor.upload import make_plan

_SAMPLE = timedelta(days=1)


class Sample(NamedTuple):
    """One day that was derived for real, into nothing: what it read, how long that took and what it would upload."""

    window: Window
    size_bytes: int
    took_s: float
    records: int
    requests: int
    requests_s: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What lies in a stretch of history. ``files`` and ``size_bytes`` are by source; ``sample`` is None without logs.

    ``size_bytes`` are those of the files as they lie there, packed where they are packed.
    """

    windows: int
    files: dict[str, int]
    size_bytes: dict[str, int]
    sample: Sample | None
    requests_per_hour: float | None

    @property
    def reading_s(self) -> float | None:
        """The expected time for reading and deriving everything once."""
        if self.sample is None or not self.sample.size_bytes:
            return None
        return sum(self.size_bytes.values()) * self.sample.took_s / self.sample.size_bytes

    @property
    def requests(self) -> int | None:
        """The requests if every window brought as much that is new as the sampled day: more than will be needed."""
        return None if self.sample is None else self.sample.requests * self.windows

    @property
    def uploading_s(self) -> float | None:
        """The expected time for these requests at Alation's pace or the configured one."""
        if self.sample is None or self.requests is None:
            return None
        own = self.sample.requests_s * self.windows
        return max(own, self.requests / self.requests_per_hour * 3600) if self.requests_per_hour else own

    def to_json(self) -> dict[str, Any]:
        """The estimate as plain values."""
        return {
            "windows": self.windows,
            "sources": {name: {"files": self.files[name], "bytes": self.size_bytes[name]} for name in self.files},
            "sample": None if self.sample is None else {**self.sample._asdict(), "window": self.sample.window[:2]},
            "reading_s": self.reading_s,
            "requests_at_most": self.requests,
            "uploading_s_at_most": self.uploading_s,
        }

    def in_words(self) -> str:
        """The estimate for a person."""
        rows = [f"{counted(self.windows, 'window')}; nothing was changed"]
        rows += [
            f"  {name}: {counted(self.files[name], 'file')} that may hold something of it, "
            f"{self.size_bytes[name] / 1e6:,.1f} MB"
            for name in self.files
        ]
        if self.sample is None or self.reading_s is None:
            return "\n".join([*rows, "no record was found in the days that were tried, so there is no sample to go by"])
        rate = self.sample.size_bytes / 1e6 / self.sample.took_s
        requests = f"at most {counted(self.requests or 0, 'request')}, {duration_in_words(self.uploading_s or 0)}"
        rows.append(
            f"sample {span_in_words(self.sample.window)}: {counted(self.sample.records, 'record')}, {rate:,.1f} MB/s, "
            + counted(self.sample.requests, "request")
        )
        rows.append(f"reading and deriving: about {duration_in_words(self.reading_s)}")
        rows.append(f"upload: {requests}; loads that recur from window to window need none again, so mostly far less")
        return "\n".join(rows)


def estimate(config: Config, *, since: datetime, until: datetime, step: str, progress: Progress) -> Estimate:
    """What a backfill of this stretch would read and send; neither Alation nor the state is changed.

    Raises:
        ConfigError, StateError, AlationError: as for `run`.
    """
    groups_of(config)
    whole = Window(since, until, only_timed=True)
    files, sizes = {}, {}
    with Store.open(state_url(config)) as store:
        for source in config.source:
            spans = Spans(source, History(store.engine))
            inputs = [i for i in sources.find_inputs(source, config.root) if not i.problem]
            inside = [i for i in inputs if not spans.is_outside(i, whole)]
            files[source.name] = len(inside)
            sizes[source.name] = sum(i.size_bytes for i in inside)
            progress(f"{source.name}: {len(inside)} of {len(inputs)} files may hold something of it")
        found = _sample(config, store, whole, progress) if any(files.values()) else None
    count = sum(1 for _ in windows_between(since, until, step))
    return Estimate(count, files, sizes, found, config.backfill.requests_per_hour)


def _sample(config: Config, store: Store, whole: Window, progress: Progress) -> Sample | None:
    """Derive one day: the last, else one in the middle, else the first."""
    for window in _days(whole):
        progress(f"sample: {span_in_words(window)}")
        found = _derived(config, store, window, progress)
        if found.records:
            return found
    return None


def _days(whole: Window) -> Iterator[Window]:
    since, until, _ = whole
    if since is None or until is None or until - since <= _SAMPLE:
        yield whole
        return
    middle = since + (until - since - _SAMPLE) / 2
    for begin in (until - _SAMPLE, middle, since):
        yield Window(begin, begin + _SAMPLE, only_timed=True)


def _derived(config: Config, store: Store, window: Window, progress: Progress) -> Sample:
    report = Report(datetime.now(UTC))
    with (
        _scratch() as scratch,
        ProcessEngine(limits_of(config), workers=config.limits.workers) as engine,
    ):
        catalogs = _catalogs(config, store, scratch, report, progress)
        run_id = scratch.begin_run("estimate", started_at=report.started_at)
        began = time.monotonic()
        Derivation(config, scratch, catalogs, engine, report, run_id=run_id, window=window, progress=progress).run()
        took_s = time.monotonic() - began
        with make_plan(scratch, run_id, namespace=config.namespace, settings=config.upload) as made:
            requests, requests_s = made.head.posts + made.head.deletes, made.head.expected_s
    read = {f.path for f in report.files if f.format}
    inputs = (i for source in config.source for i in sources.find_inputs(source, config.root))
    size_bytes = sum(i.size_bytes for i in inputs if i.name in read)
    records = sum(count for outcome, count in report.records.items() if outcome != "filtered")
    return Sample(window, size_bytes, took_s, records, requests, requests_s)


@contextmanager
def _scratch() -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory(prefix="alation-lineage-") as folder,
        Store.open(f"sqlite:///{folder}/estimate.db") as scratch,
    ):
        yield scratch


def _catalogs(config: Config, store: Store, scratch: Store, report: Report, progress: Progress) -> CatalogStore:
    """The catalogs that the state holds, else those of today, in the scratch state."""
    held = CatalogStore(store.engine)
    if all(held.reader(s.data_source_id) is not None for s in [*config.source, *mapped_sources(config)]):
        return held
    fresh = CatalogStore(scratch.engine)
    with ExitStack() as opened:
        needs_alation = any(reads_alation(s.catalog) for s in [*config.source, *mapped_sources(config)])
        client = opened.enter_context(connect(alation_of(config))) if needs_alation else None
        refresh_catalogs(config, fresh, client, report, progress)
        refresh_schemas(config, fresh, report, progress)
    return fresh
