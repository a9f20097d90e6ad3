"""A fixture as an engine can run it: the tables it needs, its text, and the tables and views that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import dialects
from dialects import Dialect
from extractor.api import DictSchema
from extractor.errors import StatementError
from extractor.lineage import Outline, outline
from extractor.lineage.binding import Binder, Column, Relation, assign, numbered
from extractor.lineage.model import Drop, Read, Rename, Statement, Write
from extractor.lineage.repair import without_comments
from extractor.sessions.context import StatementContext
from extractor.sessions.state import Knowledge, Session
from extractor.statements import split
from tests.lineage.cases import Case

VIEW = "checked_view"
Parts = tuple[str, ...]
_MAKING = frozenset({"create", "view", "clone", "like"})


class Table(NamedTuple):
    """A table that must be there before the fixture runs; a column without a type is a text."""

    parts: Parts
    columns: tuple[tuple[str, str | None], ...]


class Runnable(NamedTuple):
    """What is sent to an engine.

    ``before`` is what a table's types need, ``tables`` what the text needs.
    ``made`` are the tables and views that it creates from a query, by their names as written; ``derived`` are the
    columns we say they have, in their order: an empty name stands for one that the engine makes up.
    """

    before: str
    tables: tuple[Table, ...]
    schema: str | None
    text: str
    made: tuple[Parts, ...]
    derived: tuple[tuple[str, ...] | None, ...]


def is_checked(case: Case) -> bool:
    """A single query, view or CREATE TABLE AS always; anything else when its .yml gives types, so that it can run."""
    if case.expected.get("refused") or "tables" in case.expected:
        return True
    if any(kind for columns in case.expected.get("schema", {}).values() for kind in columns.values()):
        return True
    found = list(_statements(case.sql, dialects.get(case.dialect)))
    if len(found) != 1:
        return False
    first = found[0]
    if isinstance(first, Write):
        return first.mode in ("create", "view")
    return _is_query(found, case.sql, dialects.get(case.dialect))


def _is_query(statements: list[Statement], text: str, dialect: Dialect) -> bool:
    """Whether the text is a bare query, which a view can hold; a function whose body is one is none."""
    if len(statements) != 1 or not isinstance(statements[0], Read) or statements[0].kind != "select":
        return False
    return not without_comments(text, dialect).lstrip().upper().startswith("CREATE")


def runnable(case: Case) -> Runnable:
    """The fixture with its schema as tables; a bare query becomes a view."""
    dialect = dialects.get(case.dialect)
    listed = {**case.expected.get("schema", {}), **case.expected.get("tables", {})}
    tables = tuple(
        Table(tuple(part for part, _ in dialect.parse_name(name)), tuple(columns.items()))
        for name, columns in listed.items()
    )
    text = case.sql
    statements = list(_statements(text, dialect))
    if _is_query(statements, text, dialect):
        text = f"CREATE VIEW {VIEW} AS {text}"
        statements = list(_statements(text, dialect))
    gone = {s.old[-1] for s in statements if isinstance(s, Rename)}
    gone |= {name[-1] for s in statements if isinstance(s, Drop) for name in s.names}
    writes = [s for s in statements if isinstance(s, Write) and s.mode in _MAKING and s.target[-1] not in gone]
    made = tuple(tuple(part for part, _ in write.target) for write in writes)
    knowledge = Knowledge(dialect, DictSchema(listed, dialect), ())
    schema = case.expected.get("default_schema")
    session = Session(case.expected.get("default_database"), (schema,) if schema else ())
    derived = tuple(_derived(write, knowledge, session) for write in writes)
    return Runnable(case.expected.get("before", ""), tables, schema, text, made, derived)


def _statements(text: str, dialect: Dialect) -> Iterator[Statement]:
    for piece in split(text, dialect):
        try:
            found = outline(piece.text, dialect)
        except StatementError:
            found = Outline(())
        yield from found.statements


def _derived(write: Write, knowledge: Knowledge, session: Session) -> tuple[str, ...] | None:
    """The columns of what a statement makes; None where a star over unknown columns is left."""
    relation = Relation([])
    if write.query is not None:
        relation = Binder(knowledge.dialect, StatementContext(knowledge, session)).bind(write.query)
        relation = relation if write.columns else numbered(relation, knowledge.dialect.parser)
    names: tuple[str, ...] | None = None
    if write.columns:
        rest = relation.items[len(write.columns) :]  # a view may name only its first columns
        names = (*(a.name for a in assign(write, relation, None)), *(c.name for c in rest if isinstance(c, Column)))
    elif not relation.opens:
        names = tuple(item.name for item in relation.items if isinstance(item, Column))
    if names and all(names):
        knowledge.learn(knowledge.table(write.target, session), names)
    return names
