"""Hive, Impala, Spark and Databricks: names without regard to case, both kinds of quotes for strings.

https://spark.apache.org/docs/latest/sql-ref-identifier.html, https://docs.databricks.com/sql/language-manual
(names of Unity Catalog have three parts), https://cwiki.apache.org/confluence/display/Hive/LanguageManual.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialects.base import Dialect, LexicalRules, SessionStatement, TemporaryRule
from dialects.rewriting import Rewrite, after, rewriting, where_found
from dialects.table_functions import with_plain_inputs

_LEXICAL = LexicalRules(
    identifier_quotes=(("`", "`"),),
    string_quotes=("'", '"'),
    backslash_escapes=True,
    word_more="",
    bang_commands=True,
    source_commands=True,
    blocks="none",
)

_PREPARE = (
    Rewrite("TABLESAMPLE SYSTEM|BERNOULLI? (...) REPEATABLE? (...)?"),
    Rewrite("TRANSACTIONAL|MANAGED TABLE", "TABLE"),
    Rewrite("DISABLE|ENABLE REWRITE"),
    Rewrite("CLUSTERED|DISTRIBUTED|SORTED ON (...)"),
    Rewrite("SKEWED BY (...) ON (...) STORED AS DIRECTORIES"),
    Rewrite("SKEWED BY (...) ON (...)"),
    Rewrite("DISABLE|ENABLE NOVALIDATE|VALIDATE RELY|NORELY?"),
    Rewrite("FOR SYSTEM_VERSION AS OF <any>"),
    Rewrite("UPSERT INTO TABLE? <name>", "INSERT INTO {3}"),
    Rewrite("^ UPSERT TABLE? <name>", "INSERT INTO {2}"),
    Rewrite("ENCODING AUTO_ENCODING|PLAIN_ENCODING|RLE|DICT_ENCODING|BIT_SHUFFLE|PREFIX_ENCODING"),
    Rewrite("COMPRESSION LZ4|SNAPPY|ZLIB|NO_COMPRESSION|DEFAULT_COMPRESSION"),
    Rewrite("BLOCK_SIZE <any>"),
    Rewrite("IREGEXP", "REGEXP"),
)
"""Clauses of Hive and Impala that say how rows are stored or sampled, and Impala's words for what others have too."""
_DEFINITIONS = where_found(
    r"LIKE\s+(?:FILE\s+)?(?:PARQUET|ORC|AVRO)\b"
    r"|CREATE\b[^(]*?\b(?:PRIMARY\s+KEY|PARTITION\s+BY|SORT\s+BY|SCHEDULED\s+QUERY)\b",
    rewriting(
        Rewrite("LIKE FILE? PARQUET|ORC|AVRO <string>"),
        Rewrite("^ CREATE OR? REPLACE? SCHEDULED QUERY <name> ..INSERT ...", "INSERT {7}"),
        Rewrite(
            "^ CREATE EXTERNAL? TABLE IF? NOT? EXISTS? <name> PRIMARY|PARTITION|SORT ..SELECT ...",
            "CREATE TABLE {6} AS SELECT {9}",
        ),
    ),
)
"""The same for definitions: apart, since their first words stand in very many texts."""
_SPARK_PREPARE = (
    Rewrite("TABLESAMPLE SYSTEM|BERNOULLI? (...) REPEATABLE? (...)?"),
    Rewrite("WITH SCHEMA EVOLUTION"),
    Rewrite("REPLACE USING (...)"),
    Rewrite("LIVE TABLE|VIEW", "{1}"),
    Rewrite("PRIVATE TABLE|VIEW|STREAMING|MATERIALIZED", "{1}"),
    Rewrite("CONSTRAINT <name> EXPECT (...) ON VIOLATION DROP|FAIL ROW|UPDATE", "CONSTRAINT {1} CHECK {3}"),
    Rewrite("CONSTRAINT <name> EXPECT (...)", "CONSTRAINT {1} CHECK {3}"),
    Rewrite("SCHEDULE REFRESH? EVERY <any> <any>"),
    Rewrite("SCHEDULE REFRESH? CRON <string> AT? TIME? ZONE? <string>?"),
    Rewrite("TRIGGER ON UPDATE AT? MOST? EVERY? INTERVAL? <any>? MINUTE|MINUTES|HOUR|HOURS|DAY|DAYS?"),
    Rewrite("DEEP CLONE", "CLONE"),
    Rewrite("CLONE <name> VERSION|TIMESTAMP AS OF <any>", "CLONE {1}"),
    Rewrite("CLONE <name> LOCATION <string>", "CLONE {1}"),
    Rewrite("MAX RECURSION LEVEL <any>"),
    Rewrite("VECTOR_SEARCH (...)", "SEARCHED_INDEX{1}"),  # to the parser, BigQuery's function of that name
)
"""Clauses of Spark and Databricks without meaning for lineage; the old words of Delta Live Tables."""
_JOINED = re.compile(r"(\bIDENTIFIER\s*\(\s*)('[^'\\]*'(?:\s*\|\|\s*'[^'\\]*')+)(?=\s*\))", re.IGNORECASE)


def _with_joined_names(text: str, rules: LexicalRules) -> str:
    """``IDENTIFIER('a.' || 'b')`` as ``IDENTIFIER('a.b')``: a constant is a name.

    https://spark.apache.org/docs/latest/sql-ref-identifier-clause.html
    """
    del rules
    return _JOINED.sub(lambda m: f"{m[1]}'{''.join(re.findall(_LITERAL, m[2]))}'", text)


_LITERAL = r"'([^']*)'"
_STREAMS = where_found(r"STREAM\s+[\w`]+\s*\.", rewriting(Rewrite("FROM|JOIN STREAM <name>", "{0} {2}")))
"""The word before a table that is read as a stream of its rows; apart, since a table may be called so."""
_GLOBALS = where_found(
    r"GLOBAL\s+TEMP",
    rewriting(
        Rewrite("GLOBAL TEMPORARY|TEMP VIEW IF? NOT? EXISTS? <name>", "TEMPORARY VIEW {3} {4} {5} global_temp.{6}")
    ),
)
"""A global temporary view lives in a schema of its own: https://spark.apache.org/docs/latest/sql-ref-syntax-ddl-create-view.html."""
_COPIES = where_found(r"COPY\b[^;]*\bBY\b[^;]*\bPOSITION\b", rewriting(Rewrite("BY POSITION FROM", "FROM")))
_FLOWS = where_found(
    r"FLOW\b",
    rewriting(
        Rewrite("^ CREATE FLOW <name> AS INSERT", "INSERT"),
        Rewrite("^ CREATE FLOW <name> COMMENT <string> AS INSERT", "INSERT"),
    ),
)

_USE = SessionStatement("USE name", "schema")

HIVE = Dialect(
    name="hive",
    title="Apache Hive",
    parser="hive",
    joined_quotes="whole",
    levels=("schema", "table"),
    words=("database", "table"),
    max_parts=2,
    default_schema="default",
    session=(_USE,),
    temporary=TemporaryRule(made_by=("CREATE TEMPORARY TABLE name AS query",)),
    system_schemas=frozenset({"information_schema", "sys"}),
    lexical=_LEXICAL,
    prepare=after(with_plain_inputs, _DEFINITIONS, rewriting(*_PREPARE)),
)

IMPALA = replace(
    HIVE,
    name="impala",
    title="Apache Impala",
    aliases=(),
    joined_quotes="none",
    temporary=TemporaryRule(),
    system_schemas=frozenset({"_impala_builtins", "sys", "information_schema"}),
)

SPARK = replace(
    HIVE,
    name="spark",
    title="Apache Spark",
    parser="spark",
    aliases=("sparksql", "spark2"),
    levels=("database", "schema", "table"),
    words=("catalog", "database", "table"),
    home_database="spark_catalog",
    max_parts=3,
    session=(_USE, SessionStatement("SET CATALOG name", "database")),
    temporary=TemporaryRule(
        schemas=("global_temp",),
        made_by=(
            "CREATE TEMPORARY VIEW name AS query",
            "CREATE GLOBAL TEMPORARY VIEW name AS query",
            "CACHE TABLE name AS query",
        ),
    ),
    lexical=replace(_LEXICAL, raw_prefix="plain", nested_comments=True, blocks="scripting"),
    prepare=after(
        with_plain_inputs,
        where_found("IDENTIFIER", _with_joined_names),
        _STREAMS,
        _FLOWS,
        _COPIES,
        _GLOBALS,
        rewriting(*_SPARK_PREPARE),
    ),
)

DATABRICKS = replace(
    SPARK,
    name="databricks",
    title="Databricks",
    parser="databricks",
    lexical=replace(SPARK.lexical, dollar_quotes="bare"),
    aliases=("unity", "unity_catalog"),
    words=("catalog", "schema", "table"),
    home_database=None,
    key_has_database=True,
    session=(_USE, SessionStatement("USE CATALOG name", "database"), SessionStatement("USE SCHEMA name", "schema")),
    temporary=TemporaryRule(
        schemas=("global_temp",),
        made_by=(
            "CREATE TEMPORARY VIEW name AS query",
            "CREATE GLOBAL TEMPORARY VIEW name AS query",
            "CREATE TEMPORARY TABLE name AS query",
        ),
    ),
)

DATABRICKS_HIVE = replace(
    DATABRICKS,
    name="databricks_hive",
    title="Databricks, hive_metastore",
    aliases=("hive_metastore", "databricks_hive_metastore"),
    levels=("schema", "table"),
    words=("schema", "table"),
    home_database="hive_metastore",
    key_has_database=False,
    session=(_USE, SessionStatement("USE SCHEMA name", "schema")),
)
"""Its names have a catalog in front only where Unity Catalog is beside it.

https://docs.databricks.com/en/data-governance/unity-catalog/hive-metastore.html
"""

DIALECTS = (HIVE, IMPALA, SPARK, DATABRICKS, DATABRICKS_HIVE)
