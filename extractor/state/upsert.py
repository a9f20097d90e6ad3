"""INSERT ... ON CONFLICT for both databases, and lists of keys in slices that both accept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, Insert, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

BATCH = 1_000
_KEYS_A_QUERY = 500

T = TypeVar("T")


def insert_or_ignore(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves a row alone when its key is there already."""
    return _insert(connection, table).on_conflict_do_nothing()


def insert_or_update(
    connection: Connection, table: Table, columns: Sequence[str] | None = None, *, key: Sequence[str] = ()
) -> Insert:
    """An INSERT that sets ``columns`` (default: all but the key) when the key is there already.

    ``key`` names the columns of a unique constraint; the primary key if empty.
    """
    statement = _insert(connection, table)
    keys = list(key) or [column.name for column in table.primary_key]
    names = columns if columns is not None else [c.name for c in table.columns if c.name not in keys]
    return statement.on_conflict_do_update(index_elements=keys, set_={name: statement.excluded[name] for name in names})


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The rows in lists of at most ``size``."""
    stream = iter(rows)
    while batch := list(islice(stream, size)):
        yield batch


def slices(keys: Collection[T]) -> Iterator[list[T]]:
    """The keys in lists short enough for one IN (...)."""
    return batches(keys, _KEYS_A_QUERY)


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    # Each of these packages brings all its drivers along: only the one that is used is imported.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415

    return sqlite.insert(table)
