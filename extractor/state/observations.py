"""What the present run has seen: dataflows by edge set, and what happened to their targets, in order.

A row of ``observations`` is one dataflow with one set of edges, however often it ran. The same statement run in
several contexts (another search path, a schema learned meanwhile) leaves several rows; a reader gets their edges
united. Everything here is cleared when a run begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, delete, select

from extractor.models import Dataflow, KeyedEdge
from extractor.state import journal, places
from extractor.state.blobs import pack_edges, unpack_edges
from extractor.state.records import Move, TargetFact, edges_digest, united
from extractor.state.tables import observations, observed_targets, targets
from extractor.state.upsert import insert_or_update, slices

_ROWS_IN_MEMORY = 2_000
_BYTES_IN_MEMORY = 10_000_000
_BYTES_AN_EDGE = 250
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class _Seen(NamedTuple):
    dataflow: Dataflow
    sequence: int
    first: datetime
    last: datetime


class Observations:
    """Collects what a run sees, in the order of the calls, until ``is_full``; then `write` empties it.

    ``now`` is the time of whatever has none (scripts): the start of the run. Definitions and drops without a time
    concern only dataflows without a time.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._sequence = 0
        self._bytes = 0
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._targets: dict[str, TargetFact] = {}
        self.days: dict[str, set[int]] = {}
        self.whole: set[str] = set()
        self.moves: list[Move] = []
        self._swept: list[tuple[str, TargetFact]] = []

    def read_days(self, source_name: str, days: Iterable[int]) -> None:
        """The log of these days was read; 0 is the day of the run. A day that is yet to come is a wrong clock's."""
        today = self._now.toordinal()
        held = self.days.setdefault(source_name, set())
        held.update(day or today for day in days if day <= today + 1)

    @property
    def is_full(self) -> bool:
        """Whether it holds as much as it should."""
        return max(len(self._seen), len(self._targets)) >= _ROWS_IN_MEMORY or self._bytes >= _BYTES_IN_MEMORY

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self._seen or self._targets)

    def saw(self, dataflow: Dataflow) -> None:
        """A dataflow ran; a defining one supersedes what defined its targets before."""
        first, last = dataflow.first_seen or self._now, dataflow.last_seen or self._now
        key = (dataflow.external_id, edges_digest(dataflow.edges))
        held = self._seen.get(key)
        if held is None:
            self._sequence += 1
            self._bytes += len(dataflow.content) + _BYTES_AN_EDGE * len(dataflow.edges)
            self._seen[key] = _Seen(dataflow, self._sequence, first, last)
        else:
            joined = replace(held.dataflow, defines=held.dataflow.defines or dataflow.defines)
            self._seen[key] = held._replace(dataflow=joined, first=min(held.first, first), last=max(held.last, last))
        for target in _targets(dataflow):
            if dataflow.defines:
                self._learn(TargetFact(target, last, defined_at=last, defined_by=dataflow.external_id))
            else:
                self._learn(TargetFact(target, last))

    def defined(self, target: str, external_id: str, at: datetime | None) -> None:
        """A target got a new content or text, by a statement that may have no edges."""
        when = at or self._now
        name = target if at else _undated(target)
        self._learn(TargetFact(name, when, defined_at=when, defined_by=external_id))

    def made(self, target: str, at: datetime | None) -> None:
        """A target exists from now on, with nothing in it yet."""
        self._learn(TargetFact(target if at else _undated(target), at or self._now))

    def dropped(self, target: str, at: datetime | None) -> None:
        """A target ceased to exist."""
        when = at or self._now
        name = target if at else _undated(target)
        self._learn(TargetFact(name, when, gone=True, defined_at=when, defined_by=""))

    def dropped_within(self, prefix: str, at: datetime | None) -> None:
        """All targets whose names begin so ceased to exist."""
        when = at or self._now
        start = prefix if at else _undated(prefix)
        gone = TargetFact(places.whole_place(start), when, gone=True, defined_at=when, defined_by="")
        for name in [name for name in self._targets if name.startswith(start)]:
            self._learn(gone._replace(target=name))
        self._learn(gone)
        self._swept.append((start, gone))

    def emptied(self, target: str, at: datetime | None) -> None:
        """Nothing is left in a target; scripts, which have no times, tell nothing to later ones."""
        if at is not None:
            self._learn(TargetFact(places.emptied_name(target), at))

    def refilled(self, target: str, at: datetime | None) -> None:
        """An emptied target got its first rows."""
        if at is not None:
            self._learn(TargetFact(target, at))
            name = places.emptied_name(target)
            # It is not known to be touched: that is when it was emptied.
            self._learn(TargetFact(name, EARLIEST, defined_at=at, defined_by=""))

    def moved(self, move: Move) -> None:
        """The content of a target came under another name, with what earlier logs have put into it."""
        self.moves.append(move)

    def write(self, connection: Connection) -> None:
        """Put everything into the staging tables and forget it here."""
        _write_seen(connection, self._seen)
        for prefix, gone in self._swept:
            names = places.staged_within(connection, prefix)
            stage_targets(connection, [gone._replace(target=name) for name in names if name not in self._targets])
        self._swept.clear()
        stage_targets(connection, self._targets.values())
        self._seen.clear()
        self._targets.clear()
        self._bytes = 0

    def _learn(self, fact: TargetFact) -> None:
        held = self._targets.get(fact.target)
        self._targets[fact.target] = fact if held is None else held.followed_by(fact)


def clear(connection: Connection) -> None:
    """Forget what an earlier run saw."""
    connection.execute(delete(observations))
    connection.execute(delete(observed_targets))


def read_observed(rows: Iterable[Row[Any]]) -> Iterator[Dataflow]:
    """Dataflows with united edges, from rows ordered by external_id and sequence."""
    for external_id, group in groupby(rows, key=lambda row: row.external_id):
        contexts = list(group)
        first = contexts[0]
        yield Dataflow(
            external_id=external_id,
            title=first.title,
            content=first.content,
            source_name=first.source_name,
            fingerprint=first.fingerprint,
            targets=tuple(sorted({t for row in contexts for t in orjson.loads(row.targets)})),
            edges=_edges_of(contexts),
            defines=any(row.defines for row in contexts),
            first_seen=min(row.first_seen for row in contexts),
            last_seen=max(row.last_seen for row in contexts),
        )


def _edges_of(contexts: list[Row[Any]]) -> tuple[KeyedEdge, ...]:
    """The edges of one dataflow; those of a single row are distinct and in order already."""
    found = [edge for row in contexts for edge in unpack_edges(row.edges)]
    return united(found) if len(contexts) > 1 else tuple(found)


def find_targets(connection: Connection, names: Iterable[str], *, staged: bool = False) -> dict[str, TargetFact]:
    """What is known of these targets: for good, or (``staged``) by the present run alone."""
    table = observed_targets if staged else targets
    found: dict[str, TargetFact] = {}
    for keys in slices(sorted(set(names))):
        for row in connection.execute(select(table).where(table.c.target.in_(keys))):
            found[row.target] = TargetFact(*row[:5])
    return found


def stage_targets(connection: Connection, facts: Iterable[TargetFact]) -> None:
    """Remember what happened next to targets in the present run."""
    incoming = {fact.target: fact for fact in facts}
    held = find_targets(connection, incoming, staged=True)
    rows = [held[name].followed_by(fact) if name in held else fact for name, fact in incoming.items()]
    if rows:
        connection.execute(insert_or_update(connection, observed_targets), [row._asdict() for row in rows])


def learn_targets(connection: Connection, facts: Iterable[TargetFact], run_id: int) -> bool:
    """Join what a run saw of targets to what is known of them; whether that changed which dataflows may hold."""
    incoming = {fact.target: fact for fact in facts}
    held = find_targets(connection, incoming)
    joined = {name: held[name].joined(fact) if name in held else fact for name, fact in incoming.items()}
    changed = {name: fact for name, fact in joined.items() if fact != held.get(name)}
    matters = {name for name, fact in changed.items() if _state_of(fact) != _state_of(held.get(name))}
    images = {name: orjson.dumps(held[name]._asdict()) if name in held else None for name in changed}
    journal.write(connection, run_id, journal.TARGET, {name: images[name] for name in images if name in matters})
    journal.write(connection, run_id, journal.TOUCHED, {name: images[name] for name in images if name not in matters})
    _put_targets(connection, changed.values(), run_id)
    return bool(matters)


def seen_since(connection: Connection, target: str, run_id: int) -> bool:
    """Whether a later run has learned something of a target."""
    later = select(targets.c.target).where(targets.c.target == target, targets.c.seen_in > run_id)
    return connection.execute(later).first() is not None


def _put_targets(connection: Connection, facts: Iterable[TargetFact], run_id: int) -> None:
    if rows := [{**fact._asdict(), "seen_in": run_id} for fact in facts]:
        connection.execute(insert_or_update(connection, targets), rows)


def image_of(connection: Connection, target: str) -> bytes | None:
    """What is known of a target, as the journal keeps it."""
    fact = find_targets(connection, [target]).get(target)
    return orjson.dumps(fact._asdict()) if fact is not None else None


def restore_target(connection: Connection, target: str, image: bytes | None) -> None:
    """Know of a target what an image of the journal says; without one nothing was known."""
    if image is None:
        connection.execute(delete(targets).where(targets.c.target == target))
    else:
        _put_targets(connection, [_read_fact(orjson.loads(image))], 0)


def _read_fact(values: dict[str, Any]) -> TargetFact:
    times = {name: datetime.fromisoformat(values[name]) for name in ("touched_at", "defined_at") if values[name]}
    return TargetFact(**{**values, **times})


def _state_of(fact: TargetFact | None) -> tuple[bool, str | None]:
    return (fact.gone, fact.defined_by) if fact is not None else (False, None)


def _write_seen(connection: Connection, seen: dict[tuple[str, str], _Seen]) -> None:
    if not seen:
        return
    held = _times(connection, {external_id for external_id, _ in seen})
    rows = [_row(key, item, held.get(key)) for key, item in seen.items()]
    statement = insert_or_update(connection, observations, ["first_seen", "last_seen", "defines"])
    connection.execute(statement, rows)


def _times(connection: Connection, external_ids: set[str]) -> dict[tuple[str, str], tuple[datetime, datetime, bool]]:
    c = observations.c
    found = {}
    for keys in slices(external_ids):
        query = select(c.external_id, c.edges_digest, c.first_seen, c.last_seen, c.defines)
        for external_id, digest, first, last, defines in connection.execute(query.where(c.external_id.in_(keys))):
            found[external_id, digest] = (first, last, defines)
    return found


def _row(key: tuple[str, str], item: _Seen, held: tuple[datetime, datetime, bool] | None) -> dict[str, Any]:
    dataflow = item.dataflow
    return {
        "external_id": key[0],
        "edges_digest": key[1],
        "sequence": item.sequence,
        "source_name": dataflow.source_name,
        "fingerprint": dataflow.fingerprint,
        "title": dataflow.title,
        "content": dataflow.content,
        "targets": orjson.dumps(_targets(dataflow)).decode(),
        "defines": dataflow.defines or (held is not None and held[2]),
        "edges": pack_edges(dataflow.edges),
        "first_seen": min(item.first, held[0]) if held else item.first,
        "last_seen": max(item.last, held[1]) if held else item.last,
    }


def _targets(dataflow: Dataflow) -> tuple[str, ...]:
    return dataflow.targets if dataflow.last_seen else tuple(map(_undated, dataflow.targets))


def _undated(target: str) -> str:
    """The name of a target among statements without a time.

    A script says nothing of when it ran: it never supersedes what a log has seen, nor does a log supersede it.
    """
    return f"undated:{target}"
