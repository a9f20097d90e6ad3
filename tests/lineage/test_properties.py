"""What must never change lineage: spelling, layout, other names for the same relation, a query around the query."""

from collections.abc import Iterable

import pytest

from tests.lineage.cases import Case, cases, columns_of, tables_of
from tests.lineage.rewordings import nested_query, other_aliases, other_case, other_layout, query_in_cte

pytestmark = pytest.mark.sweep
CASES = list(cases())
RECASED = {c.name: c for c in CASES if other_case(c) is not None}
REALIASED = {c.name: c for c in CASES if other_aliases(c) is not None}
NESTED = {c.name: c for c in CASES if nested_query(c) is not None}
IN_CTE = {c.name: c for c in CASES if query_in_cte(c) is not None}


CASE_MISSES = {
    "ansi/select/datediff_by_unit_first": "with no stated engine, the parser takes a last argument D for the unit DAY",
}
NESTED_MISSES = {
    "duckdb/create/unnamed_casts": "a cast without a name is named in a nested query as it is not outside of one",
}


def marked(names: Iterable[str], misses: dict[str, str]) -> list[object]:
    """The names, those of known misses with why."""
    marks = {name: [pytest.mark.xfail(reason=why, raises=AssertionError)] for name, why in misses.items()}
    return [pytest.param(name, marks=marks.get(name, [])) for name in names]


def facts(case: Case, sql: str | None = None) -> tuple[set[str], ...]:
    """All that a lineage says, free of spelling."""
    lineage = case.run(sql)
    return (
        tables_of(lineage.sources),
        tables_of(lineage.targets),
        columns_of(lineage),
        columns_of(lineage, "indirect"),
    )


@pytest.mark.parametrize("name", marked(RECASED, CASE_MISSES))
def test_the_case_of_unquoted_words_is_of_no_account(name: str) -> None:
    """Words in the other case change nothing."""
    case = RECASED[name]
    assert facts(case, other_case(case)) == facts(case)


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_layout_and_comments_are_of_no_account(case: Case) -> None:
    """Comments and line ends for the blanks between the tokens change nothing."""
    assert facts(case, other_layout(case)) == facts(case)


@pytest.mark.parametrize("name", REALIASED)
def test_another_alias_gives_the_same_lineage(name: str) -> None:
    """Renaming the aliases of relations everywhere changes nothing."""
    case = REALIASED[name]
    assert facts(case, other_aliases(case)) == facts(case)


@pytest.mark.parametrize("name", marked(NESTED, NESTED_MISSES))
def test_a_query_as_a_derived_table_gives_the_same_columns(name: str) -> None:
    """SELECT * FROM (query) AS w has the sources and column edges of the query."""
    case = NESTED[name]
    assert facts(case, nested_query(case))[:3] == facts(case)[:3]


@pytest.mark.parametrize("name", marked(IN_CTE, NESTED_MISSES))
def test_a_query_within_a_cte_gives_the_same_columns(name: str) -> None:
    """WITH w AS (query) SELECT * FROM w has the sources and column edges of the query."""
    case = IN_CTE[name]
    assert facts(case, query_in_cte(case))[:3] == facts(case)[:3]


def test_the_changes_are_made_to_many_fixtures() -> None:
    """A change that is sound for a few only would show little."""
    assert min(map(len, (REALIASED, NESTED, IN_CTE))) > len(CASES) / 6
