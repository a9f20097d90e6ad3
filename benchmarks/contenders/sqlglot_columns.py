"""sqlglot's lineage as its documentation shows it: one call for each output column."""

from typing import Any

import sqlglot
from sqlglot.lineage import lineage

from benchmarks.contenders.serving import Statement, serve
from benchmarks.contenders.sqlglot_queries import queries_of, schema_of


def prepare(statement: Statement) -> tuple[str, Any, Any]:
    """The text, the dialect and the schema in sqlglot's own form, made once."""
    return statement["text"], statement["sqlglot"], schema_of(statement)


def work(given: tuple[str, Any, Any]) -> int:
    """The lineage of each named output column."""
    text, dialect, schema = given
    columns = 0
    for query in queries_of(text, dialect):
        for name in query.named_selects:
            if name != "*":
                lineage(name, query, schema, dialect=dialect)
                columns += 1
    return columns


serve(prepare, work, f"sqlglot {sqlglot.__version__}")
