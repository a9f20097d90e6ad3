"""openlineage-sql, a parser in Rust."""

from importlib import metadata

import openlineage_sql

from benchmarks.contenders.serving import Statement, serve

_NAMES = {"sqlserver": "mssql", "spark": "spark"}


def prepare(statement: Statement) -> tuple[str, str]:
    """The text and the dialect's name."""
    dialect = statement["dialect"] or "ansi"
    return statement["text"], _NAMES.get(dialect, dialect)


def work(given: tuple[str, str]) -> int:
    """Tables and columns; a text with errors is refused."""
    found = openlineage_sql.parse([given[0]], dialect=given[1], default_schema=None)
    if found is None or found.errors:
        raise ValueError(str(found.errors[0].message if found else "nothing found"))
    return len(found.column_lineage)


serve(prepare, work, f"openlineage-sql {metadata.version('openlineage-sql')}")
