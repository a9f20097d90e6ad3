"""The yardstick: sqlglot's own parse of the same text and nothing more."""

from typing import Any

import sqlglot

from benchmarks.contenders.serving import Statement, serve


def prepare(statement: Statement) -> tuple[str, str | None]:
    """The text and sqlglot's name of the dialect."""
    return statement["text"], statement["sqlglot"]


def work(given: tuple[str, Any]) -> int:
    """Parse, drop the trees."""
    sqlglot.parse(given[0], read=given[1])
    return 0


serve(prepare, work, f"sqlglot {sqlglot.__version__}")
