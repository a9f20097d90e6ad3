"""What is known of targets through what holds them, and of those that stand empty.

A schema or database that was dropped is known as a target of its own, ``12.sales.*``: it holds for every target below
it that nothing has written or made since, in whichever order logs are read. When a target was emptied and when it got
rows again is known under ``emptied:`` and its name, as a target that is touched and defined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from extractor.state.records import TargetFact
from extractor.state.tables import observed_targets, targets

_EMPTIED = "emptied:"
_PERIOD = re.compile(r'"[^"]*"|\.')


class Emptied(NamedTuple):
    """When a target was emptied last, and when it got its first rows after that, if it did."""

    at: datetime
    refilled_at: datetime | None

    def is_empty(self, at: datetime) -> bool:
        """Whether rows that come at this time are the first ones; of the ones that came so this is known for good."""
        if at < self.at:
            return False
        return self.refilled_at is None or self.refilled_at < self.at or self.refilled_at == at


def whole_place(prefix: str) -> str:
    """What a schema or database is known as, by the beginning of the keys of its tables (``12.sales.``)."""
    return f"{prefix}*"


def emptied_name(target: str) -> str:
    """What is known of a target's emptiness is known under this name."""
    return f"{_EMPTIED}{target}"


def places_of(target: str) -> list[str]:
    """The names of what holds a target: its schema, and its database where its key has one."""
    ends = [match.end() for match in _PERIOD.finditer(target) if match[0] == "."]
    return [whole_place(target[:end]) for end in ends[1:]]


def with_places(names: Iterable[str], found: Mapping[str, TargetFact]) -> dict[str, TargetFact]:
    """What is known of the targets, by themselves and by what holds them."""
    joined: dict[str, TargetFact] = {}
    for name in names:
        facts = [found[place]._replace(target=name) for place in places_of(name) if place in found]
        facts += [found[name]] if name in found else []
        for fact in facts:
            joined[name] = joined[name].joined(fact) if name in joined else fact
    return joined


def staged_within(connection: Connection, prefix: str) -> list[str]:
    """The targets below a place of which the present run knows something."""
    c = observed_targets.c.target
    return list(connection.scalars(select(c).where(c.startswith(prefix, autoescape=True))))


def emptied(connection: Connection, prefix: str) -> dict[str, Emptied]:
    """The targets below a data source (``12.``) that were emptied and that nothing else has written since."""
    name, other = targets.c.target, targets.alias("written")
    query = (
        select(name, targets.c.touched_at, targets.c.defined_at, other.c.touched_at)
        .outerjoin(other, other.c.target == func.substr(name, len(_EMPTIED) + 1))
        .where(name.startswith(_EMPTIED + prefix, autoescape=True))
    )
    found = {}
    for target, at, refilled_at, written_at in connection.execute(query):
        if written_at is None or written_at <= at or (refilled_at is not None and refilled_at >= at):
            found[target.removeprefix(_EMPTIED)] = Emptied(at, refilled_at)
    return found
