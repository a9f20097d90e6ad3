"""Knowing again what was known before a run."""

from __future__ import annotations

from typing import NamedTuple, Self

import orjson
from sqlalchemy import Connection

from extractor.state import history, journal, knowledge, observations, watermarks


class Undoing(NamedTuple):
    """An undoing under way: of which run and in which, and the dataflows that it changes in Alation."""

    run_id: int
    by_run: int
    external_ids: tuple[str, ...]

    def dump(self) -> str:
        """As text, for the state."""
        return orjson.dumps(list(self)).decode()

    @classmethod
    def load(cls, text: str) -> Self:
        """What `dump` gave."""
        run_id, by_run, external_ids = orjson.loads(text)
        return cls(run_id, by_run, tuple(external_ids))


def restore(connection: Connection, run_id: int, by_run: int) -> tuple[str, ...]:
    """Put back the images that a run left, and keep images of what ``by_run`` thereby changes.

    What a later run has seen stays as it is; those of its dataflows that the run itself had changed are given. A
    window of history that the run did is no longer done.
    """
    left: list[str] = []
    for what, name, image in journal.read(connection, run_id):
        if what in (journal.DATAFLOW, journal.TIMES):
            if not knowledge.seen_since(connection, name, run_id):
                journal.write(connection, by_run, journal.DATAFLOW, {name: knowledge.image_of(connection, name)})
                knowledge.restore(connection, name, image)
            elif what == journal.DATAFLOW:
                left.append(name)
        elif not observations.seen_since(connection, name, run_id):
            journal.write(connection, by_run, journal.TARGET, {name: observations.image_of(connection, name)})
            observations.restore_target(connection, name, image)
    journal.forget(connection, run_id)
    history.reopen(connection, run_id)
    watermarks.forget_watermarks(connection, run_id)
    return tuple(left)
