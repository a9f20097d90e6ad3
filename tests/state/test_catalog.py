"""The catalogs in the state: replaced as a whole, read name by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event

from extractor.errors import CatalogError
from extractor.models import CatalogColumn, CatalogSchemaName, CatalogTable
from extractor.state import Store
from extractor.state.catalog import CatalogRefresh, CatalogRow, CatalogStore, StoredCatalog
from extractor.state.metadata import metadata


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new state in a SQLite file."""
    with Store.open(f"sqlite:///{tmp_path}/state.db") as opened:
        yield opened


@pytest.fixture
def catalogs(store: Store) -> CatalogStore:
    """Its catalogs."""
    return CatalogStore(store.engine)


def row(key: str, database: str, schema: str, name: str, in_key: int = 2) -> CatalogRow:
    """A table with its parts."""
    return CatalogRow(database, schema, in_key, CatalogTable(key, f"{database}.{schema}", name))


def column(table_key: str, name: str, position: int) -> CatalogColumn:
    """A column with a plain key."""
    return CatalogColumn(f"{table_key}.{name}", table_key, name, position)


def begun(catalogs: CatalogStore, *tables: str) -> CatalogRefresh:
    """A refresh of data source 6 with these tables of DWH.MART and a column each."""
    refresh = catalogs.begin(6, origin="alation", detail="https://alation.example.com")
    refresh.add_tables([row(f"6.DWH.MART.{name}", "DWH", "MART", name) for name in tables])
    refresh.add_columns([column(f"6.DWH.MART.{name}", "ID", 1) for name in tables])
    return refresh


def held(catalogs: CatalogStore, ds_id: int = 6) -> StoredCatalog:
    """The reader of a data source that has a catalog."""
    reader = catalogs.reader(ds_id)
    assert reader is not None
    return reader


def test_the_migrations_make_these_tables(store: Store) -> None:
    """A state that was migrated has exactly the tables, columns and indexes that the program declares."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "alation_lineage_version"})
        assert compare_metadata(context, metadata) == []


def test_a_catalog_is_seen_when_it_is_finished(catalogs: CatalogStore) -> None:
    """Nothing of a refresh is seen before it is finished; then all of it is, with its counts and origin."""
    refresh = begun(catalogs, "ORDERS", "SHOPS")
    assert catalogs.reader(6) is None
    at = datetime.now(UTC)
    version = refresh.finish()
    assert (version.tables, version.columns, version.origin) == (2, 2, "alation")
    assert abs((at - version.fetched_at).total_seconds()) < 3600
    assert catalogs.versions() == (version,)


def test_a_refresh_replaces_the_whole(catalogs: CatalogStore) -> None:
    """What the new catalog does not hold is gone, and other data sources keep theirs."""
    begun(catalogs, "ORDERS", "SHOPS").finish()
    other = catalogs.begin(7, origin="file")
    other.add_tables([row("7.a.b.c", "a", "b", "c")])
    other.finish()
    begun(catalogs, "ORDERS", "TILLS").finish()
    names = [t.name for t in held(catalogs).table((None, None, "shops"))], held(catalogs).names_like((None, None, ""))
    assert names == ([], ("ORDERS", "TILLS"))
    assert held(catalogs, 7).columns("7.a.b.c") == ()
    assert len(held(catalogs, 7).by_key("7.A.B.C")) == 1


def test_a_refresh_that_is_given_up_changes_nothing(catalogs: CatalogStore) -> None:
    """An unfinished refresh leaves the catalog as it is, and the next one clears it away."""
    begun(catalogs, "ORDERS").finish()
    begun(catalogs, "TILLS")
    assert held(catalogs).names_like((None, None, "")) == ("ORDERS",)
    begun(catalogs, "SHOPS").finish()
    assert held(catalogs).names_like((None, None, "")) == ("SHOPS",)


def test_of_two_refreshes_at_once_the_later_wins(catalogs: CatalogStore) -> None:
    """A refresh that another one overtook ends with an error that says so."""
    first = begun(catalogs, "ORDERS")
    begun(catalogs, "TILLS").finish()
    for late in (
        lambda: first.add_tables([row("6.DWH.MART.X", "DWH", "MART", "X")]),
        lambda: first.add_columns([column("6.DWH.MART.ORDERS", "X", 2)]),
        first.finish,
    ):
        with pytest.raises(CatalogError, match="one refresh at a time"):
            late()
    assert held(catalogs).names_like((None, None, "")) == ("TILLS",)


def test_names_are_found_in_any_case(catalogs: CatalogStore) -> None:
    """Each part is compared without case, None stands for any, and the catalog's spelling comes back."""
    refresh = catalogs.begin(6, origin="alation")
    refresh.add_tables(
        [
            row("6.DWH.MART.Orders", "DWH", "MART", "Orders"),
            row("6.DWH.MART.ORDERS", "DWH", "MART", "ORDERS"),
            row("6.DWH.STAGE.ORDERS", "DWH", "STAGE", "ORDERS"),
            row("6.STAGE.ORDERS", "", "STAGE", "ORDERS", 1),
        ]
    )
    refresh.finish()
    reader = held(catalogs)
    assert [t.key for t in reader.table(("dwh", "mart", "oRdErS"))] == ["6.DWH.MART.ORDERS", "6.DWH.MART.Orders"]
    assert [t.key for t in reader.table(("", "stage", "orders"))] == ["6.STAGE.ORDERS"]
    assert len(reader.table((None, "stage", "orders"))) == 2
    assert len(reader.table((None, None, "orders"))) == 4
    assert len(reader.by_key("6.dwh.mart.orders")) == 2
    assert reader.schema_names() == (
        CatalogSchemaName("dwh", "mart", 2, 2),
        CatalogSchemaName("", "stage", 1, 1),
        CatalogSchemaName("dwh", "stage", 2, 1),
    )


def test_columns_come_in_their_order(catalogs: CatalogStore) -> None:
    """Columns are sorted by position, keep keys of their own, and a repeated one counts once."""
    refresh = begun(catalogs, "ORDERS")
    key = "6.DWH.MART.ORDERS"
    quoted = CatalogColumn(f'{key}."v1.0"', key, "v1.0", 2)
    refresh.add_columns([column(key, "LAST", 10), quoted, column(key, "ID", 1)])
    assert refresh.finish().columns == 3
    assert held(catalogs).columns(key) == (column(key, "ID", 1), quoted, column(key, "LAST", 10))
    assert held(catalogs).columns("6.DWH.MART.NONE") == ()


def test_who_asks_for_many_names_gets_the_same_answers_from_memory(store: Store, catalogs: CatalogStore) -> None:
    """Tables and columns do not depend on how many were asked for before, and are then read without a query each."""
    refresh = begun(catalogs, "ORDERS", "Orders", "LINES")
    refresh.add_tables([row("6.STAGE.ORDERS", "", "STAGE", "ORDERS", 1)])
    refresh.add_columns([column("6.DWH.MART.ORDERS", name, place) for name, place in (("LAST", 10), ("AMOUNT", 2))])
    refresh.finish()
    reader = held(catalogs)
    names = [(None, None, "orders"), ("dwh", "MART", "Orders"), ("", "stage", "ORDERS"), (None, "none", "orders")]
    keys = ["6.DWH.MART.ORDERS", "6.DWH.MART.Orders", "6.dwh.mart.orders", "6.STAGE.ORDERS"]
    before = [reader.table(name) for name in names], [reader.columns(key) for key in keys]
    statements: list[str] = []
    for number in range(100):
        reader.table((None, None, f"none {number}"))
    event.listen(store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert ([reader.table(name) for name in names], [reader.columns(key) for key in keys]) == before
    assert [len(found) for found in before[0]] == [3, 2, 1, 0]
    assert len([s for s in statements if s.startswith("SELECT")]) == 1


def test_columns_find_their_table(catalogs: CatalogStore) -> None:
    """A column whose table's key differs in case alone finds it; one of no or of two such tables is given back."""
    refresh = begun(catalogs, "ORDERS", "Twin", "TWIN")
    lost = refresh.add_columns(
        [
            column("6.dwh.mart.orders", "A", 2),
            column("6.DWH.MART.TWIN", "B", 2),
            column("6.dwh.mart.twin", "C", 2),
            column("6.DWH.MART.GONE", "D", 2),
        ]
    )
    refresh.finish()
    assert [c.name for c in lost] == ["C", "D"]
    assert [c.name for c in held(catalogs).columns("6.DWH.MART.ORDERS")] == ["ID", "A"]
    assert [c.name for c in held(catalogs).columns("6.DWH.MART.TWIN")] == ["ID", "B"]


def test_more_tables_than_one_batch_have_their_columns(catalogs: CatalogStore) -> None:
    """Columns of more tables than are remembered or asked for at once all arrive."""
    names = [f"T{n}" for n in range(1203)]
    version = begun(catalogs, *names).finish()
    assert (version.tables, version.columns) == (1203, 1203)


def test_names_alike_begin_with_the_same_letter(catalogs: CatalogStore) -> None:
    """Of a schema with many tables those with the same first letter are offered first."""
    begun(catalogs, "ALPHA", "ORDERS", "OFFERS").finish()
    assert held(catalogs).names_like(("dwh", "mart", "order"), limit=2) == ("OFFERS", "ORDERS")
    assert held(catalogs).names_like(("dwh", "other", "order")) == ()


def test_a_catalog_can_be_forgotten(catalogs: CatalogStore) -> None:
    """After its removal a data source has no catalog."""
    begun(catalogs, "ORDERS").finish()
    catalogs.remove(6)
    assert catalogs.reader(6) is None


def test_an_empty_catalog_says_so(catalogs: CatalogStore) -> None:
    """A catalog without tables is a catalog, and empty."""
    catalogs.begin(6, origin="alation").finish()
    assert held(catalogs).is_empty()
    assert not held(catalogs).schema_names()
