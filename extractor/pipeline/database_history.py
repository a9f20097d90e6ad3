"""A source whose history lies in a database: drained to a file for this run, and how far it was read kept with the run.

A run that is killed has kept nothing: the next one reads the same span again, which adds nothing to what is known.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import xxhash

from extractor.config import Config, SourceSettings
from extractor.errors import ConfigError, SourceError
from extractor.pipeline.findings import Finding, Level
from extractor.pipeline.windows import Window
from extractor.report import FileReport, Report
from extractor.sources import InputFile
from extractor.sources.clients import known_variables
from extractor.sources.databases import HistoryQuery, query_of
from extractor.state import Store, Watermark

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractor.sources.databases.drain import Span

_LATE = timedelta(days=1)
"""A statement that begins in a window may end, and be written, after it."""


class Spooled(NamedTuple):
    """A drained history as a file, with the settings to read it by."""

    file: InputFile
    source: SourceSettings


def check_sources(config: Config) -> None:
    """See that the query of each source that is a database, and the variables of each with scripts, can be read.

    Raises:
        ConfigError: one cannot.
    """
    for source in config.source:
        known_variables(source.variables)
        if source.query is not None:
            query_of(source.query, config.root)


@contextmanager
def drained(
    source: SourceSettings,
    config: Config,
    store: Store,
    window: Window,
    report: Report,
    progress: Callable[[str], None],
) -> Iterator[Spooled | None]:
    """The rows of a source's history that are new, in a file that is there for this while; None where there are none.

    Without a window what follows the last reading is read, and how far that is is kept when the run finishes. A
    database that cannot be read is a failure in the report, and costs the other sources nothing.
    """
    assert source.url is not None
    assert source.query is not None
    query = query_of(source.query, config.root)
    name = f"{source.name}/{query.name}"
    with tempfile.TemporaryDirectory(prefix="alation-lineage-") as folder:
        path = Path(folder, "history.jsonl")
        try:
            count, told = _drain(source, config, query, store, window, path, progress)
        except (SourceError, ConfigError) as error:
            report.fail_file(FileReport(name, problem=f"the history of {source.name} cannot be read: {error}"))
            yield None
            return
        progress(f"{source.name}: {told}")
        if not count:
            report.files.append(FileReport(name, format=query.format, problem=told))
            yield None
            return
        given = source.format if source.format != "auto" else query.format
        fields = source.fields
        read_by = source.model_copy(update={"format": given if not fields else "json-lines"})
        yield Spooled(InputFile(path, name, path.stat().st_size), read_by)


def _drain(
    source: SourceSettings,
    config: Config,
    query: HistoryQuery,
    store: Store,
    window: Window,
    path: Path,
    progress: Callable[[str], None],
) -> tuple[int, str]:
    """Write the new rows to a file; gives how many there are, and what to say of it."""
    from extractor.sources.databases.drain import drain, spans_of  # noqa: PLC0415 - imports SQLAlchemy

    assert source.url is not None
    held = store.watermark(source.name)
    place = _place_of(source)
    known = held if held is not None and held.place == place else None
    overlap = _overlap(source, query)
    since, until = _span(source, known, window, overlap)
    spans: Iterator[Span] | None = None
    if not query.is_snapshot:
        spans = spans_of(since, until, overlap, timedelta(minutes=source.history.page_minutes))
    seen_before = known.seen if known is not None and window.since is None else frozenset[int]()
    with path.open("wb") as spool:
        found = drain(source.url, query, source.history, config.root, spans, seen_before, spool, progress)
    if query.is_snapshot:
        return found.rows, f"{found.rows:,} rows, all that {query.name} holds"
    if window.until is None and (known is None or since <= known.until_at <= until):
        store.pass_watermark(Watermark(source.name, place, until, found.seen))
    words = f"{found.rows:,} rows from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
    return found.rows, words + (f", {found.repeats:,} others were read before" if found.repeats else "")


def _span(
    source: SourceSettings, known: Watermark | None, window: Window, overlap: timedelta
) -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    until = now if window.until is None else min(window.until + _LATE, now)
    if window.since is not None:
        return window.since, until
    if known is None:
        return until - timedelta(days=source.history.first_days), until
    return min(known.until_at, until) - overlap, until


def _overlap(source: SourceSettings, query: HistoryQuery) -> timedelta:
    wished = source.history.overlap_minutes
    return timedelta(minutes=query.overlap_minutes if wished is None else wished)


def _place_of(source: SourceSettings) -> str:
    return xxhash.xxh3_128_hexdigest(f"{source.url}\x00{source.query}".encode())


def check_history(config: Config, source: SourceSettings) -> Iterator[Finding]:
    """Whether the database answers, and lets the query read."""
    from extractor.sources.databases.connection import shown  # noqa: PLC0415 - imports SQLAlchemy
    from extractor.sources.databases.drain import drain, spans_of  # noqa: PLC0415 - as above

    assert source.url is not None
    assert source.query is not None
    try:
        query = query_of(source.query, config.root)
        now = datetime.now(UTC)
        minute = timedelta(minutes=1)
        spans = None if query.is_snapshot else spans_of(now - minute, now, timedelta(0), minute)
        with tempfile.TemporaryFile() as spool:
            drain(source.url, query, source.history, config.root, spans, frozenset(), spool, lambda _: None)
    except (ConfigError, SourceError) as error:
        yield Finding(Level.ERROR, f"source {source.name}: {error}")
        return
    yield Finding(Level.OK, f"source {source.name}: {shown(source.url)} answers to {query.name} ({query.title})")
    if query.note:
        yield Finding(Level.OK, f"source {source.name}: {query.note}")
