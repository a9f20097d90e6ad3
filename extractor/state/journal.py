"""How things were before a run changed them, so that the run can be undone.

Each row is an image of what was known of one dataflow or of one target, as the run found it first; without an image
there was nothing. What a run only saw once more has an image of its times (`TIMES`, `TOUCHED`) for a week of runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, select

from extractor.state.tables import journal
from extractor.state.upsert import insert_or_ignore

DATAFLOW = "dataflow"
TIMES = "times"
TARGET = "target"
TOUCHED = "touched"

_RUNS_KEPT = 60
_TIMES_KEPT = 7


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


def is_kept(connection: Connection, run_id: int) -> bool:
    """Whether anything is known of what the run changed."""
    return connection.execute(select(journal.c.name).where(journal.c.run_id == run_id).limit(1)).first() is not None


def forget(connection: Connection, run_id: int) -> None:
    """Forget the images of a run: it is undone."""
    connection.execute(delete(journal).where(journal.c.run_id == run_id))


def forget_older(connection: Connection) -> None:
    """Forget the images that are too old: of times, which change every night, earlier than of all else."""
    latest = connection.execute(select(func.max(journal.c.run_id))).scalar_one_or_none()
    if latest is not None:
        is_time = journal.c.what.in_((TIMES, TOUCHED))
        connection.execute(delete(journal).where(journal.c.run_id <= latest - _RUNS_KEPT))
        connection.execute(delete(journal).where(journal.c.run_id <= latest - _TIMES_KEPT, is_time))
