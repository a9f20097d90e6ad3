"""Short ways to settings, tables and columns for the tests of names and keys."""

from __future__ import annotations

from typing import Any

from extractor.config import SourceSettings
from extractor.keys import read_key, write_key
from extractor.models import CatalogColumn, CatalogTable


def source_of(**settings: Any) -> SourceSettings:
    """Settings of one source, as the TOML file would give them."""
    return SourceSettings.model_validate({"name": "s", "paths": ["logs"], **settings})


def table_of(key: str, **more: Any) -> CatalogTable:
    """A table of the catalog; its schema's name and its own follow from the key unless they are given."""
    if "name" in more:
        return CatalogTable(key=key, **more)
    _, *schema, name = read_key(key)
    return CatalogTable(**{"key": key, "schema_name": write_key(schema), "name": name, **more})


def columns_of(key: str, *names: str) -> list[CatalogColumn]:
    """Columns of the catalog, in their order."""
    return [CatalogColumn(f"{key}.{write_key([n])}", key, n, at) for at, n in enumerate(names, 1)]
