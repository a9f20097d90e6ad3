"""sqlglot's lineage at its best: one qualify, scopes once, all columns in one call, nothing copied or trimmed.

Columns are not validated, which is lineage's own default: it answers more statements so.
"""

from typing import Any

import sqlglot
from sqlglot.lineage import lineage
from sqlglot.optimizer import build_scope, qualify

from benchmarks.contenders.serving import Statement, serve
from benchmarks.contenders.sqlglot_queries import queries_of, schema_of


def prepare(statement: Statement) -> tuple[str, Any, Any]:
    """The text, the dialect and the schema in sqlglot's own form, made once."""
    return statement["text"], statement["sqlglot"], schema_of(statement)


def work(given: tuple[str, Any, Any]) -> int:
    """The lineage of the queries of all statements."""
    text, dialect, schema = given
    columns = 0
    for query in queries_of(text, dialect):
        qualified = qualify.qualify(
            query, dialect=dialect, schema=schema, validate_qualify_columns=False, identify=False
        )
        scope = build_scope(qualified)
        found = lineage(None, qualified, schema, dialect=dialect, scope=scope, trim_selects=False, copy=False)
        columns += len(found)
    return columns


serve(prepare, work, f"sqlglot {sqlglot.__version__}")
