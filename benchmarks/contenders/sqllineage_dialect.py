"""sqllineage with the grammar of the dialect."""

from importlib import metadata

from sqllineage.runner import LineageRunner

from benchmarks.contenders.serving import Statement, serve

_NAMES = {
    "spark": "sparksql",
    "sqlserver": "tsql",
    "bigquery": "bigquery",
    "athena": "athena",
    "clickhouse": "clickhouse",
    "databricks": "databricks",
    "db2": "db2",
    "duckdb": "duckdb",
    "hive": "hive",
    "impala": "impala",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "sqlite": "sqlite",
    "teradata": "teradata",
    "trino": "trino",
    "vertica": "vertica",
}


def prepare(statement: Statement) -> tuple[str, str]:
    """The text and the grammar's name."""
    return statement["text"], _NAMES.get(statement["dialect"] or "", "ansi")


def work(given: tuple[str, str]) -> int:
    """Tables and columns."""
    text, dialect = given
    return len(LineageRunner(text, dialect=dialect).get_column_lineage())


serve(prepare, work, f"sqllineage {metadata.version('sqllineage')} with sqlfluff {metadata.version('sqlfluff')}")
