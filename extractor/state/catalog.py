"""The catalog of each data source, kept in the state: refreshed as a whole, read name by name.

Nothing here knows how a key is written: the caller says which parts a table's name has. Ten million columns are
carried on disk; what is in memory at any time is one batch of rows.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select

from extractor.state.catalog_read import StoredCatalog
from extractor.state.catalog_refresh import CatalogRefresh, CatalogRow
from extractor.state.catalog_tables import catalog_versions
from extractor.state.catalog_versions import CatalogVersion, layer_of, reading, remove_versions, version_of, writing

__all__ = ["CatalogRefresh", "CatalogRow", "CatalogStore", "CatalogVersion", "StoredCatalog"]


class CatalogStore:
    """The catalogs of all data sources in one state database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, ds_id: int, *, origin: str, detail: str = "", fetched_at: datetime | None = None) -> CatalogRefresh:
        """Begin a new catalog of a data source; ``origin`` is one of `CatalogVersion`'s, and so says its layer."""
        with writing(self._engine) as connection:
            remove_versions(connection, ds_id, layer_of(origin), but=None, unfinished_only=True)
            made = connection.execute(
                insert(catalog_versions).values(
                    ds_id=ds_id,
                    is_current=False,
                    origin=origin,
                    detail=detail,
                    fetched_at=fetched_at or datetime.now(UTC),
                    tables=0,
                    columns=0,
                )
            ).inserted_primary_key
        assert made is not None
        return CatalogRefresh(self._engine, made[0])

    def versions(self) -> tuple[CatalogVersion, ...]:
        """The current version of every layer of every data source."""
        v = catalog_versions.c
        with reading(self._engine) as connection:
            rows = connection.execute(select(catalog_versions).where(v.is_current).order_by(v.ds_id, v.id)).all()
        return tuple(version_of(row) for row in rows)

    def reader(self, ds_id: int, layer: str = "keys") -> StoredCatalog | None:
        """A reader of the data source's current catalog, or of another layer; None when there is none."""
        for version in self.versions():
            if version.ds_id == ds_id and layer_of(version.origin) == layer:
                return StoredCatalog(self._engine, version)
        return None

    def remove(self, ds_id: int, layer: str = "keys") -> None:
        """Forget the catalog of a data source, or another layer of it."""
        with writing(self._engine) as connection:
            remove_versions(connection, ds_id, layer, but=None)
