"""What must never change lineage: spelling, layout, other names for the same relation."""

import re

import pytest

from dialects import get
from dialects.lexing import tokens
from tests.lineage.cases import Case, cases, columns_of, tables_of

CASES = list(cases())
PLAIN = [c for c in CASES if re.fullmatch(r"[a-z0-9_\s.,()*=<>+|-]+", c.sql) and ";" not in c.sql]
QUERIES = [c for c in PLAIN if c.sql.startswith("select") and not c.expected["targets"] and c.dialect != "clickhouse"]


def facts(case: Case, sql: str | None = None) -> tuple[set[str], set[str], set[str], set[str]]:
    """All that a lineage says, free of spelling."""
    lineage = case.run(sql)
    return (
        tables_of(lineage.sources),
        tables_of(lineage.targets),
        columns_of(lineage),
        columns_of(lineage, "indirect"),
    )


@pytest.mark.parametrize("case", PLAIN, ids=[c.name for c in PLAIN])
def test_the_case_of_unquoted_names_is_of_no_account(case: Case) -> None:
    """Upper case gives the same lineage as lower case."""
    assert facts(case, case.sql.upper()) == facts(case)


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_layout_and_comments_are_of_no_account(case: Case) -> None:
    """Blanks, line ends and comments between the tokens change nothing."""
    rules = get("" if case.dialect == "ansi" else case.dialect).lexical
    found = tokens(case.sql, rules, blanks=True)
    other = "".join(" /* note */\n  " if token.kind == "space" else token.text for token in found)
    assert facts(case, other) == facts(case)


@pytest.mark.parametrize("case", QUERIES, ids=[c.name for c in QUERIES])
def test_a_query_within_a_cte_gives_the_same_columns(case: Case) -> None:
    """WITH w AS (query) SELECT * FROM w has the sources and column edges of the query."""
    sources, _, direct, _ = facts(case)
    wrapped = facts(case, f"with wrapped_query as (\n{case.sql}\n) select * from wrapped_query")
    assert wrapped[0] == sources
    assert wrapped[2] == direct


@pytest.mark.parametrize("case", QUERIES, ids=[c.name for c in QUERIES])
def test_a_query_as_a_derived_table_gives_the_same_columns(case: Case) -> None:
    """SELECT * FROM (query) AS w has the sources and column edges of the query."""
    sources, _, direct, _ = facts(case)
    wrapped = facts(case, f"select * from (\n{case.sql}\n) wrapped_query")
    assert wrapped[0] == sources
    assert wrapped[2] == direct


def test_another_alias_gives_the_same_lineage() -> None:
    """Renaming an alias everywhere changes nothing."""
    case = next(c for c in CASES if c.name == "ansi/select/qualified_join")
    renamed = re.sub(r"\bo\b", "somebody_else", re.sub(r"\bc\b", "q9", case.sql))
    assert facts(case, renamed) == facts(case)
