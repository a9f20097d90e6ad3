"""The lineage graph as the state holds it, for questions: look up objects, walk from them, one moment throughout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    column,
    false,
    func,
    or_,
    select,
)

from extractor.models import EdgeKind, Node
from extractor.otypes import OTYPES
from extractor.state.records import LONGEST_IDENTITY, Status, node_identity
from extractor.state.tables import dataflows, edges, nodes
from extractor.state.upsert import slices

NAMED_BY_LAST_PART = ("table", "external")
_IDENTIFIED = tuple(otype for otype in OTYPES if otype != "dataflow")


Step = tuple[int, int, EdgeKind]
"""An edge: where the data come from, where they go, and its kind; the ends are numbers in the state."""


class LineageGraph:
    """The graph of one namespace, within one transaction: edges that hold, of dataflows that are not being removed."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._connection = connection
        self._array = connection.dialect.name == "postgresql"
        d = dataflows.c
        query = select(d.id).where(or_(d.namespace != namespace, d.status == Status.DELETING))
        self._left_out = list(connection.scalars(query))

    def named(self, name: str) -> dict[int, Node]:
        """The tables and external objects whose last name is this one, in any case."""
        return self._found_by(name, NAMED_BY_LAST_PART)

    def columns_of(self, table_key: str) -> dict[int, Node]:
        """The columns of the table with this key that have lineage."""
        return self._found_by(table_key, ("column",))

    def with_key(self, key: str) -> dict[int, Node]:
        """The objects of any type that have this key, in any case."""
        wanted = [node_identity(Node(otype, key)) for otype in _IDENTIFIED]
        return self._read(nodes.c.identity.in_(wanted))

    def nodes(self, numbers: Collection[int]) -> dict[int, Node]:
        """Objects by their number in the state."""
        return self._read(self._among(nodes.c.id, "numbers"), numbers)

    def names_like(self, beginning: str, limit: int = 200) -> list[str]:
        """Last names of tables that begin so."""
        n = nodes.c
        query = (
            select(n.found_by)
            .where(n.found_by >= beginning.lower(), n.found_by < beginning.lower() + "\uffff")
            .where(n.otype.in_(NAMED_BY_LAST_PART))
            .distinct()
            .order_by(n.found_by)
            .limit(limit)
        )
        return [name for name in self._connection.scalars(query) if name]

    def walk(
        self, starts: Iterable[int], *, upstream: bool = False, kind: EdgeKind | None = None, depth: int | None = None
    ) -> dict[int, int]:
        """Everything that can be reached from the starts, which are no part of it: how many edges it is away.

        Args:
            starts: numbers of objects.
            upstream: against the flow of the data.
            kind: ``direct`` or ``indirect`` edges only.
            depth: at most so many edges away.
        """
        e = edges.c
        near, far = (e.target_id, e.source_id) if upstream else (e.source_id, e.target_id)
        query = self._holding(select(far).where(self._among(near, "front")), kind)
        began = set(starts)
        depths: dict[int, int] = {}
        front = sorted(began)
        at = 0
        while front and (depth is None or at < depth):
            at += 1
            # All at once: row by row, a large answer takes three times as long.
            ends = set(self._connection.scalars(query, self._given(front)).all())
            front = sorted(ends - depths.keys() - began)
            depths.update(dict.fromkeys(front, at))
        return depths

    def steps_among(self, numbers: Collection[int], kind: EdgeKind | None = None) -> list[Step]:
        """The edges that join these objects with each other, each once."""
        e = edges.c
        query = select(e.source_id, e.target_id, e.kind).distinct().where(self._among(e.source_id, "front"))
        wanted = set(numbers)
        rows = self._connection.execute(self._holding(query, kind), self._given(numbers))
        return [(source, target, word) for source, target, word in rows.all() if target in wanted]

    def _holding(self, query: Select[Any], kind: EdgeKind | None) -> Select[Any]:
        """The query, of edges that hold alone."""
        query = query.where(edges.c.stale == false())
        if self._left_out:
            query = query.where(~self._among(edges.c.dataflow_id, "left_out"))
        return query if kind is None else query.where(edges.c.kind == kind)

    def _given(self, front: Collection[int]) -> dict[str, Any]:
        given = {"front": self._list(front)}
        return {**given, "left_out": self._list(self._left_out)} if self._left_out else given

    def edges(self) -> Iterator[Step]:
        """All edges, one for each dataflow that has it, in no particular order."""
        e = edges.c
        query = self._holding(select(e.source_id, e.target_id, e.kind), None)
        given = {"left_out": self._list(self._left_out)} if self._left_out else {}
        for row in self._connection.execute(query, given, execution_options={"yield_per": 5_000}):
            yield row[0], row[1], row[2]

    def columns_of_tables(self, table_keys: Collection[str]) -> dict[int, Node]:
        """The columns that have lineage of several tables."""
        found: dict[int, Node] = {}
        for keys in slices(sorted({key.lower()[:LONGEST_IDENTITY] for key in table_keys})):
            found |= self._read(nodes.c.found_by.in_(keys) & (nodes.c.otype == "column"))
        return found

    def _found_by(self, name: str, otypes: Collection[str]) -> dict[int, Node]:
        wanted = name.lower()[:LONGEST_IDENTITY]
        return self._read((nodes.c.found_by == wanted) & nodes.c.otype.in_(otypes))

    def _read(self, condition: ColumnElement[bool], numbers: Collection[int] | None = None) -> dict[int, Node]:
        n = nodes.c
        given = {} if numbers is None else {"numbers": self._list(numbers)}
        rows = self._connection.execute(select(n.id, n.otype, n.key).where(condition), given)
        return {number: Node(otype, key) for number, otype, key in rows.all()}

    def _among(self, number: ColumnElement[int], parameter: str) -> ColumnElement[bool]:
        """Whether a number is in a list that is given as one parameter, however long it is."""
        if self._array:
            return number == func.any(bindparam(parameter, type_=ARRAY(BigInteger)))
        given = func.json_each(bindparam(parameter)).table_valued(column("value", Integer))
        return number.in_(select(given.c.value))

    def _list(self, numbers: Collection[int]) -> Any:
        return list(numbers) if self._array else orjson.dumps(list(numbers)).decode()
