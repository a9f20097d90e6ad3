"""The context a statement is bound to: the session's names, its temporary tables, the known columns."""

from __future__ import annotations

from extractor.lineage.binding import NOTHING, Base, Column, OpenRows, OpenTable, Origin, Relation
from extractor.lineage.model import Name
from extractor.models import EndKind, TableName
from extractor.sessions.state import Knowledge, Session


class StatementContext:
    """Answers binding's questions for one statement, and remembers which temporary tables it used."""

    def __init__(self, knowledge: Knowledge, session: Session) -> None:
        self._knowledge = knowledge
        self._session = session
        self._relations: dict[Name, Relation] = {}
        self.chain: dict[str, None] = {}
        self.missing: list[TableName] = []
        self.open_names = False

    def relation(self, name: Name) -> Relation:
        """The table of that name: a temporary table's content, or a base with its known columns."""
        found = self._relations.get(name)
        if found is None:
            found = self._relations[name] = self._look_up(name)
        return found

    def _look_up(self, name: Name) -> Relation:
        knowledge, session = self._knowledge, self._session
        name = session.named(name)
        if not name:
            self.open_names = True
            return Relation([OpenRows(NOTHING)])
        temporary = knowledge.find_temporary(name, session)
        if temporary is not None:
            self.chain.update(dict.fromkeys(temporary.chain))
            return temporary.relation
        table = knowledge.table(name, session)
        if knowledge.is_temporary(table, name):
            self.missing.append(table)
            return Relation([OpenRows(NOTHING)])
        return base_relation(knowledge.bases.of(table), knowledge.columns_of(table))

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
    items = [Column(name, frozenset((Origin(base, name, 0),))) for name in columns]
    return Relation(items, {base: True}, listed=base)
