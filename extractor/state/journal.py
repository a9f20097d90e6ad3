"""How things were before a run changed them, so that the run can be undone.

Each row is an image of one dataflow's knowledge or of one target's, as the run found it first; without an image
there was nothing. An image of a dataflow that kept its edges holds its times alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, select

from extractor.state.tables import journal, runs
from extractor.state.upsert import insert_or_ignore

DATAFLOW = "dataflow"
TARGET = "target"


def write(connection: Connection, run_id: int, what: str, images: Mapping[str, bytes | None]) -> None:
    """Keep the images, unless the run has kept earlier ones of the same things."""
    rows = [{"run_id": run_id, "what": what, "name": name, "before": image} for name, image in images.items()]
    if rows:
        connection.execute(insert_or_ignore(connection, journal), rows)


def read(connection: Connection, run_id: int) -> list[tuple[str, str, bytes | None]]:
    """What, name and image of everything that a run touched."""
    c = journal.c
    query = select(c.what, c.name, c.before).where(c.run_id == run_id).order_by(c.what, c.name)
    return [(what, name, before) for what, name, before in connection.execute(query)]


def touched_since(connection: Connection, run_id: int) -> set[tuple[str, str]]:
    """What and name of everything that a later run touched; undoing gives back and touches nothing."""
    later = journal.join(runs, runs.c.id == journal.c.run_id)
    query = select(journal.c.what, journal.c.name).select_from(later)
    touched = connection.execute(query.where(journal.c.run_id > run_id, runs.c.command != "undo").distinct())
    return {(what, name) for what, name in touched}


def is_kept(connection: Connection, run_id: int) -> bool:
    """Whether anything is known of what the run changed."""
    return connection.execute(select(journal.c.name).where(journal.c.run_id == run_id).limit(1)).first() is not None


def forget(connection: Connection, run_id: int) -> None:
    """Forget the images of a run: it is undone."""
    connection.execute(delete(journal).where(journal.c.run_id == run_id))


def forget_older(connection: Connection, keep_runs: int) -> None:
    """Forget the images of all but the last runs."""
    latest = connection.execute(select(func.max(journal.c.run_id))).scalar_one_or_none()
    if latest is not None:
        connection.execute(delete(journal).where(journal.c.run_id <= latest - keep_runs))
