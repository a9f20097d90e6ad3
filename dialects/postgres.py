"""PostgreSQL and the engines that grew out of it: Greenplum, Vertica's relatives, Redshift, Netezza.

Names: https://www.postgresql.org/docs/current/sql-syntax-lexical.html (unquoted names fold to lower case,
quoted ones are exact). Redshift folds quoted names too unless ``enable_case_sensitive_identifier`` is on.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, Folding, LexicalRules, TemporaryRule
from dialects.rewriting import Rewrite, rewriting

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
    Rewrite("^ AT EPOCH LATEST|<any> SELECT|WITH", "{3}"),
    Rewrite("^ AT TIME <string> SELECT|WITH", "{3}"),
    Rewrite("TIMESERIES <any> AS <string> OVER (...)"),
    Rewrite("LIMIT <any> OVER (...)"),
    Rewrite("MINUS SELECT|WITH|(", "EXCEPT {1}"),
)

POSTGRES = Dialect(
    name="postgres",
    title="PostgreSQL",
    parser="postgres",
    aliases=("postgresql", "pg", "pgsql"),
    unquoted=Folding.LOWER,
    quoted=Folding.EXACT,
    default_schema="public",
    temporary=TemporaryRule(schemas=("pg_temp",)),
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
    temporary=TemporaryRule(),
    system_schemas=frozenset({"v_catalog", "v_monitor", "v_internal", "v_txtindex"}),
    lexical=replace(_LEXICAL, nested_comments=False),
    prepare=rewriting(*_VERTICA),
)

REDSHIFT = Dialect(
    name="redshift",
    title="Amazon Redshift",
    parser="redshift",
    unquoted=Folding.LOWER,
    quoted=Folding.LOWER,
    default_schema="public",
    key_has_database=True,
    temporary=TemporaryRule(prefixes=("#",), schemas=("pg_temp",)),
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_internal", "pg_automv"}),
    lexical=replace(_LEXICAL, backslash_escapes=True, word_start="#"),
    prepare=rewriting(
        *_EXPLAINED,
        Rewrite("UNPIVOT <name> AS <any> AT <any>", "UNNEST({1}) WITH ORDINALITY AS unpivoted({3}, {5})"),
        Rewrite("^ MERGE INTO <name> USING <name> ON ..REMOVE DUPLICATES", "INSERT INTO {2} SELECT * FROM {4}"),
    ),
)

DIALECTS = (POSTGRES, GREENPLUM, VERTICA, REDSHIFT)
