"""What binding has to know of an engine: which names a clause may use, and which stand for no column of a table."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dialects import Dialect

LATERAL_ALIASES = frozenset(
    {
        "snowflake", "redshift", "databricks", "spark", "spark2", "teradata", "duckdb", "clickhouse", "dremio",
        "netezza", "vertica",
    }
)  # fmt: skip
EARLY_ALIASES = frozenset({"snowflake", "teradata", "duckdb", "clickhouse", "sqlite"})
"""Engines whose WHERE may name a column of the select list."""
STRUCTS = frozenset(
    {
        "bigquery", "hive", "spark", "spark2", "databricks", "trino", "presto", "athena", "duckdb", "clickhouse",
        "redshift", "drill",
    }
)  # fmt: skip
WHOLE_ROWS = frozenset({"postgres", "redshift", "materialize", "risingwave", "bigquery", "spanner", "duckdb", ""})
"""Engines in which the alias of a table is the value of its row."""

_PSEUDO = frozenset(
    {
        "current_date", "current_time", "current_timestamp", "current_user", "session_user", "system_user",
        "localtime", "localtimestamp", "current_schema", "current_database", "current_role", "sysdate", "systimestamp",
        "sysdatetime", "getdate", "rownum", "default", "true", "false", "null", "sqlerrm", "sqlcode", "sqlstate",
    }
)  # fmt: skip
_USER = frozenset({"user"})
_OWN_PSEUDO = {
    "db2": frozenset({"level"}),
    "oracle": frozenset({"level", "uid", "user", "connect_by_isleaf", "connect_by_iscycle"}),
    "postgres": frozenset({"user", "found"}),
    "redshift": frozenset({"user", "found"}),
    "snowflake": frozenset({"sqlrowcount", "sqlfound", "sqlnotfound"}),
    "tsql": _USER,
    "fabric": _USER,
    "teradata": frozenset({"user", "date", "time", "database", "account", "role", "profile", "session", "sampleid"}),
    "": _USER,
}


def _pseudo_columns(engine: str) -> frozenset[str]:
    """The names that stand for values of the session when they are not quoted, by the parser's name of the engine."""
    return _PSEUDO | _OWN_PSEUDO.get(engine, frozenset())


VIRTUAL = frozenset(
    {
        "rowid", "ora_rowscn", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "gp_segment_id",
        "input__file__name", "block__offset__inside__file", "row__id", "grouping__id", "_partitiontime",
        "_partitiondate", "_table_suffix", "_file_name", "_metadata", "metadata$filename", "metadata$file_row_number",
        "_change_type", "_change_timestamp", "_change_version_id", "_change_ordinal", "_commit_version",
        "_commit_timestamp", "metadata$action", "metadata$isupdate", "metadata$row_id", "$action", "$path",
        "$file_size", "$partition", "_rowid_", "metadata$file_last_modified", "metadata$start_scan_time",
        "metadata$file_content_key",
    }
)  # fmt: skip
"""Columns that engines make up beside those of the table: catalogs do not hold them."""


class Engine(NamedTuple):
    """An engine's rules of names.

    ``lateral`` says whether the select list may name its own columns, ``early`` whether WHERE may, ``structs``
    whether ``a.b`` can be a field of a column, ``rows`` whether the alias of a table can stand for its whole row.
    ``pseudo`` are the names that stand for values of the session when they are not quoted; ``levels`` is the number
    of parts of a whole name.
    """

    parser: str = ""
    levels: int = 3
    lateral: bool = False
    early: bool = False
    structs: bool = False
    rows: bool = True
    pseudo: frozenset[str] = _PSEUDO


def engine_of(dialect: Dialect) -> Engine:
    """The rules of the dialect's engine."""
    return _engine(dialect.parser, dialect.name, len(dialect.levels))


@cache
def _engine(parser: str, name: str, levels: int) -> Engine:
    return Engine(
        parser,
        levels,
        lateral=parser in LATERAL_ALIASES or name in LATERAL_ALIASES,
        early=parser in EARLY_ALIASES,
        structs=parser in STRUCTS,
        rows=parser in WHOLE_ROWS,
        pseudo=_pseudo_columns(parser),
    )
