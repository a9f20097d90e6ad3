"""Catalog reads: whole, in pages of any size, and whatever happens between two of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Answer, answering
from pydantic import SecretStr
from sandbox_server import sandbox

from extractor.alation import AlationClient, CatalogSchema, DataSource
from extractor.alation.catalog import table_key_of
from extractor.config import AlationSettings
from extractor.errors import Rejected
from extractor.models import CatalogColumn, CatalogTable

TOKEN = Answer(201, {"api_access_token": "at"})
CATALOG = {
    "data_sources": [
        {
            "id": 12,
            "title": "Warehouse",
            "dbtype": "postgresql",
            "uri": "postgresql://dwh/shop",
            "schemas": {
                "sales": {
                    "Orders": {"id": "bigint", "Net.Amount": "numeric"},
                    "o": {"columns": [], "type": "SYNONYM", "base_table_key": "12.sales.Orders"},
                },
                "wide": {"t": [f"c{n}" for n in range(1005)]},
            },
        },
        {"id": 31, "title": "Lake", "connector_id": 5, "uri": "snowflake://x", "schemas": {"DWH.MART": {"T": ["A"]}}},
        {"id": 40, "title": "Old", "dbtype": "mysql", "deleted": True, "hidden": True},
    ]
}


def client_of(url: str) -> AlationClient:
    """A client without retries."""
    settings = AlationSettings.model_validate({"url": url, "user_id": 1, "retries": 0, "timeout_s": 10})
    return AlationClient.from_settings(settings, SecretStr("rt"))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A sandbox with that catalog."""
    with sandbox(tmp_path_factory.mktemp("catalog"), CATALOG) as control:
        yield control


@pytest.fixture
def control(running):
    """The same without faults."""
    running.clear_faults()
    running.forget_requests()
    yield running
    running.clear_faults()


def test_reads_data_sources_of_both_kinds(control):
    """Native and connector sources come in one list, hidden and deleted ones too."""
    with control.client() as client:
        assert client.data_sources() == [
            DataSource(12, "Warehouse", "postgresql", "postgresql://dwh/shop"),
            DataSource(31, "Lake", None, "snowflake://x"),
            DataSource(40, "Old", "mysql", "", deleted=True),
        ]


def test_reads_schemas_tables_and_columns(control):
    """Schemas, tables and columns come with the catalog's own keys, and columns with the key of their table."""
    with control.client() as client:
        assert list(client.schemas(31)) == [CatalogSchema(3, "DWH.MART", "31.DWH.MART")]
        assert list(client.tables(12)) == [
            CatalogTable("12.sales.Orders", "sales", "Orders", 1),
            CatalogTable("12.sales.o", "sales", "o", 2, "SYNONYM", "12.sales.Orders"),
            CatalogTable("12.wide.t", "wide", "t", 3),
        ]
        assert list(client.columns(31)) == [CatalogColumn("31.DWH.MART.T.A", "31.DWH.MART.T", "A", 1, 1008, 4)]
        quoted = [column for column in client.columns(12) if column.name == "Net.Amount"]
        assert quoted == [CatalogColumn('12.sales.Orders."Net.Amount"', "12.sales.Orders", "Net.Amount", 2, 2, 1)]
        assert list(client.tables(99)) == []


@pytest.mark.parametrize("cap", [None, 100, 250])
def test_reads_every_page(control, cap):
    """All columns come, each once, whatever the server's cap on a page is."""
    if cap:
        control.fault("page_cap", value=cap)
    with control.client() as client:
        names = [column.name for column in client.columns(12) if column.table_key == "12.wide.t"]
    assert names == [f"c{n}" for n in range(1005)]
    pages = len(control.requests("GET", "/integration/v2/column/"))
    assert pages == (2 if cap is None else -(-1007 // cap))


def test_a_row_that_goes_between_two_pages_hides_no_other(control):
    """The next page begins after the last id, not at a number of rows that has changed meanwhile."""
    with control.client() as client:
        list(client.columns(12))
    assert "id__gt=1000" in control.requests("GET", "/integration/v2/column/")[1]["query"]
    assert all("skip" not in request["query"] for request in control.requests("GET", "/integration/v2/column/"))


def test_a_server_that_ignores_the_filter_does_not_hold_us_for_ever():
    """A server that gives the same page again and again ends the reading after the second."""
    page = Answer(200, [{"id": 5, "key": "1.s", "name": "s"}], {"X-Next-Page": "/integration/v2/schema/?skip=1"})
    with answering(TOKEN, page) as server, client_of(server.url) as client:
        assert list(client.schemas(1)) == [CatalogSchema(5, "s", "1.s")]
    assert len(server.requests) == 3


def test_rows_that_are_not_complete_are_passed_over(caplog):
    """A row without id, key or name costs itself and one line in the log."""
    rows = [{"id": 1, "key": None, "name": "a"}, {"name": "b"}, "x", {"id": 3, "key": "1.s.t", "name": "t"}]
    with answering(TOKEN, Answer(200, rows)) as server, client_of(server.url) as client:
        assert [table.key for table in client.tables(1)] == ["1.s.t"]
    assert caplog.text.count("passed over") == 2


@pytest.mark.parametrize("body", [{}, {"detail": "x"}, "x", None])
def test_an_answer_that_is_no_list_is_an_error(body):
    """Something other than a list of rows is refused rather than read as an empty catalog."""
    with (
        answering(TOKEN, Answer(200, body)) as server,
        client_of(server.url) as client,
        pytest.raises(Rejected, match="other than a list"),
    ):
        list(client.tables(1))


def test_one_missing_route_for_data_sources_is_no_error():
    """An instance that has only one of the two data source routes is read by that one."""
    rows = Answer(200, [{"id": 4, "title": "x", "uri": None}, {"title": "no id"}])
    with answering(TOKEN, Answer(404, b"<html>"), rows) as server, client_of(server.url) as client:
        assert client.data_sources() == [DataSource(4, "x", None, "")]


def test_no_route_for_data_sources_is_an_error():
    """When neither route is there, the first refusal is told."""
    with (
        answering(TOKEN, Answer(404, b"<html>")) as server,
        client_of(server.url) as client,
        pytest.raises(Rejected, match="/integration/v1/datasource/"),
    ):
        client.data_sources()


NAMES = st.text(min_size=1, max_size=8).filter(lambda name: '"' not in name)


@given(NAMES, NAMES, st.booleans())
def test_the_key_of_the_table_is_that_of_the_column_without_its_end(table, column, lower):
    """Cutting a column's name off its key gives the key of its table, in quotes or not, in any case."""

    def part(name: str) -> str:
        return f'"{name}"' if "." in name else name

    key = f"7.s.{part(table)}"
    shown = column.lower() if lower and len(column.lower()) == len(column) else column
    assert table_key_of(f"{key}.{part(column)}", shown) == key


@pytest.mark.parametrize(
    ("key", "name", "table"),
    [('7.s.t."a.b"', "other", "7.s.t"), ("7.s.t.c", "other", "7.s.t"), ('7."a.b".t.c', "C", '7."a.b".t')],
)
def test_a_name_that_is_not_in_the_key(key, name, table):
    """A key that does not end in the column's name loses its last part."""
    assert table_key_of(key, name) == table


def test_an_old_server_is_read_through_the_first_version(control):
    """Where the second version of a route is missing, everything comes through the first, in pages of any size."""
    control.fault("html", status=404, method="GET", path="/integration/v2/")
    control.fault("page_cap", value=400)
    with control.client() as client:
        assert [schema.key for schema in client.schemas(31)] == ["31.DWH.MART"]
        assert [table.key for table in client.tables(12)] == ["12.sales.Orders", "12.sales.o", "12.wide.t"]
        wide = [column.name for column in client.columns(12) if column.table_key == "12.wide.t"]
    assert wide == [f"c{n}" for n in range(1005)]


def test_a_data_source_that_does_not_exist_is_no_old_server():
    """Alation's own 404 is told, and the first version of the route is not asked."""
    refusal = Answer(404, {"detail": "Data source with id 9 does not exist", "code": "404000"})
    with answering(TOKEN, refusal) as server, client_of(server.url) as client, pytest.raises(Rejected, match="404000"):
        list(client.tables(9))
    assert all("/v1/table" not in request.path for request in server.requests)
