"""What engines may write and the parser refuses, rewritten with equal meaning; only texts that failed come here.

Each engine's list follows the syntax diagrams of its own reference. A text of no stated engine gets all of them.
"""

from __future__ import annotations

from dialects import Dialect
from dialects.rewriting import MODEL_MARK, Prepare, Rewrite, rewriting

_COMMON = (
    Rewrite("WITH CASCADED|LOCAL? CHECK OPTION"),
    Rewrite("WITH READ ONLY"),
    Rewrite("^ REPLACE TABLE|VIEW|DICTIONARY <name>", "CREATE OR REPLACE {1} {2}"),
    Rewrite("VIEW <name> (...)? WITH (...) AS", "VIEW {1} {2} AS"),
    Rewrite("^ ALTER MATERIALIZED VIEW <name> RENAME TO <name>", "ALTER VIEW {3} RENAME TO {6}"),
    Rewrite("ONLY ( <name> )", "{2}"),
    Rewrite("TABLESAMPLE SYSTEM|BERNOULLI|BLOCK|ROW? (...) REPEATABLE|SEED? (...)?"),
    Rewrite("OVERRIDING SYSTEM|USER VALUE"),
    Rewrite(":: REGTYPE|REGCLASS|REGPROC|REGPROCEDURE|REGROLE|REGNAMESPACE|REGOPER [ ]", ":: TEXT[]"),
    Rewrite("EMPTY ARRAY|OBJECT? ON EMPTY|ERROR"),
    Rewrite("NULL|ERROR|TRUE|FALSE|UNKNOWN ON EMPTY|ERROR"),
    Rewrite("DEFAULT <string> ON EMPTY|ERROR"),
    Rewrite("DEFAULT <any> ON EMPTY|ERROR"),
    Rewrite("WITH|WITHOUT CONDITIONAL|UNCONDITIONAL? ARRAY? WRAPPER"),
    Rewrite("KEEP|OMIT QUOTES ON? SCALAR? STRING?"),
    Rewrite("FORMAT JSON ENCODING? UTF8|UTF16|UTF32?"),
    Rewrite("^ EXPLAIN ANALYZE|ANALYSE VERBOSE? INSERT|UPDATE|DELETE|MERGE|CREATE|WITH|SELECT|FROM", "{3}"),
)
_MODEL = f"COMMENT='{MODEL_MARK}'"
_SNOWFLAKE = (
    Rewrite(
        "^ CREATE OR? REPLACE? CORTEX SEARCH SERVICE IF? NOT? EXISTS? <name> ON ..AS ...",
        f"CREATE TABLE {{9}} {_MODEL} AS {{12}}",
    ),
    Rewrite(
        "^ CREATE OR? REPLACE? SNOWFLAKE . ML . <any> IF? NOT? EXISTS? <name> ( INPUT_DATA => TABLE ( <name> ) ..)",
        f"CREATE TABLE {{11}} {_MODEL} AS SELECT * FROM {{17}}",  # noqa: S608 - text for the parser
    ),
    Rewrite(
        "^ CREATE OR? REPLACE? SNOWFLAKE . ML . <any> IF? NOT? EXISTS? <name> ( INPUT_DATA => TABLE (..) ..)",
        f"CREATE TABLE {{11}} {_MODEL} AS {{16}}",
    ),
    Rewrite("^ CREATE OR? REPLACE? PIPE ..COPY ...", "COPY {5}"),
    Rewrite("COPY GRANTS"),
    Rewrite("WITH LOCATION =", "LOCATION ="),
    Rewrite("EXTERNAL TABLE IF? NOT? EXISTS? <name> USING TEMPLATE (...)", "EXTERNAL TABLE {5}"),
)
_PLAIN_SETS = Rewrite("UNION|EXCEPT|INTERSECT SELECT|WITH|FROM", "{0} DISTINCT {1}")
_PLAIN_BRACKETS = Rewrite("UNION|EXCEPT|INTERSECT ( SELECT|WITH|FROM|(", "{0} DISTINCT ({2}")
"""In brackets only what is a query: ``* EXCEPT (a)`` is no set operation."""
_PLAIN_MINUS = Rewrite("MINUS SELECT|WITH|FROM|(", "EXCEPT DISTINCT {1}")
_BIGQUERY = (
    _PLAIN_SETS,
    _PLAIN_BRACKETS,
    _PLAIN_MINUS,
    Rewrite("CLONE|COPY <name> FOR SYSTEM_TIME AS OF ...", "{0} {1}"),
    Rewrite(
        "^ CREATE OR? REPLACE? MATERIALIZED VIEW ..AS REPLICA OF <name>",
        "CREATE MATERIALIZED VIEW {5} AS SELECT * FROM {8}",
    ),
    Rewrite("FOR SYSTEM_TIME AS OF <name> (...)"),
    Rewrite("FOR SYSTEM_TIME AS OF TIMESTAMP|DATETIME? <string>"),
    Rewrite("APPENDS|CHANGES ( TABLE <name> ..)", "{3}"),
    Rewrite("(|, MODEL <name> ,|)", "{0} 'model' {3}"),
    Rewrite("( TABLE <name> ,|)", "((SELECT * FROM {2}) {3}"),
    Rewrite(", TABLE <name> ,|)", ", (SELECT * FROM {2}) {3}"),
    Rewrite("WITH PARTITION COLUMNS (...)?"),
    Rewrite("WITH CONNECTION <name>"),
    Rewrite("^ LOAD DATA INTO|OVERWRITE <name> ..FROM FILES (...)", "LOAD DATA INTO {3} FROM FILES {6}"),
)
_IF_NO_PARTITION = Rewrite("PARTITION (...) IF NOT EXISTS", "PARTITION {1}")
_SPARK = (Rewrite("BY|, WINDOW (...)", "{0} TIME_WINDOW {2}"), _IF_NO_PARTITION)
"""The function that cuts time into windows, where the parser expects the clause of that name; see also Hive."""
_DATABRICKS = (
    *_SPARK,
    Rewrite("AS TABLE <name> $", "AS SELECT * FROM {2}"),
    Rewrite("WATERMARK ..DELAY OF INTERVAL <any> <any>"),
    Rewrite("CLONE <name> VERSION|TIMESTAMP AS OF <any>", "CLONE {1}"),
    Rewrite("CLONE <name> TBLPROPERTIES (...)", "CLONE {1}"),
    Rewrite("CLONE <name> LOCATION <string>", "CLONE {1}"),
    Rewrite("WITH ( CREDENTIAL|ENCRYPTION|STORAGE ..)"),
    Rewrite("INSERT INTO? ONCE INTO? <name>", "INSERT INTO {4}"),
    Rewrite("^ CREATE FLOW <name> ..AS INSERT ONCE? INTO? ONCE? <name>", "INSERT INTO {8}"),
)
_ORACLE = (
    Rewrite("SEARCH DEPTH|BREADTH FIRST BY ..SET <any>"),
    Rewrite("CYCLE ..SET <any> TO <any> DEFAULT <any>"),
    Rewrite("PARTITION|SUBPARTITION FOR (...)"),
    Rewrite("PIVOT XML (", "PIVOT ("),
    Rewrite("VERSIONS BETWEEN SCN|TIMESTAMP ..AND <any>"),
    Rewrite("PRIVATE TEMPORARY TABLE", "TEMPORARY TABLE"),
    Rewrite("ON COMMIT DROP|PRESERVE DEFINITION"),
    Rewrite("FORCE|NOFORCE EDITIONABLE|NONEDITIONABLE? VIEW", "VIEW"),
    Rewrite("EDITIONABLE|NONEDITIONABLE VIEW", "VIEW"),
    Rewrite("UNIQUE RELY|DISABLE|NOVALIDATE DISABLE|NOVALIDATE? NOVALIDATE?"),
    Rewrite("BEQUEATH CURRENT_USER|DEFINER"),
    Rewrite("ORGANIZATION EXTERNAL ( ..LOCATION ( <string> ..) ..) REJECT? LIMIT? UNLIMITED?", "LOCATION {5}"),
    Rewrite("ORGANIZATION EXTERNAL ( ..LOCATION ( <any> : <string> ..) ..) REJECT? LIMIT? UNLIMITED?", "LOCATION {7}"),
    Rewrite("DEFAULT COLLATION <name>"),
    Rewrite("ORGANIZATION EXTERNAL (...)"),
    Rewrite("^ CREATE TABLE <name> FOR EXCHANGE WITH TABLE <name>", "CREATE TABLE {2} LIKE {7}"),
    Rewrite("^ DELETE FROM <name> FROM", "DELETE FROM {2} USING"),
    Rewrite("^ DELETE FROM <name> <any> FROM", "DELETE FROM {2} {3} USING"),
    Rewrite("ORGANIZATION INDEX|HEAP"),
    Rewrite("EXTRACT ( <name> ,", "XML_EXTRACT({2},"),
    Rewrite("EXTRACT ( <name> (...) ,", "XML_EXTRACT({2}{3},"),
    Rewrite("PARTITION (...) SUBPARTITION (...)"),
)
_TERADATA = (
    Rewrite("LOGGING ALL? ERRORS ..."),
    Rewrite("^ VALIDTIME|TRANSACTIONTIME AS OF DATE|TIMESTAMP? <any> SELECT|SEL", "{5}"),
    Rewrite(
        "^ CURRENT|SEQUENCED|NONSEQUENCED VALIDTIME|TRANSACTIONTIME SELECT|SEL|INSERT|INS|UPDATE|UPD|DELETE|DEL", "{2}"
    ),
    Rewrite(
        "^ CREATE FOREIGN TABLE <name> (...) ..USING ( LOCATION ( <string> ) ...", "CREATE TABLE {3} {4} LOCATION {9}"
    ),
    Rewrite("^ SELECT|SEL * FROM WRITE_NOS ( ON (..) ..LOCATION ( <string> ) ...", "COPY ({6}) TO {9}"),
    Rewrite("STRTOK_SPLIT_TO_TABLE (...)", "SPLIT_TO_ROWS{1}"),
    Rewrite("^ UPDATE|UPD ..ELSE INSERT|INS ...", "UPDATE {1}"),
    Rewrite("TABLE <name> , ..AS", "TABLE {1} AS"),
    Rewrite("AND NO? STATS|STATISTICS"),
    Rewrite("GLOBAL TEMPORARY TABLE", "VOLATILE TABLE"),
    Rewrite("ASC|DESC )", ")"),
    Rewrite("SELECT|SEL NORMALIZE ON MEETS|OVERLAPS OR? MEETS|OVERLAPS?", "SELECT"),
    Rewrite("SELECT|SEL NORMALIZE", "SELECT"),
    Rewrite("TABLE ( <name> (...) RETURNS (...)? <name>? )", "TABLE ({2}{3})"),
    Rewrite("SUM|AVG|MIN|MAX|COUNT (...) ( DECIMAL|NUMERIC|FLOAT|BIGINT|INTEGER|INT (...)? )", "{0}{1}"),
)
_MYSQL = (
    Rewrite("IGNORE|REPLACE AS? SELECT|WITH", "AS {2}"),
    Rewrite("DEFAULT <string> ON EMPTY|ERROR"),
    Rewrite("NULL|ERROR ON EMPTY|ERROR"),
    Rewrite("EXISTS PATH", "PATH"),
    Rewrite("( VALUES ROW ..UNION", "(SELECT * FROM (VALUES {3}) UNION"),
    Rewrite("ROW (...)", "{1}"),
    Rewrite("UNION|EXCEPT|INTERSECT ALL|DISTINCT? TABLE <name>", "{0} {1} SELECT * FROM {3}"),
    Rewrite("UPDATE IGNORE|LOW_PRIORITY IGNORE?", "UPDATE"),
    Rewrite("DELETE LOW_PRIORITY|QUICK|IGNORE QUICK|IGNORE? IGNORE?", "DELETE"),
    Rewrite("USE|FORCE|IGNORE INDEX|KEY FOR? JOIN|ORDER|GROUP? BY? (...)"),
    Rewrite("SELECT SQL_NO_CACHE|SQL_CACHE|SQL_CALC_FOUND_ROWS|HIGH_PRIORITY", "SELECT"),
    Rewrite("SELECT SQL_SMALL_RESULT|SQL_BIG_RESULT|SQL_BUFFER_RESULT", "SELECT"),
    Rewrite("TABLE <name> IGNORE|REPLACE AS? SELECT|WITH|(", "TABLE {1} AS {4}"),
    Rewrite("^ CREATE OR? REPLACE? ALGORITHM|DEFINER|SQL ..VIEW", "CREATE {1} {2} VIEW"),
    Rewrite("^ ALTER ALGORITHM|DEFINER|SQL ..VIEW", "ALTER VIEW"),
    Rewrite("^ ALTER VIEW <name> (...) AS", "CREATE OR REPLACE VIEW {2} {3} AS"),
    Rewrite("^ ALTER TABLE <name> RENAME AS <name>", "ALTER TABLE {2} RENAME TO {5}"),
)
_SQLITE = (
    Rewrite(") STRICT , WITHOUT ROWID", ")"),
    Rewrite(") WITHOUT ROWID , STRICT", ")"),
    Rewrite(") STRICT $", ")"),
    Rewrite(") WITHOUT ROWID", ")"),
    Rewrite("UPDATE OR IGNORE|REPLACE|ABORT|FAIL|ROLLBACK", "UPDATE"),
    Rewrite(
        "^ CREATE VIRTUAL TABLE IF? NOT? EXISTS? <name> USING <any> ( ..FILENAME = <string> ...",
        "CREATE EXTERNAL TABLE {6} LOCATION {12}",
    ),
    Rewrite("^ CREATE VIRTUAL TABLE IF? NOT? EXISTS? <name> USING <any> (...)", "CREATE VIRTUAL TABLE {6} USING {8}"),
)
_CLICKHOUSE = (
    Rewrite("^ INSERT INTO TABLE? <name> (...)? FORMAT <any> ...", "INSERT INTO {3} {4} VALUES (1)"),
    Rewrite("^ INSERT INTO TABLE? <name> (...)? SETTINGS ..FORMAT <any> ...", "INSERT INTO {3} {4} VALUES (1)"),
    _PLAIN_SETS,
    _PLAIN_BRACKETS,
    Rewrite("POPULATE AS", "AS"),
    Rewrite("LIVE VIEW", "VIEW"),
    Rewrite("WITH REFRESH <any> AS", "AS"),
    Rewrite("LIMIT <any> BY ..LIMIT", "LIMIT"),
    Rewrite("^ ALTER TABLE <name> UPDATE ..WHERE ...", "UPDATE {2} SET {4} WHERE {5}"),
    Rewrite("^ ALTER TABLE <name> ON CLUSTER <any> UPDATE ..WHERE ...", "UPDATE {2} SET {7} WHERE {8}"),
    Rewrite("^ SELECT|WITH|FROM ..INTO OUTFILE <string> ...", "INSERT INTO FUNCTION file({3}) {0} {1}"),
    Rewrite("COMPRESSION <string>"),
    Rewrite("IN PARTITION ID? <any> WHERE", "WHERE"),
    Rewrite("DEFINER = <any> SQL SECURITY DEFINER|INVOKER|NONE"),
    Rewrite("SQL SECURITY DEFINER|INVOKER|NONE"),
    Rewrite("WATERMARK = INTERVAL? <any> <any> AS", "AS"),
    Rewrite("WATERMARK = INTERVAL? <any> <any> ALLOWED_LATENESS = INTERVAL? <any> <any> AS", "AS"),
    Rewrite("^ ALTER TABLE <name> MODIFY QUERY ...", "CREATE VIEW {2} AS {5}"),
    Rewrite("^ ALTER TABLE <name> ON CLUSTER <any> MODIFY QUERY ...", "CREATE VIEW {2} AS {8}"),
)
_DUCKDB = (
    Rewrite("INTO <name> BY POSITION", "INTO {1}"),
    Rewrite("THEN UPDATE BY NAME|POSITION", "THEN UPDATE SET *"),
    Rewrite("THEN INSERT BY NAME|POSITION", "THEN INSERT *"),
    Rewrite("MERGE INTO <name> USING <name> USING ( <any> )", "MERGE INTO {2} USING {4} ON {2}.{7} = {4}.{7}"),
    Rewrite(
        "MERGE INTO <name> AS? <any> USING <name> AS? <any> USING ( <any> )",
        "MERGE INTO {2} AS {4} USING {6} AS {8} ON {4}.{11} = {8}.{11}",
    ),
    Rewrite("AS PIVOT|UNPIVOT|PIVOT_WIDER|PIVOT_LONGER ...", "AS SELECT * FROM ({1} {2})"),
)
_HANA = (Rewrite("( PLACEHOLDER ..)"),)
_DB2 = (
    Rewrite("PASSING <name> AS <any> COLUMNS", "PASSING {1} COLUMNS"),
    Rewrite(
        "^ INSERT INTO <name> (...)? ..FROM FINAL|NEW|OLD TABLE ( INSERT|UPDATE|DELETE INTO|FROM? <name> ..) ...",
        "{8} {9} {10} {11}; INSERT INTO {2} {3} {4} FROM {10} {12}",
    ),
    Rewrite("^ EXPORT TO ..OF <any> ..SELECT ...", "COPY (SELECT {5}) TO '{2}'"),
    Rewrite(
        "^ CREATE EXTERNAL TABLE <name> (...) ..USING ( ..DATAOBJECT <string> ...", "CREATE TABLE {3} {4} LOCATION {8}"
    ),
    Rewrite("^ CREATE EXTERNAL TABLE <string> ..AS SELECT ...", "COPY (SELECT {6}) TO {3}"),
)
_PERIODS = (Rewrite("BEGIN|END|LAST ( <name> )", "PERIOD_{0}({2})"),)
_REDSHIFT = (
    Rewrite("^ CREATE MODEL <name> FROM (..) TARGET|FUNCTION ...", f"CREATE TABLE {{2}} {_MODEL} AS {{4}}"),
    Rewrite(
        "^ CREATE MODEL <name> FROM <name> TARGET|FUNCTION ...",
        f"CREATE TABLE {{2}} {_MODEL} AS SELECT * FROM {{4}}",  # noqa: S608 - as above
    ),
    Rewrite("^ CREATE MODEL <name> FROM <string> ...", f"CREATE TABLE {{2}} {_MODEL}"),
    Rewrite("^ CREATE MODEL <name> FUNCTION ...", f"CREATE TABLE {{2}} {_MODEL}"),
    Rewrite("SORTKEY AUTO"),
    Rewrite("DISTKEY|SORTKEY DISTKEY|SORTKEY? ,|)|ENCODE|NOT|NULL|PRIMARY|UNIQUE", "{2}"),
)
_TSQL = (
    Rewrite("WITH XMLNAMESPACES (...) ,", "WITH"),
    Rewrite("WITH XMLNAMESPACES (...)"),
    Rewrite(
        "CHANGETABLE ( CHANGES|VERSION <name> , ..)",
        "(SELECT *, NULL AS sys_change_version, NULL AS sys_change_creation_version, NULL AS sys_change_operation, "
        "NULL AS sys_change_columns, NULL AS sys_change_context FROM {3})",
    ),
    Rewrite("WHERE|AND|OR MATCH (...)", "{0} 1 = 1"),
    Rewrite("FOR PATH AS? <name> ,|WHERE", "AS {3} {4}"),
    Rewrite("WITHIN GROUP ( GRAPH PATH )"),
    Rewrite("OPTION (...)"),
    Rewrite("SPARSE NULL|,|)", "{1}"),
    Rewrite("COLUMN_SET FOR ALL_SPARSE_COLUMNS"),
    Rewrite(", CONSTRAINT <name> CONNECTION (...) ON? DELETE? CASCADE|NO? ACTION?"),
    Rewrite("KEY|UNIQUE CLUSTERED|NONCLUSTERED HASH?", "{0}"),
    Rewrite(
        ", INDEX <name> UNIQUE? CLUSTERED|NONCLUSTERED? COLUMNSTORE|HASH? (...)? INCLUDE? (...)? WHERE? <name>? "
        "<any>? <any>? WITH? (...)? )",
        ")",
    ),
    Rewrite("INDEX <name> UNIQUE? CLUSTERED|NONCLUSTERED"),
    Rewrite("XML ( CONTENT|DOCUMENT? <name> )", "XML"),
    Rewrite("ROWGUIDCOL"),
    Rewrite("FILESTREAM ,|)|NULL|NOT", "{1}"),
    Rewrite("TEXTIMAGE_ON|FILESTREAM_ON <name>"),
    Rewrite("PARSE|TRY_PARSE ( ..AS <any> (...)? USING <any> )", "CAST({2} AS {3}{4})"),
    Rewrite("INDEX = <name> ,|)", "INDEX({2}){3}"),
    Rewrite("WHERE CURRENT OF GLOBAL? <name>"),
    Rewrite("DEFAULT <any> (...)? WITH VALUES", "DEFAULT {1}{2}"),
    Rewrite("VIEW <name> (...)? WITH ENCRYPTION|SCHEMABINDING|VIEW_METADATA ..AS", "VIEW {1} {2} AS"),
    Rewrite("MASKED|ENCRYPTED WITH (...)"),
    Rewrite("GENERATED ALWAYS AS ROW|TRANSACTION_ID|SEQUENCE_NUMBER START|END HIDDEN?"),
    Rewrite(", PERIOD FOR SYSTEM_TIME (...)"),
    Rewrite("INTO <name> ON <name> FROM", "INTO {1} FROM"),
    Rewrite(
        "PREDICT ( MODEL = <any> , DATA = <name> AS <any> ..) WITH (..) AS <name>",
        "{8} AS {10} CROSS APPLY PREDICTED({10}.*) AS {15}",
    ),
)
_HIVE = (Rewrite("ENABLE|DISABLE VALIDATE|NOVALIDATE? RELY|NORELY? ,|)", "{3}"), _IF_NO_PARTITION)
_DREMIO = (
    Rewrite("AT BRANCH|TAG|COMMIT|SNAPSHOT|REF|REFERENCE <any>"),
    Rewrite("^ CREATE OR? REPLACE? VDS", "CREATE {1} {2} VIEW"),
    Rewrite("STORE AS (...) WITH? SINGLE? WRITER?"),
    Rewrite("HASH|ROUND_ROBIN|STRIPED|CONSOLIDATED PARTITION BY (...)"),
    Rewrite("LOCALSORT|DISTRIBUTE BY (...)"),
)
"""https://docs.dremio.com/current/reference/sql/commands/: versions of tables, how files are written, old words."""
_TRINO = (
    Rewrite("PASSING <name> AS <name>"),
    Rewrite("RETURNS NULL ON NULL INPUT"),
    Rewrite("CALLED ON NULL INPUT"),
    Rewrite("DESCRIPTOR (...)", "NULL"),
)
_ENGINES = {
    "tsql": _TSQL,
    "fabric": _TSQL,
    "trino": _TRINO,
    "presto": _TRINO,
    "athena": _TRINO,
    "hive": _HIVE,
    "redshift": _REDSHIFT,
    "snowflake": _SNOWFLAKE,
    "bigquery": _BIGQUERY,
    "databricks": _DATABRICKS,
    "spark": _SPARK,
    "oracle": _ORACLE,
    "teradata": _TERADATA,
    "mysql": _MYSQL,
    "sqlite": _SQLITE,
    "clickhouse": _CLICKHOUSE,
    "duckdb": _DUCKDB,
    "dremio": _DREMIO,
}
_PASSES: dict[str, Prepare] = {name: rewriting(*_COMMON, *own) for name, own in _ENGINES.items()}
_PASSES["teradata"] = rewriting(*_COMMON, *_TERADATA, *_PERIODS)
_GENERAL = rewriting(
    *_COMMON,
    *_DB2,
    *_HANA,
    *(rule for own in _ENGINES.values() for rule in own if rule not in (_PLAIN_SETS, _PLAIN_BRACKETS, _PLAIN_MINUS)),
)
_OTHERS = rewriting(*_COMMON)


def respelled(text: str, dialect: Dialect) -> str:
    """``text`` as the parser of ``dialect`` may read it; unchanged where no rule fits."""
    if dialect.mend is not None:
        text = dialect.mend(text, dialect.lexical)
    chosen = _PASSES.get(dialect.parser, _OTHERS) if dialect.parser else _GENERAL
    return chosen(text, dialect.lexical)
