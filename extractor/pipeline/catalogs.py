"""Brings the catalog of each data source into the state before a run, from Alation or from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from extractor.alation import AlationClient
from extractor.config import Config, SourceSettings
from extractor.errors import AlationError, AuthenticationFailed, CatalogError
from extractor.keys import CatalogLoad, load_alation, load_file
from extractor.pipeline.dialect import dialect_of
from extractor.report import Report
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
    done: set[int] = set()
    for source in config.source:
        number = source.data_source_id
        if number in done:
            continue
        done.add(number)
        try:
            held = refresh_catalog(config, source, catalogs, client)
        except AuthenticationFailed:
            raise
        except (CatalogError, AlationError) as error:
            if catalogs.reader(number) is None:
                raise
            report.warnings.append(f"data source {number}: the catalog of an earlier run is used, since: {error}")
            continue
        report.warnings.extend(f"data source {number}: {warning}" for warning in held.warnings)
        progress(f"{source.name}: the catalog holds {held.tables} tables, {held.columns} columns")
        if not held.tables:
            report.warnings.extend(
                f"source {other.name}: {NO_TABLE.format(number)}"
                for other in config.source
                if other.data_source_id == number and other.unknown_tables == "leave_out"
            )


def refresh_catalog(
    config: Config, source: SourceSettings, catalogs: CatalogStore, client: AlationClient | None
) -> CatalogState:
    """Replace the held catalog of the source's data source; a file wins over Alation.

    Raises:
        CatalogError: the file cannot be read or holds no table.
        AlationError: Alation cannot be read.
    """
    number = source.data_source_id
    if source.catalog.file is not None:
        return _state_of(load_file(catalogs, source, dialect_of(source), config.root / source.catalog.file))
    if source.catalog.from_alation and client is not None:
        tables, columns = client.tables(number), client.columns(number)
        return _state_of(
            load_alation(catalogs, number, tables, columns, detail=str(config.alation and config.alation.url))
        )
    held = catalogs.reader(number)
    return CatalogState(held.version.tables, held.version.columns) if held is not None else CatalogState()


def _state_of(load: CatalogLoad) -> CatalogState:
    warnings = [f"{bad.origin}: {bad.problem}" for bad in load.problems]
    if load.bad_rows > len(warnings):
        warnings.append(f"and {load.bad_rows - len(warnings)} more rows of the catalog were not taken")
    return CatalogState(load.version.tables, load.version.columns, tuple(warnings))
