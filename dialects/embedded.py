"""Engines of one file or one node: DuckDB, SQLite, ClickHouse, and the standard's own rules as a fallback.

DuckDB keeps the spelling and ignores case (https://duckdb.org/docs/sql/dialect/keywords_and_identifiers);
ClickHouse regards case everywhere (https://clickhouse.com/docs/sql-reference/syntax).
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules, TemporaryRule

DUCKDB = Dialect(
    name="duckdb",
    title="DuckDB",
    parser="duckdb",
    default_schema="main",
    use_sets="database",
    temporary=TemporaryRule(schemas=("temp",)),
    lexical=LexicalRules(escape_prefix=True, dollar_quotes="tagged", nested_comments=True, blocks="none"),
)

SQLITE = Dialect(
    name="sqlite",
    title="SQLite",
    parser="sqlite",
    levels=("schema", "table"),
    default_schema="main",
    temporary=TemporaryRule(schemas=("temp",)),
    system_schemas=frozenset(),
    lexical=LexicalRules(identifier_quotes=(('"', '"'), ("`", "`"), ("[", "]")), dot_commands=True),
)

CLICKHOUSE = Dialect(
    name="clickhouse",
    title="ClickHouse",
    parser="clickhouse",
    unquoted=Folding.EXACT,
    quoted=Folding.EXACT,
    case_sensitive_tables=True,
    levels=("schema", "table"),
    default_schema="default",
    system_schemas=frozenset({"system", "information_schema"}),
    lexical=LexicalRules(
        identifier_quotes=(('"', '"'), ("`", "`")), backslash_escapes=True, hash_comments=True, blocks="none"
    ),
)

GENERIC = Dialect(
    name="generic",
    title="Generic SQL",
    parser="",
    aliases=("", "ansi", "sql", "standard"),
    lexical=LexicalRules(identifier_quotes=(('"', '"'), ("`", "`")), delimiter_command=True),
)

DIALECTS = (DUCKDB, SQLITE, CLICKHOUSE, GENERIC)
