"""Content that came under another name in a log that does not show what it was made of: an earlier log did.

A load of one night and its swap into place in the next belong together. What is known of the old name when it is
given away is known of the new name from then on, as a dataflow of its own with the same text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from extractor.models import Dataflow, KeyedEdge, Node
from extractor.state import knowledge, observations, places
from extractor.state.knowledge import Known
from extractor.state.records import Move, TargetFact, united

_TITLE_CHARS = 200


def carry(connection: Connection, moves: Iterable[Move], namespace: str, run_id: int, *, nightly: bool) -> bool:
    """Know under their new names what was moved, in the order of the moves; whether there was such a thing.

    Has to be called before what the run saw of targets is learned: the rename itself takes the old name away.
    """
    in_order = sorted(moves, key=lambda move: move.at)
    content = _Content(connection, namespace, in_order)
    found = False
    for together in _at_once(in_order):
        carried = [(move, content.under_new_name(move)) for move in together]
        for move, dataflows in carried:
            content.put(move, dataflows)
            knowledge.learn(connection, dataflows, run_id, nightly=nightly)
            observations.learn_targets(connection, _facts(move, dataflows), run_id)
            found = found or bool(dataflows)
    return found


def _at_once(moves: Iterable[Move]) -> Iterator[list[Move]]:
    """The moves one by one, the two of a swap together."""
    held: list[Move] = []
    for move in moves:
        if held and (held[0].old, held[0].new.key.lower()) == (move.new.key.lower(), move.old):
            yield [*held, move]
            held = []
            continue
        if held:
            yield held
        held = [move]
    if held:
        yield held


class _Content:
    """What the moved targets are made of, as it changes from move to move."""

    def __init__(self, connection: Connection, namespace: str, moves: Sequence[Move]) -> None:
        self._connection = connection
        self._held: dict[str, list[Known]] = {}
        self._carried: dict[str, Dataflow] = {}
        wanted = {move.old for move in moves} | {move.new.key.lower() for move in moves}
        for row in knowledge.stream(connection, namespace):
            for target in wanted.intersection(row.targets):
                self._held.setdefault(target, []).append(row)
        names = wanted | {place for name in wanted for place in places.places_of(name)}
        self._facts = places.with_places(wanted, observations.find_targets(connection, names))

    def under_new_name(self, move: Move) -> list[Dataflow]:
        """What the new name is made of, as far as the present run has not shown it."""
        rows = [row for row in self._rows(move) if not row.observed]
        new = move.new.key.lower()
        there = {row.fingerprint: row.external_id for row in self._held.get(new, ()) if row.targets == (new,)}
        known = self._read([row.external_id for row in rows])
        made = []
        for row in rows:
            dataflow = _renamed_dataflow(known[row.external_id], move)
            back = there.get(row.fingerprint, dataflow.external_id)
            if back != dataflow.external_id:  # it was under this name before
                dataflow = replace(self._read([back])[back], last_seen=move.at)
            if dataflow.edges:
                made.append(dataflow)
        return [replace(dataflow, defines=len(made) == 1) for dataflow in made]

    def put(self, move: Move, dataflows: Sequence[Dataflow]) -> None:
        """Let the new name be made of these dataflows from now on, and the old one of nothing."""
        self._held[move.old] = [r for r in self._held.get(move.old, ()) if r.external_id in self._carried]
        self._carried.update((dataflow.external_id, dataflow) for dataflow in dataflows)
        self._held[move.new.key.lower()] = [_light(dataflow) for dataflow in dataflows]
        self._facts.pop(move.new.key.lower(), None)

    def _read(self, external_ids: Sequence[str]) -> dict[str, Dataflow]:
        return {**knowledge.find(self._connection, external_ids), **self._carried}

    def _rows(self, move: Move) -> Iterator[Known]:
        """What the old name is made of at that time: its last definition, and what came after it."""
        rows = [row for row in self._held.get(move.old, ()) if row.last_seen <= move.at]
        defined = max((row.last_seen for row in rows if row.defines), default=None)
        fact = self._facts.get(move.old)
        for row in rows:
            if (defined is None or row.last_seen >= defined) and not _is_over(row, fact):
                yield row


def _light(dataflow: Dataflow) -> Known:
    assert dataflow.first_seen is not None
    assert dataflow.last_seen is not None
    return Known(
        dataflow.external_id,
        dataflow.external_id.split("/")[1],
        dataflow.source_name,
        dataflow.fingerprint,
        dataflow.targets,
        dataflow.defines,
        "",
        dataflow.first_seen,
        dataflow.last_seen,
        None,
        0,
    )


def _is_over(row: Known, fact: TargetFact | None) -> bool:
    if fact is None:
        return False
    if fact.gone and fact.touched_at >= row.last_seen:
        return True
    is_defined_later = fact.defined_at is not None and fact.defined_at >= row.last_seen
    return row.defines and is_defined_later and fact.defined_by != row.external_id


def _renamed_dataflow(dataflow: Dataflow, move: Move) -> Dataflow:
    name = f"{dataflow.fingerprint}\nmoved\n{move.new.key.lower()}"
    mark = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return replace(
        dataflow,
        external_id=f"{dataflow.external_id.rpartition('/')[0]}/{mark}",
        title=f"{dataflow.title[: _TITLE_CHARS - len(move.new.key) - 10]}, now {move.new.key}"[:_TITLE_CHARS],
        targets=(move.new.key.lower(),),
        edges=united(_moved_edges(dataflow.edges, move)),
        first_seen=move.at,
        last_seen=move.at,
    )


def _moved_edges(edges: Iterable[KeyedEdge], move: Move) -> Iterator[KeyedEdge]:
    """The edges to the old name's table and columns, to the new ones; what either feeds itself with is left away."""
    ends = (move.old, move.new.key.lower())
    for edge in edges:
        target = _renamed(edge.target, move)
        source = edge.source.key.lower()
        if target is not None and not any(source == end or source.startswith(f"{end}.") for end in ends):
            yield edge._replace(target=target)


def _renamed(node: Node, move: Move) -> Node | None:
    key = node.key.lower()
    if key == move.old and node.otype == "table":
        return move.new
    if node.otype == "column" and key.startswith(f"{move.old}.") and "." not in key[len(move.old) + 1 :].strip('"'):
        return Node("column", f"{move.new.key}{node.key[len(move.old) :]}")
    return None


def _facts(move: Move, dataflows: Sequence[Dataflow]) -> Iterator[TargetFact]:
    """What defined the new name before holds no longer; where one dataflow is all that it has, that defines it now."""
    if dataflows:
        alone = dataflows[0].external_id if len(dataflows) == 1 else ""
        at = move.at if alone else move.at - timedelta(microseconds=1)
        yield TargetFact(move.new.key.lower(), move.at, defined_at=at, defined_by=alone)
