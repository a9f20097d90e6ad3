"""The lineage graph as the state holds it, for questions: look up objects, walk from them, one moment throughout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    column,
    false,
    func,
    or_,
    select,
)

from extractor.models import EdgeKind, Node
from extractor.state.records import LONGEST_IDENTITY, Status, node_identity
from extractor.state.tables import dataflows, edges, nodes

NAMED_BY_LAST_PART = ("table", "external")
_IDENTIFIED = (
    *NAMED_BY_LAST_PART,
    "column",
    "file",
    "directory",
    "bi_report",
    "bi_report_column",
    "bi_datasource",
    "bi_datasource_column",
)


class Reached(NamedTuple):
    """An object that a walk met: its number in the state, and how many edges lie between it and the nearest start."""

    number: int
    depth: int


class Step(NamedTuple):
    """An edge that a walk went along, in the direction in which the data flow; ends are numbers in the state."""

    source: int
    target: int
    kind: EdgeKind


class Walk(NamedTuple):
    """What a walk met, the nearest first, and the edges it went along, each once."""

    reached: tuple[Reached, ...]
    steps: tuple[Step, ...]


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
    ) -> Walk:
        """Everything that can be reached from the starts.

        Args:
            starts: numbers of objects; they are never part of what was reached.
            upstream: against the flow of the data.
            kind: ``direct`` or ``indirect`` edges only.
            depth: at most so many edges away.
        """
        seen = dict.fromkeys(starts, 0)
        steps: dict[Step, None] = {}
        front = list(seen)
        reached: list[Reached] = []
        at = 0
        while front and (depth is None or at < depth):
            at += 1
            following: list[int] = []
            for step in self._steps(front, upstream=upstream, kind=kind):
                steps[step] = None
                end = step.source if upstream else step.target
                if end not in seen:
                    seen[end] = at
                    following.append(end)
            reached += [Reached(number, at) for number in following]
            front = following
        return Walk(tuple(reached), tuple(steps))

    def _steps(self, front: Collection[int], *, upstream: bool, kind: EdgeKind | None) -> Iterator[Step]:
        e = edges.c
        query = select(e.source_id, e.target_id, e.kind).where(
            self._among(e.target_id if upstream else e.source_id, "front"), e.stale == false()
        )
        if kind is not None:
            query = query.where(e.kind == kind)
        given = {"front": self._list(front)}
        if self._left_out:
            query = query.where(~self._among(e.dataflow_id, "left_out"))
            given["left_out"] = self._list(self._left_out)
        for row in self._connection.execute(query, given):
            yield Step(*row)

    def _found_by(self, name: str, otypes: Collection[str]) -> dict[int, Node]:
        wanted = name.lower()[:LONGEST_IDENTITY]
        return self._read((nodes.c.found_by == wanted) & nodes.c.otype.in_(otypes))

    def _read(self, condition: ColumnElement[bool], numbers: Collection[int] | None = None) -> dict[int, Node]:
        n = nodes.c
        given = {} if numbers is None else {"numbers": self._list(numbers)}
        rows = self._connection.execute(select(n.id, n.otype, n.key).where(condition), given)
        return {number: Node(otype, key) for number, otype, key in rows}

    def _among(self, number: ColumnElement[int], parameter: str) -> ColumnElement[bool]:
        """Whether a number is in a list that is given as one parameter, however long it is."""
        if self._array:
            return number == func.any(bindparam(parameter, type_=ARRAY(BigInteger)))
        given = func.json_each(bindparam(parameter)).table_valued(column("value", Integer))
        return number.in_(select(given.c.value))

    def _list(self, numbers: Collection[int]) -> Any:
        return list(numbers) if self._array else orjson.dumps(list(numbers)).decode()
