"""What a backfill remembers: which windows are done, and what time each file of a log covers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, String, Table, Text, delete, select

from extractor.state.connect import in_words
from extractor.state.metadata import metadata
from extractor.state.tables import Instant, Words
from extractor.state.upsert import batches, insert_or_update

_WHERE = "with the progress of backfills"

backfill_windows = Table(
    "backfill_windows",
    metadata,
    Column("history", String(64), primary_key=True),
    Column("begins_at", Instant, primary_key=True),
    Column("ends_at", Instant, primary_key=True),
    Column("finished_at", Instant, nullable=False),
    Column("run_id", Integer, nullable=False),
)

file_spans = Table(
    "file_spans",
    metadata,
    Column("source_name", Text, primary_key=True),
    Column("file", Words, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("modified_at", Instant),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
)


class FileSpan(NamedTuple):
    """The time that the records of a file cover, known for the file as it was: by its size and last change."""

    source_name: str
    file: str
    size_bytes: int
    modified_at: datetime | None
    first_at: datetime
    last_at: datetime


def reopen(connection: Connection, run_id: int) -> None:
    """The windows that a run has done are to be done again."""
    connection.execute(delete(backfill_windows).where(backfill_windows.c.run_id == run_id))


class History:
    """The progress of backfills, in the state that `engine` opens. Every method raises `StateError` when it fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)

    def done(self, history: str) -> set[tuple[datetime, datetime]]:
        """The windows (from, until) of a history that were planned and applied."""
        table = backfill_windows.c
        with in_words(_WHERE), self._engine.connect() as connection:
            rows = connection.execute(select(table.begins_at, table.ends_at).where(table.history == history))
            return {(begins_at, ends_at) for begins_at, ends_at in rows}

    def finish(self, history: str, since: datetime, until: datetime, *, run_id: int, at: datetime) -> None:
        """Note that a window is done."""
        row = {"history": history, "begins_at": since, "ends_at": until, "finished_at": at, "run_id": run_id}
        with in_words(_WHERE), self._writer.begin() as connection:
            connection.execute(insert_or_update(connection, backfill_windows), row)

    def spans(self, source_name: str) -> dict[str, FileSpan]:
        """What is known of the files of a source, by their names."""
        table = file_spans.c
        with in_words(_WHERE), self._engine.connect() as connection:
            rows = connection.execute(select(file_spans).where(table.source_name == source_name))
            return {row.file: FileSpan(*row) for row in rows}

    def add_spans(self, spans: Iterable[FileSpan]) -> None:
        """Remember the time that files cover."""
        for batch in batches(spans):
            with in_words(_WHERE), self._writer.begin() as connection:
                connection.execute(insert_or_update(connection, file_spans), [span._asdict() for span in batch])
