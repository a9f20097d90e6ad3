"""Partitions that have names of their own: which table each is a part of, as DDL told it.

PostgreSQL and Greenplum 7 (https://www.postgresql.org/docs/current/ddl-partitioning.html) let people name partitions as
they like, and load them by these names.
"""

from __future__ import annotations

from collections.abc import Callable

from extractor.models import TableName
from extractor.sessions.memory import Bounded, key_of

_PARTS = 50_000
_LEVELS = 8


class _Whole:
    """A partitioned table, under the name that it has now; None once it is dropped."""

    __slots__ = ("table",)

    def __init__(self, table: TableName) -> None:
        self.table: TableName | None = table


class Parts:
    """The partitions of one source and their tables.

    ``is_alone`` tells whether a partition counts as a table of its own (the catalog holds it, or parts are kept by the
    configuration); without it none does.
    """

    __slots__ = ("_is_alone", "_parts", "_wholes")

    def __init__(self, is_alone: Callable[[TableName], bool] | None = None) -> None:
        self._is_alone = is_alone
        self._parts: Bounded[tuple[str, ...], _Whole] = Bounded(_PARTS)
        self._wholes: Bounded[tuple[str, ...], _Whole] = Bounded(_PARTS)

    def belong(self, part: TableName, table: TableName) -> None:
        """Let ``part`` be a partition of ``table`` from now on."""
        whole = self._wholes.get(key_of(table))
        if whole is None:
            whole = _Whole(table)
            self._wholes.put(key_of(table), whole)
        self._parts.put(key_of(part), whole)

    def leave(self, part: TableName) -> None:
        """Let ``part`` be a table of its own again."""
        if self._parts.items:
            self._parts.pop(key_of(part))

    def drop(self, table: TableName) -> None:
        """Forget a table that is dropped, be it a partition or have partitions, which go with it."""
        self.leave(table)
        whole = self._wholes.pop(key_of(table)) if self._wholes.items else None
        if whole is not None:
            whole.table = None

    def rename(self, old: TableName, new: TableName) -> None:
        """Follow a table, partition or with partitions, to its new name."""
        if not self._parts.items:
            return
        of = self._parts.pop(key_of(old))
        if of is not None:
            self._parts.put(key_of(new), of)
        whole = self._wholes.pop(key_of(old))
        if whole is not None:
            whole.table = new
            self._wholes.put(key_of(new), whole)

    def whole_of(self, table: TableName) -> TableName:
        """The table that ``table`` is a partition of, over all levels; itself where it is none."""
        for _ in range(_LEVELS if self._parts.items else 0):
            whole = self._parts.get(key_of(table))
            if whole is None or whole.table is None or (self._is_alone is not None and self._is_alone(table)):
                break
            table = whole.table
        return table

    def is_unheld(self, part: TableName) -> bool:
        """Whether it is known that the catalog does not hold ``part``, so that no edge can end on it."""
        return self._is_alone is not None and not self._is_alone(part)
