"""From the configured sources to observed dataflows: reading, outlining and walking, one data source at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple

from pydantic import ValidationError

from dialects import Dialect
from extractor.config import Config, LimitSettings, SourceSettings
from extractor.engines import ENGINES, Engine, Limits, engine_named
from extractor.errors import ConfigError
from extractor.keys import CatalogReader, KeyResolver
from extractor.keys.mapped import with_mapped_tables
from extractor.logs import about
from extractor.pipeline.database_history import drained
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.emptied import EmptyTables
from extractor.pipeline.observe import Observer
from extractor.pipeline.outlines import OutlineReader, OutlineWriter
from extractor.pipeline.partition import read_spread
from extractor.pipeline.read import AsideWatcher, SourceReader
from extractor.pipeline.resolvers import mapped_sources, resolver_of
from extractor.pipeline.spans import Spans
from extractor.pipeline.spool import Event, Spool
from extractor.pipeline.walk import Walk, Watcher
from extractor.pipeline.windows import Window
from extractor.progress import Count, Progress, counter
from extractor.report import Report, counted
from extractor.schemas import CatalogSchema
from extractor.sessions import Sessions
from extractor.state import Store
from extractor.state.catalog import CatalogStore
from extractor.state.history import History

_COUNTED = 500


class Group(NamedTuple):
    """Sources (by their number) of one data source that share a dialect and defaults, walked as one history."""

    dialect: Dialect
    sources: tuple[tuple[int, SourceSettings], ...]


class Carried:
    """What goes over from one window of a history to the next: open sessions, and which files lie where in time."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.file_names: dict[int, str] = {}
        self._sessions: dict[tuple[int, ...], Sessions] = {}
        self._spans: dict[str, Spans] = {}

    def sessions(self, group: Group, new: Callable[[], Sessions]) -> Sessions:
        """The sessions of a group as the last window left them."""
        key = tuple(number for number, _ in group.sources)
        if key not in self._sessions:
            self._sessions[key] = new()
        return self._sessions[key]

    def spans(self, source: SourceSettings) -> Spans:
        """The spans of a source's files."""
        if source.name not in self._spans:
            self._spans[source.name] = Spans(source, self._history)
        return self._spans[source.name]


class Derivation:
    """Everything that one derivation needs; `run` does it.

    ``scratch`` takes texts, outlines and observations; ``catalogs`` gives the catalogs (for a real run both are
    of the same state).
    """

    def __init__(
        self,
        config: Config,
        scratch: Store,
        catalogs: CatalogStore,
        engine: Engine,
        report: Report,
        *,
        run_id: int,
        window: Window,
        progress: Progress,
        watcher: Watcher | None = None,
        aside_watcher: AsideWatcher | None = None,
        carried: Carried | None = None,
    ) -> None:
        self._config = config
        self._store = scratch
        self._catalogs = catalogs
        self._engine = engine
        self._report = report
        self._run_id = run_id
        self._window = window
        self._progress = progress
        self._watcher = watcher
        self._aside_watcher = aside_watcher
        self._carried = carried
        self._file_names: dict[int, str] = carried.file_names if carried is not None else {}

    def run(self) -> None:
        """Derive and observe the lineage of all sources."""
        for group in groups_of(self._config):
            self._derive(group)

    def _derive(self, group: Group) -> None:
        limits = limits_of(self._config)
        with Spool() as spool:
            self._read(group, spool, limits)
            self._progress(f"{_names(group)}: {counted(spool.count, 'statement')} that may matter, in time order")
            self._walk(group, spool, limits)

    def _read(self, group: Group, spool: Spool, limits: Limits) -> None:
        writer = OutlineWriter(self._store, self._engine, group.dialect, limits, self._report)
        for number, source in group.sources:
            self._progress(f"{source.name}: reading")
            reader = SourceReader(
                number,
                source,
                group.dialect,
                self._config,
                report=self._report,
                spool=spool,
                new_text=writer,
                window=self._window,
                watcher=self._aside_watcher,
                spans=self._carried.spans(source) if self._carried is not None else None,
                progress=self._progress,
            )
            with about(source=source.name):
                self._read_source(number, source, reader, spool, writer)
            self._store.read_days(self._run_id, source.name, reader.days)
        writer.flush()

    def _read_source(
        self, number: int, source: SourceSettings, reader: SourceReader, spool: Spool, writer: OutlineWriter
    ) -> None:
        """Read here, or where the engine's workers are; who watches records, or keeps their times, reads here."""
        if source.url is not None:
            with drained(source, self._config, self._store, self._window, self._report, self._progress) as found:
                if found is not None:
                    reader.read_spooled(found, self._file_names)
            return
        if not self._engine.spreads or self._aside_watcher is not None or self._carried is not None:
            reader.read(self._file_names)
            return
        read_spread(
            self._engine,
            reader,
            number,
            self._config,
            window=self._window,
            file_names=self._file_names,
            report=self._report,
            spool=spool,
            new_text=writer,
        )

    def _walk(self, group: Group, spool: Spool, limits: Limits) -> None:
        first = group.sources[0][1]
        catalog = with_mapped_tables(self._catalogs, first.data_source_id)
        resolvers = {n: resolver_of(self._config, s, group.dialect, self._catalogs) for n, s in group.sources}
        sessions = self._sessions(group, catalog, resolvers)
        outlines = OutlineReader(self._store, group.dialect, limits)
        walk = Walk(
            Observer(self._config, group.dialect, self._store, self._run_id, resolvers, outlines.texts),
            sessions,
            outlines,
            report=self._report,
            file_names=self._file_names,
            watcher=self._watcher,
            source_names={n: s.name for n, s in group.sources},
            ended_badly=spool.ended_badly,
        )
        writes, edges = self._report.writes_that_read, self._report.edges_derived
        walk.run(self._counted(group, spool))
        if self._report.writes_that_read > writes and self._report.edges_derived == edges:
            self._report.without_edges.extend(source.name for _, source in group.sources)

    def _counted(self, group: Group, spool: Spool) -> Iterator[Event]:
        """The events in time order; how far they are is told."""
        told, what = counter(self._progress), f"{_names(group)}: binding"
        for done, event in enumerate(spool.in_order()):
            if not done % _COUNTED:
                told(Count(what, done, spool.count, "statements"))
            yield event

    def _sessions(self, group: Group, catalog: CatalogReader | None, resolvers: dict[int, KeyResolver]) -> Sessions:
        """The group's sessions: new ones, or those of the window before."""
        first = group.sources[0][1]
        names = resolvers[group.sources[0][0]].names

        def new() -> Sessions:
            return Sessions(
                group.dialect,
                schema=CatalogSchema(first, group.dialect, catalog, names=names) if catalog is not None else None,
                other_schemas=[
                    CatalogSchema(first, group.dialect, layer)
                    for layer in (self._catalogs.reader(first.data_source_id, name) for name in ("export", "live"))
                    if layer is not None
                ],
                default_database=first.database,
                default_schema=first.schema_ or group.dialect.default_schema,
                indirect_columns=self._config.upload.indirect == "all",
                temporary_tables=[re.compile(p, re.IGNORECASE) for p in first.temporary_tables],
                is_alone=names.is_no_part,
                emptied=EmptyTables(self._store, resolvers[group.sources[0][0]], first.data_source_id),
                has_schema=names.holds_schema if first.schema_ is None else None,
            )

        return new() if self._carried is None else self._carried.sessions(group, new)


def groups_of(config: Config) -> list[Group]:
    """The sources grouped into histories, in the order of the configuration.

    Raises:
        ConfigError: a source or a map names a dialect that does not exist.
    """
    for mapped in mapped_sources(config):
        dialect_of(mapped)
    grouped: dict[tuple[object, ...], list[tuple[int, SourceSettings]]] = {}
    for number, source in enumerate(config.source):
        key = (
            source.data_source_id,
            dialect_of(source).name,
            source.database,
            source.schema_,
            tuple(source.temporary_tables),
        )
        grouped.setdefault(key, []).append((number, source))
    return [Group(dialect_of(members[0][1]), tuple(members)) for members in grouped.values()]


def with_engine(config: Config, name: str | None) -> Config:
    """The configuration with another engine; None leaves it.

    Raises:
        ConfigError: there is no such engine.
    """
    if name is None:
        return config
    try:
        limits = LimitSettings.model_validate({**config.limits.model_dump(), "engine": name})
    except ValidationError:
        raise ConfigError(f"engine {name!r} is unknown; there are: {ENGINES}") from None
    return config.model_copy(update={"limits": limits})


def engine_of(config: Config) -> AbstractContextManager[Engine]:
    """The engine that the configuration names, as long as it is needed."""
    return engine_named(config.limits.engine, limits_of(config), workers=config.limits.workers)


def limits_of(config: Config) -> Limits:
    """The limits of one statement as the configuration sets them."""
    limits = config.limits
    return Limits(limits.statement_s, limits.nesting, limits.worker_memory_mb)


def _names(group: Group) -> str:
    return ", ".join(source.name for _, source in group.sources)
