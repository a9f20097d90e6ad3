"""IBM Db2: names of two parts, upper case at rest; session tables have the schema SESSION.

SQL reference, "Identifiers", "Statements"; Command reference, "LOAD", "EXPORT", "INGEST".
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.lexing import tokens, words
from dialects.rewriting import Rewrite, after, closing, name_end, rewriting, where_found, word_at
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
    Rewrite("^ INSERT INTO ( SELECT ..FROM <name> ..) VALUES|SELECT|WITH", "INSERT INTO {5} ({4}) {7}"),
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
    Rewrite("^ INGEST DATA? FROM FILE <name> FORMAT ..INSERT INTO <name> ...", "COPY {8} FROM '{4}'"),
    Rewrite("^ INGEST DATA? FROM FILE <name> FORMAT ..MERGE INTO <name> ...", "COPY {8} FROM '{4}'"),
    Rewrite("^ DECLARE GLOBAL TEMPORARY TABLE <name> LIKE <name> ...", "CREATE TEMPORARY TABLE {4} LIKE {6}"),
    Rewrite("^ CREATE VIEW <name> OF <name> ..AS SELECT|WITH|( ...", "CREATE VIEW {2} AS {6} {7}"),
    Rewrite("LAG|LEAD ( .., <any> , <any> , <string> )", "{0}({2}, {3}, {5})"),
    Rewrite("WITH NO? ROW MOVEMENT"),
    Rewrite("^ RUNSTATS|REORG|REORGCHK|REBIND|QUIESCE ...", "SET maintained = 1"),
    Rewrite("^ VALUES ( SELECT|WITH ..) $", "{2} {3}"),
    Rewrite("XMLQUERY ( <string> PASSING <name> ..)", "XMLQUERIED({4})"),
    Rewrite("XMLEXISTS ( <string> PASSING <name> ..)", "{4} IS NOT NULL"),
    Rewrite("XMLSERIALIZE ( CONTENT? ..AS ..)", "XMLSERIALIZED({3})"),
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


def _with_changes_first(text: str, rules: LexicalRules) -> str:
    """``WITH n AS (SELECT a FROM NEW TABLE (UPDATE t ...)) ...`` as the UPDATE, and then the query of ``t``.

    SQL Reference, "table-reference", "data-change-table-reference".
    """
    found = list(tokens(text, rules))
    for place in range(1, len(found) - 2):
        is_change = word_at(found, place) in _STATES and word_at(found, place + 1) == "TABLE"
        if not is_change or word_at(found, place + 2) != "(" or word_at(found, place + 3) not in _CHANGES:
            continue
        named = place + (5 if word_at(found, place + 4) in ("INTO", "FROM") else 4)
        end, last = closing(found, place + 2), name_end(found, named)
        if last < 0:
            return text
        change = text[found[place + 3].start : found[end - 2].end]
        table = text[found[named].start : found[last - 1].end]
        return f"{change}; {text[: found[place].start]}{table}{text[found[end - 1].end :]}"
    return text


_STATES = words("FINAL NEW OLD")
_CHANGES = words("INSERT UPDATE DELETE MERGE")
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
    mend=after(where_found(r"(?:FINAL|NEW|OLD)\s+TABLE\s*\(", _with_changes_first), rewriting(*_MENDS)),
)

DIALECTS = (DB2,)
