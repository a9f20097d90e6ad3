"""Data Observability's mapping list as a source of keys, beside or in the place of a catalog."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.keys.parts import catalog_row
from extractor.models import AssetMapping, CatalogColumn, CatalogSchemaName, CatalogTable
from extractor.schemas import CatalogReader, NameParts
from extractor.state.catalog import CatalogStore, StoredCatalog


def keys_of_mappings(catalogs: CatalogStore, mappings: Sequence[AssetMapping]) -> list[str]:
    """The key of each mapping's table: the catalog's own where it holds the table's id, else built from the names."""
    keys: list[str] = []
    of_source: dict[int, dict[int, CatalogTable]] = {}
    for number in {mapping.data_source_id for mapping in mappings}:
        catalog = catalogs.reader(number)
        ids = [mapping.table_id for mapping in mappings if mapping.data_source_id == number]
        of_source[number] = catalog.by_ids(ids) if catalog is not None else {}
    for mapping in mappings:
        held = of_source[mapping.data_source_id].get(mapping.table_id)
        keys.append(held.key if held is not None else built_key(mapping))
    return keys


def built_key(mapping: AssetMapping) -> str:
    """The key by the names of a mapping: its schema's name is a part of the key as it stands (``db.schema``).

    A table's name with a period stands in double quotes (Alation, *Keys with Special Characters*).
    """
    name = mapping.table_name
    quoted = f'"{name}"' if "." in name and not name.startswith('"') else name
    return f"{mapping.data_source_id}.{mapping.schema_name}.{quoted}"


def store_mapped_tables(catalogs: CatalogStore, mappings: Sequence[AssetMapping]) -> None:
    """Keep the mapped tables as a layer of each data source's catalog; sources without any lose theirs."""
    numbers = {mapping.data_source_id for mapping in mappings}
    for version in catalogs.versions():
        if version.origin == "mapping" and version.ds_id not in numbers:
            catalogs.remove(version.ds_id, "mapping")
    for number in sorted(numbers):
        refresh = catalogs.begin(number, origin="mapping", detail="Data Observability's mapping list")
        rows = [
            catalog_row(CatalogTable(built_key(m), m.schema_name, m.table_name, m.table_id))
            for m in mappings
            if m.data_source_id == number
        ]
        refresh.add_tables(rows)
        refresh.finish()


def with_mapped_tables(catalogs: CatalogStore, number: int) -> CatalogReader | None:
    """The catalog of a data source, with the mapped tables beneath it where it is not Alation's own.

    Alation's own catalog is never overruled: a mapping to a table that it does not hold (any more) would make TMP.
    """
    catalog = catalogs.reader(number)
    if catalog is not None and catalog.version.origin == "alation" and not catalog.is_empty():
        return catalog
    mapped = catalogs.reader(number, "mapping")
    if mapped is None or mapped.is_empty():
        return catalog
    return mapped if catalog is None or catalog.is_empty() else _Joined(catalog, mapped)


class _Joined:
    """A `CatalogReader` that asks the second catalog where the first has no answer."""

    def __init__(self, first: StoredCatalog, second: StoredCatalog) -> None:
        self._first = first
        self._second = second

    def is_empty(self) -> bool:
        return self._first.is_empty() and self._second.is_empty()

    def table(self, parts: NameParts) -> list[CatalogTable]:
        return self._first.table(parts) or self._second.table(parts)

    def by_key(self, key: str) -> list[CatalogTable]:
        return self._first.by_key(key) or self._second.by_key(key)

    def columns(self, table_key: str) -> tuple[CatalogColumn, ...]:
        return self._first.columns(table_key)

    def schema_names(self) -> tuple[CatalogSchemaName, ...]:
        return self._first.schema_names() or self._second.schema_names()

    def names_like(self, parts: NameParts, limit: int = 2000) -> tuple[str, ...]:
        return (*self._first.names_like(parts, limit), *self._second.names_like(parts, limit))
