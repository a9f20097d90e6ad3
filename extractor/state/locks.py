"""One run at a time: a lock that the operating system or the database server frees when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from extractor.errors import StateBusy, StateError

_CLASS = 0x414C  # "AL": our half of PostgreSQL's two-part advisory lock keys

_HOLDER = text(
    "SELECT a.pid, a.application_name, a.client_addr, a.backend_start FROM pg_locks l "
    "JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = l.database "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :class "
    "AND l.objid::bigint = (hashtext(current_schema())::bigint & 4294967295) AND d.datname = current_database()"
)


@contextmanager
def lock_file(path: Path, where: str) -> Iterator[None]:
    """Hold the lock of a SQLite state, kept in the file ``path`` beside it.

    Raises:
        StateBusy: another process holds it; the message says which and since when.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(f"the lock {path} of the state cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateBusy(_busy(where, _read_holder(descriptor))) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(_myself()).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


@contextmanager
def lock_server(engine: Engine, where: str) -> Iterator[None]:
    """Hold the lock of a PostgreSQL state: an advisory lock on a connection of its own.

    Raises:
        StateBusy: another process holds it; the message says which and since when.
    """
    keys = {"class": _CLASS}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        me = _myself()
        name = f"alation-lineage {me['pid']}@{me['host']}"[:63]
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:class, hashtext(current_schema()))"), keys)
        if not taken.scalar_one():
            row = connection.execute(_HOLDER, keys).first()
            holder = (
                f"{row[1]} from {row[2] or 'this host'}, connected since {row[3]:%Y-%m-%d %H:%M:%S %Z}" if row else ""
            )
            raise StateBusy(_busy(where, holder))
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # the lock has gone already, with its connection
                connection.execute(text("SELECT pg_advisory_unlock(:class, hashtext(current_schema()))"), keys)


def _myself() -> dict[str, str | int]:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _read_holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return ""


def _busy(where: str, holder: str) -> str:
    return f"the state {where} is in use by {holder or 'another process'}: wait until it has ended, then try again"
