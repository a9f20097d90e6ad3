"""PostgreSQL and the engines that grew out of it: Greenplum, Vertica's relatives, Redshift, Netezza.

Names: https://www.postgresql.org/docs/current/sql-syntax-lexical.html (unquoted names fold to lower case,
quoted ones are exact). Redshift folds quoted names too unless ``enable_case_sensitive_identifier`` is on.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.rewriting import Rewrite, after, rewriting, where_found
from dialects.vertica import with_copied_table, with_plain_copy, with_timeslices

_LEXICAL = LexicalRules(
    escape_prefix=True,
    dollar_quotes="tagged",
    nested_comments=True,
    backslash_commands=True,
)

_EXPLAINED = (
    Rewrite("^ EXPLAIN ANALYZE|ANALYSE VERBOSE? INSERT|UPDATE|DELETE|MERGE|CREATE|WITH|SELECT", "{3}"),
    Rewrite("^ EXPLAIN (...) INSERT|UPDATE|DELETE|MERGE|CREATE|WITH|SELECT", "{2}"),
)
_POSTGRES = (
    *_EXPLAINED,
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
    Rewrite("DISTRIBUTED BY (...)"),
    Rewrite("DISTRIBUTED RANDOMLY|REPLICATED"),
    Rewrite("SUBPARTITION BY RANGE|LIST (...) SUBPARTITION? TEMPLATE? (...)?"),
    Rewrite("PARTITION BY RANGE|LIST (...) (...)"),
    Rewrite(
        "^ CREATE WRITABLE|READABLE? EXTERNAL WEB? TEMP|TEMPORARY? TABLE <name> (...) LOCATION ( <string> ...",
        "CREATE EXTERNAL TABLE {6} {7} LOCATION {10}",
    ),
    Rewrite("^ CREATE WRITABLE|READABLE EXTERNAL WEB? TABLE <name> (...) ...", "CREATE TABLE {5} {6}"),
)
_VERTICA = (
    *_EXPLAINED,
    Rewrite("SEGMENTED BY ..NODES OFFSET? <any>? KSAFE? <any>? $"),
    Rewrite("SEGMENTED BY ..NODES"),
    Rewrite("UNSEGMENTED ALL|NODE <any>"),
    Rewrite("KSAFE <any>?"),
    Rewrite("LOCAL|GLOBAL TEMP|TEMPORARY TABLE", "TEMPORARY TABLE"),
    Rewrite("ON COMMIT PRESERVE|DELETE ROWS"),
    Rewrite("INCLUDING|EXCLUDING PROJECTIONS"),
    Rewrite("FLEX|FLEXIBLE TABLE", "TABLE"),
    Rewrite("^ CREATE TABLE <name> (...) ORDER BY ...", "CREATE TABLE {2} {3}"),
    Rewrite(
        "^ CREATE EXTERNAL TABLE <name> (...) AS COPY FROM <string> ...", "CREATE EXTERNAL TABLE {3} {4} LOCATION {8}"
    ),
    Rewrite("^ EXPORT TO <any> ( DIRECTORY = <string> ..AS ...", "COPY ({8}) TO {6}"),
    Rewrite("^ AT EPOCH <any> SELECT|WITH", "{3}"),
    Rewrite("^ AT TIME <string> SELECT|WITH", "{3}"),
    Rewrite("AS AT EPOCH <any> SELECT|WITH", "AS {4}"),
    Rewrite("AS AT TIME <string> SELECT|WITH", "AS {4}"),
    Rewrite("INTERPOLATE PREVIOUS|NEXT VALUE", "="),
    Rewrite(":: !", "::"),
    Rewrite("^ CREATE TABLE IF? NOT? EXISTS? <name> (...) PARTITION BY ...", "CREATE TABLE {2} {3} {4} {5} {6}"),
    Rewrite("INCLUDE|EXCLUDE SCHEMA? PRIVILEGES"),
    Rewrite(
        "ENCODING AUTO|RLE|DELTAVAL|BLOCK_DICT|BLOCKDICT_COMP|BZIP_COMP|COMMONDELTA_COMP|DELTARANGE_COMP|GCDDELTA|"
        "GZIP_COMP|ZSTD_COMP|ZSTD_FAST_COMP|ZSTD_HIGH_COMP|NONE"
    ),
    Rewrite("ACCESSRANK <any>"),
    Rewrite("USING PARAMETERS ..)", ")"),
    Rewrite("( PARTITION BEST|NODES|ROW|LEFT )", "()"),
    Rewrite("MATCH ( PARTITION|ORDER|DEFINE ..)"),
    Rewrite("^ CONNECT TO VERTICA ...", "SET connected = 1"),
    Rewrite("^ COPY <name> (...)? FROM VERTICA <name> (..)", "INSERT INTO {1} {2} SELECT {6} FROM {5}"),
    Rewrite("^ COPY <name> (...)? FROM VERTICA <name>", "INSERT INTO {1} {2} SELECT * FROM {5}"),
    Rewrite("^ EXPORT TO VERTICA <name> (...)? AS ...", "INSERT INTO {3} {4} {6}"),
    Rewrite("^ EXPORT TO VERTICA <name> (...)? FROM <name> (..)", "INSERT INTO {3} {4} SELECT {7} FROM {6}"),
    Rewrite("^ EXPORT TO VERTICA <name> (...)? FROM <name>", "INSERT INTO {3} {4} SELECT * FROM {6}"),
    Rewrite("LIMIT <any> OVER (...)"),
    Rewrite("MINUS SELECT|WITH|(", "EXCEPT {1}"),
)

_CONNECT = SessionStatement("\\c name", "database")
_PATH = SessionStatement("SET search_path TO name", "path")

POSTGRES = Dialect(
    name="postgres",
    title="PostgreSQL",
    parser="postgres",
    aliases=("postgresql", "pg", "pgsql"),
    unquoted=Folding.LOWER,
    quoted=Folding.EXACT,
    default_schema="public",
    session=(_PATH, SessionStatement("SET SCHEMA 'name'", "schema"), _CONNECT),
    temporary=TemporaryRule(schemas=("pg_temp",), own_schema=True, made_by=("CREATE TEMP TABLE name AS query",)),
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    lexical=_LEXICAL,
    prepare=rewriting(*_POSTGRES),
)

GREENPLUM = replace(
    POSTGRES,
    name="greenplum",
    title="Greenplum",
    aliases=("gpdb",),
    system_schemas=POSTGRES.system_schemas | {"gp_toolkit", "pg_aoseg"},
    prepare=rewriting(*_GREENPLUM),
)

VERTICA = replace(
    POSTGRES,
    name="vertica",
    title="Vertica",
    aliases=(),
    unquoted=Folding.INSENSITIVE,
    quoted=Folding.INSENSITIVE,
    session=(_PATH, _CONNECT),
    temporary=TemporaryRule(made_by=("CREATE LOCAL TEMP TABLE name ON COMMIT PRESERVE ROWS AS query",)),
    system_schemas=frozenset({"v_catalog", "v_monitor", "v_internal", "v_txtindex"}),
    lexical=replace(_LEXICAL, nested_comments=False),
    prepare=after(
        where_found("TIMESERIES", with_timeslices),
        where_found("COPY_TABLE", with_copied_table),
        rewriting(*_VERTICA),
        where_found(r"COPY\s", with_plain_copy),
    ),
)

REDSHIFT = Dialect(
    name="redshift",
    title="Amazon Redshift",
    parser="redshift",
    unquoted=Folding.LOWER,
    quoted=Folding.LOWER,
    default_schema="public",
    key_has_database=True,
    use_sets="database",
    session=(_PATH, SessionStatement("USE name", "database"), _CONNECT),
    temporary=TemporaryRule(
        prefixes=("#",),
        schemas=("pg_temp",),
        own_schema=True,
        made_by=("CREATE TEMP TABLE name AS query", "CREATE TABLE #name AS query"),
    ),
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_internal", "pg_automv"}),
    lexical=replace(_LEXICAL, backslash_escapes=True, word_start="#"),
    prepare=rewriting(
        *_EXPLAINED,
        Rewrite("TABLE PROPERTIES (...)"),
        Rewrite(", <name> AS? <any> AT <any>", ", UNNEST({1}) WITH ORDINALITY AS {3}_rows({3}, {5})"),
        Rewrite("UNPIVOT <name> AS <any> AT <any>", "UNNEST({1}) WITH ORDINALITY AS unpivoted({3}, {5})"),
        Rewrite("^ MERGE INTO <name> USING <name> ON ..REMOVE DUPLICATES", "INSERT INTO {2} SELECT * FROM {4}"),
    ),
)

DIALECTS = (POSTGRES, GREENPLUM, VERTICA, REDSHIFT)
