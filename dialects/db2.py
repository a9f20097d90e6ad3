"""IBM Db2: names of two parts, upper case at rest; session tables have the schema SESSION.

SQL reference, "Identifiers", "Statements"; Command reference, "LOAD", "EXPORT", "INGEST".
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.rewriting import Rewrite, after, rewriting, where_found
from dialects.special_names import with_quoted_specials

_DURATIONS = "|".join(f"{unit}|{unit}S" for unit in ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND"))
_DB2 = (
    Rewrite("^ DECLARE GLOBAL TEMPORARY TABLE", "CREATE TEMPORARY TABLE"),
    Rewrite("CREATE GLOBAL TEMPORARY TABLE", "CREATE TEMPORARY TABLE"),
    Rewrite("ON COMMIT PRESERVE|DELETE|DROP ROWS|TABLE?"),
    Rewrite("NOT LOGGED ON? ROLLBACK? PRESERVE|DELETE? ROWS? INITIALLY?"),
    Rewrite("WITH UR|CS|RS|RR|REPLACE"),
    Rewrite("WITH DATA"),
    Rewrite("DEFINITION ONLY", "WITH NO DATA"),
    Rewrite("ELSE IGNORE"),
    Rewrite("OPTIMIZE FOR <any> ROW|ROWS"),
    Rewrite("FOR READ|FETCH ONLY"),
    Rewrite("CURRENT DATE|TIME|TIMESTAMP|USER", "CURRENT_{1}"),
    Rewrite("CURRENT SQLID|SERVER|TIMEZONE|SCHEMA|PATH|MEMBER|DEGREE|ISOLATION|CLIENT_ACCTNG|CLIENT_USERID", "'{1}'"),
    Rewrite(f"+|- <any> {_DURATIONS}", "{0} {1}"),
    Rewrite(f"+|- (...) {_DURATIONS}", "{0} {1}"),
    Rewrite("^ SELECT ..FROM FINAL|NEW|OLD TABLE (..) ...", "{4}"),
    Rewrite(
        "^ CREATE TEMPORARY? TABLE <name> (...)? AS (...) WITH NO DATA ...",
        "CREATE {1} TABLE {3} {4} AS {6} WITH NO DATA",
    ),
    Rewrite("^ CREATE TEMPORARY TABLE <name> (...) IN|ON|NOT|WITH ...", "CREATE TEMPORARY TABLE {3} {4}"),
    Rewrite("^ CREATE TABLE <name> (...)? AS (...) ...", "CREATE TABLE {2} {3} AS {5}"),
    Rewrite("PASSING <name> AS <any> COLUMNS", "PASSING {1} COLUMNS"),
    Rewrite("PASSING (...) AS <any> COLUMNS", "PASSING {1} COLUMNS"),
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
    Rewrite("^ VALUES <name> ...", "SELECT {1} {2}"),
    Rewrite("^ CONNECT TO|RESET ...", "SET connected = 1"),
)
_MENDS = (
    Rewrite("NEXTVAL|PREVVAL FOR <name>", "NULL"),
    Rewrite("PREVIOUS VALUE FOR <name>", "NULL"),
    Rewrite("CONCAT <string>", "|| {1}"),
    Rewrite("CONCAT <name>", "|| {1}"),
    Rewrite("VALUE (", "COALESCE ("),
    Rewrite("FOR PORTION OF BUSINESS_TIME FROM|BETWEEN <any> TO|AND <any>"),
    Rewrite("FOR PORTION OF BUSINESS_TIME FROM|BETWEEN ..SET", "SET"),
    Rewrite("FOR BUSINESS_TIME|SYSTEM_TIME AS OF <any>"),
    Rewrite("FOR BUSINESS_TIME|SYSTEM_TIME FROM|BETWEEN <any> TO|AND <any>"),
    Rewrite("USE AND KEEP SHARE|UPDATE|EXCLUSIVE LOCKS"),
    Rewrite("FOR UPDATE OF <name>"),
    Rewrite("SKIP LOCKED DATA"),
    Rewrite("FROM|JOIN EXTERNAL <string> LIKE <name> USING? (...)?", "{0} READ_FILES({2})"),
    Rewrite("FROM|JOIN EXTERNAL <string> (...)? USING? (...)?", "{0} READ_FILES({2})"),
    Rewrite("WHEN NOT? MATCHED THEN SIGNAL SQLSTATE VALUE? <string> SET MESSAGE_TEXT = <any>"),
    Rewrite("WHEN NOT? MATCHED THEN SIGNAL SQLSTATE VALUE? <string>"),
    Rewrite("WHEN NOT? MATCHED AND ..THEN SIGNAL SQLSTATE VALUE? <string> SET MESSAGE_TEXT = <any>"),
    Rewrite("^ LOAD FROM (..) OF CURSOR ..INTO <name> (...)? ...", "INSERT INTO {6} {7} {2}"),
    Rewrite("^ INGEST DATA? FROM FILE <string> ..INSERT INTO <name> ...", "COPY {7} FROM {4}"),
    Rewrite("^ INGEST DATA? FROM FILE <string> ..MERGE INTO <name> ...", "COPY {7} FROM {4}"),
    Rewrite("^ EXPORT TO <string> OF <any> ..SELECT ...", "COPY (SELECT {6}) TO {2}"),
    Rewrite("^ SET CURRENT FUNCTION? PATH ...", "SET PATH = CURRENT"),
    Rewrite("INCLUDING|EXCLUDING COLUMN? DEFAULTS"),
    Rewrite("INCLUDING|EXCLUDING IDENTITY COLUMN? ATTRIBUTES?"),
    Rewrite("^ CREATE SUMMARY TABLE", "CREATE TABLE"),
    Rewrite("^ CREATE TABLE <name> (...)? FOR <name> PROPAGATE ...", "CREATE TABLE {2} LIKE {5}"),
    Rewrite("^ ALTER TABLE <name> ACTIVATE NOT LOGGED INITIALLY WITH EMPTY TABLE", "TRUNCATE TABLE {2}"),
    Rewrite("^ TRUNCATE TABLE? <name> DROP|REUSE|IGNORE|RESTRICT|CONTINUE|IMMEDIATE ...", "TRUNCATE TABLE {2}"),
)
"""What the parser refuses: old words, periods of time, the utilities that move rows from and to files."""

_LEVELS = where_found(
    r"CONNECT\s+BY\b",
    rewriting(
        Rewrite("SELECT|, LEVEL ,|FROM", "{0} NULL AS LEVEL {2}"),
        Rewrite("LEVEL", "NULL"),
    ),
)
"""In a hierarchical query LEVEL is the depth, and no column: SQL reference, "CONNECT_BY_ROOT", "LEVEL"."""
_REWRITE = after(_LEVELS, rewriting(*_DB2))


def _prepare(text: str, rules: LexicalRules) -> str:
    return _REWRITE(with_quoted_specials(text, rules), rules)


DB2 = Dialect(
    name="db2",
    public_synonyms="SYSPUBLIC",
    title="IBM Db2",
    parser="",
    aliases=("db2luw", "db2zos", "dashdb"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    trailing_blanks=False,
    levels=("schema", "table"),
    own_schemas=True,
    session=(SessionStatement("SET SCHEMA name", "schema"), SessionStatement("SET CURRENT SCHEMA = 'name'", "schema")),
    temporary=TemporaryRule(
        schemas=("session",),
        made_by=("DECLARE GLOBAL TEMPORARY TABLE session.name AS (query) WITH DATA",),
    ),
    system_schemas=frozenset({"sysibm", "syscat", "sysstat", "sysproc", "sysfun", "systools", "sysibmadm"}),
    system_tables=("sysdummy1",),
    lexical=LexicalRules(nested_comments=True, word_start="#@$", word_more="$", terminator_comments=True),
    prepare=_prepare,
    mend=rewriting(*_MENDS),
)

DIALECTS = (DB2,)
