"""The edges of a statement, from names to keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extractor.keys import KeyedLineage, KeyResolver
from extractor.models import ColumnEdge, Node, Outcome, StatementLineage, TableEdge, TableName
from tests.keys.catalogued import columns_of, table_of

Make = Callable[..., KeyResolver]


def t(*parts: str) -> TableName:
    """A table by its parts."""
    return TableName(tuple(p.lower() for p in parts), parts)


def lineage(*edges: TableEdge | ColumnEdge) -> StatementLineage:
    """A statement with these edges."""
    return StatementLineage(
        Outcome.LINEAGE,
        "insert",
        tables=tuple(e for e in edges if isinstance(e, TableEdge)),
        columns=tuple(e for e in edges if isinstance(e, ColumnEdge)),
    )


@pytest.fixture
def keys(resolver: Make) -> KeyResolver:
    """A catalog of two tables with two columns each."""
    tables = [table_of("12.a.src"), table_of("12.a.TGT")]
    return resolver(tables, [*columns_of("12.a.src", "x", "y"), *columns_of("12.a.TGT", "X", "Y")])


SRC, TGT = t("a", "src"), t("a", "tgt")
ALL = lineage(
    TableEdge(SRC, TGT),
    ColumnEdge(SRC, "x", TGT, "x"),
    ColumnEdge(SRC, "y", TGT, "x", "indirect"),
)


def pairs(keyed: KeyedLineage) -> set[tuple[str, str]]:
    """The edges as pairs of keys."""
    return {(edge.source.key, edge.target.key) for edge in keyed.edges}


@pytest.mark.parametrize(
    ("indirect", "expected"),
    [
        ("none", {("12.a.src", "12.a.TGT"), ("12.a.src.x", "12.a.TGT.X")}),
        ("tables", {("12.a.src", "12.a.TGT"), ("12.a.src.x", "12.a.TGT.X")}),
        ("all", {("12.a.src", "12.a.TGT"), ("12.a.src.x", "12.a.TGT.X"), ("12.a.src.y", "12.a.TGT.X")}),
    ],
)
def test_indirect_column_edges_are_a_setting(keys: KeyResolver, indirect: Any, expected: set[tuple[str, str]]) -> None:
    """Columns of filters and joins are taken along only when all edges are wanted."""
    assert pairs(keys.edges(ALL, indirect=indirect)) == expected


@pytest.mark.parametrize(("indirect", "count"), [("none", 0), ("tables", 1), ("all", 1)])
def test_indirect_table_edges_are_a_setting(keys: KeyResolver, indirect: Any, count: int) -> None:
    """A table that only filters is taken along unless no indirect edges are wanted."""
    assert len(keys.edges(lineage(TableEdge(SRC, TGT, "indirect")), indirect=indirect).edges) == count


def test_doubtful_edges_stay_away(keys: KeyResolver) -> None:
    """An edge below the floor of confidence is not taken, one on it is."""
    doubtful = lineage(ColumnEdge(SRC, "x", TGT, "x", confidence=0.4), ColumnEdge(SRC, "y", TGT, "y", confidence=0.5))
    assert pairs(keys.edges(doubtful, min_confidence=0.5)) == {("12.a.src.y", "12.a.TGT.Y")}


def test_equal_edges_become_one(keys: KeyResolver) -> None:
    """Of edges that are equal to Alation, whatever their case, the surest stays, a direct one before an indirect."""
    twice = lineage(
        TableEdge(SRC, TGT, confidence=0.6, reason="by name"),
        TableEdge(t("A", "SRC"), t("A", "Tgt"), "indirect", confidence=0.9),
        TableEdge(SRC, TGT, confidence=0.9, reason="by schema"),
    )
    (edge,) = keys.edges(twice).edges
    assert (edge.kind, edge.confidence, edge.reason) == ("direct", 0.9, "by schema")


def test_an_object_does_not_feed_itself(keys: KeyResolver) -> None:
    """Edges from a table or column to itself are left away, and are nothing that is missing."""
    keyed = keys.edges(lineage(TableEdge(TGT, TGT), ColumnEdge(TGT, "x", TGT, "X")))
    assert keyed == KeyedLineage((), ())


def test_a_missing_table_is_listed_once(keys: KeyResolver) -> None:
    """A table without a key is listed once with its reason, and its columns are not listed besides."""
    new = t("a", "new")
    keyed = keys.edges(
        lineage(
            TableEdge(new, TGT), TableEdge(SRC, TGT), ColumnEdge(new, "p", TGT, "x"), ColumnEdge(new, "q", TGT, "y")
        )
    )
    assert pairs(keyed) == {("12.a.src", "12.a.TGT")}
    assert [(m.name, m.column, m.how) for m in keyed.missing] == [("a.new", None, "left out")]


def test_a_missing_column_is_listed_once(keys: KeyResolver) -> None:
    """A column without a key costs its own edges and is listed once."""
    keyed = keys.edges(
        lineage(ColumnEdge(SRC, "gone", TGT, "x"), ColumnEdge(SRC, "GONE", TGT, "y"), ColumnEdge(SRC, "y", TGT, "y"))
    )
    assert pairs(keyed) == {("12.a.src.y", "12.a.TGT.Y")}
    assert [m.name for m in keyed.missing] == ["a.src.gone"]


def test_a_bare_select_gives_nothing(keys: KeyResolver) -> None:
    """Edges without a target are no edges between objects."""
    assert keys.edges(lineage(TableEdge(SRC, None), ColumnEdge(SRC, "x", None, "x"))).edges == ()


def test_a_file_feeds_a_table(resolver: Make) -> None:
    """A file becomes an external source of the table where external objects are wanted."""
    file = TableName(("s3://b/f.csv",), ("s3://b/f.csv",), "file")
    keyed = resolver([table_of("12.a.tgt")], unknown_tables="external").edges(lineage(TableEdge(file, TGT)))
    assert [edge.source for edge in keyed.edges] == [Node("external", "s3://b/f.csv")]


def test_names_that_differ_in_case_are_noted_once(resolver: Make) -> None:
    """Two spellings that the engine tells apart, and Alation does not, give one note and no more."""
    keys = resolver([table_of("12.a.src"), table_of("12.a.tgt")])
    upper = TableName(("a", "SRC"), ("a", "SRC"))
    first = keys.edges(lineage(TableEdge(SRC, TGT)))
    second = keys.edges(lineage(TableEdge(upper, TGT)))
    third = keys.edges(lineage(TableEdge(upper, TGT)))
    assert (len(first.notes), len(second.notes), len(third.notes)) == (0, 1, 0)
    assert "a.src and a.SRC differ only in case" in second.notes[0]


def test_spellings_of_one_table_are_not_noted(resolver: Make) -> None:
    """Where the engine ignores case itself, other spellings of a name are nothing to note."""
    keys = resolver([table_of("12.a.src"), table_of("12.a.tgt")], dialect="oracle")
    keys.table(TableName(("A", "SRC"), ("a", "src")))
    keys.table(TableName(("A", "SRC"), ("A", "Src")))
    assert keys.edges(lineage()).notes == ()


def test_spellings_are_noted_where_tables_may_differ_in_case(resolver: Make) -> None:
    """On engines whose table names may be case-sensitive, two written spellings are noted."""
    keys = resolver([table_of("12.shop.orders")], dialect="mysql")
    keys.table(TableName(("shop", "orders"), ("shop", "orders")))
    keys.table(TableName(("shop", "orders"), ("shop", "Orders")))
    assert len(keys.edges(lineage()).notes) == 1
