"""Names of linked servers and foreign databases become tables of other data sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialects import registry
from extractor.config import Config
from extractor.keys import KeyResolver, load_alation
from extractor.keys.explain import read_name
from extractor.models import TableName
from extractor.pipeline.resolvers import mapped_sources, resolver_of
from extractor.schemas import CatalogSchema
from extractor.state.catalog import CatalogStore
from tests.keys.catalogued import columns_of, table_of

CATALOGS = {
    30: ["30.Sales.dbo.Orders", "30.Sales.dbo.order_copy"],
    31: ["31.Purchasing.dbo.Suppliers", "31.Finance.dbo.Ledger"],
    40: ["40.SCOTT.EMP"],
    50: ["50.public.ticket", "50.helpdesk.closed"],
}
MAPS = [
    {"server": "ERP", "data_source_id": 31},
    {"server": "ERP", "database": "HR", "data_source_id": 40, "dialect": "oracle"},
    {"server": "prod.example.com", "data_source_id": 40, "dialect": "oracle"},
    {"database": "pg", "data_source_id": 50, "dialect": "postgres", "as_database": "support"},
    {"database": "Finance", "data_source_id": 31, "source": "sales"},
]


@pytest.fixture
def resolve(catalogs: CatalogStore, tmp_path: Path) -> Any:
    """Makes the resolver of a source beside the mapped data sources."""
    for number, keys in CATALOGS.items():
        columns = [column for key in keys for column in columns_of(key, "id", "name")]
        load_alation(catalogs, number, [table_of(key) for key in keys], columns)

    def make(dialect: str, number: int, maps: list[dict[str, Any]] = MAPS, **source: Any) -> KeyResolver:
        one = {"name": "sales", "paths": ["x"], "dialect": dialect, "data_source_id": number, **source}
        two = {"name": "erp", "paths": ["x"], "dialect": "sqlserver", "data_source_id": 31, "database": "Purchasing"}
        config = Config.model_validate({"source": [one, two], "map": maps, "root": tmp_path})
        return resolver_of(config, config.source[0], registry.get(dialect), catalogs)

    return make


def key(resolver: KeyResolver, sql: str, dialect: str) -> str | None:
    """The key of a name as it stands in SQL."""
    node = resolver.table(read_name(sql, registry.get(dialect))).node
    return node.key if node else None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ERP.Purchasing.dbo.Suppliers", "31.Purchasing.dbo.Suppliers"),
        ("[erp].finance..ledger", "31.Finance.dbo.Ledger"),
        ("ERP.HR.scott.emp", "40.SCOTT.EMP"),
        ("Finance.dbo.Ledger", "31.Finance.dbo.Ledger"),
        ("pg.helpdesk.closed", "50.helpdesk.closed"),
        ("pg..ticket", "50.public.ticket"),
        ("Sales.dbo.Orders", "30.Sales.dbo.Orders"),
        ("ERP.Nothing.dbo.Suppliers", None),
        ("OTHER.Sales.dbo.Orders", None),
    ],
)
def test_a_name_with_a_server_or_a_foreign_database(resolve: Any, sql: str, expected: str | None) -> None:
    """The entry that says most about the place counts; its data source's own rules and catalog give the key."""
    assert key(resolve("sqlserver", 30, database="Sales"), sql, "sqlserver") == expected


@pytest.mark.parametrize("parts", [("SCOTT", "EMP@PROD", "EXAMPLE", "COM"), ("SCOTT", "EMP@PROD.EXAMPLE.COM")])
def test_an_oracle_database_link_is_a_server(resolve: Any, parts: tuple[str, ...]) -> None:
    """What follows the @ names the server, its domain and all."""
    assert resolve("oracle", 8).table(TableName(parts, parts)).node.key == "40.SCOTT.EMP"


def test_an_unknown_server_is_listed_with_the_line_to_add(resolve: Any) -> None:
    """The result says which server and database it is, and what the configuration needs."""
    result = resolve("sqlserver", 30, database="Sales").table(read_name("X1.Y.dbo.z", registry.get("sqlserver")))
    assert result.node is None
    assert result.unmapped == (
        "server x1, database y",
        'a [[map]] with server = "x1", database = "y", data_source_id = <its number in Alation>',
    )


def test_an_unknown_database_is_listed_where_the_catalog_lacks_it(resolve: Any) -> None:
    """A database of the own catalog is none to be mapped, one that it does not hold may be."""
    names = resolve("sqlserver", 30, maps=[], database="Sales")
    assert names.table(read_name("Archive.dbo.z", registry.get("sqlserver"))).unmapped is not None
    assert names.table(read_name("Sales.dbo.z", registry.get("sqlserver"))).unmapped is None


def test_the_own_database_is_never_elsewhere(resolve: Any) -> None:
    """A map for all sources does not take the names of a source away that is that database itself."""
    names = resolve("sqlserver", 30, maps=[{"database": "Sales", "data_source_id": 31}], database="Sales")
    assert key(names, "Sales.dbo.Orders", "sqlserver") == "30.Sales.dbo.Orders"


def test_a_map_of_one_source_is_not_for_another(resolve: Any) -> None:
    """The name of its source restricts it."""
    names = resolve("sqlserver", 30, maps=[{"database": "Finance", "data_source_id": 31, "source": "erp"}])
    assert key(names, "Finance.dbo.Ledger", "sqlserver") is None


def test_columns_of_a_mapped_table_are_known(resolve: Any, catalogs: CatalogStore) -> None:
    """A star over a linked server's table opens, and its columns have the keys of their own catalog."""
    names = resolve("sqlserver", 30, database="Sales")
    table = read_name("ERP.Purchasing.dbo.Suppliers", registry.get("sqlserver"))
    assert names.column(table, "NAME").node.key == "31.Purchasing.dbo.Suppliers.name"
    assert names.column(table, "gone").node is None
    source = Config.model_validate({"source": [{"paths": ["x"], "dialect": "sqlserver", "data_source_id": 30}]}).source
    schema = CatalogSchema(source[0], registry.get("sqlserver"), catalogs.reader(30), names=names.names)
    assert schema.columns_of(table) == ("id", "name")
    assert schema.knows(table) is True
    assert schema.knows(read_name("ERP.Purchasing.dbo.none", registry.get("sqlserver"))) is None


def test_an_unknown_table_over_there_gets_its_key_there(resolve: Any) -> None:
    """Where keys are built, they are built with the other data source's number and rule."""
    names = resolve("sqlserver", 30, unknown_tables="upload")
    assert key(names, "ERP.Purchasing.dbo.new", "sqlserver") == "31.purchasing.dbo.new"
    assert key(names, "pg.mart.new", "sqlserver") == "50.mart.new"


def test_a_data_source_that_is_only_mapped_has_its_own_catalog() -> None:
    """Its settings come from the map, so that its catalog can be fetched."""
    source = {"paths": ["x"], "dialect": "sqlserver", "data_source_id": 30}
    config = Config.model_validate({"source": [source], "map": [*MAPS[:4], {"server": "B", "data_source_id": 30}]})
    found = [(other.data_source_id, other.dialect, other.database) for other in mapped_sources(config)]
    assert found == [(31, "sqlserver", None), (40, "oracle", None), (50, "postgres", "support")]


def test_two_databases_of_one_data_source_do_not_mix(resolve: Any, catalogs: CatalogStore) -> None:
    """Each entry says its own database over there; one that says none is called there as it is here."""
    keys = ["60.a.dbo.t", "60.b.dbo.t", "60.c.dbo.t"]
    load_alation(catalogs, 60, [table_of(held) for held in keys], [])
    maps = [
        {"database": "x", "data_source_id": 60, "as_database": "a"},
        {"database": "y", "data_source_id": 60, "as_database": "b"},
        {"database": "c", "data_source_id": 60},
        {"database": "z", "data_source_id": 60},
    ]
    names = resolve("sqlserver", 30, maps=maps, database="Sales", unknown_tables="upload")
    found = [key(names, f"{database}.dbo.t", "sqlserver") for database in "xycz"]
    assert found == ["60.a.dbo.t", "60.b.dbo.t", "60.c.dbo.t", "60.z.dbo.t"]


def test_two_names_of_one_database_without_a_part_of_its_own(resolve: Any) -> None:
    """Where keys have no database part, an entry with a database is enough to say that it is the one."""
    maps = [{"database": name, "data_source_id": 50, "dialect": "postgres"} for name in ("pg", "support")]
    names = resolve("trino", 30, maps=maps, database="hive")
    assert [key(names, f"{name}.helpdesk.closed", "trino") for name in ("pg", "support", "other")] == [
        "50.helpdesk.closed",
        "50.helpdesk.closed",
        None,
    ]
