"""The engine against queries whose lineage is known by construction."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import extractor
from tests.lineage.cases import columns_of, tables_of
from tests.lineage.grammar import Rules, statements

pytestmark = pytest.mark.sweep
SPELLINGS = (str, str.upper, str.title, lambda text: text.replace(" ", " /* why */\n\t"))
EARLY = Rules(early_aliases=True)
DIALECTS = {
    "bigquery": Rules(),
    "databricks": EARLY,
    "duckdb": EARLY,
    "hive": Rules(),
    "mysql": Rules(),
    "oracle": Rules(table_as="", minus="minus", silent_recursion=True),
    "postgres": Rules(),
    "redshift": EARLY,
    "snowflake": replace(EARLY, silent_recursion=True),
    "sqlite": EARLY,
    "sqlserver": Rules(nested_ctes=False, silent_recursion=True),
    "teradata": EARLY,
    "trino": Rules(),
    "vertica": EARLY,
}


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=40)
@given(data=st.data())
def test_the_lineage_of_a_query_is_what_it_was_built_from(dialect: str, data: st.DataObject) -> None:
    """Tables, direct and indirect edges of nested joins, CTEs, set operations, stars and subqueries."""
    statement = data.draw(statements(DIALECTS[dialect]))
    text = data.draw(st.sampled_from(SPELLINGS))(statement.sql)
    found = extractor.extract_lineage(text, dialect=dialect, schema=statement.schema)
    assert tables_of(found.sources) == statement.sources
    assert tables_of(found.targets) == statement.targets
    assert columns_of(found) == statement.direct
    assert columns_of(found, "indirect") == statement.indirect
