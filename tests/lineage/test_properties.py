"""What must never change lineage: spelling, layout, other names for the same relation, a query around the query."""

import pytest

from tests.lineage.cases import Case, cases, columns_of, tables_of
from tests.lineage.rewordings import (
    bracketed_query,
    nested_query,
    other_aliases,
    other_case,
    other_layout,
    query_below_both,
    query_in_cte,
)

pytestmark = pytest.mark.sweep
CASES = list(cases())
RECASED = {c.name: c for c in CASES if other_case(c) is not None}
REALIASED = {c.name: c for c in CASES if other_aliases(c) is not None}
NESTED = {c.name: c for c in CASES if nested_query(c) is not None}
BRACKETED = {c.name: c for c in CASES if bracketed_query(c) is not None}
BELOW_BOTH = {c.name: c for c in CASES if query_below_both(c) is not None}
IN_CTE = {c.name: c for c in CASES if query_in_cte(c) is not None}


def facts(case: Case, sql: str | None = None) -> tuple[set[str], ...]:
    """All that a lineage says, free of spelling."""
    lineage = case.run(sql)
    return (
        tables_of(lineage.sources),
        tables_of(lineage.targets),
        columns_of(lineage),
        columns_of(lineage, "indirect"),
    )


@pytest.mark.parametrize("name", RECASED)
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


@pytest.mark.parametrize("name", NESTED)
def test_a_query_as_a_derived_table_gives_the_same_columns(name: str) -> None:
    """SELECT * FROM (query) AS w has the sources and column edges of the query."""
    case = NESTED[name]
    assert facts(case, nested_query(case))[:3] == facts(case)[:3]


@pytest.mark.parametrize("name", BRACKETED)
def test_brackets_around_a_query_are_of_no_account(name: str) -> None:
    """CREATE ... AS (query), INSERT INTO t (query) and (query) are what they are without brackets."""
    case = BRACKETED[name]
    assert facts(case, bracketed_query(case)) == facts(case)


@pytest.mark.parametrize("name", BELOW_BOTH)
def test_a_query_below_a_cte_and_a_derived_table_gives_the_same_columns(name: str) -> None:
    """SELECT o.* FROM (WITH w AS (query) SELECT * FROM w) AS o has the sources and column edges of the query."""
    case = BELOW_BOTH[name]
    assert facts(case, query_below_both(case))[:3] == facts(case)[:3]


@pytest.mark.parametrize("name", IN_CTE)
def test_a_query_within_a_cte_gives_the_same_columns(name: str) -> None:
    """WITH w AS (query) SELECT * FROM w has the sources and column edges of the query."""
    case = IN_CTE[name]
    assert facts(case, query_in_cte(case))[:3] == facts(case)[:3]


def test_the_changes_are_made_to_many_fixtures() -> None:
    """A change that is sound for a few only would show little."""
    assert min(map(len, (REALIASED, NESTED, IN_CTE))) > len(CASES) / 6
