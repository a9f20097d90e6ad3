"""Knowing again what was known before a run."""

from __future__ import annotations

from sqlalchemy import Connection

from extractor.state import journal, knowledge, observations


def restore(connection: Connection, run_id: int, by_run: int) -> tuple[str, ...]:
    """Put back the images that a run left, and keep images of what ``by_run`` thereby changes.

    What a later run has touched stays as it is; those of its dataflows that the run itself had changed are given.
    """
    later = journal.touched_since(connection, run_id)
    left: list[str] = []
    for what, name, image in journal.read(connection, run_id):
        if (what, name) in later:
            if what == journal.DATAFLOW and (image is None or b'"edges":' in image):
                left.append(name)
        elif what == journal.DATAFLOW:
            journal.write(connection, by_run, what, {name: knowledge.image_of(connection, name)})
            knowledge.restore(connection, name, image)
        else:
            journal.write(connection, by_run, what, {name: observations.image_of(connection, name)})
            observations.restore_target(connection, name, image)
    journal.forget(connection, run_id)
    return tuple(left)
