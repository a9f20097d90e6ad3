"""Which dataflows still hold: a function of what is known of them, of their targets and of the nights, of nothing else.

A dataflow that the present run has not seen stays: the log of another night holds it. It goes when a later
definition of its targets superseded it, when all its targets were dropped later than anything wrote them, or, where
that is switched on, when enough nights of its source's log did not hold it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from extractor.state import Known, TargetFact


class Over(NamedTuple):
    """Why a dataflow does not hold any longer; ``newer`` are the ids of what took its place."""

    reason: str
    newer: tuple[str, ...] = ()


class Nights:
    """The nights of each source; ``expire_after`` of them without a dataflow end it (0: never)."""

    def __init__(self, days: Mapping[str, Sequence[int]], expire_after: int) -> None:
        self._days = days
        self._expire_after = expire_after

    def over(self, known: Known) -> Over | None:
        """Why a dataflow has expired, if it has; one that only a backfill has seen never does."""
        if not self._expire_after or known.night is None:
            return None
        days = self._days.get(known.source_name, ())
        missed = len(days) - bisect_right(days, known.night)
        if missed < self._expire_after:
            return None
        return Over(f"not seen in {missed} nights of the log of {known.source_name}")


def over(known: Known, facts: Mapping[str, TargetFact], nights: Nights) -> Over | None:
    """Why a dataflow does not hold any longer; None when it does."""
    of_targets = [facts[target] for target in known.targets if target in facts]
    if of_targets and len(of_targets) == len(known.targets):
        if all(fact.gone and fact.touched_at >= known.last_seen for fact in of_targets):
            return Over("its target was dropped")
        if known.defines and all(_is_superseded(known.external_id, known.last_seen, fact) for fact in of_targets):
            newer = tuple(sorted({fact.defined_by for fact in of_targets if fact.defined_by}))
            return Over(f"superseded by {', '.join(newer)}" if newer else "its target was dropped and made anew", newer)
    return nights.over(known)


def _is_superseded(external_id: str, seen: datetime, fact: TargetFact) -> bool:
    if fact.defined_at is None or fact.defined_by == external_id:
        return False
    return fact.defined_at >= seen
