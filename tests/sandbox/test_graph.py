"""What the sandbox remembers of lineage: edges, dataflows, TMP ends, and what removes them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rawcall import DATAFLOW, LINEAGE, Caller, column, flow, table

from extractor.models import Node
from extractor.sandbox.graph import edges_of

ORDERS, REVENUE = table("12.sales.Orders"), table("12.mart.revenue")


def post(raw: Caller, paths: list, *external_ids: str, route: str = LINEAGE, **fields: str) -> dict:
    """Upload paths and dataflows, and wait for the end."""
    objects = [{"external_id": external_id, **fields} for external_id in external_ids]
    answer = raw.ask("POST", route, {"dataflow_objects": objects, "paths": paths})
    assert answer.status == 202, answer.body
    return raw.finished(answer)


def delete_link(raw: Caller, source: dict, target: dict) -> dict:
    """Delete the link between two ends."""
    query = (
        f"source_otype={source['otype']}&source_key={source['key']}"
        f"&target_otype={target['otype']}&target_key={target['key']}"
    )
    return raw.finished(raw.ask("DELETE", f"{LINEAGE}?{query}"))


def test_the_result_of_a_lineage_job(raw):
    """A job's result says what was upserted and whether it was there before."""
    path = [[ORDERS], [flow("api/x")], [REVENUE]]
    assert post(raw, [path], "api/x")["result"][0]["mapping"] == [{"id": 1, "external_id": "api/x", "replaced": False}]
    assert post(raw, [path], "api/x")["result"][0]["mapping"] == [{"id": 1, "external_id": "api/x", "replaced": True}]


def test_the_same_upload_again_changes_nothing(raw, control):
    """A repeated upload leaves the graph as it was, whatever the case of its keys."""
    path = [[ORDERS], [flow("api/x")], [REVENUE]]
    post(raw, [path], "api/x")
    before = control.graph()
    post(raw, [path], "api/x")
    post(raw, [[[table("12.SALES.ORDERS")], [flow("api/X")], [table("12.Mart.Revenue")]]])
    assert control.graph() == before


def test_shows_the_spelling_of_the_catalog(raw, control):
    """A key that the catalog holds comes back in its spelling; another is TMP in the spelling first sent."""
    post(raw, [[[table("12.SALES.orders")], [table("12.Mart.Nowhere")]], [[table("12.mart.NOWHERE")], [REVENUE]]])
    assert control.edges() == [
        ("12.Mart.Nowhere", None, "12.mart.revenue"),
        ("12.sales.Orders", None, "12.Mart.Nowhere"),
    ]
    assert control.temporary() == {"12.Mart.Nowhere"}


def test_which_ends_are_temporary(raw, control):
    """Columns, files and dataflows that nobody knows are TMP; external ends never are."""
    file, other = {"otype": "file", "key": "4.LANDING/orders.csv"}, {"otype": "file", "key": "4.landing/other.csv"}
    outside = {"otype": "external", "key": "sap/VBAK"}
    quoted = column('12.sales.customers."full.name"')
    post(raw, [[[file, other, outside, quoted], [flow("api/unknown")], [column("12.mart.revenue.nope")]]])
    assert control.temporary() == {"4.landing/other.csv", "12.mart.revenue.nope"}
    assert control.graph()["dataflows"][0]["is_temp"] is True
    assert raw.get(DATAFLOW).body == {"dataflow_objects": [], "paths": []}


def test_a_segment_feeds_all_of_the_next(raw, control):
    """Two sources and two targets make four edges; several hops make one edge each."""
    path = [[table("1.a.p"), table("1.a.q")], [flow("api/1")], [table("1.a.x"), table("1.a.y")], [table("1.a.z")]]
    post(raw, [path], "api/1")
    assert control.edges() == [
        ("1.a.x", None, "1.a.z"),
        ("1.a.y", None, "1.a.z"),
        ("1.a.p", "api/1", "1.a.x"),
        ("1.a.p", "api/1", "1.a.y"),
        ("1.a.q", "api/1", "1.a.x"),
        ("1.a.q", "api/1", "1.a.y"),
    ]


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True), min_size=2, max_size=5))
def test_paths_without_dataflows_are_products(segments):
    """Without dataflows, a path is the product of each two segments in a row."""
    path = tuple(tuple(Node("table", name) for name in segment) for segment in segments)
    expected = {
        (s, t) for i in range(len(segments) - 1) for s in segments[i] for t in segments[i + 1]
    }  # written out again, from the words of the documents
    assert {(s.key, t.key) for s, d, t in edges_of(path) if d is None} == expected


def test_mixed_segments():
    """In a mixed segment, data objects are linked directly and dataflows take and give around them."""
    a, b, c = (Node("table", name) for name in "abc")
    d, e = Node("dataflow", "api/d"), Node("dataflow", "api/e")
    assert set(edges_of(((a,), (d, b), (c,)))) == {(a, None, b), (b, None, c), (a, d, c)}
    assert set(edges_of(((a,), (d,), (e,), (c,)))) == {(a, d, c), (a, e, c)}


def test_lineage_adds_and_dataflow_replaces(raw, control):
    """POST lineage adds paths and keeps unnamed fields; POST dataflow replaces both."""
    first, second = [[ORDERS], [flow("api/x")], [REVENUE]], [[table("12.sales.customers")], [flow("api/x")], [REVENUE]]
    post(raw, [first], "api/x", title="one", content="sql 1")
    post(raw, [second], "api/x", content="sql 2")
    assert len(control.edges()) == 2
    assert control.dataflows()["api/x"]["title"] == "one"
    assert control.dataflows()["api/x"]["content"] == "sql 2"
    post(raw, [second], "api/x", route=DATAFLOW, content="sql 3")
    assert control.edges() == [("12.sales.customers", "api/x", "12.mart.revenue")]
    assert (control.dataflows()["api/x"]["title"], control.dataflows()["api/x"]["content"]) == (None, "sql 3")


def test_deleting_a_dataflow_takes_its_paths(raw, control):
    """DELETE dataflow removes it with its edges and nothing else, and reports what it does not know."""
    post(raw, [[[ORDERS], [flow(f"api/{n}")], [REVENUE]] for n in (1, 2)], "api/1", "api/2")
    answer = raw.ask("DELETE", f"{DATAFLOW}?keyField=external_id", ["api/1", "api/none"])
    result = raw.finished(answer)["result"][0]
    assert result["mapping"] == [{"id": 1, "external_id": "api/1", "impacted_dfos": []}]
    assert result["failed"] == [{"id": "api/none"}]
    assert control.edges() == [("12.sales.Orders", "api/2", "12.mart.revenue")]
    raw.finished(raw.ask("DELETE", DATAFLOW, [2]))
    assert control.graph() == {"dataflows": [], "edges": []}


def test_a_new_dataflow_gets_a_new_number(raw):
    """A number is never given twice, even after its dataflow is gone."""
    post(raw, [], "api/1")
    raw.finished(raw.ask("DELETE", DATAFLOW, [1]))
    assert post(raw, [], "api/1")["result"][0]["mapping"][0]["id"] == 2


def test_deleting_one_link(raw, control):
    """DELETE lineage removes the edge between two objects, or all of one object through a dataflow."""
    paths = [[[ORDERS, table("1.a.b")], [flow("api/x")], [REVENUE, table("1.a.c")]]]
    post(raw, paths, "api/x")
    delete_link(raw, ORDERS, table("12.MART.revenue"))
    assert ("12.sales.Orders", "api/x", "12.mart.revenue") not in control.edges()
    assert len(control.edges()) == 3
    delete_link(raw, table("1.a.b"), flow("api/x"))
    assert control.edges() == [("12.sales.Orders", "api/x", "1.a.c")]
    delete_link(raw, flow("api/x"), table("1.a.c"))
    assert control.edges() == []
    assert delete_link(raw, ORDERS, REVENUE)["status"] == "successful"
    assert list(control.dataflows()) == ["api/x"]


def test_patching_a_dataflow(raw, control):
    """PATCH changes the named fields of a dataflow by its number and reports numbers that do not exist."""
    post(raw, [], "api/x", title="old", content="sql")
    answer = raw.ask("PATCH", DATAFLOW, [{"id": 1, "title": "new"}, {"id": 9, "title": "x"}, {"id": 1}])
    assert raw.finished(answer)["result"][0]["failed"] == [{"id": 9}]
    assert (control.dataflows()["api/x"]["title"], control.dataflows()["api/x"]["content"]) == ("new", "sql")


def test_reading_lineage_by_key_and_by_number(raw):
    """GET lineage gives the paths at an object and, for a table, at its columns; by key, number and alias."""
    paths = [
        [[ORDERS], [flow("api/x")], [REVENUE]],
        [[column("12.sales.orders.amount")], [flow("api/x")], [column("12.mart.revenue.amount")]],
        [[table("12.sales.customers")], [table("1.a.b")]],
    ]
    post(raw, paths, "api/x")
    by_key = raw.get(LINEAGE, otype="table", oid="12.SALES.orders", keyField="key").body["paths"]
    assert [len(path) for path in by_key] == [3, 3]
    assert by_key[0][0] == [{"otype": "table", "key": "12.sales.Orders", "id": 1}]
    assert raw.get(LINEAGE, otype="table", oid=1).body["paths"] == by_key
    assert raw.get(LINEAGE, otype="dataflow", oid=1, keyField="id").body["paths"] == by_key
    attribute = raw.get(LINEAGE, otype="attribute", oid="12.sales.orders.amount", keyField="key").body["paths"]
    assert attribute == by_key[1:]
    loose = raw.get(LINEAGE, otype="table", oid="1.a.b", keyField="key").body["paths"]
    assert loose[0][1] == [{"otype": "table", "key": "1.a.b", "is_temp": True}]
    assert raw.get(LINEAGE, otype="table", oid="1.no.thing", keyField="key").body == {"paths": []}


def test_paths_are_shared_only_where_that_adds_nothing(raw):
    """Targets share a path only when their sources are the same."""
    flows = [flow("api/x")]
    paths = [
        [[table("1.a.p"), table("1.a.q")], flows, [table("1.a.x"), table("1.a.y")]],
        [[table("1.a.p")], flows, [table("1.a.z")]],
    ]
    post(raw, paths, "api/x")
    read = raw.get(DATAFLOW).body["paths"]
    assert sorted((len(s), len(t)) for s, _, t in read) == [(1, 1), (2, 2)]


def test_reading_dataflows(raw, control):
    """GET dataflow reads all, or those that its body names by either field, a page at a time."""
    names = [f"api/{n}" for n in range(5)]
    post(raw, [[[ORDERS], [flow("api/3")], [REVENUE]]], *names)
    assert [d["external_id"] for d in raw.get(DATAFLOW).body["dataflow_objects"]] == names
    named = raw.ask("GET", f"{DATAFLOW}?keyField=external_id", ["api/3", "api/none"]).body
    assert [d["external_id"] for d in named["dataflow_objects"]] == ["api/3"]
    assert len(named["paths"]) == 1
    numbered = raw.ask("GET", DATAFLOW, [1, 2]).body["dataflow_objects"]
    assert [d["id"] for d in numbered] == [1, 2]
    page = raw.get(DATAFLOW, limit=2, skip=2)
    assert [d["external_id"] for d in page.body["dataflow_objects"]] == ["api/2", "api/3"]
    assert page.headers["x-next-page"] == f"{DATAFLOW}?limit=2&skip=4"
    assert "x-next-page" not in raw.get(DATAFLOW, limit=2, skip=4).headers
