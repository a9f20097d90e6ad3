"""Engines of one file or one node: DuckDB, SQLite, ClickHouse, and the standard's own rules as a fallback.

DuckDB keeps the spelling and ignores case (https://duckdb.org/docs/sql/dialect/keywords_and_identifiers);
ClickHouse regards case everywhere (https://clickhouse.com/docs/sql-reference/syntax).
"""

from __future__ import annotations

import re

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.rewriting import Rewrite, after, rewriting, where_found

DUCKDB = Dialect(
    name="duckdb",
    title="DuckDB",
    parser="duckdb",
    default_schema="main",
    use_sets="database",
    system_tables=("duckdb_*", "sqlite_master", "pragma_*"),
    session=(
        SessionStatement("USE name", "database"),
        SessionStatement("SET schema = 'name'", "schema"),
        SessionStatement("SET search_path = 'name'", "path"),
    ),
    temporary=TemporaryRule(schemas=("temp",), own_schema=True, made_by=("CREATE TEMP TABLE name AS query",)),
    lexical=LexicalRules(
        escape_prefix=True, dollar_quotes="tagged", nested_comments=True, blocks="none", dot_commands=True
    ),
    prepare=rewriting(
        Rewrite("^ LOAD <any> $", "PRAGMA loaded"),
        Rewrite("^ COPY FROM DATABASE ...", "COPY ("),
        Rewrite("THEN INSERT BY NAME|POSITION", "THEN INSERT *"),
    ),
)

SQLITE = Dialect(
    name="sqlite",
    title="SQLite",
    parser="sqlite",
    levels=("schema", "table"),
    max_parts=2,
    default_schema="main",
    temporary=TemporaryRule(schemas=("temp",), own_schema=True, made_by=("CREATE TEMP TABLE name AS query",)),
    system_schemas=frozenset(),
    system_tables=("sqlite_*",),
    lexical=LexicalRules(identifier_quotes=(('"', '"'), ("`", "`"), ("[", "]")), dot_commands=True),
)

_INFILE = where_found(
    r"\bINFILE\b",
    rewriting(
        Rewrite(
            "^ INSERT INTO TABLE? <name> (...)? FROM INFILE <string> ...",
            "INSERT INTO {3} {4} SELECT * FROM file({7})",
        ),
    ),
)
"""https://clickhouse.com/docs/sql-reference/statements/insert-into, "Inserting Data from a File"."""
_DICTIONARY = re.compile(
    r"""(?is)\A\s*CREATE\s+(?:OR\s+REPLACE\s+)?DICTIONARY\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[\w.`"-]+)"""
    r"""[^;]*?\bSOURCE\s*\(\s*CLICKHOUSE\s*\([^;]*?\bQUERY\s+'(?P<query>(?:[^'\\]|\\.|'')*)'"""
)


_DICTIONARY_READ = re.compile(r"\b(FROM|JOIN)\s+dictionary\s*\(\s*'([\w.]+)'\s*\)", re.IGNORECASE)


def _with_dictionary_names(text: str, rules: LexicalRules) -> str:
    """``FROM dictionary('db.d')`` as ``FROM db.d``: the rows of a dictionary are read as those of a table."""
    del rules
    return _DICTIONARY_READ.sub(r"\1 \2", text)


def _with_dictionary_query(text: str, rules: LexicalRules) -> str:
    """A dictionary that a query of the server itself fills is to lineage what a view is.

    https://clickhouse.com/docs/sql-reference/statements/create/dictionary/sources/clickhouse
    """
    del rules
    found = _DICTIONARY.match(text)
    if found is None:
        return text
    query = re.sub(r"\\(.)|''", lambda m: m[1] or "'", found["query"])
    return f"CREATE VIEW {found['name']} AS {query}"


_WINDOW_VIEW = where_found(
    r"\bWINDOW\b",
    rewriting(
        Rewrite(
            "^ CREATE WINDOW VIEW IF? NOT? EXISTS? <name> TO <name> ..AS", "CREATE MATERIALIZED VIEW {6} TO {8} AS"
        ),
        Rewrite("^ CREATE WINDOW VIEW IF? NOT? EXISTS? <name> ..AS", "CREATE MATERIALIZED VIEW {6} AS"),
    ),
)
_WINDOW_FUNCTION = where_found(
    r"TUMBLE|HOP", rewriting(Rewrite("BY|, TUMBLE|HOP (...) AS <any>", "{0} ({1}{2} AS {4})"))
)
"""https://clickhouse.com/docs/sql-reference/statements/create/view#window-view"""

CLICKHOUSE = Dialect(
    name="clickhouse",
    title="ClickHouse",
    parser="clickhouse",
    unquoted=Folding.EXACT,
    quoted=Folding.EXACT,
    case_sensitive_tables=True,
    levels=("schema", "table"),
    words=("database", "table"),
    max_parts=2,
    default_schema="default",
    session=(SessionStatement("USE name", "schema"),),
    temporary=TemporaryRule(made_by=("CREATE TEMPORARY TABLE name AS query",)),
    system_schemas=frozenset({"system", "information_schema"}),
    lexical=LexicalRules(
        identifier_quotes=(('"', '"'), ("`", "`")),
        backslash_escapes=True,
        hash_comments=True,
        vertical_ends=True,
        blocks="none",
    ),
    prepare=after(_with_dictionary_query, _with_dictionary_names, _INFILE, _WINDOW_VIEW, _WINDOW_FUNCTION),
)

_UNIT_LAST = where_found(
    r"\bDATEDIFF\b",
    rewriting(
        Rewrite(
            "DATEDIFF ( YEAR|QUARTER|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND|MILLISECOND|MICROSECOND , .., ..)",
            "DATEDIFF({5}, {4}, {2})",
        ),
    ),
)
"""A unit in front goes behind, where this parser looks for it: it takes a last argument D for the unit DAY."""

GENERIC = Dialect(
    name="generic",
    title="Generic SQL",
    parser="",
    aliases=("", "ansi", "sql", "standard"),
    lexical=LexicalRules(identifier_quotes=(('"', '"'), ("`", "`")), delimiter_command=True),
    prepare=_UNIT_LAST,
)

DIALECTS = (DUCKDB, SQLITE, CLICKHOUSE, GENERIC)
