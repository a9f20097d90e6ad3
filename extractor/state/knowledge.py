"""What is known of every dataflow ever seen, whether it holds, whether Alation has it.

A run's observations are joined to what is known: of two sightings the later one says which edges a dataflow has,
the first and last times move apart, and an older sighting changes nothing newer. The join does not care which run
came first, so history that is read later ends where history that is read in order does. What must be in Alation
follows from here and from what is known of the targets; `extractor.upload.plan` works it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, delete, exists, func, select, update

from extractor.models import Dataflow
from extractor.state import journal, owned
from extractor.state.blobs import pack_edges, unpack_edges
from extractor.state.records import Status
from extractor.state.tables import dataflows, known, nights, observations
from extractor.state.upsert import insert_or_ignore, insert_or_update, slices

_MATTERS = ("edges_digest", "defines", "targets", "fingerprint")
_LIGHT = [c for c in known.columns if c.name not in ("title", "content", "edges", "seen_in")]
_LACKING = ~exists().where(known.c.external_id == dataflows.c.external_id)


class Known(NamedTuple):
    """What is known of a dataflow, without its words and edges.

    ``night`` is the last day (as an ordinal) on which a nightly run saw it; None if only a backfill did.
    ``observed`` tells whether the present run has seen it.
    """

    external_id: str
    namespace: str
    source_name: str
    fingerprint: str
    targets: tuple[str, ...]
    defines: bool
    edges_digest: str
    first_seen: datetime
    last_seen: datetime
    night: int | None
    run_id: int
    observed: bool = False


def stream(connection: Connection, namespace: str) -> Iterator[Known]:
    """All dataflows of a namespace that were ever seen, ordered by external_id."""
    seen = exists().where(observations.c.external_id == known.c.external_id).label("observed")
    query = select(*_LIGHT, seen).where(known.c.namespace == namespace).order_by(known.c.external_id)
    for row in connection.execute(query, execution_options={"yield_per": 500}):
        yield _light(row)


def find(connection: Connection, external_ids: Collection[str]) -> dict[str, Dataflow]:
    """Dataflows with their words and edges, by external_id."""
    found = {}
    for keys in slices(external_ids):
        for row in connection.execute(select(known).where(known.c.external_id.in_(keys))):
            found[row.external_id] = _dataflow(row)
    return found


def count(connection: Connection, namespace: str) -> int:
    """How many dataflows of a namespace were ever seen."""
    query = select(func.count()).select_from(known).where(known.c.namespace == namespace)
    return connection.execute(query).scalar_one()


def are_known(connection: Connection, external_ids: Collection[str]) -> set[str]:
    """Those of the ids that belong to a dataflow with edges."""
    found: set[str] = set()
    for keys in slices(external_ids):
        found.update(connection.scalars(select(known.c.external_id).where(known.c.external_id.in_(keys))))
    return found


def learn(connection: Connection, rows: Iterable[Dataflow], run_id: int, *, nightly: bool) -> bool:
    """Join what a run saw to what is known; whether that changed which dataflows there are, or what they are.

    A run that is not ``nightly`` (a backfill) does not count as a night.
    """
    seen = list(rows)
    held = _rows(connection, [row.external_id for row in seen])
    images: dict[str, bytes | None] = {}
    times: dict[str, bytes | None] = {}
    values = []
    for dataflow in seen:
        row = held.get(dataflow.external_id)
        value = _joined(dataflow, row, run_id, nightly=nightly)
        if row is not None and value == row._asdict():
            continue
        values.append({**value, "seen_in": run_id})
        if row is not None and all(value[name] == getattr(row, name) for name in _MATTERS):
            times[dataflow.external_id] = _times_of(row)
        else:
            images[dataflow.external_id] = None if row is None else _image(row)
    journal.write(connection, run_id, journal.DATAFLOW, images)
    journal.write(connection, run_id, journal.TIMES, times)
    put(connection, values)
    return bool(images)


def forget_unseen(connection: Connection, namespace: str, source_names: Collection[str], run_id: int) -> bool:
    """Know nothing any longer of what these sources do not say any longer; whether there was such a thing."""
    seen = exists().where(observations.c.external_id == known.c.external_id)
    query = select(known.c.external_id).where(
        known.c.namespace == namespace, known.c.source_name.in_(source_names), ~seen
    )
    gone = list(connection.scalars(query))
    journal.write(connection, run_id, journal.DATAFLOW, {n: _image(row) for n, row in _rows(connection, gone).items()})
    for keys in slices(gone):
        connection.execute(delete(known).where(known.c.external_id.in_(keys)))
    return bool(gone)


def unknown(connection: Connection, namespace: str) -> list[str]:
    """The dataflows in Alation of which nothing is known."""
    query = select(dataflows.c.external_id).where(dataflows.c.namespace == namespace, _LACKING)
    return list(connection.scalars(query.order_by(dataflows.c.external_id)))


def adopt(connection: Connection) -> None:
    """Know the dataflows in Alation that were sent before anything was known of dataflows that do not hold.

    What is on its way out, or only an empty shell, does not hold: to know it would bring it back.
    """
    holds = dataflows.c.status.not_in((Status.DELETING, Status.EMPTY))
    ids = list(connection.scalars(select(dataflows.c.external_id).where(_LACKING, holds)))
    for keys in slices(ids):
        edges = owned.find_edges(connection, keys)
        held = owned.find(connection, keys)
        put(connection, [values_of(owned.dataflow_of(row, edges.get(n, ())), row.run_id) for n, row in held.items()])


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as they are, over those of the same id."""
    if rows:
        connection.execute(insert_or_update(connection, known), list(rows))


def put_new(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as they are; what is known already stays as it is."""
    if rows:
        connection.execute(insert_or_ignore(connection, known), list(rows))


def seen_since(connection: Connection, external_id: str, run_id: int) -> bool:
    """Whether a later run has seen a dataflow."""
    later = select(known.c.external_id).where(known.c.external_id == external_id, known.c.seen_in > run_id)
    return connection.execute(later).first() is not None


def image_of(connection: Connection, external_id: str) -> bytes | None:
    """All that is known of a dataflow, as the journal keeps it."""
    row = _rows(connection, [external_id]).get(external_id)
    return _image(row) if row is not None else None


def restore(connection: Connection, external_id: str, image: bytes | None) -> None:
    """Know of a dataflow what an image of the journal says; without one it was not known."""
    if image is None:
        connection.execute(delete(known).where(known.c.external_id == external_id))
        return
    values = orjson.loads(image)
    values["first_seen"], values["last_seen"] = map(datetime.fromisoformat, (values["first_seen"], values["last_seen"]))
    if "edges" in values:
        values["edges"] = orjson.dumps(values["edges"])
        put(connection, [values])
    else:
        connection.execute(update(known).where(known.c.external_id == external_id).values(values))


# Nights


def add_nights(connection: Connection, namespace: str, days: Mapping[str, Collection[int]]) -> None:
    """Note the days whose log a nightly run has read, by source."""
    rows = [
        {"namespace": namespace, "source_name": source, "day": day} for source, held in days.items() for day in held
    ]
    if rows:
        connection.execute(insert_or_ignore(connection, nights), rows)


def read_nights(connection: Connection, namespace: str) -> dict[str, list[int]]:
    """The days of each source whose log a nightly run has read, in order."""
    found: dict[str, list[int]] = {}
    query = select(nights.c.source_name, nights.c.day).where(nights.c.namespace == namespace)
    for source, day in connection.execute(query.order_by(nights.c.source_name, nights.c.day)):
        found.setdefault(source, []).append(day)
    return found


def _rows(connection: Connection, external_ids: Collection[str]) -> dict[str, Row[Any]]:
    found = {}
    for keys in slices(external_ids):
        for row in connection.execute(select(known).where(known.c.external_id.in_(keys))):
            found[row.external_id] = row
    return found


def _joined(seen: Dataflow, held: Row[Any] | None, run_id: int, *, nightly: bool) -> dict[str, Any]:
    new = values_of(seen, run_id)
    if nightly and seen.last_seen is not None:
        new["night"] = seen.last_seen.toordinal()
    if held is None:
        return new
    # Of the same time the run that was later wins: the same log, read with better knowledge of the catalog.
    is_older = new["last_seen"] < held.last_seen
    # The words stay as they were first seen, other literals are no change; only what people wrote down is another text.
    words = {"title": held.title, "content": held.content} if new["fingerprint"] == held.fingerprint else {}
    joined = held._asdict() if is_older else {**new, **words}
    if new["edges_digest"] == held.edges_digest:
        joined["run_id"] = held.run_id
    joined["seen_in"] = held.seen_in
    return {
        **joined,
        "first_seen": min(new["first_seen"], held.first_seen),
        "last_seen": max(new["last_seen"], held.last_seen),
        "night": max((n for n in (new["night"], held.night) if n is not None), default=None),
    }


def values_of(dataflow: Dataflow, run_id: int) -> dict[str, Any]:
    """A row of a dataflow that no nightly run has seen."""
    return {
        **owned.words_of(dataflow),
        "edges": pack_edges(dataflow.edges),
        "night": None,
        "run_id": run_id,
        "seen_in": run_id,
    }


def _times_of(row: Row[Any]) -> bytes:
    names = ("first_seen", "last_seen", "night", "fingerprint", "run_id", "seen_in")
    return orjson.dumps({name: getattr(row, name) for name in names})


def _image(row: Row[Any]) -> bytes:
    values = {str(name): value for name, value in row._asdict().items()}  # a column's name is more than a str
    return orjson.dumps({**values, "edges": orjson.Fragment(row.edges)})


def _light(row: Row[*tuple[Any, ...]]) -> Known:
    values = row._asdict()
    return Known(**{**values, "targets": tuple(orjson.loads(row.targets)), "observed": bool(row.observed)})


def _dataflow(row: Row[Any]) -> Dataflow:
    return Dataflow(
        external_id=row.external_id,
        title=row.title,
        content=row.content,
        source_name=row.source_name,
        fingerprint=row.fingerprint,
        targets=tuple(orjson.loads(row.targets)),
        edges=tuple(unpack_edges(row.edges)),
        defines=row.defines,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )
