"""How far the history tables of databases are read: written with the run that read them, or not at all."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, Text, delete, select

from extractor.state.metadata import metadata
from extractor.state.tables import Instant
from extractor.state.upsert import insert_or_update

history_watermarks = Table(
    "history_watermarks",
    metadata,
    Column("source_name", Text, primary_key=True),
    Column("place", String(32), nullable=False),
    Column("until_at", Instant, nullable=False),
    Column("seen", LargeBinary, nullable=False),
    Column("run_id", Integer, nullable=False),
)


class Watermark(NamedTuple):
    """A source's history was read up to ``until_at``; ``seen`` are digests of the rows that will be read once more.

    ``place`` tells the database and the query: with another one, reading begins anew.
    """

    source_name: str
    place: str
    until_at: datetime
    seen: frozenset[int] = frozenset()


def find_watermark(connection: Connection, source_name: str) -> Watermark | None:
    """How far a source was read, or None."""
    table = history_watermarks.c
    query = select(table.source_name, table.place, table.until_at, table.seen).where(table.source_name == source_name)
    row = connection.execute(query).one_or_none()
    return None if row is None else Watermark(row[0], row[1], row[2], frozenset(array("Q", row[3])))


def pass_watermarks(connection: Connection, found: Iterable[Watermark], run_id: int) -> None:
    """Keep how far a run has read."""
    rows = [
        {
            "source_name": mark.source_name,
            "place": mark.place,
            "until_at": mark.until_at,
            "seen": array("Q", sorted(mark.seen)).tobytes(),
            "run_id": run_id,
        }
        for mark in found
    ]
    if rows:
        connection.execute(insert_or_update(connection, history_watermarks), rows)


def forget_watermarks(connection: Connection, run_id: int) -> None:
    """What a run has read is to be read again."""
    connection.execute(delete(history_watermarks).where(history_watermarks.c.run_id == run_id))
