"""Columns as the catalog of the data source holds them."""

from __future__ import annotations

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.models import TableName
from extractor.schemas.bounded import Bounded
from extractor.schemas.interface import CatalogReader
from extractor.schemas.lookup import CatalogNames

_COLUMNS_REMEMBERED = 50_000
_UNKNOWN: tuple[str, ...] = ()


class CatalogSchema:
    """The catalog as a `SchemaLookup`; names are found by the same rules by which they get their keys.

    Columns come in the catalog's spelling and order. ``names`` may be shared with the source's key resolver, so
    that both remember the same answers.
    """

    def __init__(
        self,
        source: SourceSettings,
        dialect: Dialect,
        catalog: CatalogReader | None,
        *,
        names: CatalogNames | None = None,
    ) -> None:
        self._names = names or CatalogNames(source, dialect, catalog)
        held = self._names.catalog.schema_names() if self._names.catalog is not None else ()
        self._ds_id = source.data_source_id
        self._columns: Bounded[tuple[str, ...], tuple[str, ...]] = Bounded(_COLUMNS_REMEMBERED)
        self._schemas = {(name.database, name.schema) for name in held}

    def columns_of(self, table: TableName) -> tuple[str, ...] | None:
        """The table's columns in order; None when the name is not one table, or their order is not known.

        Where positions are missing (Alation's API takes columns without them), any order would be a guess.
        """
        if table.kind != "table":
            return None
        columns = self._columns.get(table.identity)
        if columns is None:
            columns = self._read_columns(table)
            self._columns.put(table.identity, columns, 1 + len(columns))
        return columns or None

    def _read_columns(self, table: TableName) -> tuple[str, ...]:
        found = self._names.find(table)
        if found.status != "one":
            return _UNKNOWN
        columns = self._names.columns(found.tables[0].key).ordered
        if not columns or len({column.position for column in columns}) < len(columns):
            return _UNKNOWN
        return tuple([column.name for column in columns])

    def knows(self, table: TableName) -> bool | None:
        """True when the catalog holds the table; False when it holds others of that schema; else None."""
        if table.kind != "table":
            return None
        found = self._names.find(table)
        if found.status in ("one", "several"):
            return True
        if found.ds_id != self._ds_id:  # of another data source, whose schemas are others
            return None
        held = any(((p.database or "").lower(), (p.schema or "").lower()) in self._schemas for p in found.tried)
        return False if found.status == "none" and held else None
