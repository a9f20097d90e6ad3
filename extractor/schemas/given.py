"""Columns that the caller gives as a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dialects import Dialect
from extractor.models import TableName


class DictSchema:
    """``{"schema.table": {"column": type, ...}}`` as a `SchemaLookup`; names are read by the dialect's rules.

    A name and an entry of different lengths match when the parts they share, from the table outwards, are equal
    and no other entry fits as well. The mapping may hold only a part of what exists, so `knows` never says False.
    """

    def __init__(self, tables: Mapping[str, Iterable[str]], dialect: Dialect) -> None:
        self._columns: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._by_table: dict[str, list[tuple[str, ...]]] = {}
        for name, columns in tables.items():
            identity = dialect.identity(dialect.parse_name(name))
            self._columns[identity] = tuple(columns)
        for identity in self._columns:
            self._by_table.setdefault(identity[-1] if identity else "", []).append(identity)

    def columns_of(self, table: TableName) -> tuple[str, ...] | None:
        """The columns of the entry that the name means, or None."""
        entry = self._entry(table)
        return None if entry is None else self._columns[entry]

    def knows(self, table: TableName) -> bool | None:
        """True when an entry fits the name, else None."""
        return True if self._entry(table) is not None else None

    def _entry(self, table: TableName) -> tuple[str, ...] | None:
        wanted = table.identity
        if table.kind != "table" or not wanted:
            return None
        if wanted in self._columns:
            return wanted
        fitting = [entry for entry in self._by_table.get(wanted[-1], ()) if _agree(entry, wanted)]
        longest = max((min(len(entry), len(wanted)) for entry in fitting), default=0)
        best = [entry for entry in fitting if min(len(entry), len(wanted)) == longest]
        return best[0] if len(best) == 1 else None


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]
