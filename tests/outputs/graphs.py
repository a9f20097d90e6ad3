"""A small graph with everything in it, and one whose every text tries to get out of its place."""

from __future__ import annotations

from datetime import UTC, datetime

from extractor.outputs.graph import Change, Edge, Flow, Graph, Table

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(\'2\')">\u2028&amp;<!--\x07"];}|`'
SQL = "INSERT INTO mart.net\nSELECT shop, amount FROM raw.sales"


def retail() -> Graph:
    """raw.sales -> mart.net (stays) -> rpt.top (added); raw.old -> mart.net (removed); a file is read as well."""
    graph = Graph("Plan 7", MADE)
    sales, net, top, old, file = (
        graph.table(Table(key, "12", schema, name, kind))
        for key, schema, name, kind in (
            ("12.raw.sales", "raw", "sales", "table"),
            ("12.mart.net", "mart", "net", "table"),
            ("12.rpt.top", "rpt", "top", "table"),
            ("12.raw.old", "raw", "old", "table"),
            ("s3://lake/sales/", "", "s3://lake/sales/", "directory"),
        )
    )
    first, last = datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
    kept = graph.flow(Flow("api/x/pg/1", "Insert into mart.net", SQL, "pg", first, last, "change", "its edges differ"))
    new = graph.flow(
        Flow("api/x/pg/2", "Create rpt.top", "CREATE TABLE rpt.top AS ...", "pg", last, last, "add", "new")
    )

    def edge(source: int, target: int, flow: int, change: Change, *columns: str, kind: str = "direct") -> None:
        names = columns or ("", "")
        graph.edge(Edge(source, names[0], target, names[1], kind, 0.9, "the only table", flow, change))  # type: ignore[arg-type]

    edge(sales, net, kept, "keep")
    edge(sales, net, kept, "keep", "amount", "net")
    edge(sales, net, kept, "keep", "shop", "net", kind="indirect")
    edge(old, net, kept, "remove")
    edge(file, sales, kept, "keep")
    edge(net, top, new, "add")
    edge(net, top, new, "add", "net", "best")
    graph.report = {
        "statements": {"read": 14, "distinct": 9, "lineage": 6, "not parsed": 2, "unresolved": 2, "read only": 4},
        "records": {"read": 14},
        "files": [{"path": "logs/night.csv", "records": 14}],
        "unknown_names": {
            "lines": [
                {"what": "mart.nett", "reason": "no such table", "origin": "logs/night.csv:3", "count": 2},
                {"what": "x.y", "reason": "no such table", "origin": "a:1", "count": 1, "likely": "12.catalog.held"},
            ],
            "not_shown": 5,
        },
        "unlisted_tables": {
            "lines": [{"what": "raw.sales", "reason": "", "origin": "a:1", "count": 31}],
            "not_shown": 0,
        },
        "slowest": [{"fingerprint": "abcdef0123456789", "seconds": 1.25}],
        "plan": {"add": 1, "change": 1, "keep": 0},
        "failures": ["the upload stopped"],
    }
    return graph


def evil() -> Graph:
    """Two tables, each text of which is markup, code or an end of whatever it stands in."""
    graph = Graph(EVIL, MADE)
    one = graph.table(Table(f"1.{EVIL}.a", EVIL, EVIL, EVIL))
    two = graph.table(Table(f"1.{EVIL}.b", EVIL, EVIL, f"b{EVIL}", "file"))
    flow = graph.flow(Flow(EVIL, EVIL, EVIL, EVIL, MADE, MADE, "add", EVIL))
    graph.edge(Edge(one, "", two, "", "direct", 1.0, EVIL, flow, "add"))
    graph.edge(Edge(one, EVIL, two, EVIL, "direct", 1.0, EVIL, flow, "add"))
    line = {"what": EVIL, "reason": EVIL, "origin": EVIL, "count": 1}
    graph.report = {
        "statements": {"read": 1, "lineage": 1},
        "files": [{"path": EVIL, "records": 1}],
        **{
            name: {"lines": [line], "not_shown": 0}
            for name in ("problems", "notes", "unknown_names", "unlisted_tables")
        },
        "warnings": [EVIL],
        "failures": [EVIL],
    }
    return graph
