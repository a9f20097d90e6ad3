"""The sandbox's own OpenAPI: whole, read by our client, and true."""

from __future__ import annotations

from pathlib import Path

import pytest
from rawcall import column, flow, table

from extractor.alation.capabilities import of_document
from extractor.otypes import OTYPES
from extractor.sandbox.assumptions import ASSUMPTIONS

LINEAGE, DATAFLOW, JOB = "/integration/v2/lineage/", "/integration/v2/dataflow/", "/api/v1/bulk_metadata/job/"
TOO_LARGE = 10**30


def test_describes_every_route_of_alation_that_there_is(shared):
    """What is described answers, and a method that is not described is told apart: 405 names those that are."""
    paths = shared.ask("GET", "/sandbox/openapi.json", token=None).body["paths"]
    for path, operations in paths.items():
        methods = {name.upper() for name in operations}
        answer = shared.ask("OPTIONS", path.replace("{number}", "12"), {})
        assert answer.status == 405
        assert answer.body.get("code", "") == ("" if path.startswith("/api/backend/") else "405000")
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == methods


def test_the_lineage_document_is_what_our_client_reads(raw, control):
    """The client learns the methods and object types of the instance from it, without a token in the document."""
    document = raw.ask("GET", "/openapi/lineage/", token=None).body
    found = of_document(document)
    assert found.lineage == {"GET", "POST", "DELETE"}
    assert found.dataflow == {"GET", "POST", "PATCH", "DELETE"}
    assert found.otypes == {*OTYPES, "attribute"}
    with control.client() as client:
        assert client.capabilities() == found


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/integration/v2/table/", {"ds_id": TOO_LARGE}, 400),
        ("/integration/v2/table/", {"skip": TOO_LARGE}, 400),
        (DATAFLOW, {"limit": TOO_LARGE}, 400),
        (JOB, {"id": TOO_LARGE}, 400),
        (JOB, {}, 404),
        (LINEAGE, {"oid": TOO_LARGE}, 404),
        (LINEAGE, {"oid": "12.s.a", "otype": "file"}, 404),
        (LINEAGE, {"oid": "1", "exclude_children": "perhaps"}, 400),
        (DATAFLOW, {"keyField": "name"}, 400),
        ("/integration/v2/datasource/", {"include_hidden": "perhaps"}, 400),
    ],
)
def test_no_parameter_breaks_it(shared, path, params, status):
    """Numbers beyond all bounds and words that are none are refused as such."""
    assert shared.get(path, **params).status == status


@pytest.mark.parametrize("names", [[True], [{}], [1.5], [-1], [TOO_LARGE], "api/x", None])
def test_what_is_no_list_of_ids_is_refused(shared, names):
    """DELETE dataflow takes numbers and texts alone."""
    assert shared.ask("DELETE", DATAFLOW, names).status == 400


def test_lineage_of_a_table_without_its_columns(raw):
    """With the flag, the answer holds the lineage of the type asked for alone."""
    paths = [
        [[table("12.sales.orders")], [flow("api/x")], [table("12.mart.revenue")]],
        [[column("12.sales.orders.amount")], [flow("api/x")], [column("12.mart.revenue.amount")]],
    ]
    raw.finished(raw.ask("POST", LINEAGE, {"dataflow_objects": [{"external_id": "api/x"}], "paths": paths}))
    asked = {"otype": "table", "keyField": "key", "oid": "12.sales.orders"}
    assert len(raw.get(LINEAGE, **asked).body["paths"]) == 2
    alone = raw.get(LINEAGE, **asked, exclude_children="true").body["paths"]
    assert [node["otype"] for segment in alone[0] for node in segment] == ["table", "dataflow", "table"]
    assert len(alone) == 1


def test_every_assumption_stands_in_the_page():
    """What the documents leave open is listed in docs/sandbox.md, word by word."""
    page = " ".join(Path(__file__).parents[2].joinpath("docs", "sandbox.md").read_text(encoding="utf-8").split())
    assert [a for a in ASSUMPTIONS if f"- {a}" not in page] == []
