"""Catalogs from files: CSV, JSON lines and JSON arrays, plain and gzip, with bad rows among good ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dialects import registry
from extractor.errors import CatalogError
from extractor.keys import CatalogLoad, load_file
from extractor.state.catalog import CatalogStore, StoredCatalog
from tests.keys.catalogued import source_of


class Loaded:
    """Writes a file, loads it, and shows what the state holds then."""

    def __init__(self, catalogs: CatalogStore, folder: Path) -> None:
        self._catalogs = catalogs
        self._path = folder / "catalog"

    def load(self, content: str | bytes, **settings: Any) -> CatalogLoad:
        self._path.write_bytes(content.encode() if isinstance(content, str) else content)
        source = source_of(**{"dialect": "postgres", "data_source_id": 12, **settings})
        return load_file(self._catalogs, source, registry.get(source.dialect), self._path)

    def reader(self, ds_id: int = 12) -> StoredCatalog:
        reader = self._catalogs.reader(ds_id)
        assert reader is not None
        return reader

    def keys(self, table_key: str, ds_id: int = 12) -> list[str]:
        return [column.key for column in self.reader(ds_id).columns(table_key)]


@pytest.fixture
def loaded(catalogs: CatalogStore, tmp_path: Path) -> Loaded:
    """Nothing is loaded yet."""
    return Loaded(catalogs, tmp_path)


CSV = """table_catalog,table_schema,table_name,column_name,ordinal_position
dwh,mart,orders,order_id,2
dwh,mart,orders,shop,1
dwh,mart,"day, closed",id,1
"""
PACKED = gzip.compress(CSV.encode(), mtime=0)


def test_an_export_of_information_schema_is_read(loaded: Loaded) -> None:
    """A CSV under the names of information_schema gives tables, and columns by their position."""
    load = loaded.load(CSV)
    assert (load.version.tables, load.version.columns, load.bad_rows) == (2, 3, 0)
    assert loaded.keys("12.mart.orders") == ["12.mart.orders.shop", "12.mart.orders.order_id"]
    assert loaded.keys("12.mart.day, closed") == ["12.mart.day, closed.id"]


@pytest.mark.parametrize(
    "content",
    [
        CSV.replace("dwh,", "dwh;").replace(",", ";").replace("day;", "day,"),
        CSV.upper().replace("DWH,MART,ORDERS", "dwh,mart,orders").replace("DWH,MART", "dwh,mart"),
        "\ufeff" + CSV,
        "\n" + CSV,
        PACKED,
        "".join(
            json.dumps({"database": "dwh", "schema": "mart", "table": "orders", "column": c, "position": p}) + "\n"
            for c, p in (("order_id", 2), ("shop", "1"))
        ),
        json.dumps([{"schema": "mart", "table": "orders", "column": c} for c in ("shop", "order_id")], indent=1),
    ],
    ids=["semicolons", "upper case", "byte order mark", "blank line", "gzip", "JSON lines", "JSON array"],
)
def test_the_form_is_recognised(loaded: Loaded, content: str | bytes) -> None:
    """The same table is read from each form of file, without being told which it is."""
    load = loaded.load(content)
    assert load.bad_rows == 0
    assert [key.lower() for key in loaded.keys("12.mart.orders")] == ["12.mart.orders.shop", "12.mart.orders.order_id"]


def test_keys_have_the_database_by_the_dialect(loaded: Loaded) -> None:
    """Where the dialect's keys have a database part, it comes from the row, its schema's name or the source."""
    rows = 'database,schema,table,column\nlake,mart,a,x\n,lake.mart,b,x\n,mart,c,x\n,"""v1.0"".mart",d,x\n'
    loaded.load(rows, dialect="redshift", data_source_id=31, database="home")
    for key in ("31.lake.mart.a", "31.lake.mart.b", "31.home.mart.c", '31."v1.0".mart.d'):
        assert loaded.keys(key, 31) == [f"{key}.x"]


def test_keys_of_the_file_win(loaded: Loaded) -> None:
    """A key that the file gives is taken as it is, for a column and for a table alone."""
    loaded.load('schema,table,column,key\nm,t,x,12.M.T.X\nm,say"hi,,12.M.say??hi\n')
    assert loaded.keys("12.M.T") == ["12.M.T.X"]
    assert [t.key for t in loaded.reader().table(("", "m", 'SAY"HI'))] == ["12.M.say??hi"]


def test_a_period_in_a_name_is_quoted(loaded: Loaded) -> None:
    """Names with a period get quotes in their keys; without a database part a schema with one is one part."""
    loaded.load("schema,table,column\nv1.0,day.one,x.y\n")
    assert loaded.keys('12."v1.0"."day.one"') == ['12."v1.0"."day.one"."x.y"']


def test_alation_answers_are_a_catalog(loaded: Loaded) -> None:
    """The objects of Alation's own table and column calls, tables first, are read with their keys and synonyms."""
    table = {"id": 9, "name": "ORDERS", "ds_id": 31, "key": "31.DWH.MART.ORDERS", "schema_name": "DWH.MART"}
    synonym = {**table, "id": 10, "name": "O", "key": "31.DWH.MART.O", "base_table_key": table["key"]}
    column = {
        "id": 7,
        "name": "ORDER_ID",
        "ds_id": 31,
        "key": "31.DWH.MART.ORDERS.ORDER_ID",
        "column_type": "NUMBER",
        "position": 1,
        "table_id": 9,
        "table_name": "dwh.mart.orders",
    }
    load = loaded.load(json.dumps([table, synonym, column]), data_source_id=31, dialect="snowflake")
    assert load.bad_rows == 0
    assert loaded.keys("31.DWH.MART.ORDERS", 31) == ["31.DWH.MART.ORDERS.ORDER_ID"]
    assert loaded.reader(31).table(("dwh", "mart", "o"))[0].base_table_key == "31.DWH.MART.ORDERS"


def test_bad_rows_cost_themselves(loaded: Loaded) -> None:
    """Each bad row is told with its line, and all others are taken."""
    rows = [
        "schema,table,column,position,ds_id",
        "m,good,x,1,12",
        "m,short",
        "m,good,y,second,12",
        ",no schema,x,1,12",
        "m,,x,1,12",
        'm,"say ""hi""",x,1,12',
        "m,elsewhere,x,1,99",
        "m,good,z,3.0,",
    ]
    load = loaded.load("\n".join(rows).encode() + b"\nm,\xff\xfe,x,1,12\n")
    assert loaded.keys("12.m.good") == ["12.m.good.x", "12.m.good.z"]
    assert [problem.origin.line for problem in load.problems] == [3, 4, 5, 6, 7, 8, 10]
    assert load.bad_rows == 7


def test_bad_lines_of_json_cost_themselves(loaded: Loaded) -> None:
    """A line that is no JSON object is told with its line."""
    good = '{"schema": "m", "table": "t", "column": "x"}'
    load = loaded.load(f"{good}\n{{broken\n\n[1]\n{good.replace('x', 'y')}\n")
    assert loaded.keys("12.m.t") == ["12.m.t.x", "12.m.t.y"]
    assert [problem.origin.line for problem in load.problems] == [2, 4]


def test_an_array_is_read_up_to_its_damage(loaded: Loaded) -> None:
    """The objects before the damage of a JSON array are taken, and the line of the damage is told."""
    load = loaded.load('[\n {"schema": "m", "table": "t", "column": "x"},\n 7,\n {"schema": "m", "ta')
    assert loaded.keys("12.m.t") == ["12.m.t.x"]
    assert [problem.origin.line for problem in load.problems] == [3, 4]


def test_two_databases_do_not_share_keys(loaded: Loaded) -> None:
    """Where keys have no database part, rows of another database than the source's are refused."""
    load = loaded.load(CSV + "other,mart,orders,order_id,1\n", database="dwh")
    assert load.version.columns == 3
    assert "'other'" in load.problems[0].problem


def test_what_a_key_needs_is_asked_for(loaded: Loaded) -> None:
    """A row without the database or the schema that its key needs, or with a key of another column, is refused."""
    rows = "database,schema,table,column,key\nlake,mart,a,x,\n,mart,b,x,\nlake,,c,x,\n,,,x,31.lake.mart.d.y\n"
    load = loaded.load(rows, dialect="redshift", data_source_id=31)
    assert load.version.tables == 1
    told = [problem.problem for problem in load.problems]
    assert [("no database" in text, "no schema" in text, "not that of a column" in text) for text in told] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


@pytest.mark.parametrize("content", [b"", b"schema,table\n", b"\x00\x01\x02", b"a,b\n1,2\n", b"[]"])
def test_a_file_without_tables_is_refused(loaded: Loaded, content: bytes) -> None:
    """A file that gives not one table is an error that says what is needed, and the old catalog stays."""
    loaded.load(CSV)
    with pytest.raises(CatalogError, match="schema, table, column and position"):
        loaded.load(content)
    assert loaded.reader().version.tables == 2


@pytest.mark.parametrize("content", [PACKED[:-12], PACKED[:30] + b"noise" * 9])
def test_a_damaged_file_changes_nothing(loaded: Loaded, content: bytes) -> None:
    """A gzip file that breaks off or is damaged is an error, and the old catalog stays."""
    loaded.load(CSV)
    with pytest.raises(CatalogError, match="cannot be read"):
        loaded.load(content)
    assert loaded.reader().version.tables == 2


def test_a_missing_file_is_named(catalogs: CatalogStore, tmp_path: Path) -> None:
    """A file that is not there is an error with its name."""
    source = source_of(dialect="postgres", data_source_id=12)
    with pytest.raises(CatalogError, match=r"none\.csv"):
        load_file(catalogs, source, registry.get("postgres"), tmp_path / "none.csv")
