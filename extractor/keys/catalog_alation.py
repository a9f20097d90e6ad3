"""Refreshes the catalog of a data source from Alation: in full, or what has changed since the last time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol

from extractor.keys.catalog_load import CatalogLoad, Problems, columns_into, tables_into
from extractor.models import CatalogColumn, CatalogTable
from extractor.state.catalog import CatalogStore, CatalogVersion

_MOST_CHANGED = 500
"""So many tables are asked for one by one; where more have changed, reading all is less work."""


class AlationCatalog(Protocol):
    """What reads Alation's catalog."""

    def tables(self, ds_id: int) -> Iterator[CatalogTable]:
        """The tables of a data source."""

    def columns(self, ds_id: int, *, after: int | None = None, table_id: int | None = None) -> Iterator[CatalogColumn]:
        """The columns of a data source by id: all, those after one, or those of one table."""


def refresh_alation(
    store: CatalogStore,
    ds_id: int,
    alation: AlationCatalog,
    *,
    detail: str = "",
    full_every: timedelta = timedelta(),
    now: datetime | None = None,
) -> CatalogLoad:
    """Replace the catalog of a data source by what Alation holds; an error while it is read leaves the present one.

    All tables are read every time. Columns are read in full where the last full reading is ``full_every`` old. Before
    that, what is read are the columns of tables that are new, changed, or have got a column: Alation gives new columns
    larger ids, but does not say which old ones have gone, so that a dropped column is seen with the next full reading.
    """
    now = now or datetime.now(UTC)
    reader = store.reader(ds_id)
    before = reader.version if reader is not None else None
    refresh = store.begin(ds_id, origin="alation", detail=detail, fetched_at=now)
    bad = Problems()
    tables_into(refresh, alation.tables(ds_id), bad)
    if before is not None and _is_basis(before, detail, now - full_every):
        last = _Last(before.last_column_id)
        wanted = _changed(alation, ds_id, refresh.changed_tables(before, _MOST_CHANGED + 1), last)
        if wanted is not None:
            for table_id in sorted(wanted):
                columns_into(refresh, alation.columns(ds_id, table_id=table_id), bad)
            version = refresh.finish(last_column_id=last.seen, full_at=before.full_at, adopting=before)
            return CatalogLoad(version, bad.count, tuple(bad.kept))
    last = _Last(None)
    columns_into(refresh, last.of(alation.columns(ds_id)), bad)
    return CatalogLoad(refresh.finish(last_column_id=last.seen, full_at=now), bad.count, tuple(bad.kept))


class _Last:
    """Remembers the largest id of the columns that pass."""

    def __init__(self, seen: int | None) -> None:
        self.seen = seen

    def of(self, columns: Iterable[CatalogColumn]) -> Iterator[CatalogColumn]:
        for column in columns:
            self.seen = max(self.seen or 0, column.column_id or 0)
            yield column


def _is_basis(before: CatalogVersion, detail: str, oldest: datetime) -> bool:
    """Whether changes to that version are enough: it is of this Alation, and the last full reading is young."""
    if before.origin != "alation" or before.detail != detail or before.last_column_id is None:
        return False
    return before.full_at is not None and before.full_at > oldest


def _changed(alation: AlationCatalog, ds_id: int, tables: list[int | None], last: _Last) -> set[int] | None:
    """The tables whose columns have to be read; None where they are too many, or are not told."""
    wanted = {table_id for table_id in tables if table_id is not None}
    if len(tables) > _MOST_CHANGED or len(wanted) < len(tables):
        return None
    new = last.of(alation.columns(ds_id, after=last.seen))
    while batch := list(islice(new, _MOST_CHANGED)):
        if any(column.table_id is None for column in batch):
            return None
        wanted.update(column.table_id for column in batch if column.table_id is not None)
        if len(wanted) > _MOST_CHANGED:
            return None
    return wanted
