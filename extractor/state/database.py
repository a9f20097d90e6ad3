"""An open database of the state: connections, transactions, the lock, and single facts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, select

from extractor.errors import StateError
from extractor.state import locks, migrate
from extractor.state.connect import connect, in_words, read_url, shown
from extractor.state.tables import facts
from extractor.state.upsert import insert_or_update

_HOLDER = "holder"


class Database:
    """A database that is open; every method raises `StateError` when it fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._held: Connection | None = None
        self._mark = ""
        self.where = shown(engine.url)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the state at a SQLAlchemy URL (a SQLite file or a PostgreSQL database), creating or upgrading it.

        Raises:
            StateError: it cannot be reached, is damaged, is another program's, or a newer version wrote it.
        """
        parsed = read_url(url)
        where = shown(parsed)
        with in_words(where):
            engine = connect(parsed)
            try:
                migrate.upgrade(engine, where)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine)

    @property
    def engine(self) -> Engine:
        """The engine, for the catalog's part of the state; writers begin with ``execution_options(write=True)``."""
        return self._engine

    def lock(self) -> AbstractContextManager[None]:
        """Hold the state for one run; freed by the system when the process dies.

        Raises:
            StateError: another process holds it (on entering); the message says which.
        """
        if self._engine.dialect.name == "sqlite":
            file = Path(self._engine.url.database or "").resolve()  # a link to a state is that state
            return locks.lock_file(file.with_name(f"{file.name}.lock"), self.where)
        return self._lock_server()

    @contextmanager
    def _lock_server(self) -> Iterator[None]:
        """A server's lock ends with its connection, which may break: so each write looks whose the state is."""
        with locks.lock_server(self._engine, self.where):
            mark = uuid.uuid4().hex
            with self.write() as connection:
                set_fact(connection, _HOLDER, mark)
            self._mark = mark
            try:
                yield
            finally:
                self._mark = ""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        if self._held is not None:
            yield self._held
            return
        with in_words(self.where), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection for reading, all of it as it is at one moment."""
        if self._engine.dialect.name == "sqlite":  # whose every transaction is that
            with self.read() as connection:
                yield connection
            return
        reader = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with in_words(self.where), reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end, or undone by an exception."""
        if self._held is not None:
            yield self._held
            return
        with in_words(self.where), self._writer.begin() as connection:
            self._check_holder(connection)
            yield connection

    def _check_holder(self, connection: Connection) -> None:
        """Nobody else may have taken the state over; nor can anybody until this transaction has ended."""
        if not self._mark:
            return
        query = select(facts.c.value).where(facts.c.name == _HOLDER).with_for_update(read=True)
        if connection.execute(query).scalar_one_or_none() != self._mark:
            raise StateError(
                f"the connection that held the state {self.where} for this run broke, and another run has taken the "
                "state over: this one ends here, the other one or the next goes on"
            )

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Do everything inside in one transaction that is undone at the end: to see what would come of it."""
        with in_words(self.where), self._writer.connect() as connection:
            transaction = connection.begin()
            self._held = connection
            try:
                yield
            finally:
                self._held = None
                transaction.rollback()


def fact(connection: Connection, name: str) -> str:
    """A fact of the state by its name, empty where it is not known."""
    found = connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()
    return str(found or "")


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Note a fact of the state."""
    connection.execute(insert_or_update(connection, facts), [{"name": name, "value": value}])


def version_of(connection: Connection) -> str:
    """A word that is another one after every change of what we hold in Alation, or know of it."""
    return f"{fact(connection, 'identity')}.{fact(connection, 'changes')}"
