"""Real states with real catalogs for the tests of names and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dialects import registry
from extractor.keys import KeyResolver, load_alation
from extractor.models import CatalogColumn, CatalogTable
from extractor.state import Store
from extractor.state.catalog import CatalogStore
from tests.keys.catalogued import source_of


@pytest.fixture
def catalogs(tmp_path: Path) -> Iterator[CatalogStore]:
    """The catalogs of a new state in a SQLite file."""
    with Store.open(f"sqlite:///{tmp_path}/state.db") as store:
        yield CatalogStore(store.engine)


@pytest.fixture
def resolver(catalogs: CatalogStore) -> Callable[..., KeyResolver]:
    """Makes a resolver over a catalog of the given tables and columns."""

    def make(
        tables: Iterable[CatalogTable] | None, columns: Iterable[CatalogColumn] = (), **settings: Any
    ) -> KeyResolver:
        source = source_of(**{"dialect": "postgres", "data_source_id": 12, **settings})
        if tables is not None:
            load_alation(catalogs, source.data_source_id, tables, columns)
        reader = catalogs.reader(source.data_source_id)
        return KeyResolver(source, registry.get(source.dialect), reader)

    return make
