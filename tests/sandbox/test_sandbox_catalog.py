"""The sandbox's catalog: its file, its reads, its filters and its pages."""

from __future__ import annotations

import json

import pytest
from rawcall import Caller
from sandbox_server import sandbox

from extractor.errors import ConfigError
from extractor.sandbox.catalog_file import read_catalog

SCHEMA, TABLE, COLUMN = (f"/integration/v2/{name}/" for name in ("schema", "table", "column"))


def keys(raw: Caller, route: str, **params: object) -> list[str]:
    """The keys that a question gives."""
    return [row["key"] for row in raw.get(route, **params).body]


def test_rows_have_the_documented_fields(shared):
    """Schemas, tables and columns come with the fields and spellings of the documents."""
    schema = shared.get(SCHEMA, ds_id=31).body[0]
    assert (schema["name"], schema["key"], schema["url"]) == ("DWH.MART", "31.DWH.MART", f"/schema/{schema['id']}/")
    view = shared.get(TABLE, name="revenue").body[0]
    assert (view["table_type"], view["sql"], view["schema_name"]) == ("VIEW", "select 1", "mart")
    column = shared.get(COLUMN, ds_id=31).body[0]
    assert (column["key"], column["table_name"], column["position"]) == ("31.DWH.MART.T.A", "dwh.mart.t", 1)
    assert column["url"] == f"/attribute/{column['id']}/"
    assert shared.get(COLUMN, table_id=1, name="id").body[0]["column_type"] == "bigint"


def test_parts_with_a_period_are_quoted(shared):
    """A part that holds a period stands in quotes in the key and without them in the name."""
    assert keys(shared, COLUMN, name="Full.Name") == ['12.sales.customers."Full.Name"']
    assert keys(shared, TABLE, ds_id=41) == ['41."HR.2031"."Emp.Full"']
    assert shared.get(SCHEMA, ds_id=41).body[0]["name"] == "HR.2031"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"ds_id": 12}, ["12.sales.Orders", "12.sales.customers", "12.mart.revenue"]),
        ({"ds_id": 12, "schema_name": "mart"}, ["12.mart.revenue"]),
        ({"schema_name__iexact": "SALES", "order_by": "-id"}, ["12.sales.customers", "12.sales.Orders"]),
        ({"name": "orders"}, []),
        ({"name__iexact": "orders"}, ["12.sales.Orders"]),
        ({"name__contains": "rder"}, ["12.sales.Orders"]),
        ({"name__startswith": "cust"}, ["12.sales.customers"]),
        ({"name__istartswith": "ORD"}, ["12.sales.Orders"]),
        ({"name__endswith": "e"}, ["12.mart.revenue"]),
        ({"name__iendswith": "UE"}, ["12.mart.revenue"]),
        ({"name__icontains": "STOM"}, ["12.sales.customers"]),
        ({"name__contains": "%"}, []),
        ({"id__gt": 1, "id__lte": 3}, ["12.sales.customers", "12.mart.revenue"]),
        ({"id__gte": 3, "id__lt": 4}, ["12.mart.revenue"]),
        ({"schema_id": 1}, ["12.sales.Orders", "12.sales.customers"]),
    ],
)
def test_filters(shared, params, expected):
    """Filters work as their names say, each letter as it is where it is."""
    assert keys(shared, TABLE, **params) == expected


def test_a_filter_given_twice_means_either(shared):
    """A repeated parameter asks for any of its values."""
    answer = shared.ask("GET", f"{TABLE}?id=1&id=3")
    assert [row["id"] for row in answer.body] == [1, 3]


def test_fields_reduce_the_rows(shared):
    """Rows can be reduced to some fields."""
    assert shared.get(TABLE, ds_id=31, fields="id,key").body == [{"id": 4, "key": "31.DWH.MART.T"}]


def test_data_sources_by_both_routes(shared):
    """Native sources are listed by v1 with their dbtype, connector sources by v2 without; hidden ones on request."""
    native = shared.get("/integration/v1/datasource/").body
    assert [(s["id"], s["dbtype"]) for s in native] == [(12, "postgresql"), (40, "mysql")]
    assert [s["id"] for s in shared.get("/integration/v1/datasource/", include_hidden="true").body] == [12, 40, 41]
    connected = shared.get("/integration/v2/datasource/").body
    assert [(s["id"], s["uri"], "dbtype" in s) for s in connected] == [(31, "snowflake://x", False)]
    assert shared.get("/integration/v2/datasource/31/").body == connected[0]
    assert shared.get("/integration/v1/datasource/12/").body["title"] == "Warehouse"


@pytest.fixture
def wide(tmp_path):
    """A sandbox with one table of 2,345 columns."""
    catalog = {"data_sources": [{"id": 1, "schemas": {"s": {"t": [f"c{n:04}" for n in range(2345)]}}}]}
    with sandbox(tmp_path, catalog) as running:
        yield Caller(running)


def test_pages(wide):
    """A page has 100 rows unless asked for more, never over 1,000, and names the next one relative to the host."""
    assert len(wide.get(COLUMN).body) == 100
    seen, path = [], f"{COLUMN}?limit=5000&order_by=id"
    while path:
        answer = wide.ask("GET", path)
        seen += [row["name"] for row in answer.body]
        path = answer.headers.get("x-next-page")
        assert path is None or path.startswith("/integration/v2/column/?")
    assert seen == [f"c{n:04}" for n in range(2345)]


def test_the_cap_can_be_lowered(wide):
    """With the fault 'page_cap', pages are shorter than what was asked for."""
    wide.control.fault("page_cap", value=7)
    assert len(wide.get(COLUMN, limit=1000).body) == 7


def test_reads_csv(tmp_path):
    """The CSV form gives the same catalog as the JSON form."""
    as_json, as_csv = tmp_path / "c.json", tmp_path / "c.csv"
    tables = {"o": {"columns": {"id": "int", "n": ""}}, "empty": []}
    as_json.write_text(json.dumps({"data_sources": [{"id": 3, "dbtype": "mysql", "schemas": {"s": tables}}]}))
    as_csv.write_text("ds_id,schema,table,column,type,dbtype\n3,s,o,id,int,mysql\n3,s,o,n,,\n3,s,empty,,,\n")
    assert read_catalog(as_csv) == read_catalog(as_json)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.json", "{", "cannot be read"),
        ("a.json", "{}", "data_sources: Field required"),
        ("a.json", '{"data_sources": [{"id": 1, "colour": "red"}]}', r"data_sources\.0\.colour"),
        ("a.json", '{"data_sources": [{"id": 1, "schemas": []}]}', r"data_sources\.0\.schemas"),
        ("a.json", '{"data_sources": [{"id": 1, "schemas": {"s": []}}]}', r"schemas\.s"),
        ("a.csv", "ds_id,schema\n", "the header lacks column, table"),
        ("a.csv", "ds_id,schema,table,column\nx,s,t,c\n", r"a\.csv:2: ds_id must be a number"),
    ],
)
def test_says_what_is_wrong_in_a_catalog_file(tmp_path, name, text, problem):
    """A catalog file that is none is refused with the place."""
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ConfigError, match=problem):
        read_catalog(path)


def test_a_missing_catalog_file(tmp_path):
    """A catalog file that does not exist is named."""
    with pytest.raises(ConfigError, match=r"none\.json: the catalog file cannot be read"):
        read_catalog(tmp_path / "none.json")
