"""What the statements seen so far have taught: columns of tables, temporary tables, what was made of what."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, NamedTuple, TypeVar

from extractor.lineage.binding import Base, Relation
from extractor.models import ColumnEdge, TableEdge, TableName

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """A mapping that forgets what was not used for longest; ``items`` is what it holds."""

    __slots__ = ("items", "limit")

    def __init__(self, limit: int) -> None:
        self.items: OrderedDict[K, V] = OrderedDict()
        self.limit = limit

    def get(self, key: K) -> V | None:
        """The value, which counts as used now."""
        value = self.items.get(key)
        if value is not None:
            self.items.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value; the oldest goes when there are too many."""
        items = self.items
        held = len(items)
        items[key] = value
        if len(items) == held:
            items.move_to_end(key)
        elif held >= self.limit:
            items.popitem(last=False)

    def pop(self, key: K) -> V | None:
        """Forget a value and return it."""
        return self.items.pop(key, None)

    def __len__(self) -> int:
        return len(self.items)


class Temporary(NamedTuple):
    """A temporary table: its columns with what they were made of, and the statements that filled it, in order."""

    table: TableName
    relation: Relation
    chain: tuple[str, ...]
    columns: tuple[str, ...] | None = None
    by_pattern: bool = False


class Rows(NamedTuple):
    """What a query gave, or a function gives, and the statements that made it so."""

    relation: Relation
    chain: tuple[str, ...]


class Made(NamedTuple):
    """The lineage of a permanent table as derived so far, so that a rename can carry it along.

    ``is_whole`` when nothing else is in the table.
    """

    tables: tuple[TableEdge, ...]
    columns: tuple[ColumnEdge, ...]
    chain: tuple[str, ...]
    is_whole: bool = False


class MadeTables:
    """What permanent tables were made of, statement by statement, within a budget of edges.

    The tables written longest ago are forgotten first: renames follow their loads closely.
    """

    __slots__ = ("_budget", "_edges", "_made")

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._edges = 0
        self._made: OrderedDict[TableName, dict[tuple[str, ...], Made]] = OrderedDict()

    def put(self, table: TableName, made: Made, *, anew: bool) -> None:
        """Add what one statement made of a table; ``anew`` when nothing earlier is left in it."""
        held = self._made.get(table)
        if held is not None and not anew and made.chain in held:
            self._made.move_to_end(table)
            return
        earlier = {} if held is None or anew else held
        if held is not None and anew:
            self.pop(table)
        earlier[made.chain] = made._replace(is_whole=True) if anew else made
        self._made[table] = earlier
        self._made.move_to_end(table)
        self._edges += _weight(made)
        while self._edges > self._budget and len(self._made) > 1:
            self.pop(next(iter(self._made)))

    def pop(self, table: TableName) -> Made | None:
        """Forget a table and return all that it was made of."""
        found = self._made.pop(table, None)
        if found is None:
            return None
        self._edges -= sum(map(_weight, found.values()))
        parts = list(found.values())
        return Made(
            tuple(dict.fromkeys(edge for made in parts for edge in made.tables)),
            tuple(dict.fromkeys(edge for made in parts for edge in made.columns)),
            tuple(dict.fromkeys(mark for made in parts for mark in made.chain)),
            any(made.is_whole for made in parts),
        )

    def within(self, prefix: tuple[str, ...]) -> list[TableName]:
        """The tables whose names begin with these parts, in lower case."""
        return [table for table in self._made if key_of(table)[: len(prefix)] == prefix]


def _weight(made: Made) -> int:
    return 1 + len(made.tables) + len(made.columns)


def key_of(table: TableName) -> tuple[str, ...]:
    """A table's key in memory: without regard to case, as catalogs and logs differ in it."""
    return tuple([part.lower() for part in table.identity])


class Temporaries:
    """The temporary tables of one session, found by full name or, bare, by their last part.

    At most ``limit`` are kept, the oldest forgotten first: scratch names that are never used again must not pile up.
    ``full`` are those that there are, by their full names.
    """

    __slots__ = ("_limit", "_short", "full")

    def __init__(self, limit: int = 2_000) -> None:
        self._limit = limit
        self.full: dict[tuple[str, ...], Temporary] = {}
        self._short: dict[str, tuple[str, ...]] = {}

    def find(self, table: TableName, *, bare: bool) -> Temporary | None:
        """The temporary table that a name means, if any."""
        key = key_of(table)
        found = self.full.get(key)
        if found is None and (bare or key[-1].startswith("#")):
            found = self.full.get(self._short.get(key[-1], ()))
        return found

    def put(self, temporary: Temporary) -> None:
        """Keep a temporary table, in place of an earlier one of its name."""
        key = key_of(temporary.table)
        self.full.pop(key, None)
        self.full[key] = temporary
        self._short[key[-1]] = key
        if len(self.full) > self._limit:
            self.pop(next(iter(self.full.values())).table, bare=False)

    def pop(self, table: TableName, *, bare: bool) -> Temporary | None:
        """Forget a temporary table and return it."""
        found = self.find(table, bare=bare)
        if found is not None:
            key = key_of(found.table)
            del self.full[key]
            if self._short.get(key[-1]) == key:
                del self._short[key[-1]]
        return found


class Bases:
    """One `Base` per table, so that origins of one table are equal across statements."""

    __slots__ = ("_bases",)

    def __init__(self, limit: int) -> None:
        self._bases: Bounded[tuple[tuple[str, ...], str], Base] = Bounded(limit)

    def of(self, table: TableName) -> Base:
        """The base of a table."""
        key = (table.identity, table.kind)
        found = self._bases.get(key)
        if found is None:
            found = Base(table)
            self._bases.put(key, found)
        return found
