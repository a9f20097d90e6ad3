"""Fills the catalog of a data source in the state, from Alation or from a file, as a whole and in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.errors import CatalogError
from extractor.keys.catalog_file import FileRow, is_damaged, read_catalog_file
from extractor.keys.catalog_keys import FileKeys
from extractor.keys.parts import catalog_row
from extractor.models import BadRecord, CatalogColumn, CatalogTable, Origin
from extractor.schemas.live import read_live
from extractor.state.catalog import CatalogRefresh, CatalogRow, CatalogStore, CatalogVersion

_BATCH = 5_000
_PROBLEMS_KEPT = 100
_FROM_ALATION = Origin("alation", 0)

T = TypeVar("T", CatalogTable, CatalogColumn)


class CatalogLoad(NamedTuple):
    """What a refresh brought: the new version, and the rows that could not be taken.

    ``bad_rows`` counts them all; ``problems`` shows the first hundred, with file and line.
    """

    version: CatalogVersion
    bad_rows: int = 0
    problems: tuple[BadRecord, ...] = ()


def load_alation(
    store: CatalogStore,
    ds_id: int,
    tables: Iterable[CatalogTable],
    columns: Iterable[CatalogColumn],
    *,
    detail: str = "",
    fetched_at: datetime | None = None,
) -> CatalogLoad:
    """Replace the catalog of a data source by what Alation gives; both iterables are read once, as streams.

    An error while they are read leaves the present catalog as it is. ``detail`` is shown with the catalog (the
    URL of Alation). A column whose table is not among the tables counts as a bad row.
    """
    refresh = store.begin(ds_id, origin="alation", detail=detail, fetched_at=fetched_at)
    bad = Problems()
    tables_into(refresh, tables, bad)
    columns_into(refresh, columns, bad)
    return CatalogLoad(refresh.finish(), bad.count, tuple(bad.kept))


def tables_into(refresh: CatalogRefresh, tables: Iterable[CatalogTable], bad: Problems) -> None:
    """Add Alation's tables to a catalog in the making, in batches."""
    stream = iter(tables)
    while batch := list(islice(stream, _BATCH)):
        refresh.add_tables([catalog_row(table) for table in bad.whole(batch)])


def columns_into(refresh: CatalogRefresh, columns: Iterable[CatalogColumn], bad: Problems) -> None:
    """Add Alation's columns to a catalog in the making, in batches; one without its table is a bad row."""
    stream = iter(columns)
    while batch := list(islice(stream, _BATCH)):
        for lost in refresh.add_columns(bad.whole(batch)):
            bad.add(f"the column {lost.key} is of a table that was not given", _FROM_ALATION)


def load_file(
    store: CatalogStore,
    source: SourceSettings,
    dialect: Dialect,
    path: Path,
    *,
    fetched_at: datetime | None = None,
) -> CatalogLoad:
    """Replace the catalog of the source's data source by a file's rows; see `read_catalog_file` for its forms.

    Keys that the file does not give are written by the source's rule. A bad row costs itself.

    Raises:
        CatalogError: the file cannot be read, or holds not one table; the present catalog stays as it is.
    """
    refresh = store.begin(source.data_source_id, origin="file", detail=str(path), fetched_at=fetched_at)
    return _load_rows(refresh, source, dialect, read_catalog_file(path), str(path))


def load_exports(store: CatalogStore, source: SourceSettings, dialect: Dialect, paths: Sequence[Path]) -> CatalogLoad:
    """Replace what files tell of columns beside the catalog; of a table in two files, the first one's columns count.

    Raises:
        CatalogError: a file cannot be read, or they hold not one table; what was held stays as it is.
    """
    shown = ", ".join(map(str, paths))
    refresh = store.begin(source.data_source_id, origin="export", detail=shown)
    rows = chain.from_iterable(map(read_catalog_file, paths))
    return _load_rows(refresh, source, dialect, rows, shown)


def load_database(store: CatalogStore, source: SourceSettings, dialect: Dialect) -> CatalogLoad:
    """Replace the catalog of the source's data source by what its live database tells.

    Raises:
        CatalogError: the database cannot be read, or holds not one table; the present catalog stays as it is.
    """
    return _load_reflected(store, source, dialect, "database", source.catalog.live or "", source.catalog.live_schemas)


def load_live(store: CatalogStore, source: SourceSettings, dialect: Dialect) -> CatalogLoad:
    """Replace what the live database tells of columns beside the catalog.

    Raises:
        CatalogError: the database cannot be read, or holds not one table; what was held stays as it is.
    """
    return _load_reflected(store, source, dialect, "live", source.schemas.live or "", source.schemas.live_schemas)


def _load_reflected(
    store: CatalogStore, source: SourceSettings, dialect: Dialect, origin: str, variable: str, wanted: list[str]
) -> CatalogLoad:
    refresh = store.begin(source.data_source_id, origin=origin, detail=variable)
    place = Origin(variable, 0)
    rows = (
        FileRow(database, schema, table, column, position, "", "", "", None, place)
        for database, schema, table, column, position in read_live(variable, wanted, dialect, source.database)
    )
    return _load_rows(refresh, source, dialect, rows, f"the database of {variable}")


def _load_rows(
    refresh: CatalogRefresh,
    source: SourceSettings,
    dialect: Dialect,
    rows: Iterator[FileRow | BadRecord],
    shown: str,
) -> CatalogLoad:
    keys = FileKeys(source, dialect)
    bad = Problems()
    taken = 0
    while batch := list(islice(rows, _BATCH)):
        taken += _add(refresh, keys, batch, bad)
    if not taken:
        first = f"; the first: {bad.kept[0].origin}: {bad.kept[0].problem}" if bad.kept else ""
        raise CatalogError(
            f"{shown} holds no table of data source {source.data_source_id} ({bad.count} rows were refused{first}). "
            "It needs the columns schema, table, column and position, under these names or those of "
            "information_schema"
        )
    return CatalogLoad(refresh.finish(), bad.count, tuple(bad.kept))


class Problems:
    """Counts bad rows and keeps the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: list[BadRecord] = []

    def add(self, problem: str, origin: Origin) -> None:
        """Count a bad row."""
        self.count += 1
        if len(self.kept) < _PROBLEMS_KEPT:
            self.kept.append(BadRecord(problem, origin))

    def whole(self, rows: list[T]) -> list[T]:
        """The rows whose key is text that a database can hold; the others are counted."""
        for row in rows:
            if is_damaged(row.key):
                self.add(f"the key {row.key!r} holds a NUL or half a character", _FROM_ALATION)
        return [row for row in rows if not is_damaged(row.key)]


def _add(refresh: CatalogRefresh, keys: FileKeys, batch: list[FileRow | BadRecord], bad: Problems) -> int:
    """Add a batch of rows; returns how many were taken."""
    tables: dict[str, CatalogRow] = {}
    columns: list[tuple[CatalogColumn, Origin]] = []
    taken = 0
    for row in batch:
        named = row if isinstance(row, BadRecord) else keys.named(row)
        if isinstance(named, BadRecord):
            bad.add(named.problem, named.origin)
            continue
        table, column = named
        taken += 1
        if table is not None:
            tables.setdefault(table.table.key, table)
        if column is not None:
            columns.append((column, row.origin))
    refresh.add_tables(list(tables.values()))
    origins = {id(column): origin for column, origin in columns}
    for lost in refresh.add_columns([column for column, _ in columns]):
        bad.add(f"the column {lost.key} is of a table that no row before it gives", origins[id(lost)])
    return taken
