"""Where columns come from while statements are bound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialects import registry
from extractor.config import SourceSettings
from extractor.models import CatalogColumn, CatalogTable, TableName
from extractor.schemas import CatalogSchema, DictSchema
from extractor.schemas.bounded import Bounded
from extractor.state import Store
from extractor.state.catalog import CatalogRow, CatalogStore

SNOWFLAKE = registry.get("snowflake")


def t(*identity: str) -> TableName:
    """A table by the identity of its parts."""
    return TableName(identity, identity)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[CatalogSchema]:
    """A catalog of data source 6 with one table that has columns and one that has none."""
    with Store.open(f"sqlite:///{tmp_path}/state.db") as store:
        refresh = CatalogStore(store.engine).begin(6, origin="alation")
        refresh.add_tables(
            [
                CatalogRow("DWH", "MART", 2, CatalogTable(f"6.DWH.MART.{name}", "DWH.MART", name))
                for name in ("ORDERS", "BARE", "LOOSE", "Twin", "TWIN")
            ]
        )
        key = "6.DWH.MART.ORDERS"
        refresh.add_columns([CatalogColumn(f"{key}.{c}", key, c, p) for p, c in ((2, "AMOUNT"), (1, "ID"))])
        key = "6.DWH.MART.LOOSE"
        refresh.add_columns([CatalogColumn(f"{key}.{c}", key, c, 0) for c in ("ID", "AMOUNT")])
        refresh.finish()
        source = SourceSettings.model_validate(
            {"name": "s", "paths": ["logs"], "dialect": "snowflake", "data_source_id": 6, "database": "DWH"}
        )
        yield CatalogSchema(source, SNOWFLAKE, CatalogStore(store.engine).reader(6))


def test_the_catalog_gives_columns_in_order(catalog: CatalogSchema) -> None:
    """A table's columns come by position, whether the database is said or supplied by the source."""
    assert catalog.columns_of(t("DWH", "MART", "ORDERS")) == ("ID", "AMOUNT")
    assert catalog.columns_of(t("MART", "ORDERS")) == ("ID", "AMOUNT")


@pytest.mark.parametrize("name", ["BARE", "TWIN", "NONE", "LOOSE"])
def test_columns_that_are_not_known_are_none(catalog: CatalogSchema, name: str) -> None:
    """A table without columns, an ambiguous or unknown one, and one without positions have no known columns."""
    assert catalog.columns_of(t("DWH", "MART", name)) is None


@pytest.mark.parametrize(
    ("name", "known"),
    [
        (t("DWH", "MART", "ORDERS"), True),
        (t("DWH", "MART", "TWIN"), True),
        (t("DWH", "MART", "NONE"), False),
        (t("DWH", "OTHER", "ORDERS"), None),
        (TableName(("s3://b/f",), ("s3://b/f",), "file"), None),
    ],
)
def test_the_catalog_says_what_exists(catalog: CatalogSchema, name: TableName, known: bool | None) -> None:
    """A table is denied only where the catalog holds others of its schema."""
    assert catalog.knows(name) is known


def test_a_mapping_is_read_by_the_dialect() -> None:
    """Names of a given mapping fold as in SQL, quotes and all."""
    schema = DictSchema({"mart.orders": {"id": "int", "amount": None}, 'mart."x.y"': {"a": None}}, SNOWFLAKE)
    assert schema.columns_of(t("MART", "ORDERS")) == ("id", "amount")
    assert schema.columns_of(t("MART", "x.y")) == ("a",)
    assert schema.columns_of(t("MART", "orders")) is None


def test_a_mapping_matches_names_of_other_lengths() -> None:
    """A name with more or fewer parts than its entry matches where only one fits, the longest first."""
    schema = DictSchema({"orders": ["a"], "mart.orders": ["b"], "x.shops": ["c"], "y.shops": ["d"]}, SNOWFLAKE)
    assert schema.columns_of(t("DWH", "MART", "ORDERS")) == ("b",)
    assert schema.columns_of(t("OTHER", "ORDERS")) == ("a",)
    assert schema.columns_of(t("SHOPS")) is None
    assert schema.knows(t("SHOPS")) is None
    assert schema.knows(t("X", "SHOPS")) is True


def test_what_was_used_longest_ago_is_forgotten() -> None:
    """A bounded dictionary keeps to its capacity by weight, and what is asked for stays longest."""
    held: Bounded[str, int] = Bounded(3)
    for key in "abc":
        held.put(key, ord(key))
    assert held.get("a") == ord("a")
    held.put("d", 1, 2)
    assert [held.get(key) for key in "abcd"] == [ord("a"), None, None, 1]
    held.put("d", 2, 9)
    assert (len(held), held.get("d")) == (1, 2)
