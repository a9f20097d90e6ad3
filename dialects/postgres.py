"""PostgreSQL and the engines that grew out of it: Greenplum, Redshift.

Names: https://www.postgresql.org/docs/current/sql-syntax-lexical.html (unquoted names fold to lower case,
quoted ones are exact). Redshift folds quoted names too unless ``enable_case_sensitive_identifier`` is on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.lexing import tokens
from dialects.query_texts import NAMES, with_read_texts
from dialects.rewriting import BETWEEN_PLACES, Rewrite, after, rewriting, where_found
from dialects.unicode_names import UNICODE_NAMES, plain_name, with_plain_names

_LEXICAL = LexicalRules(
    escape_prefix=True,
    dollar_quotes="tagged",
    nested_comments=True,
    backslash_commands=True,
)

EXPLAINED = (
    Rewrite("^ EXPLAIN ANALYZE|ANALYSE VERBOSE? INSERT|UPDATE|DELETE|MERGE|CREATE|WITH|SELECT", "{3}"),
    Rewrite("^ EXPLAIN (...) INSERT|UPDATE|DELETE|MERGE|CREATE|WITH|SELECT", "{2}"),
)
_POSTGRES = (
    *EXPLAINED,
    Rewrite(
        "^ CREATE FOREIGN TABLE IF? NOT? EXISTS? <name> (...) SERVER <name> OPTIONS ( ..FILENAME <string> ...",
        "CREATE EXTERNAL TABLE {6} {7} LOCATION {13}",
    ),
    Rewrite("^ CREATE FOREIGN TABLE IF? NOT? EXISTS? <name> (...) SERVER ...", "CREATE TABLE {6} {7}"),
    Rewrite("SERVER <name> OPTIONS (...) $"),
    Rewrite("^ COPY <name> (...)? FROM <string> ..WHERE ...", "COPY {1} {2} FROM {4} {5}"),
    Rewrite("^ COPY <name> (...)? FROM <string> WHERE ...", "COPY {1} {2} FROM {4}"),
)
_GREENPLUM = (
    *_POSTGRES,
    Rewrite("CREATE INCREMENTAL MATERIALIZED VIEW", "CREATE MATERIALIZED VIEW"),
    Rewrite("DISTRIBUTED BY (...)"),
    Rewrite("DISTRIBUTED RANDOMLY|REPLICATED"),
    Rewrite("SUBPARTITION BY RANGE|LIST (...) SUBPARTITION? TEMPLATE? (...)?"),
    Rewrite("PARTITION BY RANGE|LIST (...) (...)"),
    Rewrite(
        "^ CREATE WRITABLE EXTERNAL WEB? TEMP|TEMPORARY? TABLE <name> (...) LOCATION ( <string> ...",
        "CREATE TABLE {6} {7}; COPY {6} TO {10}",
    ),
    Rewrite(
        "^ CREATE WRITABLE|READABLE? EXTERNAL WEB? TEMP|TEMPORARY? TABLE <name> (...) LOCATION ( <string> ...",
        "CREATE EXTERNAL TABLE {6} {7} LOCATION {10}",
    ),
    Rewrite("^ CREATE WRITABLE|READABLE EXTERNAL WEB? TABLE <name> (...) ...", "CREATE TABLE {5} {6}"),
)


def _with_plain_places(text: str, rules: LexicalRules) -> str:
    """``LOCATION ('s3://b/x config=/home/s3.conf', 's3://b/y')`` as one text, without the options behind a place."""
    found = list(tokens(text, rules))
    pieces, end = [], 0
    for place, token in enumerate(found):
        if token.text.upper() != "LOCATION":
            continue
        listed = list(takewhile(lambda t: t.kind == "string" or t.text in ("(", ","), found[place + 1 :]))
        strings = [t for t in listed if t.kind == "string"]
        if listed and listed[0].text == "(" and strings:
            places = BETWEEN_PLACES.join((t.text[1:-1].split() or [""])[0] for t in strings)
            pieces += [text[end : strings[0].start], f"'{places}'"]
            end = strings[-1].end
    return "".join((*pieces, text[end:]))


_SCATTERED = re.compile(r"\bgp_dist_random\s*\(\s*'([^']+)'\s*\)", re.IGNORECASE)


def _with_plain_tables(text: str, rules: LexicalRules) -> str:
    """``gp_dist_random('s.t')``, which reads the table on all segments, as ``s.t``."""
    del rules
    return _SCATTERED.sub(r"\1", text)


_COPIES = (
    Rewrite("^ COPY <name> (...)? FROM <string> ...", "COPY {1} {2} FROM {4}"),
    Rewrite("^ COPY <name> (...)? TO <string> ...", "COPY {1} {2} TO {4}"),
)
"""COPY with the options of old: https://www.postgresql.org/docs/current/sql-copy.html, "Compatibility"."""
_GREENPLUM_MENDS = (
    *_COPIES,
    Rewrite("^ ALTER TABLE <name> EXPAND TABLE|PARTITION ...", "SET expanded = 1"),
    Rewrite("SCATTER RANDOMLY"),
    Rewrite("SCATTER BY ..)", ")"),
    Rewrite("TABLE ( SELECT|WITH ..)", "({2} {3})"),
    Rewrite("^ DROP EXTERNAL WEB? TABLE", "DROP TABLE"),
)
"""What the parser refuses."""

CONNECT = SessionStatement("\\c name", "database")
SEARCH_PATH = SessionStatement("SET search_path TO name", "path")

POSTGRES = Dialect(
    name="postgres",
    title="PostgreSQL",
    parser="postgres",
    aliases=("postgresql", "pg", "pgsql"),
    unquoted=Folding.LOWER,
    quoted=Folding.EXACT,
    default_schema="public",
    own_schemas=True,  # search_path begins with "$user"
    session=(SEARCH_PATH, SessionStatement("SET SCHEMA 'name'", "schema"), CONNECT),
    temporary=TemporaryRule(schemas=("pg_temp",), own_schema=True, made_by=("CREATE TEMP TABLE name AS query",)),
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    system_tables=("pg_*",),
    lexical=_LEXICAL,
    prepare=after(
        where_found(UNICODE_NAMES, with_plain_names),
        where_found(NAMES, with_read_texts),
        rewriting(*_POSTGRES),
    ),
    mend=rewriting(*_COPIES),
    plain_name=plain_name,
)

GREENPLUM = replace(
    POSTGRES,
    name="greenplum",
    title="Greenplum",
    aliases=("gpdb",),
    system_schemas=POSTGRES.system_schemas | {"gp_toolkit", "pg_aoseg"},
    prepare=after(
        where_found(UNICODE_NAMES, with_plain_names),
        where_found("LOCATION", _with_plain_places),
        where_found("GP_DIST_RANDOM", _with_plain_tables),
        where_found(NAMES, with_read_texts),
        rewriting(*_GREENPLUM),
    ),
    mend=rewriting(*_GREENPLUM_MENDS),
)

REDSHIFT = Dialect(
    name="redshift",
    title="Amazon Redshift",
    parser="redshift",
    unquoted=Folding.LOWER,
    quoted=Folding.LOWER,
    default_schema="public",
    own_schemas=True,
    key_has_database=True,
    use_sets="database",
    session=(SEARCH_PATH, SessionStatement("USE name", "database"), CONNECT),
    temporary=TemporaryRule(
        prefixes=("#",),
        schemas=("pg_temp",),
        own_schema=True,
        made_by=("CREATE TEMP TABLE name AS query", "CREATE TABLE #name AS query"),
    ),
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_internal", "pg_automv"}),
    system_tables=("pg_*", "stl_*", "stv_*", "svl_*", "svv_*", "svcs_*"),
    lexical=replace(_LEXICAL, backslash_escapes=True, word_start="#"),
    prepare=rewriting(
        *EXPLAINED,
        Rewrite("TABLE PROPERTIES (...)"),
        Rewrite(", <name> AS? <any> AT <any>", ", UNNEST({1}) WITH ORDINALITY AS {3}_rows({3}, {5})"),
        Rewrite("UNPIVOT <name> AS <any> AT <any>", "UNNEST({1}) WITH ORDINALITY AS unpivoted({3}, {5})"),
        Rewrite("^ MERGE INTO <name> USING <name> ON ..REMOVE DUPLICATES", "INSERT INTO {2} SELECT * FROM {4}"),
    ),
)

DIALECTS = (POSTGRES, GREENPLUM, REDSHIFT)
