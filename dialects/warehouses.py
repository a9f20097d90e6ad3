"""Cloud warehouses: Snowflake, BigQuery.

Snowflake: https://docs.snowflake.com/en/sql-reference/identifiers-syntax (unquoted names fold to upper case,
quoted ones are exact). BigQuery: https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical (tables and
datasets are case-sensitive, columns, aliases and CTE names are not; one rule must serve all, so names fold).
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.rewriting import where_found
from dialects.with_expressions import with_inlined_names

SNOWFLAKE = Dialect(
    name="snowflake",
    title="Snowflake",
    parser="snowflake",
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    default_schema="PUBLIC",
    key_has_database=True,
    use_sets="database",
    session=(
        SessionStatement("USE DATABASE name", "database"),
        SessionStatement("USE name", "database"),
        SessionStatement("USE SCHEMA name", "schema"),
        SessionStatement("ALTER SESSION SET SEARCH_PATH = 'name'", "path"),
    ),
    temporary=TemporaryRule(made_by=("CREATE TEMPORARY TABLE name AS query",)),
    lexical=LexicalRules(
        backslash_escapes=True, dollar_quotes="bare", slash_comments=True, blocks="scripting", bang_commands=True
    ),
)

BIGQUERY = Dialect(
    name="bigquery",
    title="Google BigQuery",
    parser="bigquery",
    unquoted=Folding.INSENSITIVE,
    quoted=Folding.INSENSITIVE,
    case_sensitive_tables=True,
    joined_quotes="any",
    words=("project", "dataset", "table"),
    key_has_database=True,
    session=(
        SessionStatement("SET @@dataset_project_id = 'name'", "database"),
        SessionStatement("SET @@dataset_id = 'name'", "schema"),
    ),
    temporary=TemporaryRule(schemas=("_session",), own_schema=True, made_by=("CREATE TEMP TABLE name AS query",)),
    lexical=LexicalRules(
        identifier_quotes=(("`", "`"),),
        string_quotes=("'", '"'),
        backslash_escapes=True,
        raw_prefix="escaping",
        triple_quotes=True,
        hash_comments=True,
        word_more="",
        blocks="scripting",
    ),
    mend=where_found(r"WITH\s*\(", with_inlined_names),
)

DIALECTS = (SNOWFLAKE, BIGQUERY)
