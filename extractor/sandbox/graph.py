"""The lineage graph: which object feeds which, through which dataflow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from extractor.models import Node, Path
from extractor.sandbox.tables import (
    COLUMNS,
    DATA_SOURCES,
    DATAFLOWS,
    EDGES,
    NO_DATAFLOW,
    NODES,
    OBJECTS,
    TABLES,
)

_BATCH = 500
_HIGHEST = "\uffff"


class Edge(NamedTuple):
    """An edge by the numbers of its ends; ``dataflow`` is `NO_DATAFLOW` for a direct one."""

    source: int
    dataflow: int
    target: int


def edges_of(path: Path) -> Iterator[tuple[Node, Node | None, Node]]:
    """What a path says: each object of a segment feeds each of the next, through the dataflows that lie between."""
    for here, following in pairwise(path):
        for source in _data(here):
            for target in _data(following):
                yield source, None, target
    for i, segment in enumerate(path):
        for dataflow in segment:
            if dataflow.otype == "dataflow":
                for source in _reached(path[i - 1 :: -1] if i else ()):
                    for target in _reached(path[i + 1 :]):
                        yield source, dataflow, target


def _data(segment: Sequence[Node]) -> list[Node]:
    return [node for node in segment if node.otype != "dataflow"]


def _reached(segments: Sequence[Sequence[Node]]) -> list[Node]:
    """The data objects of the nearest segments, looking through segments that hold dataflows."""
    found: list[Node] = []
    for segment in segments:
        found += _data(segment)
        if len(_data(segment)) == len(segment):
            break
    return found


class Graph:
    """Reads and changes the graph within one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._nodes: dict[tuple[str, str], int] = {}
        self._flows: dict[str, int] = {}

    def add_dataflow(self, fields: dict[str, str | None], *, reset: bool) -> tuple[int, bool]:
        """Create a dataflow or update it; its number, and whether it was there. ``reset`` empties other fields."""
        folded = str(fields["external_id"]).lower()
        known = self._db.execute(select(DATAFLOWS).where(DATAFLOWS.c.folded == folded)).one_or_none()
        if known is None:
            return self._new_dataflow(str(fields["external_id"]), declared=True, fields=fields), False
        values: dict[str, Any] = {k: v for k, v in fields.items() if k != "external_id"} | {"declared": True}
        if reset:
            values = {"title": None, "description": None, "content": None, "group_name": None} | values
        self._db.execute(update(DATAFLOWS).where(DATAFLOWS.c.id == known.id).values(values))
        return int(known.id), bool(known.declared)

    def add_paths(self, paths: Iterable[Path]) -> None:
        """Add the edges that the paths say; those that stand stay as they are."""
        rows = [
            {
                "source_id": self._node(source),
                "dataflow_id": self._flow(dataflow.key) if dataflow else NO_DATAFLOW,
                "target_id": self._node(target),
            }
            for path in paths
            for source, dataflow, target in edges_of(path)
        ]
        if rows:
            self._db.execute(sqlite_insert(EDGES).on_conflict_do_nothing(), rows)

    def remove_paths(self, dataflow_id: int) -> None:
        """Remove every edge through a dataflow."""
        self._db.execute(delete(EDGES).where(EDGES.c.dataflow_id == dataflow_id))

    def remove_dataflow(self, dataflow_id: int) -> None:
        """Remove a dataflow with every edge through it."""
        self.remove_paths(dataflow_id)
        self._db.execute(delete(DATAFLOWS).where(DATAFLOWS.c.id == dataflow_id))

    def remove_link(self, source: Node, target: Node) -> int:
        """Remove the edges between two ends, one of which may be a dataflow; how many there were."""
        condition: ColumnElement[bool]
        if target.otype == "dataflow":
            condition = (EDGES.c.source_id == self.node_id(source)) & (EDGES.c.dataflow_id == self.flow_id(target.key))
        elif source.otype == "dataflow":
            condition = (EDGES.c.dataflow_id == self.flow_id(source.key)) & (EDGES.c.target_id == self.node_id(target))
        else:
            condition = (EDGES.c.source_id == self.node_id(source)) & (EDGES.c.target_id == self.node_id(target))
        return self._db.execute(delete(EDGES).where(condition)).rowcount

    def node_id(self, node: Node) -> int:
        """The number of a node, or -1 when no edge has ever met it."""
        condition = (NODES.c.otype == node.otype) & (NODES.c.folded == node.key.lower())
        return self._db.execute(select(NODES.c.id).where(condition)).scalar_one_or_none() or -1

    def flow_id(self, external_id: str) -> int:
        """The number of a dataflow, or -1 when there is none."""
        wanted = select(DATAFLOWS.c.id).where(DATAFLOWS.c.folded == external_id.lower())
        return self._db.execute(wanted).scalar_one_or_none() or -1

    def around(self, otype: str, key: str, *, children: bool = True) -> list[Edge]:
        """The edges at an object, for a table with ``children`` at its columns too; through it, for a dataflow."""
        if otype == "dataflow":
            return self._edges(EDGES.c.dataflow_id == self.flow_id(key))
        folded = key.lower()
        condition = (NODES.c.otype == otype) & (NODES.c.folded == folded)
        if otype == "table" and children:
            inside = (NODES.c.folded >= f"{folded}.") & (NODES.c.folded < f"{folded}.{_HIGHEST}")
            condition = condition | ((NODES.c.otype == "column") & inside)
        numbers = select(NODES.c.id).where(condition)
        return self._edges(or_(EDGES.c.source_id.in_(numbers), EDGES.c.target_id.in_(numbers)))

    def through(self, dataflow_ids: Sequence[int]) -> list[Edge]:
        """The edges through these dataflows."""
        return self._edges(EDGES.c.dataflow_id.in_(dataflow_ids))

    def all(self) -> list[Edge]:
        """Every edge."""
        return self._edges(EDGES.c.source_id >= 0)

    def _edges(self, condition: ColumnElement[bool]) -> list[Edge]:
        rows = self._db.execute(select(EDGES.c.source_id, EDGES.c.dataflow_id, EDGES.c.target_id).where(condition))
        return [Edge(*row) for row in rows]

    def _node(self, node: Node) -> int:
        identity = (node.otype, node.key.lower())
        if identity not in self._nodes:
            number = self.node_id(node)
            if number < 0:
                values = {"otype": node.otype, "key": node.key, "folded": identity[1]}
                number = _added(self._db.execute(insert(NODES).values(values)).inserted_primary_key)
            self._nodes[identity] = number
        return self._nodes[identity]

    def _flow(self, external_id: str) -> int:
        folded = external_id.lower()
        if folded not in self._flows:
            number = self.flow_id(external_id)
            self._flows[folded] = number if number > 0 else self._new_dataflow(external_id, declared=False, fields={})
        return self._flows[folded]

    def _new_dataflow(self, external_id: str, *, declared: bool, fields: dict[str, str | None]) -> int:
        values = {**fields, "external_id": external_id, "folded": external_id.lower(), "declared": declared}
        return _added(self._db.execute(insert(DATAFLOWS).values(values)).inserted_primary_key)


def _added(key: Row[Any] | None) -> int:
    return int(key[0]) if key else 0


class Names:
    """Turns numbers back into objects, as the API shows them: the catalog's spelling, or TMP."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._seen: dict[int, dict[str, Any]] = {}
        self._flows: dict[int, dict[str, Any]] = {}

    def load(self, numbers: Sequence[int]) -> None:
        """Look nodes up together, so that `node` need not ask for each."""
        for start in range(0, len(numbers), _BATCH):
            rows = self._db.execute(_looked_up(numbers[start : start + _BATCH]))
            self._seen.update((row.id, _shown(row)) for row in rows)

    def node(self, number: int) -> dict[str, Any]:
        """``{"otype", "key"}`` with ``id`` when the catalog holds it and ``is_temp`` when it does not."""
        if number not in self._seen:
            self.load([number])
        return self._seen[number]

    def dataflow(self, number: int) -> dict[str, Any]:
        """As `node`, for a dataflow."""
        if number not in self._flows:
            row = self._db.execute(select(DATAFLOWS).where(DATAFLOWS.c.id == number)).one()
            shown = {"otype": "dataflow", "key": row.external_id, "id": row.id}
            self._flows[number] = shown if row.declared else {**shown, "is_temp": True}
        return self._flows[number]

    def paths(self, edges: Iterable[Edge]) -> list[list[list[dict[str, Any]]]]:
        """Paths that say exactly these edges: targets with the same sources through a dataflow share one."""
        sources: dict[tuple[int, int], set[int]] = {}
        for edge in edges:
            sources.setdefault((edge.dataflow, edge.target), set()).add(edge.source)
        targets: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        for (dataflow, target), feeding in sources.items():
            targets.setdefault((dataflow, tuple(sorted(feeding))), []).append(target)
        return [
            [self._segment(feeding), *([[self.dataflow(flow)]] if flow else []), self._segment(fed)]
            for (flow, feeding), fed in sorted(targets.items())
        ]

    def _segment(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        return sorted((self.node(number) for number in numbers), key=lambda node: (node["otype"], node["key"]))


def _looked_up(numbers: Sequence[int]) -> Select[Any]:
    """Nodes beside what the catalog holds under their keys: ``known`` its number, ``spelled`` its spelling."""
    wanted = select(
        *(NODES.c.id, NODES.c.otype, NODES.c.key),
        func.coalesce(TABLES.c.id, COLUMNS.c.id, OBJECTS.c.id).label("known"),
        func.coalesce(TABLES.c.key, COLUMNS.c.key, OBJECTS.c.key).label("spelled"),
    )
    return (
        wanted.outerjoin(TABLES, (NODES.c.otype == "table") & (TABLES.c.folded == NODES.c.folded))
        .outerjoin(COLUMNS, (NODES.c.otype == "column") & (COLUMNS.c.folded == NODES.c.folded))
        .outerjoin(
            OBJECTS,
            NODES.c.otype.not_in(("table", "column"))
            & (OBJECTS.c.otype == NODES.c.otype)
            & (OBJECTS.c.folded == NODES.c.folded),
        )
        .where(NODES.c.id.in_(numbers))
    )


def _shown(row: Row[Any]) -> dict[str, Any]:
    if row.otype == "external":
        return {"otype": row.otype, "key": row.key}
    if row.known is None:
        return {"otype": row.otype, "key": row.key, "is_temp": True}
    return {"otype": row.otype, "key": row.spelled, "id": row.known}


def deleted_data_sources(db: Connection) -> set[str]:
    """The numbers, as text, of the data sources that are marked as deleted."""
    rows = db.execute(select(DATA_SOURCES.c.id).where(DATA_SOURCES.c.deleted))
    return {str(number) for (number,) in rows}
