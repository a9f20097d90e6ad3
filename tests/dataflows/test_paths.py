"""Paths mean exactly the derived edges, and are few."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.dataflows import edges_of, is_column, paths_of
from extractor.models import KeyedEdge, Node
from extractor.state import node_identity, united

ID = "api/test/logs/one"
NODES = st.one_of(
    st.builds(Node, st.just("table"), st.sampled_from(["1.s.a", "1.s.b", "1.s.c", "1.S.A", "1.s.d"])),
    st.builds(Node, st.just("column"), st.sampled_from([f"1.s.a.{c}" for c in "pqrstu"] + ["1.S.A.P"])),
    st.builds(Node, st.sampled_from(["file", "external"]), st.sampled_from(["4.x/y", "4.x/z"])),
)
EDGES = st.lists(st.builds(KeyedEdge, NODES, NODES), max_size=40).map(united)


def column(name: str) -> Node:
    """A column node."""
    return Node("column", f"1.s.t.{name}")


@given(EDGES)
def test_the_all_to_all_reading_of_the_paths_is_exactly_the_edges(edges: tuple[KeyedEdge, ...]) -> None:
    """Every source of a segment feeding every target gives each derived edge and none besides."""
    read = {(node_identity(s), node_identity(t)) for s, t in edges_of(paths_of(ID, edges))}
    assert read == {(node_identity(e.source), node_identity(e.target)) for e in edges}


@given(EDGES)
def test_columns_and_whole_objects_never_share_a_segment(edges: tuple[KeyedEdge, ...]) -> None:
    """Each segment of sources or targets holds columns alone, or none."""
    for sources, middle, targets in paths_of(ID, edges):
        assert middle == (Node("dataflow", ID),)
        assert len({is_column(node) for node in sources}) == 1
        assert len({is_column(node) for node in targets}) == 1


@given(EDGES)
def test_there_are_no_more_paths_than_targets(edges: tuple[KeyedEdge, ...]) -> None:
    """Targets with the same sources share a path."""
    targets = {(node_identity(e.target), is_column(e.source)) for e in edges}
    assert len(paths_of(ID, edges)) <= len(targets)


def test_columns_with_the_same_sources_share_a_path() -> None:
    """Ten columns fed by the same two are one path."""
    edges = [KeyedEdge(column(s), column(f"out{n}")) for n in range(10) for s in ("a", "b")]
    assert len(paths_of(ID, edges)) == 1


def test_grouping_by_targets_is_taken_where_it_is_less() -> None:
    """Two sources that overlap in one of three targets are two paths, not three."""
    edges = [KeyedEdge(column(s), column(t)) for s, t in [("a", "x"), ("a", "y"), ("b", "y"), ("b", "z")]]
    assert len(paths_of(ID, edges)) == 2


@given(EDGES, st.randoms())
def test_the_order_of_the_edges_does_not_matter(edges: tuple[KeyedEdge, ...], random: object) -> None:
    """The same edges give the same paths in the same order."""
    mixed = list(edges)
    random.shuffle(mixed)  # type: ignore[attr-defined] - hypothesis gives a Random
    assert paths_of(ID, mixed) == paths_of(ID, edges)
