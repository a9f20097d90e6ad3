"""The lineage page: what it holds, how it lays tables out, and that nothing in it can run but its own script."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from rawcall import DATAFLOW, LINEAGE, Caller, column, flow, table
from sqlalchemy import insert

from extractor.sandbox.page import MOST_DRAWN, content, embedded, layers
from extractor.sandbox.store import open_store
from extractor.sandbox.tables import EDGES, NODES

EVIL = """</script><script>alert(1)</script><!-- <img src=x onerror="alert('2')"> \u2028 \x00\x07 & "quoted" \u202e"""


class Page(HTMLParser):
    """The elements of a page with what stands in them, as an HTML parser sees it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_data(self, data):
        if self.texts:
            self.texts[-1] += data

    def data(self) -> dict:
        """What is embedded for the script."""
        return json.loads(next(t for (_, a), t in zip(self.elements, self.texts, strict=True) if a.get("id") == "data"))


def upload(raw: Caller, *paths: list, **fields: str) -> Page:
    """Upload paths and one dataflow; the page afterwards."""
    flows = [{"external_id": "api/x", **fields}] if fields else []
    raw.finished(raw.ask("POST", LINEAGE, {"dataflow_objects": flows, "paths": list(paths)}))
    return Page(raw.ask("GET", "/", token=None).body)


def test_holds_tables_columns_and_sql(raw):
    """Columns stand inside of their tables, in the catalog's order and spelling; dataflows carry their SQL."""
    page = upload(
        raw,
        [[table("12.SALES.customers")], [flow("api/x")], [table("12.mart.revenue"), table("12.mart.nowhere")]],
        [[column('12.sales.customers."full.name"')], [flow("api/x")], [column("12.mart.revenue.day")]],
        title="Fill revenue",
        content="INSERT 1",
    ).data()
    tables = {one["key"]: one for one in page["objects"]}
    assert list(tables) == ["12.sales.customers", "12.mart.revenue", "12.mart.nowhere"]
    assert [c["name"] for c in tables["12.sales.customers"]["columns"]] == ["id", '"Full.Name"']
    assert [tables[key]["temp"] for key in tables] == [False, False, True]
    assert {one["group"] for one in page["objects"]} == {"Warehouse (12)"}
    assert page["flows"]["api/x"].items() >= {"title": "Fill revenue", "content": "INSERT 1"}.items()
    assert [0, '"Full.Name"', "api/x", 1, "day"] in page["edges"]
    assert page["left_out"] == 0


def test_ends_outside_of_data_sources(raw):
    """Files and other ends are grouped by what they are; a table of an unknown data source by its number."""
    file = {"otype": "file", "key": "4.landing/orders.csv"}
    page = upload(raw, [[file, {"otype": "external", "key": "sap/VBAK"}], [table("99.a.b")]]).data()
    assert {one["key"]: one["group"] for one in page["objects"]} == {
        "4.landing/orders.csv": "file",
        "sap/VBAK": "external",
        "99.a.b": "Data source 99",
    }


def test_what_users_write_stays_text(raw):
    """Markup, quotes and control characters in keys, titles and SQL come through unchanged and add no element."""
    path = [[table(f"12.sales.{EVIL}")], [flow("api/x")], [column(f"12.mart.revenue.{EVIL}")]]
    before = Page(raw.ask("GET", "/", token=None).body)
    page = upload(raw, path, title=EVIL, content=EVIL)
    assert page.elements == before.elements
    assert [tag for tag, _ in page.elements].count("script") == 2
    assert page.data()["flows"]["api/x"]["content"] == EVIL
    assert {one["key"] for one in page.data()["objects"]} == {f"12.sales.{EVIL}", "12.mart.revenue"}


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_value_can_be_embedded(value):
    """What is embedded reads back as it was and holds nothing that HTML could read as markup."""
    text = embedded(value)
    assert json.loads(text) == value
    assert re.search(r"[<>&\u2028\u2029]|[^ -~]", text) is None


def test_nothing_is_loaded_or_run_but_its_own(shared):
    """The policy names the page's one style and one script by their hashes, and the page asks for no address."""
    answer = shared.ask("GET", "/", token=None)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert re.findall(r"(\w+)-src 'sha256-[\w+/]{43}='", policy) == ["style", "script"]
    assert "unsafe" not in policy
    assert {a["href"] for _, a in Page(answer.body).elements if "href" in a} == {"data:,"}
    assert "src=" not in answer.body


def test_is_no_part_of_alation(raw, control):
    """Looking at the page is neither remembered as a request nor subject to faults."""
    control.forget_requests()
    control.fault("status", status=503)
    assert raw.ask("GET", "/", token=None).status == 200
    assert control.requests() == []


def test_more_than_can_be_drawn(raw):
    """With many tables there is a list and no drawing."""
    many = [table(f"12.sales.t{n}") for n in range(MOST_DRAWN)]
    assert all("layer" in one for one in upload(raw, [many[1:], [table("12.mart.revenue")]]).data()["objects"])
    assert not any("layer" in one for one in upload(raw, [many, [table("12.mart.revenue")]]).data()["objects"])


def test_more_edges_than_the_page_takes():
    """Of too many edges those between tables come first, and the page tells how many it leaves out."""
    engine = open_store(None)
    with engine.begin() as db:
        keys = ["1.a.x", "1.a.y", "1.a.x.c", "1.a.y.c"]
        rows = [{"otype": "column" if key.count(".") == 3 else "table", "key": key, "folded": key} for key in keys]
        db.execute(insert(NODES), rows)
        pairs = [(3, 4), (1, 2), (3, 3)]
        db.execute(insert(EDGES), [{"source_id": s, "dataflow_id": 0, "target_id": t} for s, t in pairs])
        shown = content(db, most_edges=1)
    engine.dispose()
    assert shown["edges"] == [(0, "", "", 1, "")]
    assert shown["left_out"] == 2


def test_a_dataflow_without_edges_is_listed(raw):
    """A dataflow that no path goes through is on the page too."""
    raw.finished(raw.ask("POST", DATAFLOW, {"dataflow_objects": [{"external_id": "api/alone"}], "paths": []}))
    page = Page(raw.ask("GET", "/", token=None).body).data()
    assert list(page["flows"]) == ["api/alone"]
    assert page["objects"] == []


def test_layers_follow_the_longest_way():
    """A table stands right of all that feed it; one that nothing feeds stands right before its first target."""
    assert layers(5, [(0, 1), (1, 2), (0, 2), (3, 2)]) == [0, 1, 2, 1, 0]


def test_a_cycle_is_laid_out():
    """Tables that feed each other, or themselves, get layers all the same."""
    assert layers(3, [(0, 0), (0, 1), (1, 2), (2, 1)]) == [0, 1, 2]


@given(st.integers(2, 12).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_links_without_cycles_run_to_the_right(case):
    """Where nothing feeds itself, however far around, each link leads to a later layer."""
    count, pairs = case
    links = {(min(pair), max(pair)) for pair in pairs}
    found = layers(count, links)
    assert min(found) >= 0
    assert all(found[source] < found[target] for source, target in links if source != target)
