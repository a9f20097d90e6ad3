"""From a URL to an engine, and from a driver's error to a `StateError` that names no secret."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from extractor.errors import StateError

_BUSY_S = 30
_PAUSE_S = 0.05


def read_url(text: str) -> URL:
    """The URL with its driver filled in.

    Raises:
        StateError: it is no URL of a SQLite file or a PostgreSQL database.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StateError(
            "the URL of the state cannot be read; write it as sqlite:///lineage-state.db "
            "or postgresql://user@host/database"
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise StateError("the state must outlive the process: name a file, as in sqlite:///lineage-state.db")
        return url.set(drivername="sqlite")
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise StateError(f"the state can be kept in SQLite or PostgreSQL, not in {backend}")


def shown(url: URL) -> str:
    """The URL for messages: without its password and without its query part."""
    return url.set(query={}).render_as_string(hide_password=True)


def connect(url: URL) -> Engine:
    """An engine for the URL; for SQLite the file is created, readable by its owner alone.

    Transactions that write are begun through ``engine.execution_options(write=True)``.

    Raises:
        StateError: the file cannot be created, or the driver is not installed.
    """
    if url.get_backend_name() == "sqlite":
        _create_file(Path(url.database or ""))
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise StateError(
            "a state in PostgreSQL needs the driver psycopg: pip install 'alation-lineage[postgres]'"
        ) from None


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turn any error of the database or its driver into a `StateError` about ``where``."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StateError(f"the state {where} {_told(error)}") from None


def _told(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    text = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    lower = text.lower()
    if "not a database" in lower or "malformed" in lower or "encrypted" in lower:
        return (
            f"is damaged or no state file ({text}). Put a copy of it back, or move it away: "
            "the next run then starts from an empty state"
        )
    if "database is locked" in lower:
        return "is being written by another process; try again when it has ended"
    return f"cannot be used: {text}"


def _create_file(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise StateError(f"the state {path} is no file")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StateError(
            f"the state {path} cannot be opened for writing: {error.strerror}. Does its folder exist, and may "
            "this user write there?"
        ) from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    _use_wal(connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Write ahead; SQLite itself does not wait for another process that makes the same change to a new file."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer cannot wait for another one in SQLite.
    writes = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
