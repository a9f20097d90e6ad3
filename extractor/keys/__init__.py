"""Names to Alation keys: written, resolved against the catalog, explained."""

from __future__ import annotations

from extractor.keys.catalog_alation import AlationCatalog, refresh_alation
from extractor.keys.catalog_load import CatalogLoad, load_alation, load_database, load_exports, load_file, load_live
from extractor.keys.interface import CatalogReader, KeyedLineage, KeyResult, KeyRule, Missing
from extractor.keys.locations import FileSystems
from extractor.keys.quoting import fold_key, read_key, write_key
from extractor.keys.resolve import KeyResolver

__all__ = [
    "AlationCatalog",
    "CatalogLoad",
    "CatalogReader",
    "FileSystems",
    "KeyResolver",
    "KeyResult",
    "KeyRule",
    "KeyedLineage",
    "Missing",
    "fold_key",
    "load_alation",
    "load_database",
    "load_exports",
    "load_file",
    "load_live",
    "read_key",
    "refresh_alation",
    "write_key",
]
