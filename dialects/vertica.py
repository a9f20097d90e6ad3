"""Vertica: names that keep their spelling and are compared without their case, quoted or not.

https://docs.vertica.com, "Identifiers" and the SQL reference; what patterns cannot follow is in `vertica_clauses`.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Folding, TemporaryRule
from dialects.postgres import CONNECT, EXPLAINED, POSTGRES, SEARCH_PATH
from dialects.rewriting import Rewrite, after, rewriting, where_found
from dialects.vertica_clauses import with_copied_table, with_plain_copy, with_timeslices

_VERTICA = (
    *EXPLAINED,
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
    Rewrite(
        "^ SELECT S3EXPORT ( ..USING PARAMETERS URL = <string> ..) OVER (...) FROM ...",
        "COPY (SELECT {3} FROM {12}) TO {7}",
    ),
    Rewrite("^ EXPORT TO <any> ( DIRECTORY = <string> ..AS ...", "COPY ({8}) TO {6}"),
    Rewrite("^ AT EPOCH <any> SELECT|WITH", "{3}"),
    Rewrite("^ AT TIME <string> SELECT|WITH", "{3}"),
    Rewrite("AS AT EPOCH <any> SELECT|WITH|(", "AS {4}"),
    Rewrite("AS AT TIME <string> SELECT|WITH|(", "AS {4}"),
    Rewrite("INTERPOLATE PREVIOUS|NEXT VALUE", "="),
    Rewrite(":: !", "::"),
    Rewrite("^ CREATE TABLE IF? NOT? EXISTS? <name> (...) PARTITION BY ...", "CREATE TABLE {2} {3} {4} {5} {6}"),
    Rewrite("INCLUDE|EXCLUDE SCHEMA? PRIVILEGES"),
    Rewrite(
        "ENCODING AUTO|RLE|DELTAVAL|BLOCK_DICT|BLOCKDICT_COMP|BZIP_COMP|COMMONDELTA_COMP|DELTARANGE_COMP|GCDDELTA|"
        "GZIP_COMP|ZSTD_COMP|ZSTD_FAST_COMP|ZSTD_HIGH_COMP|NONE"
    ),
    Rewrite("ENCODED BY <name> ENCODING|ACCESSRANK <any> ,", "ENCODED BY"),
    Rewrite("ENCODED BY <name> ENCODING|ACCESSRANK <any>"),
    Rewrite("ENCODED BY <name> ,", "ENCODED BY"),
    Rewrite("ENCODED BY <name>"),
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

_MENDS = (
    Rewrite("KEEP $"),
    Rewrite("ILIKEB|LIKEB", "LIKE"),
    Rewrite("! FROM|,|)", "{1}"),
    Rewrite("^ CREATE TEXT INDEX <name> ON <name> (...) ...", "CREATE INDEX words ON {5} {6}"),
    Rewrite("^ PROFILE SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|COPY", "{1}"),
    Rewrite(
        "^ CREATE FLEX|FLEXIBLE EXTERNAL TABLE IF? NOT? EXISTS? <name> (...) AS COPY FROM LOCAL? <string> ...",
        "CREATE EXTERNAL TABLE {7} (__raw__ INT) LOCATION {13}",
    ),
)
"""What the parser refuses."""

VERTICA = replace(
    POSTGRES,
    name="vertica",
    title="Vertica",
    aliases=(),
    unquoted=Folding.INSENSITIVE,
    quoted=Folding.INSENSITIVE,
    plain_name=None,
    session=(SEARCH_PATH, CONNECT),
    temporary=TemporaryRule(made_by=("CREATE LOCAL TEMP TABLE name ON COMMIT PRESERVE ROWS AS query",)),
    system_schemas=frozenset({"v_catalog", "v_monitor", "v_internal", "v_txtindex"}),
    system_tables=("dual",),
    lexical=replace(POSTGRES.lexical, nested_comments=False),
    prepare=after(
        where_found("TIMESERIES", with_timeslices),
        where_found("COPY_TABLE", with_copied_table),
        rewriting(*_VERTICA),
        where_found(r"COPY\s", with_plain_copy),
    ),
    mend=rewriting(*_MENDS),
)

DIALECTS = (VERTICA,)
