"""Dataflows of ours and their edges, and how far each is on its way into Alation or out of it.

Each function runs in the caller's transaction. Before a request the intent is written (`intend`, `set_status`),
after its job the result (`confirm`, `forget`, `set_problem`); so a run that is killed leaves behind what it was
about to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from extractor.models import Dataflow, KeyedEdge, Node
from extractor.state.records import OwnedDataflow, Status, edges_digest, found_by, node_identity
from extractor.state.tables import dataflows, edges, facts, nodes, observations, temporary_nodes
from extractor.state.upsert import insert_or_ignore, insert_or_update, slices

_COLUMNS = [dataflows.c[name] for name in OwnedDataflow._fields if name != "observed"]


def find(connection: Connection, external_ids: Collection[str]) -> dict[str, OwnedDataflow]:
    """Those of the dataflows that are ours, by external_id."""
    found = {}
    for keys in slices(external_ids):
        for row in connection.execute(select(*_COLUMNS).where(dataflows.c.external_id.in_(keys))):
            found[row.external_id] = _read(row)
    return found


def stream(connection: Connection, namespace: str) -> Iterator[OwnedDataflow]:
    """All dataflows of a namespace, ordered by external_id; `observed` says whether the present run saw them."""
    seen = exists().where(observations.c.external_id == dataflows.c.external_id).label("observed")
    query = select(*_COLUMNS, seen).where(dataflows.c.namespace == namespace).order_by(dataflows.c.external_id)
    for row in connection.execute(query, execution_options={"yield_per": 500}):
        yield _read(row, observed=bool(row.observed))


def dataflow_of(row: OwnedDataflow, edges: tuple[KeyedEdge, ...] = ()) -> Dataflow:
    """A dataflow as the state holds it, with edges that were read apart."""
    return Dataflow(
        external_id=row.external_id,
        title=row.title,
        content=row.content,
        source_name=row.source_name,
        fingerprint=row.fingerprint,
        targets=row.targets,
        edges=edges,
        defines=row.defines,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )


def count(connection: Connection, namespace: str) -> tuple[int, int]:
    """How many dataflows of a namespace are in Alation whole, and how many edges they have."""
    ours = (dataflows.c.namespace == namespace, dataflows.c.status == Status.PRESENT)
    flows = select(func.count()).select_from(dataflows).where(*ours)
    joined = edges.join(dataflows, edges.c.dataflow_id == dataflows.c.id)
    links = select(func.count()).select_from(joined).where(*ours, edges.c.stale == false())
    return connection.execute(flows).scalar_one(), connection.execute(links).scalar_one()


def statuses(connection: Connection, namespace: str) -> dict[str, int]:
    """How many dataflows of a namespace are in each status."""
    c = dataflows.c
    query = select(c.status, func.count()).where(c.namespace == namespace).group_by(c.status).order_by(c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def read_temporary(connection: Connection) -> dict[str, Node]:
    """The TMP nodes of the last look, by identity."""
    c = temporary_nodes.c
    return {row.identity: Node(row.otype, row.key) for row in connection.execute(select(c.identity, c.otype, c.key))}


def write_temporary(connection: Connection, found: Iterable[Node], seen_at: datetime) -> None:
    """Remember TMP nodes in place of those of the last look."""
    connection.execute(delete(temporary_nodes))
    rows = {node_identity(n): {"identity": node_identity(n), **n._asdict(), "seen_at": seen_at} for n in found}
    if rows:
        connection.execute(insert(temporary_nodes), list(rows.values()))


def table_nodes(connection: Connection, namespace: str) -> list[Node]:
    """The tables at the ends of edges that Alation holds."""
    held = (dataflows.c.namespace == namespace, dataflows.c.status == Status.PRESENT)
    joined = select(edges.c.dataflow_id).join(dataflows, dataflows.c.id == edges.c.dataflow_id).where(*held)
    at_an_end = or_(*(joined.where(end == nodes.c.id).exists() for end in (edges.c.source_id, edges.c.target_id)))
    query = select(nodes.c.otype, nodes.c.key).where(nodes.c.otype == "table", at_an_end).order_by(nodes.c.identity)
    return [Node(*row) for row in connection.execute(query)]


def source_names(connection: Connection, namespace: str) -> set[str]:
    """The sources of a namespace whose dataflows are in Alation."""
    c = dataflows.c
    query = select(c.source_name).where(c.namespace == namespace, c.status == Status.PRESENT).distinct()
    return set(connection.scalars(query))


def find_edges(
    connection: Connection, external_ids: Collection[str], *, stale: bool = False
) -> dict[str, tuple[KeyedEdge, ...]]:
    """The edges of dataflows, or (``stale``) those that Alation may still hold though they hold no longer."""
    source, target = nodes.alias("source"), nodes.alias("target")
    found: dict[str, list[KeyedEdge]] = {}
    for keys in slices(external_ids):
        query = (
            select(
                dataflows.c.external_id,
                source.c.otype,
                source.c.key,
                target.c.otype,
                target.c.key,
                edges.c.kind,
                edges.c.confidence,
                edges.c.reason,
            )
            .join_from(edges, dataflows, dataflows.c.id == edges.c.dataflow_id)
            .join(source, source.c.id == edges.c.source_id)
            .join(target, target.c.id == edges.c.target_id)
            .where(dataflows.c.external_id.in_(keys), edges.c.stale == stale)
            .order_by(dataflows.c.external_id, source.c.identity, target.c.identity)
        )
        for row in connection.execute(query):
            edge = KeyedEdge(Node(row[1], row[2]), Node(row[3], row[4]), *row[5:])
            found.setdefault(row.external_id, []).append(edge)
    return {external_id: tuple(held) for external_id, held in found.items()}


def intend(connection: Connection, rows: Sequence[Dataflow], status: Status, run_id: int) -> None:
    """Write down that these dataflows are to be in Alation with exactly these edges.

    Edges of theirs that are not among them become stale: Alation may hold them until `confirm`.
    """
    if not rows:
        return
    values = [_values(row, status, run_id) for row in rows]
    columns = [name for name in values[0] if name not in ("external_id", "namespace")]
    statement = insert_or_update(connection, dataflows, columns, key=["external_id"])
    connection.execute(statement, values)
    ids = _ids(connection, [row.external_id for row in rows])
    for keys in slices(list(ids.values())):
        connection.execute(update(edges).where(edges.c.dataflow_id.in_(keys)).values(stale=True))
    _write_edges(connection, rows, ids)
    changed(connection)


def set_status(
    connection: Connection, external_ids: Collection[str], status: Status, *, drop_stale: bool = False
) -> None:
    """Write down the next step of dataflows; ``drop_stale`` when their stale edges have left Alation.

    The job that brought a dataflow into Alation stays written down with it; every other job is over and forgotten.
    """
    values: dict[str, Any] = {"status": status, "problem": None}
    if status is not Status.PRESENT:
        values["job"] = None
    for keys in slices(external_ids):
        connection.execute(update(dataflows).where(dataflows.c.external_id.in_(keys)).values(values))
        if drop_stale:
            ids = select(dataflows.c.id).where(dataflows.c.external_id.in_(keys))
            connection.execute(delete(edges).where(edges.c.stale == true(), edges.c.dataflow_id.in_(ids)))
    changed(connection)


def forget(connection: Connection, external_ids: Collection[str]) -> None:
    """Delete dataflows that are no longer in Alation."""
    for keys in slices(external_ids):
        connection.execute(delete(dataflows).where(dataflows.c.external_id.in_(keys)))
    changed(connection)


def empty(connection: Connection, external_ids: Collection[str]) -> None:
    """Write down that dataflows have lost all their links but may not be deleted themselves."""
    for keys in slices(external_ids):
        ids = select(dataflows.c.id).where(dataflows.c.external_id.in_(keys))
        connection.execute(delete(edges).where(edges.c.dataflow_id.in_(ids)))
    set_status(connection, external_ids, Status.EMPTY)


def find_empty(connection: Connection, namespace: str, at_most: int) -> list[str]:
    """Dataflows that were emptied and wait for somebody who may delete them."""
    query = (
        select(dataflows.c.external_id)
        .where(dataflows.c.namespace == namespace, dataflows.c.status == Status.EMPTY)
        .order_by(dataflows.c.external_id)
        .limit(at_most)
    )
    return list(connection.execute(query).scalars())


def set_job(connection: Connection, external_ids: Collection[str], job: str) -> None:
    """Write down which job works on dataflows."""
    for keys in slices(external_ids):
        connection.execute(update(dataflows).where(dataflows.c.external_id.in_(keys)).values(job=job))


def set_problem(connection: Connection, problems: Mapping[str, str]) -> None:
    """Write down why dataflows did not arrive; they keep their status and are planned again."""
    if not problems:
        return
    statement = (
        update(dataflows)
        .where(dataflows.c.external_id == bindparam("id_"))
        .values(problem=bindparam("problem_"), job=None)
    )
    connection.execute(statement, [{"id_": i, "problem_": p} for i, p in problems.items()])
    changed(connection)


def set_seen(connection: Connection, times: Mapping[str, tuple[datetime, datetime]], run_id: int) -> None:
    """Write down when dataflows (and with them their edges) were seen first and last."""
    if not times:
        return
    statement = (
        update(dataflows)
        .where(dataflows.c.external_id == bindparam("id_"))
        .values(first_seen=bindparam("first_"), last_seen=bindparam("last_"), run_id=run_id)
    )
    connection.execute(statement, [{"id_": i, "first_": f, "last_": t} for i, (f, t) in times.items()])
    of_edge = select(dataflows.c.last_seen).where(dataflows.c.id == edges.c.dataflow_id).scalar_subquery()
    for keys in slices(times):
        ids = select(dataflows.c.id).where(dataflows.c.external_id.in_(keys))
        connection.execute(
            update(edges).where(edges.c.dataflow_id.in_(ids), edges.c.stale == false()).values(last_seen=of_edge)
        )


def set_fingerprints(connection: Connection, fingerprints: Mapping[str, str]) -> None:
    """Write down which statements dataflows are."""
    statement = update(dataflows).where(dataflows.c.external_id == bindparam("id_"))
    rows = [{"id_": name, "print_": value} for name, value in fingerprints.items()]
    connection.execute(statement.values(fingerprint=bindparam("print_")), rows)


def jobs(connection: Connection) -> list[str]:
    """Jobs that were under way when a run ended before them."""
    query = (
        select(dataflows.c.job)
        .where(dataflows.c.job.is_not(None), dataflows.c.status != Status.PRESENT)
        .distinct()
        .order_by(dataflows.c.job)
    )
    return [job for (job,) in connection.execute(query) if job]


def words_of(row: Dataflow) -> dict[str, Any]:
    """What every table of dataflows says of one: what it is called, what it holds and when it was seen."""
    return {
        "external_id": row.external_id,
        "namespace": row.external_id.split("/")[1],
        "source_name": row.source_name,
        "fingerprint": row.fingerprint,
        "title": row.title,
        "content": row.content,
        "targets": orjson.dumps(row.targets).decode(),
        "defines": row.defines,
        "edges_digest": edges_digest(row.edges),
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
    }


def _values(row: Dataflow, status: Status, run_id: int) -> dict[str, Any]:
    assert row.first_seen is not None
    assert row.last_seen is not None
    return {
        **words_of(row),
        "content_digest": hashlib.blake2b(row.content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        "status": status,
        "job": None,
        "problem": None,
        "run_id": run_id,
    }


def _write_edges(connection: Connection, rows: Sequence[Dataflow], ids: Mapping[str, int]) -> None:
    node_ids = _node_ids(connection, (node for row in rows for edge in row.edges for node in edge[:2]))
    values = [
        {
            "dataflow_id": ids[row.external_id],
            "source_id": node_ids[node_identity(edge.source)],
            "target_id": node_ids[node_identity(edge.target)],
            "kind": edge.kind,
            "confidence": edge.confidence,
            "reason": edge.reason,
            "stale": False,
            "first_seen": row.last_seen,
            "last_seen": row.last_seen,
        }
        for row in rows
        for edge in row.edges
    ]
    if values:
        columns = ["kind", "confidence", "reason", "stale", "last_seen"]
        connection.execute(insert_or_update(connection, edges, columns), values)


def _node_ids(connection: Connection, wanted: Iterable[Node]) -> dict[str, int]:
    by_identity = {node_identity(node): node for node in wanted}
    if not by_identity:
        return {}
    values = [
        {"identity": i, "otype": node.otype, "key": node.key, "found_by": found_by(node)}
        for i, node in by_identity.items()
    ]
    connection.execute(insert_or_ignore(connection, nodes), values)
    found: dict[str, int] = {}
    for keys in slices(by_identity):
        query = select(nodes.c.identity, nodes.c.id).where(nodes.c.identity.in_(keys))
        found.update((identity, number) for identity, number in connection.execute(query))
    return found


def _ids(connection: Connection, external_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for keys in slices(external_ids):
        query = select(dataflows.c.external_id, dataflows.c.id).where(dataflows.c.external_id.in_(keys))
        found.update((external_id, number) for external_id, number in connection.execute(query))
    return found


def changed(connection: Connection) -> None:
    """Another version of the state: plans that were made before do not fit any longer."""
    value = cast(cast(facts.c.value, BigInteger) + 1, Text)
    connection.execute(update(facts).where(facts.c.name == "changes").values(value=value))


def _read(row: Row[*tuple[Any, ...]], *, observed: bool = False) -> OwnedDataflow:
    values = row._asdict()
    values["targets"] = tuple(orjson.loads(row.targets))
    values["status"] = Status(row.status)
    values["observed"] = observed
    return OwnedDataflow(**values)
