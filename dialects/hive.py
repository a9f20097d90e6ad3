"""Hive, Impala, Spark and Databricks: names without regard to case, both kinds of quotes for strings.

https://spark.apache.org/docs/latest/sql-ref-identifier.html, https://docs.databricks.com/sql/language-manual
(names of Unity Catalog have three parts), https://cwiki.apache.org/confluence/display/Hive/LanguageManual.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, LexicalRules
from dialects.rewriting import Rewrite, rewriting

_LEXICAL = LexicalRules(
    identifier_quotes=(("`", "`"),),
    string_quotes=("'", '"'),
    backslash_escapes=True,
    word_more="",
    blocks="none",
)

HIVE = Dialect(
    name="hive",
    title="Apache Hive",
    parser="hive",
    levels=("schema", "table"),
    default_schema="default",
    system_schemas=frozenset({"information_schema", "sys"}),
    lexical=_LEXICAL,
)

IMPALA = replace(
    HIVE,
    name="impala",
    title="Apache Impala",
    aliases=(),
    system_schemas=frozenset({"_impala_builtins", "sys", "information_schema"}),
    prepare=rewriting(
        Rewrite("^ UPSERT INTO? TABLE? <name>", "INSERT INTO {3}"),
        Rewrite(
            "^ CREATE EXTERNAL? TABLE IF? NOT? EXISTS? <name> PRIMARY|PARTITION|SORT ..SELECT ...",
            "CREATE TABLE {6} AS SELECT {9}",
        ),
        Rewrite("LIKE PARQUET|ORC <string>"),
    ),
)

SPARK = replace(
    HIVE,
    name="spark",
    title="Apache Spark",
    parser="spark",
    aliases=("sparksql", "spark2"),
    levels=("database", "schema", "table"),
    lexical=replace(_LEXICAL, raw_prefix="plain", nested_comments=True, blocks="scripting"),
)

DATABRICKS = replace(
    SPARK,
    name="databricks",
    title="Databricks",
    parser="databricks",
    aliases=("unity", "unity_catalog"),
    key_has_database=True,
)

DIALECTS = (HIVE, IMPALA, SPARK, DATABRICKS)
