"""Binding once for as long as the names mean the same: a nightly job runs the same statement again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from extractor.lineage.binding import UNKNOWN_COLUMNS, Base, Binder, Column, Relation
from extractor.lineage.model import Name, Query
from extractor.models import TableName
from extractor.schemas.bounded import Bounded
from extractor.sessions.context import Meaning, StatementContext, meaning_of
from extractor.sessions.state import Knowledge, Session

_HELD = 150_000
_VARIANTS = 4
_RESULTS = 16

T = TypeVar("T")


class Bound:
    """A query bound to what its names meant, and whatever was derived from it since.

    ``meanings`` are those names; as long as they mean the same, all of this holds. Results of `once` are the same
    objects each time, so that those who use them can tell by identity that nothing is new.
    """

    __slots__ = ("_results", "chain", "meanings", "missing", "notes", "relation")

    def __init__(self, relation: Relation, context: StatementContext, notes: tuple[str, ...], *, kept: bool) -> None:
        self.relation = relation
        self.notes = notes
        self.chain = tuple(context.chain)
        self.missing: tuple[TableName, ...] = tuple(context.missing)
        self.meanings: dict[Name, Meaning] = context.meanings
        self._results: dict[tuple[object, ...], object] | None = {} if kept else None

    @property
    def weight(self) -> int:
        """About how many columns, origins and edges it holds."""
        flows = sum([1 + len(item.origins) for item in self.relation.items if isinstance(item, Column)])
        return 20 + 2 * flows + len(self.relation.items) * len(self.relation.indirect)

    def unlisted(self) -> tuple[tuple[TableName, int], ...]:
        """The tables read whose columns nobody knows, each with how many stars and columns stayed open by that."""
        lost = len(self.relation.opens) + len([1 for note in self.notes if note.endswith(UNKNOWN_COLUMNS)])
        if not lost:
            return ()
        bases = [meaning.what for meaning in self.meanings.values() if not meaning.columns]
        return tuple([(base.table, lost) for base in bases if isinstance(base, Base)])

    def once(self, key: tuple[object, ...], derive: Callable[[], T]) -> T:
        """What ``derive`` gives for this key, derived the first time only, if this is kept for later statements."""
        if self._results is None:
            return derive()
        found = self._results.get(key)
        if found is None:
            if len(self._results) >= _RESULTS:
                self._results.clear()
            found = self._results[key] = derive()
        return found  # type: ignore[return-value] # what the same key was given


class Memo:
    """The queries bound lately, within a weight: of each statement the last few sets of meanings its names had."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._held: Bounded[tuple[str, int], list[Bound]] = Bounded(_HELD)

    def bind(self, place: tuple[str, int], query: Query | None, session: Session) -> Bound:
        """``query`` bound in ``session``; ``place`` is the statement's fingerprint and its number in the outline."""
        variants = self._held.get(place) or []
        for bound in variants:
            if self._still_holds(bound, session):
                return bound
        bound = self.bound(query, session, kept=True)
        if place[0]:  # without a fingerprint, statements cannot be told apart
            variants = [*variants[1 - _VARIANTS :], bound]
            self._held.put(place, variants, sum([one.weight for one in variants]))
        return bound

    def _still_holds(self, bound: Bound, session: Session) -> bool:
        return all(
            meaning_of(name, self._knowledge, session).equals(meaning) for name, meaning in bound.meanings.items()
        )

    def bound(self, query: Query | None, session: Session, *, kept: bool = False) -> Bound:
        """``query`` bound in ``session``, whatever was bound before."""
        context = StatementContext(self._knowledge, session)
        if query is None:
            return Bound(Relation([]), context, (), kept=kept)
        binder = Binder(self._knowledge.dialect, context)
        relation = binder.bind(query)
        return Bound(relation, context, (*binder.notes, *context.notes()), kept=kept)
