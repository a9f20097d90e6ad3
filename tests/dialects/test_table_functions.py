"""Inputs of table functions lose their partitioning and order, and nothing else changes."""

import pytest

import dialects
from dialects.table_functions import with_plain_inputs

_HIVE, _TRINO = dialects.get("hive").lexical, dialects.get("trino").lexical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select a from noop(on t partition by a order by b)", "select a from (t)"),
        ("select x.a from noop(on t partition by a) x where 1", "select x.a from (SELECT * FROM t) x where 1"),
        ("select a from noop(on noop(on t order by a) partition by b)", "select a from ((t))"),
        ("select a from noop(on (select 1 order by 2) q sort by c)", "select a from ((select 1 order by 2) q)"),
        ("select p from matchpath(on t sort by d arg1('x'))", "select p from matchpath((SELECT * FROM t))"),
        ("select a from t join u on (t.a = u.a)", "select a from t join u on (t.a = u.a)"),
    ],
)
def test_an_input_given_with_on_is_written_as_a_relation(text: str, expected: str) -> None:
    """Functions that hand rows on vanish; others keep a query as their argument."""
    assert with_plain_inputs(text, _HIVE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from table(f(i => table(t) partition by a order by b, j => 3))", "from table(f(i => table(t), j => 3))"),
        ("from table(f(table(select 1) keep when empty))", "from table(f(table(select 1)))"),
        ("from table(f(table(t) as x partition by (a, b), 1))", "from table(f(table(t), 1))"),
        ("from table(f(1)) order by a", "from table(f(1)) order by a"),
        ("from table(values (1)) as t(a)", "from table(values (1)) as t(a)"),
        ("create table (a) as select 1", "create table (a) as select 1"),
    ],
)
def test_clauses_behind_a_table_argument_are_left_out(text: str, expected: str) -> None:
    """Only what stands between the argument and the next one goes."""
    assert with_plain_inputs(text, _TRINO) == expected
