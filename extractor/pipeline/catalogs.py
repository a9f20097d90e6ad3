"""Brings the catalog of each data source into the state before a run, from Alation or from a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from dialects import Dialect
from extractor.alation import AlationClient
from extractor.config import Config, SourceSettings
from extractor.errors import AlationError, AuthenticationFailed, CatalogError
from extractor.keys import CatalogLoad, load_database, load_exports, load_file, load_live, refresh_alation
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.resolvers import mapped_sources
from extractor.pipeline.tokens import token_warnings
from extractor.progress import Progress, unheard
from extractor.report import Report, counted
from extractor.settings_of_places import CatalogSettings
from extractor.state.catalog import CatalogStore

NO_TABLE = (
    "no table of data source {} is known, so every edge would be left out. Is that its number in Alation, and may "
    "the token see it? Then run metadata extraction in Alation, give a catalog file (catalog = {{ file = ... }}), or "
    'set unknown_tables = "upload" or "external"'
)
"""Said of a source whose edges would all be left out; to be formatted with the data source's number."""


class CatalogState(NamedTuple):
    """The catalog of a data source as a run will use it; all zero when there is none."""

    tables: int = 0
    columns: int = 0
    warnings: tuple[str, ...] = ()


def refresh_catalogs(
    config: Config,
    catalogs: CatalogStore,
    client: AlationClient | None,
    report: Report,
    progress: Callable[[str], None],
) -> None:
    """Refresh each data source once; where that fails and an older catalog is held, the run goes on with it.

    Raises:
        AuthenticationFailed: nothing else of Alation would work either.
        CatalogError, AlationError: a catalog cannot be read and none is held from before.
    """
    report.warnings += token_warnings(client) if client is not None else []
    done: set[int] = set()
    for source in [*config.source, *mapped_sources(config)]:
        number = source.data_source_id
        if number in done:
            continue
        done.add(number)
        try:
            held = refresh_catalog(config, source, catalogs, client, progress=progress)
        except AuthenticationFailed:
            raise
        except (CatalogError, AlationError) as error:
            if catalogs.reader(number) is None:
                raise
            report.warnings.append(f"data source {number}: the catalog of an earlier run is used, since: {error}")
            continue
        report.warnings.extend(f"data source {number}: {warning}" for warning in held.warnings)
        progress(f"{source.name}: the catalog holds {counted(held.tables, 'table')}, {counted(held.columns, 'column')}")
        if not held.tables:
            report.warnings.extend(
                f"source {other.name}: {NO_TABLE.format(number)}"
                for other in config.source
                if other.data_source_id == number and other.unknown_tables == "leave_out"
            )


def refresh_schemas(config: Config, catalogs: CatalogStore, report: Report, progress: Callable[[str], None]) -> None:
    """Refresh what exports and live databases tell of columns; a failure is a warning, and what was held stays."""
    for number in {source.data_source_id: None for source in config.source}:
        of_it = [source for source in config.source if source.data_source_id == number]
        exporting = [source for source in of_it if source.schemas.exports]
        exports = [config.root / path for source in exporting for path in source.schemas.exports]
        asking = next((source for source in of_it if source.schemas.live), None)
        _refresh_layer(
            number, "export", exporting[0] if exports else None, partial(load_exports, paths=exports), catalogs, report
        )
        _refresh_layer(number, "live", asking, load_live, catalogs, report)
        if exports or asking:
            layers = (catalogs.reader(number, layer) for layer in ("export", "live"))
            held = sum(layer.version.tables for layer in layers if layer is not None)
            progress(f"{of_it[0].name}: exports and the database tell the columns of {counted(held, 'table')}")


def _refresh_layer(
    number: int,
    layer: str,
    source: SourceSettings | None,
    load: Callable[[CatalogStore, SourceSettings, Dialect], CatalogLoad],
    catalogs: CatalogStore,
    report: Report,
) -> None:
    if source is None:
        catalogs.remove(number, layer)
        return
    try:
        warnings = state_of(load(catalogs, source, dialect_of(source))).warnings
    except CatalogError as error:
        held = "what an earlier run read is used" if catalogs.reader(number, layer) else "nothing is held from before"
        warnings = (f"{error}; {held}",)
    report.warnings.extend(f"data source {number}: {warning}" for warning in warnings)


def reads_alation(settings: CatalogSettings) -> bool:
    """Whether the catalog comes from Alation itself."""
    return settings.file is None and settings.live is None and settings.from_alation


def refresh_catalog(
    config: Config,
    source: SourceSettings,
    catalogs: CatalogStore,
    client: AlationClient | None,
    *,
    full: bool = False,
    progress: Progress = unheard,
) -> CatalogState:
    """Replace the held catalog of the source's data source; a file wins over Alation, and so does the live database.

    ``full`` reads everything anew, also what has not changed.

    Raises:
        CatalogError: the file cannot be read or holds no table.
        AlationError: Alation cannot be read.
    """
    number = source.data_source_id
    if source.catalog.file is not None:
        return state_of(load_file(catalogs, source, dialect_of(source), config.root / source.catalog.file))
    if source.catalog.live is not None:
        return state_of(load_database(catalogs, source, dialect_of(source)))
    if source.catalog.from_alation and client is not None:
        full_every = timedelta() if full else timedelta(hours=source.catalog.full_every_hours)
        url = str(config.alation and config.alation.url)
        load = refresh_alation(catalogs, number, client, detail=url, full_every=full_every, progress=progress)
        return state_of(load)
    held = catalogs.reader(number)
    return CatalogState(held.version.tables, held.version.columns) if held is not None else CatalogState()


def state_of(load: CatalogLoad) -> CatalogState:
    """What a load brought, with its bad rows as warnings."""
    warnings = [f"{bad.origin}: {bad.problem}" for bad in load.problems]
    if load.bad_rows > len(warnings):
        warnings.append(f"and {load.bad_rows - len(warnings)} more rows of the catalog were not taken")
    return CatalogState(load.version.tables, load.version.columns, tuple(warnings))
