"""Oracle, Teradata, Db2 and SAP HANA: names of two parts, upper case at rest.

Oracle: https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf (Database Object Naming Rules).
Teradata: SQL Fundamentals, "Name validation" (comparison of names ignores case, quoted or not).
Db2: SQL reference, "Identifiers"; session tables have the schema SESSION. HANA: SQL reference, "Identifiers".
"""

from __future__ import annotations

import re

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.lexing import tokens
from dialects.rewriting import Rewrite, rewriting

_STORAGE = "PARALLEL|NOPARALLEL|LOGGING|NOLOGGING|COMPRESS|NOCOMPRESS|TABLESPACE|PCTFREE|STORAGE|CACHE|NOCACHE|SEGMENT"
_ORACLE = (
    Rewrite("DELETE WHERE ..WHEN NOT", " WHEN NOT"),
    Rewrite("DELETE WHERE ..WHEN MATCHED", " WHEN MATCHED"),
    Rewrite("DELETE WHERE ... $"),
    Rewrite(f"^ CREATE TABLE <name> {_STORAGE} ..AS ...", "CREATE TABLE {2} AS {5}"),
    Rewrite("^ CREATE MATERIALIZED VIEW <name> (...)? ..AS ...", "CREATE MATERIALIZED VIEW {3} {4} AS {6}"),
)
_TERADATA = (
    Rewrite("LOCKING|LOCK TABLE|VIEW|DATABASE <name> FOR|IN ACCESS|READ|WRITE|SHARE|EXCLUSIVE|CHECKSUM MODE? NOWAIT?"),
    Rewrite("LOCKING|LOCK ROW FOR|IN ACCESS|READ|WRITE|SHARE|EXCLUSIVE|CHECKSUM MODE? NOWAIT?"),
    Rewrite("LOCKING|LOCK <name> FOR|IN ACCESS|READ|WRITE|SHARE|EXCLUSIVE|CHECKSUM MODE? NOWAIT?"),
    Rewrite("TABLE ( UNNEST (..) ) AS?", "LATERAL (SELECT {3}) AS"),
    Rewrite("TABLE ( UNNEST (..) WITH ORDINALITY ) AS?", "LATERAL (SELECT {3}, NULL) AS"),
    Rewrite("TABLE ( TD_SYSFNLIB . UNNEST (..) ) AS?", "LATERAL (SELECT {5}) AS"),
    Rewrite("TABLE ( TD_SYSFNLIB . UNNEST (..) WITH ORDINALITY ) AS?", "LATERAL (SELECT {5}, NULL) AS"),
    Rewrite("( TITLE|FORMAT <string> )"),
    Rewrite("( NAMED <any> )", " AS {2}"),
    Rewrite("( NAMED <any> , TITLE|FORMAT <string> )", " AS {2}"),
    Rewrite("SUBSTR|SUBSTRING ( <name> FROM <any> FOR <any> )", "{0}({2}, {4}, {6})"),
    Rewrite("SUBSTR|SUBSTRING ( <name> FROM <any> )", "{0}({2}, {4})"),
    Rewrite("^ USING (...) INSERT|INS|UPDATE|UPD|DELETE|DEL|MERGE|SELECT|SEL", "{2}"),
)
_DURATIONS = "|".join(f"{unit}|{unit}S" for unit in ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND"))
_DB2 = (
    Rewrite("^ DECLARE GLOBAL TEMPORARY TABLE", "CREATE TEMPORARY TABLE"),
    Rewrite("CREATE GLOBAL TEMPORARY TABLE", "CREATE TEMPORARY TABLE"),
    Rewrite("ON COMMIT PRESERVE|DELETE|DROP ROWS|TABLE?"),
    Rewrite("NOT LOGGED ON? ROLLBACK? PRESERVE|DELETE? ROWS? INITIALLY?"),
    Rewrite("WITH UR|CS|RS|RR|REPLACE"),
    Rewrite("WITH NO? DATA"),
    Rewrite("DEFINITION ONLY"),
    Rewrite("ELSE IGNORE"),
    Rewrite("OPTIMIZE FOR <any> ROW|ROWS"),
    Rewrite("FOR READ|FETCH ONLY"),
    Rewrite("CURRENT DATE|TIME|TIMESTAMP|USER|SQLID|SERVER|TIMEZONE", "CURRENT_{1}"),
    Rewrite(f"+|- <any> {_DURATIONS}", "{0} {1}"),
    Rewrite(f"+|- (...) {_DURATIONS}", "{0} {1}"),
    Rewrite("^ SELECT ..FROM FINAL|NEW|OLD TABLE (..) ...", "{4}"),
    Rewrite("^ CREATE TEMPORARY TABLE <name> (...) IN|ON|NOT|WITH ...", "CREATE TEMPORARY TABLE {3} {4}"),
    Rewrite("^ CREATE TABLE <name> (...)? AS (...) ...", "CREATE TABLE {2} {3} AS {5}"),
    Rewrite("PASSING <name> AS <any> COLUMNS", "PASSING {1} COLUMNS"),
    Rewrite("IN <name> INDEX IN <name>"),
    Rewrite("ORGANIZE BY ROW|COLUMN"),
    Rewrite("ORGANIZE BY DIMENSIONS? (...)"),
    Rewrite("DISTRIBUTE BY HASH|RANDOM (...)?"),
    Rewrite("DATA CAPTURE NONE|CHANGES"),
    Rewrite("COMPRESS YES|NO ADAPTIVE|STATIC?"),
    Rewrite("VALUE COMPRESSION"),
    Rewrite("CCSID <any>"),
    Rewrite("^ CREATE TABLE <name> (...) IN <name> $", "CREATE TABLE {2} {3}"),
    Rewrite("MINUS SELECT|WITH|(", "EXCEPT {1}"),
)
_HIERARCHIES = (
    "HIERARCHY|HIERARCHY_DESCENDANTS|HIERARCHY_ANCESTORS|HIERARCHY_SIBLINGS|HIERARCHY_LEVELED|HIERARCHY_SPANTREE"
)
_HANA = (
    Rewrite("MANY|ONE|EXACT ONE|MANY? TO ..JOIN", "JOIN"),
    Rewrite("GROUPING SETS BEST <any>", "GROUPING SETS"),
    Rewrite("ROLLUP|CUBE BEST <any>", "{0}"),
    Rewrite("WITH SUBTOTAL|BALANCE|TOTAL"),
    Rewrite("^ DELETE HISTORY FROM", "DELETE FROM"),
    Rewrite("^ CREATE COLUMN|ROW? TABLE <name> LIKE <name> WITH DATA", "CREATE TABLE {3} AS SELECT * FROM {5}"),
    Rewrite("WITH MASK (...)"),
    Rewrite("^ EXPORT INTO CSV|PARQUET FILE <string> FROM <name> ...", "COPY (SELECT * FROM {6}) TO {4}"),
    Rewrite("^ EXPORT INTO CSV|PARQUET FILE <string> FROM (...) ...", "COPY {6} TO {4}"),
    Rewrite(f"{_HIERARCHIES} ( SOURCE (...) ..)", "{3}"),
    Rewrite(f"{_HIERARCHIES} ( SOURCE <name> ..)", "{3}"),
    Rewrite("LOCAL|GLOBAL TEMPORARY COLUMN|ROW? TABLE", "TEMPORARY TABLE"),
    Rewrite("CREATE COLUMN|ROW|HISTORY COLUMN? TABLE", "CREATE TABLE"),
    Rewrite("^ UPSERT|REPLACE <name>", "INSERT INTO {1}"),
    Rewrite("WITH PRIMARY KEY"),
    Rewrite("WITH READ ONLY"),
    Rewrite("WITH NO? DATA"),
    Rewrite("WITH HINT (...)"),
    Rewrite("WITH STRUCTURED PRIVILEGE CHECK"),
    Rewrite("FOR JSON|XML (...)?"),
    Rewrite("SELECT DISTINCT|ALL? TOP <any>", "SELECT {1}"),
    Rewrite("UNLOAD PRIORITY <any>"),
    Rewrite("NO? AUTO MERGE"),
    Rewrite("PARTITION BY HASH|RANGE|ROUNDROBIN (...)? PARTITIONS <any>"),
    Rewrite("^ IMPORT FROM CSV FILE <string> INTO <name> ...", "COPY {6} FROM {4}"),
    Rewrite("MINUS SELECT|WITH|(", "EXCEPT {1}"),
)

_REWRITE_HANA = rewriting(*_HANA)
_REWRITE_TERADATA = rewriting(*_TERADATA)
_REWRITE_DB2 = rewriting(*_DB2)
_SPECIAL = re.compile(r"[#$@]")


def _quoted_specials(text: str, rules: LexicalRules) -> str:
    """Names with ``#``, ``$`` or ``@``, and tables of foreign servers (``t@server``), in quotes and in upper case.

    The parser has no such letters; these engines keep unquoted names in upper case.
    """
    if not _SPECIAL.search(text):
        return text
    pieces: list[str] = []
    for token in tokens(text, rules, blanks=True):
        is_server = token.kind == "parameter" and token.text[0] == "@" and pieces and (pieces[-1][-1:].isalnum())
        if is_server:
            pieces[-1] = f'"{pieces[-1]}{token.text}"'
        elif token.kind == "word" and _SPECIAL.search(token.text):
            pieces.append(f'"{token.text.upper()}"')
        else:
            pieces.append(token.text)
    return "".join(pieces)


def _prepare_teradata(text: str, rules: LexicalRules) -> str:
    return _REWRITE_TERADATA(_quoted_specials(text, rules), rules)


def _prepare_db2(text: str, rules: LexicalRules) -> str:
    return _REWRITE_DB2(_quoted_specials(text, rules), rules)


def _table_variables(text: str, rules: LexicalRules) -> str:
    """``FROM :lt``: what is read is a table that the script itself made."""
    pieces: list[str] = []
    before = ""
    for token in tokens(text, rules, blanks=True):
        is_table = token.kind == "parameter" and token.text[0] == ":" and before in ("FROM", "JOIN")
        pieces.append(f'"{token.text}"' if is_table else token.text)
        if token.kind not in ("space", "comment"):
            before = token.text.upper()
    return "".join(pieces)


def _prepare_hana(text: str, rules: LexicalRules) -> str:
    """The rewrites, and the names of temporary tables and table variables in quotes: the standard knows neither."""
    if ":" in text:
        text = _table_variables(text, rules)
    if "#" in text:
        found = tokens(text, rules, blanks=True)
        text = "".join(f'"{t.text.upper()}"' if t.kind == "word" and t.text[0] == "#" else t.text for t in found)
    return _REWRITE_HANA(text, rules)


ORACLE = Dialect(
    name="oracle",
    title="Oracle Database",
    parser="oracle",
    aliases=("plsql",),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    max_parts=2,
    session=(SessionStatement("ALTER SESSION SET CURRENT_SCHEMA = name", "schema"),),
    temporary=TemporaryRule(
        prefixes=("ORA$PTT_", "ora$ptt_"),
        made_by=(
            "CREATE GLOBAL TEMPORARY TABLE name AS query",
            "CREATE PRIVATE TEMPORARY TABLE ora$ptt_name AS query",
        ),
    ),
    system_schemas=frozenset({"sys", "system", "sysman", "dbsnmp", "xdb", "mdsys", "ctxsys", "audsys", "outln"}),
    lexical=LexicalRules(q_quotes=True, slash_line=True, word_more="$#", blocks="plsql"),
    prepare=rewriting(*_ORACLE),
)

TERADATA = Dialect(
    name="teradata",
    title="Teradata Vantage",
    parser="teradata",
    levels=("schema", "table"),
    words=("database", "table"),
    max_parts=2,
    session=(SessionStatement("DATABASE name", "schema"), SessionStatement("SET SESSION DATABASE name", "schema")),
    temporary=TemporaryRule(
        made_by=("CREATE VOLATILE TABLE name AS (query) WITH DATA", "CREATE GLOBAL TEMPORARY TABLE name AS query")
    ),
    system_schemas=frozenset({"dbc", "sysudtlib", "syslib", "td_sysfnlib", "tdwm", "systemfe", "sysadmin"}),
    lexical=LexicalRules(word_start="#", word_more="$", dot_commands=True),
    prepare=_prepare_teradata,
)

DB2 = Dialect(
    name="db2",
    title="IBM Db2",
    parser="",
    aliases=("db2luw", "db2zos", "dashdb"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    session=(SessionStatement("SET SCHEMA name", "schema"), SessionStatement("SET CURRENT SCHEMA = 'name'", "schema")),
    temporary=TemporaryRule(
        schemas=("session",),
        made_by=("DECLARE GLOBAL TEMPORARY TABLE session.name AS (query) WITH DATA",),
    ),
    system_schemas=frozenset({"sysibm", "syscat", "sysstat", "sysproc", "sysfun", "systools", "sysibmadm"}),
    lexical=LexicalRules(nested_comments=True, word_start="#@", word_more="$", terminator_comments=True),
    prepare=_prepare_db2,
)

HANA = Dialect(
    name="hana",
    title="SAP HANA",
    parser="",
    aliases=("sap_hana", "hdb"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    session=(SessionStatement("SET SCHEMA name", "schema"),),
    temporary=TemporaryRule(
        prefixes=("#", ":"),
        made_by=("CREATE LOCAL TEMPORARY TABLE #name AS (query)", "CREATE GLOBAL TEMPORARY TABLE name AS (query)"),
    ),
    system_schemas=frozenset({"sys", "system", "_sys_bic", "_sys_bi", "_sys_repo", "_sys_statistics"}),
    lexical=LexicalRules(word_start="#", word_more="$"),
    prepare=_prepare_hana,
)

DIALECTS = (ORACLE, TERADATA, DB2, HANA)
