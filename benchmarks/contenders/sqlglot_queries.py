"""What both uses of sqlglot's lineage need: the queries of a text, and the schema as sqlglot wants it."""

from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import MappingSchema, exp
from sqlglot.errors import SqlglotError

from benchmarks.contenders.serving import Statement


def queries_of(text: str, dialect: str | None) -> Iterator[exp.Query]:
    """The query of each statement that has one: itself, or what it inserts or creates from."""
    for tree in sqlglot.parse(text, read=dialect):
        found = tree if isinstance(tree, exp.Query) else getattr(tree, "expression", None)
        if isinstance(found, exp.Query):
            if found is not tree and (with_ := tree.args.get("with_")) is not None:
                found.set("with_", with_)
            yield found


def schema_of(statement: Statement) -> MappingSchema | None:
    """The schema, prepared; names of another depth than the first are left out, since sqlglot refuses a mixture."""
    schema = MappingSchema(dialect=statement["sqlglot"])
    depth = 0
    for name, columns in (statement["schema"] or {}).items():
        parts = name.count(".")
        depth = depth or parts + 1
        if parts + 1 == depth and columns:
            try:
                schema.add_table(name, _columns(columns), dialect=statement["sqlglot"])
            except SqlglotError:
                continue
    return schema


def _columns(columns: Any) -> dict[str, str]:
    return dict.fromkeys(columns, "varchar")
