"""The lineage graph as packed arrays, so that a question about nearly all of a large graph is answered at once.

Written at the end of what changes the graph, and good for exactly that version of the state; a question that finds
none, or one of another version, walks the edges themselves. Tables (and all else that is no column) are numbered in
the order of their keys, columns behind them; the neighbours of each object stand one after the other, those of
object i from ``offsets[i]`` to ``offsets[i + 1]``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, chain
from typing import Any, NamedTuple, Self

import orjson
from sqlalchemy import Connection, delete, insert, select

from extractor.models import EdgeKind, Node
from extractor.state.database import version_of
from extractor.state.graph import LineageGraph
from extractor.state.tables import nodes, packed_graphs

_SMALL = "I"  # 4 bytes: numbers of objects
_LARGE = "Q"  # 8 bytes: numbers in the state
_KINDS: tuple[EdgeKind, ...] = ("direct", "indirect")
_ENDS = "\x00"


class Ways(NamedTuple):
    """The neighbours of every object along edges of one kind, in one direction."""

    offsets: array[int]
    neighbours: array[int]

    def dump(self) -> bytes:
        """As bytes; there is one offset more than objects."""
        return self.offsets.tobytes() + self.neighbours.tobytes()

    @classmethod
    def load(cls, data: bytes, objects: int) -> Self:
        """What `dump` gave."""
        cut = (objects + 1) * array(_SMALL).itemsize
        whole = memoryview(data)
        return cls(_array(_SMALL, whole[:cut]), _array(_SMALL, whole[cut:]))


def pack(connection: Connection, namespace: str) -> int:
    """Write the graph of a namespace as it is now; gives the number of its edges."""
    version = version_of(connection)
    tables, columns = _sorted_nodes(connection)
    owners, tables = _owners(tables, columns)
    place = {number: at for at, (_, number, _) in enumerate(chain(tables, columns)) if number}
    objects = len(tables) + len(columns)
    ends = {kind: (array(_SMALL), array(_SMALL)) for kind in _KINDS}
    for source, target, kind in LineageGraph(connection, namespace).edges():
        sources, targets = ends["indirect" if kind == "indirect" else "direct"]
        sources.append(place[source])
        targets.append(place[target])
    numbers = sorted(place)
    parts = {
        "numbers": array(_LARGE, numbers).tobytes() + array(_SMALL, map(place.__getitem__, numbers)).tobytes(),
        "tables": _ENDS.join(f"{otype} {key}" for key, _, otype in tables).encode(),
        "table numbers": array(_LARGE, (number for _, number, _ in tables)).tobytes(),
        "owners": owners.tobytes(),
    }
    for kind, (sources, targets) in ends.items():
        parts[f"down {kind}"] = _ways(sources, targets, objects).dump()
        parts[f"up {kind}"] = _ways(targets, sources, objects).dump()
    head = {"version": version, "objects": objects, "tables": len(tables), "numbered": len(numbers)}
    parts["head"] = orjson.dumps(head)
    connection.execute(delete(packed_graphs).where(packed_graphs.c.namespace == namespace))
    rows = [{"namespace": namespace, "part": part, "data": data} for part, data in parts.items()]
    connection.execute(insert(packed_graphs), rows)
    return sum(len(sources) for sources, _ in ends.values())


def packed_graph(connection: Connection, namespace: str) -> PackedGraph | None:
    """The packed graph of a namespace, where there is one of the state as it is now."""
    return PackedGraph.open(connection, namespace, version_of(connection))


def is_packed(connection: Connection, namespace: str) -> bool:
    """Whether there is a packed graph of the state as it is now."""
    return _head(connection, namespace).get("version") == version_of(connection)


class Met(NamedTuple):
    """What a walk met, level by level: level 1 are the objects one edge away; each sorted by number."""

    tables: list[list[int]]
    columns: list[list[int]]


class PackedGraph:
    """The graph of one namespace at one version of the state."""

    def __init__(self, connection: Connection, namespace: str, head: dict[str, int]) -> None:
        self._connection = connection
        self._namespace = namespace
        self._objects = head["objects"]
        self._tables = head["tables"]
        data = memoryview(self._part("numbers"))
        cut = head["numbered"] * array(_LARGE).itemsize
        self._numbers, self._places = _array(_LARGE, data[:cut]), _array(_SMALL, data[cut:])
        self._depths = array(_SMALL, bytes(self._objects * array(_SMALL).itemsize))

    @classmethod
    def open(cls, connection: Connection, namespace: str, version: str) -> Self | None:
        """The packed graph, where there is one of this very version."""
        head = _head(connection, namespace)
        return cls(connection, namespace, head) if head.get("version") == version else None

    def walk(
        self, starts: Iterable[int], *, upstream: bool = False, kind: EdgeKind | None = None, depth: int | None = None
    ) -> Met:
        """Everything that can be reached from objects (by their numbers in the state), which are no part of it.

        As `LineageGraph.walk`; a graph is walked once.
        """
        way = "up" if upstream else "down"
        all_ways = [
            Ways.load(self._part(f"{way} {word}"), self._objects) for word in ([kind] if kind is not None else _KINDS)
        ]
        ways = [ways for ways in all_ways if ways.neighbours]
        began = {place for place in map(self._place, starts) if place is not None}
        depths = self._depths
        met = Met([], [])
        front, at = sorted(began), 0
        while front and (depth is None or at < depth):
            at += 1
            front = sorted(_next(ways, front, depths, at, began))
            tables = bisect_left(front, self._tables)
            met.tables.append(front[:tables])
            met.columns.append(front[tables:])
        return met

    def depth(self, number: int) -> int:
        """How far away the last walk met an object, by its number in the state; 0 where it did not."""
        place = self._place(number)
        return self._depths[place] if place is not None else 0

    def owners(self, columns: Iterable[int]) -> set[int]:
        """The tables of columns."""
        owners, first = self._owners, self._tables
        return {owners[column - first] for column in columns}

    def table_nodes(self, tables: Sequence[int]) -> list[tuple[int, Node]]:
        """Tables by their places: number in the state (0: met by its columns alone), and what each is."""
        names = self._names
        numbers = _array(_LARGE, memoryview(self._part("table numbers")))
        found = []
        for table in tables:
            otype, _, key = names[table].partition(" ")
            found.append((numbers[table] if self._depths[table] else 0, Node(otype, key)))
        return found

    def tables_of(self, numbers: Iterable[int]) -> set[int]:
        """The tables of objects, by their numbers in the state: themselves, or that of a column."""
        places = [place for place in map(self._place, numbers) if place is not None]
        return {place for place in places if place < self._tables} | self.owners(p for p in places if p >= self._tables)

    @cached_property
    def _names(self) -> list[str]:
        return self._part("tables").decode().split(_ENDS)

    @cached_property
    def _owners(self) -> array[int]:
        return _array(_SMALL, memoryview(self._part("owners")))

    def _place(self, number: int) -> int | None:
        at = bisect_left(self._numbers, number)
        is_there = at < len(self._numbers) and self._numbers[at] == number
        return self._places[at] if is_there else None

    def _part(self, part: str) -> bytes:
        c = packed_graphs.c
        query = select(c.data).where(c.namespace == self._namespace, c.part == part)
        return bytes(self._connection.execute(query).scalar_one())


def _head(connection: Connection, namespace: str) -> dict[str, Any]:
    c = packed_graphs.c
    found = connection.execute(select(c.data).where(c.namespace == namespace, c.part == "head")).scalar_one_or_none()
    head: dict[str, Any] = orjson.loads(found) if found else {}
    return head


def _next(ways: Sequence[Ways], front: Iterable[int], depths: array[int], at: int, began: set[int]) -> list[int]:
    """The objects one edge behind the front that were not met before; their depth is noted."""
    found = []
    for offsets, neighbours in ways:
        for place in front:
            for other in neighbours[offsets[place] : offsets[place + 1]]:
                if not depths[other] and other not in began:
                    depths[other] = at
                    found.append(other)
    return found


_Row = tuple[str, int, str]
"""Key, number in the state (0: none), object type; so that rows sort by key."""


def _sorted_nodes(connection: Connection) -> tuple[list[_Row], list[_Row]]:
    """All objects: tables and all else that is no column, and columns; each in the order of their keys."""
    n = nodes.c
    tables: list[_Row] = []
    columns: list[_Row] = []
    for number, otype, key in connection.execute(select(n.id, n.otype, n.key)):
        (columns if otype == "column" else tables).append((key, number, otype))
    return sorted(tables), sorted(columns)


def _owners(tables: list[_Row], columns: list[_Row]) -> tuple[array[int], list[_Row]]:
    """For each column the place of its table, and the tables with those that only their columns tell of."""
    known = {key.lower() for key, _, otype in tables if otype == "table"}
    of_columns = [_table_of(key) for key, _, _ in columns]
    unseen = {key.lower(): key for key in reversed(of_columns) if key.lower() not in known}
    whole = sorted([*tables, *((key, 0, "table") for key in unseen.values())])
    places = {key.lower(): at for at, (key, _, otype) in enumerate(whole) if otype == "table"}
    return array(_SMALL, (places[key.lower()] for key in of_columns)), whole


def _table_of(column_key: str) -> str:
    cut = column_key.rfind('."') if column_key.endswith('"') else column_key.rfind(".")
    return column_key[:cut]


def _ways(sources: array[int], targets: array[int], objects: int) -> Ways:
    counts = array(_SMALL, bytes((objects + 1) * array(_SMALL).itemsize))
    for source in sources:
        counts[source + 1] += 1
    offsets = array(_SMALL, accumulate(counts))
    free = array(_SMALL, offsets)
    neighbours = array(_SMALL, bytes(len(targets) * array(_SMALL).itemsize))
    for source, target in zip(sources, targets, strict=True):
        neighbours[free[source]] = target
        free[source] += 1
    return Ways(offsets, neighbours)


def _array(kind: str, data: memoryview) -> array[int]:
    found = array(kind)
    found.frombytes(data)
    return found
