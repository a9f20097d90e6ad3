"""Catalogs from Parquet and from the database itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dialects import registry
from extractor.errors import CatalogError
from extractor.keys import load_database, load_file
from extractor.state.catalog import CatalogStore
from tests.keys.catalogued import source_of

ROWS = [
    {"TABLE_CATALOG": "dwh", "TABLE_SCHEMA": "mart", "TABLE_NAME": "net", "COLUMN_NAME": "day", "ORDINAL_POSITION": 2},
    {"TABLE_CATALOG": "dwh", "TABLE_SCHEMA": "mart", "TABLE_NAME": "net", "COLUMN_NAME": "shop", "ORDINAL_POSITION": 1},
    {"TABLE_CATALOG": "dwh", "TABLE_SCHEMA": "mart", "TABLE_NAME": None, "COLUMN_NAME": "x", "ORDINAL_POSITION": 1},
]


def test_a_parquet_export_is_a_catalog(catalogs: CatalogStore, tmp_path: Path) -> None:
    """Its columns go by the names of information_schema in any case; a row that names no table costs itself."""
    path = tmp_path / "columns.parquet"
    pq.write_table(pa.Table.from_pylist([{**row, "COMMENT": "x"} for row in ROWS]), path)
    source = source_of(dialect="redshift", data_source_id=31)
    load = load_file(catalogs, source, registry.get("redshift"), path)
    reader = catalogs.reader(31)
    assert reader is not None
    assert [c.key for c in reader.columns("31.dwh.mart.net")] == ["31.dwh.mart.net.shop", "31.dwh.mart.net.day"]
    assert [(bad.origin.line, bad.problem) for bad in load.problems] == [(3, "the row names no table")]


def test_a_damaged_parquet_file_leaves_the_catalog(catalogs: CatalogStore, tmp_path: Path) -> None:
    """The message names the file, and what was held before stays."""
    path = tmp_path / "columns.parquet"
    source = source_of(dialect="redshift", data_source_id=31)
    pq.write_table(pa.Table.from_pylist(ROWS[:2]), path)
    load_file(catalogs, source, registry.get("redshift"), path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(CatalogError, match=r"columns\.parquet"):
        load_file(catalogs, source, registry.get("redshift"), path)
    reader = catalogs.reader(31)
    assert reader is not None
    assert reader.version.tables == 1


def test_the_database_itself_is_a_catalog(
    catalogs: CatalogStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tables and views get keys by the source's rule, and it is the layer that keys are taken from."""
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("create table net (shop text, day text)")
        connection.execute("create view days as select day from net")
    connection.close()
    monkeypatch.setenv("SHOP_URL", f"sqlite:///{tmp_path}/shop.db")
    source = source_of(dialect="sqlite", data_source_id=9, catalog={"live": "SHOP_URL"})
    load = load_database(catalogs, source, registry.get("sqlite"))
    reader = catalogs.reader(9)
    assert reader is not None
    assert (load.version.origin, load.version.tables, load.version.columns) == ("database", 2, 3)
    assert [c.key for c in reader.columns("9.main.net")] == ["9.main.net.shop", "9.main.net.day"]


def test_a_catalog_has_one_origin() -> None:
    """A file and the database at once is a mistake that the configuration tells."""
    with pytest.raises(ValueError, match="not from both"):
        source_of(dialect="sqlite", data_source_id=9, catalog={"live": "X", "file": "y.csv"})
