"""What counts as right: the comparison of an answer with what a case expects."""

import pytest

import extractor
from benchmarks.accuracy import fixture_part, of_fixture, of_line
from benchmarks.scoring import Found, Side, found_in, verdict
from tests.lineage.cases import Case

CASE = {"id": "1", "source": "ours", "kind": "insert", "dialect": "postgres", "sql": ""}


def found(text: str) -> Found:
    """What the engine finds in a text."""
    return found_in(extractor.extract_lineage(text, dialect="postgres"))


def tables(text: str, **said: object) -> Side | None:
    """The tables' side of a case with these expectations."""
    return verdict({**CASE, **said}, found(text)).tables


def columns(text: str, *rows: list[str], **said: object) -> Side:
    """The columns' side of a case that expects these."""
    side = verdict({**CASE, "columns": list(rows), **said}, found(text)).columns
    assert side is not None
    return side


def test_names_count_without_quotes_and_case() -> None:
    """A name is the same name however it is written."""
    side = columns('insert into "A".t (x) select s.y from S', ["s", "Y", "a.T", "x"])
    assert side.is_exact


def test_an_edge_too_many_and_one_too_few_are_told_apart() -> None:
    """Precision suffers from the one, recall from the other."""
    side = columns("insert into t (x) select s.y from s", ["s", "z", "t", "x"])
    assert (side.right, side.extra, side.missing) == (0, {("s", "y", "t", "x")}, {("s", "z", "t", "x")})


@pytest.mark.parametrize(
    "said",
    [
        {"free_tables": ["S"]},
        {"free_tables": ["re:s|u"]},
        {"free_columns": ["x"]},
        {"free_columns": [["t", "*"]]},
        {"free_columns": [["t", "x"]]},
        {"columns_scope": [["t", "other"]]},
    ],
)
def test_what_is_free_counts_neither_way(said: dict[str, object]) -> None:
    """Free tables and columns, and what is outside of the scope, are neither missing nor too many."""
    assert columns("insert into t (x) select s.y from s", **said).is_exact
    assert not columns("insert into t (x) select s.y from s").is_exact


def test_a_target_among_its_own_sources_counts_neither_way() -> None:
    """What an UPDATE reads of its target is a matter of convention."""
    text = "update t set x = s.y from s where s.id = t.id"
    for sources in (["s"], ["s", "t"]):
        side = tables(text, sources=sources, targets=["t"])
        assert side is not None
        assert side.is_exact


def test_inclusion_still_refuses_what_must_be_absent() -> None:
    """A partial case allows more tables, those named as absent excepted."""
    text = "insert into t select * from a join b on a.x = b.x"
    more = tables(text, sources=["a"], targets=["t"], partial=True)
    absent = tables(text, sources=["a"], targets=["t"], partial=True, absent_sources=["b"])
    assert more is not None
    assert absent is not None
    assert (more.is_exact, absent.is_exact) == (True, False)


def test_nothing_asserted_gives_no_side() -> None:
    """What a case does not speak of is not counted."""
    assert tables("select 1 from a") is None
    assert verdict(CASE, found("select x from a")).columns is None


def test_a_log_is_compared_by_its_edges() -> None:
    """Temporary tables of a session are resolved away before the comparison."""
    said = {"session": "1", "user": "u", "default_db": None, "default_schema": None}
    statements = [
        {"sql": "create temp table w as select a from s", **said},
        {"sql": "insert into t select a from w", **said},
    ]
    case = {**CASE, "statements": statements, "edges": [["s", "t"]], "columns": [["s", "a", "t", "a"]]}
    assert of_line(case).is_exact
    assert not of_line({**case, "edges": [["w", "t"]]}).is_exact


def test_a_loss_is_named_with_why() -> None:
    """The page names each fixture that is not exactly right."""
    miss = Case("postgres/select/x", "postgres", "select a from t", {"sources": ["u"], "columns": []})
    known = miss._replace(expected={**miss.expected, "known_miss": "the reason of it"})
    assert "columns too much: t.a > -.a" in fixture_part([of_fixture(miss)])
    assert "- `postgres/select/x`: the reason of it" in fixture_part([of_fixture(known)])
