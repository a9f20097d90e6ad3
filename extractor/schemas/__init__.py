"""Where columns come from: the catalog, a given mapping."""

from __future__ import annotations

from extractor.schemas.catalog import CatalogSchema
from extractor.schemas.elsewhere import Elsewhere, Place
from extractor.schemas.given import DictSchema
from extractor.schemas.interface import CatalogReader, NameParts
from extractor.schemas.lookup import CatalogNames, Found

__all__ = [
    "CatalogNames",
    "CatalogReader",
    "CatalogSchema",
    "DictSchema",
    "Elsewhere",
    "Found",
    "NameParts",
    "Place",
]
