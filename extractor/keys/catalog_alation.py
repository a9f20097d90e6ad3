"""Refreshes the catalog of a data source from Alation: in full, or what has changed since the last time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol

from extractor.keys.catalog_load import CatalogLoad, Problems, columns_into, tables_into
from extractor.models import CatalogColumn, CatalogTable
from extractor.progress import Progress, counter, counting, unheard
from extractor.state.catalog import CatalogRefresh, CatalogStore, CatalogVersion

_MOST_CHANGED = 500
"""So many tables are asked for one by one; where more have changed, reading all is less work."""


class AlationCatalog(Protocol):
    """What reads Alation's catalog."""

    def tables(self, ds_id: int) -> Iterator[CatalogTable]:
        """The tables of a data source."""

    def columns(self, ds_id: int, *, after: int | None = None, table_id: int | None = None) -> Iterator[CatalogColumn]:
        """The columns of a data source by id: all, those after one, or those of one table."""

    def column_ids(self, ds_id: int, *, skip: int, limit: int) -> list[int] | None:
        """Ids of columns of a data source, in their order; None where that cannot be told."""


def refresh_alation(
    store: CatalogStore,
    ds_id: int,
    alation: AlationCatalog,
    *,
    detail: str = "",
    full_every: timedelta = timedelta(),
    now: datetime | None = None,
    progress: Progress = unheard,
) -> CatalogLoad:
    """Replace the catalog of a data source by what Alation holds; an error while it is read leaves the present one.

    All tables are read every time. Columns are read in full where the last full reading is ``full_every`` old. Before
    that, what is read are the columns of tables that are new, changed, or have got a column (new columns have larger
    ids). Alation does not say which columns have gone, but how many there are: where they are not as many as they
    should be, all are read.
    """
    now = now or datetime.now(UTC)
    reader = store.reader(ds_id)
    before = reader.version if reader is not None else None
    refresh = store.begin(ds_id, origin="alation", detail=detail, fetched_at=now)
    bad = Problems()
    told, what = counter(progress), f"data source {ds_id}: reading the catalog"
    tables_into(refresh, counting(alation.tables(ds_id), what, "tables", told), bad)
    if before is not None and _is_basis(before, detail, now - full_every):
        version = _by_changes(refresh, before, alation, bad)
        if version is not None:
            return CatalogLoad(version, bad.count, tuple(bad.kept))
    seen = _Seen(None)
    columns_into(refresh, seen.of(counting(alation.columns(ds_id), f"{what}'s columns", "columns", told)), bad)
    version = refresh.finish(last_column_id=seen.last, columns_given=seen.count, full_at=now)
    return CatalogLoad(version, bad.count, tuple(bad.kept))


class _Seen:
    """Counts the columns that pass, and remembers the largest id of all."""

    def __init__(self, last: int | None) -> None:
        self.last = last
        self.count = 0

    def of(self, columns: Iterable[CatalogColumn]) -> Iterator[CatalogColumn]:
        for column in columns:
            self.count += 1
            self.last = max(self.last or 0, column.column_id or 0)
            yield column


def _is_basis(before: CatalogVersion, detail: str, oldest: datetime) -> bool:
    """Whether changes to that version are enough: it is of this Alation, and the last full reading is young."""
    if before.origin != "alation" or before.detail != detail:
        return False
    if before.last_column_id is None or before.columns_given is None:
        return False
    return before.full_at is not None and before.full_at > oldest


def _by_changes(
    refresh: CatalogRefresh, before: CatalogVersion, alation: AlationCatalog, bad: Problems
) -> CatalogVersion | None:
    """The finished catalog, with the columns of ``before`` where nothing changed; None where all has to be read."""
    new = _Seen(before.last_column_id)
    wanted = _changed(alation, before.ds_id, refresh.changed_tables(before, _MOST_CHANGED + 1), new)
    if wanted is None:
        return None
    given = (before.columns_given or 0) + new.count - refresh.columns_left_behind(before, wanted)
    for table_id in sorted(wanted):
        again = list(alation.columns(before.ds_id, table_id=table_id))
        given += sum((column.column_id or 0) <= (before.last_column_id or 0) for column in again)
        columns_into(refresh, again, bad)
    if not _are_so_many(alation, before.ds_id, given, new.last):
        return None
    return refresh.finish(last_column_id=new.last, columns_given=given, full_at=before.full_at, adopting=before)


def _are_so_many(alation: AlationCatalog, ds_id: int, count: int, last: int | None) -> bool:
    """Whether Alation has just so many columns up to the id ``last``: one request, whatever their number."""
    ids = alation.column_ids(ds_id, skip=max(count - 1, 0), limit=2)
    if ids is None or last is None or count < 0:
        return False
    up_to_last = sum(number <= last for number in ids)
    return up_to_last == min(count, 1)


def _changed(alation: AlationCatalog, ds_id: int, tables: list[int | None], seen: _Seen) -> set[int] | None:
    """The tables whose columns have to be read; None where they are too many, or are not told."""
    wanted = {table_id for table_id in tables if table_id is not None}
    if len(tables) > _MOST_CHANGED or len(wanted) < len(tables):
        return None
    new = seen.of(alation.columns(ds_id, after=seen.last))
    while batch := list(islice(new, _MOST_CHANGED)):
        if any(column.table_id is None for column in batch):
            return None
        wanted.update(column.table_id for column in batch if column.table_id is not None)
        if len(wanted) > _MOST_CHANGED:
            return None
    return wanted
