"""Making what a run saw known for good, in steps of which the last may be done by the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

import orjson

from extractor.state import knowledge, moves, observations, owned
from extractor.state.records import Move
from extractor.state.upsert import batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from extractor.models import Dataflow
    from extractor.state.records import TargetFact
    from extractor.state.store import Store

_LEARNED_TOGETHER = 200


class Settling(NamedTuple):
    """What is being made known: of which run, and what it read. All else of it is staged in the state."""

    run_id: int
    namespace: str
    nightly: bool
    days: dict[str, list[int]]
    whole: list[str]
    moves: Sequence[Sequence[Any]] = ()

    def dump(self) -> str:
        """As text, for the state."""
        return orjson.dumps(self._asdict()).decode()

    @classmethod
    def load(cls, text: str) -> Self:
        """What `dump` gave."""
        return cls(**orjson.loads(text))


def settle(store: Store, present: Settling, seen: Iterable[Dataflow], targets: Iterable[TargetFact]) -> None:
    """Join what was staged to what is known; doing it again, wholly or in part, changes nothing more."""
    run_id = present.run_id
    for dataflows in batches(seen, _LEARNED_TOGETHER):
        with store.write() as connection:
            if knowledge.learn(connection, dataflows, run_id, nightly=present.nightly):
                owned.changed(connection)
    if present.moves:
        with store.write() as connection:
            moved = [Move.from_json(values) for values in present.moves]
            if moves.carry(connection, moved, present.namespace, run_id, nightly=present.nightly):
                owned.changed(connection)
    for facts in batches(targets):
        with store.write() as connection:
            if observations.learn_targets(connection, facts, run_id):
                owned.changed(connection)
    with store.write() as connection:
        if present.whole and knowledge.forget_unseen(connection, present.namespace, present.whole, run_id):
            owned.changed(connection)
        if present.nightly:
            knowledge.add_nights(connection, present.namespace, present.days)
