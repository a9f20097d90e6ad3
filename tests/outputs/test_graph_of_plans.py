"""From a plan and the state to a graph: what stays, comes, changes and goes, and when it was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataflow_samples import NAMESPACE, at, flow

from extractor.models import Node
from extractor.outputs.graph import Graph
from extractor.outputs.of_plan import graph_of_plan, graph_of_state, table_of
from extractor.state import Status, Store
from extractor.upload import Action, Limits, Operation, Plan
from extractor.upload.document import spool_plan


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state that holds two dataflows: one load, and one that makes c of b."""
    with Store.open(f"sqlite:///{tmp_path}/state.db") as opened:
        run = opened.begin_run("run")
        rows = [flow("load", {"b": ["a"], "b.x": ["a.x"]}), flow("mart", {"c": ["b"]}, hours=2)]
        opened.intend(rows, Status.SENDING, run)
        opened.set_status([row.external_id for row in rows], Status.PRESENT)
        yield opened


def planned(*operations: Operation) -> Plan:
    """A plan of these operations."""
    return spool_plan(
        ((operation, False) for operation in operations),
        Counter(),
        Counter(),
        namespace=NAMESPACE,
        state_version="1",
        run_id=9,
        limits=Limits(100, 100, 1_000_000),
    )


def drawn(graph: Graph) -> set[tuple[str, str, str]]:
    """(source, target, change) of every edge."""
    return {
        (graph.shown(e.source, e.source_column), graph.shown(e.target, e.target_column), e.change) for e in graph.edges
    }


def test_the_state_is_what_stays(store):
    """Every edge that Alation holds, with the times at which it was seen."""
    graph = graph_of_state(store, NAMESPACE, title="x", made_at=at(9))
    assert drawn(graph) == {
        ("12.sales.a", "12.sales.b", "keep"),
        ("12.sales.a.x", "12.sales.b.x", "keep"),
        ("12.sales.b", "12.sales.c", "keep"),
    }
    assert {(f.id, f.first_seen, f.last_seen) for f in graph.flows} == {
        ("api/test/logs/load", at(0), at(0)),
        ("api/test/logs/mart", at(2), at(2)),
    }
    assert {e.first_seen for e in graph.edges} == {at(0), at(2)}


def test_a_change_shows_what_stays_comes_and_goes(store):
    """Of a changed dataflow each edge is told by itself; dataflows beside it stay."""
    changed = flow("load", {"b": ["a", "new"], "b.x": ["new.x"]}, hours=5)
    with planned(Operation.of(Action.CHANGE, changed, "its edges differ")) as plan:
        graph = graph_of_plan(plan, store, NAMESPACE, title="x", made_at=at(9))
    assert drawn(graph) == {
        ("12.sales.a", "12.sales.b", "keep"),
        ("12.sales.new", "12.sales.b", "add"),
        ("12.sales.new.x", "12.sales.b.x", "add"),
        ("12.sales.a.x", "12.sales.b.x", "remove"),
        ("12.sales.b", "12.sales.c", "keep"),
    }
    assert {(f.id.rpartition("/")[2], f.change, f.why) for f in graph.flows} == {
        ("load", "change", "its edges differ"),
        ("mart", "keep", ""),
    }


def test_a_removal_shows_the_edges_that_go(store):
    """A plan holds no edges of what goes; the state does."""
    gone = flow("mart", {})
    with planned(Operation.of(Action.REMOVE, gone, "its target was dropped")) as plan:
        graph = graph_of_plan(plan, store, NAMESPACE, title="x", made_at=at(9))
        alone = graph_of_plan(plan, None, NAMESPACE, title="x", made_at=at(9))
    assert ("12.sales.b", "12.sales.c", "remove") in drawn(graph)
    assert [f.change for f in alone.flows] == ["remove"]
    assert drawn(alone) == set()


def test_what_is_new_is_added(store):
    """A dataflow that the state does not hold comes with all its edges."""
    with planned(Operation.of(Action.ADD, flow("n", {"d": ["c"]}), "new")) as plan:
        graph = graph_of_plan(plan, store, NAMESPACE, title="x", made_at=at(9))
    assert ("12.sales.c", "12.sales.d", "add") in drawn(graph)


@pytest.mark.parametrize(
    ("otype", "key", "table", "column"),
    [
        ("table", "12.sales.orders", ("12.sales.orders", "12", "sales", "orders", "table"), ""),
        ("column", '12.DB."A.B".t.x', ('12.DB."A.B".t', "12", "DB.A.B", "t", "table"), "x"),
        ("column", '12.s.t."x.y"', ("12.s.t", "12", "s", "t", "table"), "x.y"),
        ("external", "s3://b/k/", ("s3://b/k/", "", "", "s3://b/k/", "external"), ""),
        ("table", '12.s.a"b', ('12.s.a"b', "12", "s", 'a"b', "table"), ""),
    ],
)
def test_keys_are_told_apart(otype, key, table, column):
    """Data source, schema, table and column by the quoting rule of keys; other ends keep their text."""
    assert tuple(table_of(Node(otype, key))[0]) == table
    assert table_of(Node(otype, key))[1] == column
