"""The context a statement is bound to: the session's names, its temporary tables, the known columns."""

from __future__ import annotations

from typing import NamedTuple

from extractor.lineage.binding import NOTHING, UNNAMED, Base, Column, OpenRows, OpenTable, Origin, Relation
from extractor.lineage.model import Name
from extractor.models import EndKind, TableName
from extractor.sessions.state import Knowledge, Session


class Meaning(NamedTuple):
    """What a name means: a temporary table's content, a base with its columns, or nothing that is known.

    ``what`` is the `Temporary`'s relation, the `Base`, or None; ``missing`` the table that was made before the window.
    """

    what: Relation | Base | None
    columns: tuple[str, ...] | None = None
    chain: tuple[str, ...] = ()
    missing: TableName | None = None

    def equals(self, other: Meaning) -> bool:
        """Whether both are the very same thing; relations and bases are compared by identity."""
        return self.what is other.what and self[1:] == other[1:]


ROUTINE, RESULT = "\0routine", "\0result"
"""What stands before the name of a function, or the number of an earlier query, that is asked for its rows."""


def meaning_of(name: Name, knowledge: Knowledge, session: Session) -> Meaning:
    """What ``name`` means in ``session`` now."""
    if name and name[0][0][:1] == "\0":
        rows = knowledge.routine(name[1:], session) if name[0][0] == ROUTINE else session.result(int(name[1][0]))
        return Meaning(None) if rows is None else Meaning(rows.relation, chain=rows.chain)
    name = session.named(name)
    if not name:
        return Meaning(None)
    temporary = knowledge.find_temporary(name, session)
    if temporary is not None:
        return Meaning(temporary.relation, chain=temporary.chain)
    if session.defaults.unknown and session.defaults.lacks(name, knowledge.dialect):
        return Meaning(None)
    table = knowledge.table(name, session)
    if knowledge.is_temporary(table, name):
        return Meaning(None, missing=table)
    table = knowledge.parts.whole_of(table)
    return _record(Meaning, (knowledge.bases.of(table), knowledge.columns_of(table), (), None))


class StatementContext:
    """Answers binding's questions for one statement, and remembers what its names meant."""

    def __init__(self, knowledge: Knowledge, session: Session) -> None:
        self._knowledge = knowledge
        self._session = session
        self._relations: dict[Name, Relation] = {}
        self.meanings: dict[Name, Meaning] = {}
        self.chain: dict[str, None] = {}
        self.missing: list[TableName] = []
        self.open_names = False

    def relation(self, name: Name) -> Relation:
        """The table of that name: a temporary table's content, or a base with its known columns."""
        found = self._relations.get(name)
        if found is None:
            found = self._relations[name] = self._look_up(name)
        return found

    def notes(self) -> tuple[str, ...]:
        """Lines for the report: names that stayed open, temporary tables whose creation was not seen."""
        unknown = self._session.defaults.unknown
        by = f"a short name, whose {unknown} the text does not show" if unknown else "a variable of unknown value"
        open_name = (f"{UNNAMED} {by}",) if self.open_names else ()
        return (*open_name, *(f"temporary table {table} was made before the window" for table in self.missing))

    def _look_up(self, name: Name) -> Relation:
        meaning = self.meanings[name] = meaning_of(name, self._knowledge, self._session)
        if isinstance(meaning.what, Relation):
            self.chain.update(dict.fromkeys(meaning.chain))
            return meaning.what
        if meaning.what is not None:
            return base_relation(meaning.what, meaning.columns)
        if meaning.missing is not None:
            self.missing.append(meaning.missing)
        else:
            self.open_names = True
        return Relation([OpenRows(NOTHING)])

    def routine(self, name: Name) -> Relation | None:
        """The rows of the function of that name, where its body was seen."""
        return self._rows(((ROUTINE, True), *name))

    def result(self, number: int) -> Relation | None:
        """The rows of an earlier query of the session, where all its statements are seen."""
        return self._rows(((RESULT, True), (str(number), True)))

    def _rows(self, name: Name) -> Relation | None:
        meaning = self.meanings[name] = meaning_of(name, self._knowledge, self._session)
        self.chain.update(dict.fromkeys(meaning.chain))
        return meaning.what if isinstance(meaning.what, Relation) else None

    def external(self, name: Name, kind: str) -> Relation:
        """A file or stage as a relation with unknown columns."""
        end: EndKind = "file" if kind == "file" else "external"
        spelled = tuple(part for part, _ in name)
        base = self._knowledge.bases.of(TableName(spelled, spelled, end))
        return Relation([OpenTable(base)], {base: True})


def base_relation(base: Base, columns: tuple[str, ...] | None) -> Relation:
    """A base table as a relation: its columns, or an open place when they are not known."""
    if not columns:
        return Relation([OpenTable(base)], {base: True})
    items = [_record(Column, (name, frozenset((_record(Origin, (base, name, 0)),)), ())) for name in columns]
    return Relation(items, {base: True}, listed=base)


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""
