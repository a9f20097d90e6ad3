"""What surrounds a query while it is bound: the session's tables, the CTEs in sight, and what was read so far."""

from __future__ import annotations

from typing import Protocol

from extractor.lineage.binding.relations import Base, Origin, Relation
from extractor.lineage.model import Cte, Name


class Context(Protocol):
    """What binding asks of the session."""

    def relation(self, name: Name) -> Relation:
        """The table of that name: a base table with its known columns, or a temporary table's content."""

    def routine(self, name: Name) -> Relation | None:
        """The rows of the function of that name, where its body is known."""

    def result(self, number: int) -> Relation | None:
        """The rows of an earlier query of the session, -1 being the last one, where they are known."""

    def external(self, name: Name, kind: str) -> Relation:
        """A file, stage or other end outside the database."""


class CteEntry:
    """A CTE within its environment, bound when it is first used."""

    __slots__ = ("anchor", "busy", "cte", "env", "relation")

    def __init__(self, cte: Cte, env: Env | None) -> None:
        self.cte = cte
        self.env = env
        self.relation: Relation | None = None
        self.anchor: Relation | None = None
        self.busy = False


class Env:
    """The CTEs that are visible at a place: a chain, the latest first."""

    __slots__ = ("entry", "key", "outer")

    def __init__(self, key: str, entry: CteEntry, outer: Env | None) -> None:
        self.key = key
        self.entry = entry
        self.outer = outer


class Gathered:
    """What the query being bound has read so far."""

    __slots__ = ("indirect", "reads")

    def __init__(self) -> None:
        self.reads: dict[Base, bool] = {}
        self.indirect: set[Origin] = set()

    def take(self, relation: Relation, *, direct: bool) -> None:
        """All that ``relation`` read; ``direct`` says whether its rows flow on."""
        reads = self.reads
        for base, was_direct in relation.reads.items():
            if direct and was_direct:
                reads[base] = True
            elif base not in reads:
                reads[base] = False
        if relation.indirect:
            self.indirect |= relation.indirect
