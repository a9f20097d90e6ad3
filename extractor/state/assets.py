"""What Data Observability told: which of its assets is which table of the catalog; and what it was asked to map."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, insert, select

from extractor.models import AssetMapping, Node
from extractor.state.records import Status, node_identity
from extractor.state.store import Store
from extractor.state.tables import asset_mappings, dataflows, edges, facts, nodes, tables_offered
from extractor.state.upsert import batches, insert_or_ignore, insert_or_update, slices

_SEEN = "asset_mappings_at"


class MappedTable(NamedTuple):
    """A line of the mapping list, with the key of its table."""

    mapping: AssetMapping
    key: str


class AssetStore:
    """The mapping list as it was read last, and the tables that were offered for mapping, in the state."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def replace(self, tables: Iterable[MappedTable], read_at: datetime | None = None) -> None:
        """Remember the whole list in the place of the one before; of two lines of one asset the later one counts."""
        latest = {table.mapping.asset_id: table for table in tables}
        with self._store.write() as connection:
            connection.execute(delete(asset_mappings))
            for batch in batches(latest.values()):
                connection.execute(insert(asset_mappings), [_row(table) for table in batch])
            moment = {"name": _SEEN, "value": (read_at or datetime.now(UTC)).isoformat(timespec="seconds")}
            connection.execute(insert_or_update(connection, facts), [moment])

    def read_at(self) -> datetime | None:
        """When the list was read last; None when it never was."""
        with self._store.read() as connection:
            value = connection.scalar(select(facts.c.value).where(facts.c.name == _SEEN))
        return datetime.fromisoformat(value) if value else None

    def all(self) -> list[MappedTable]:
        """The list, by asset."""
        with self._store.read() as connection:
            rows = connection.execute(select(asset_mappings).order_by(asset_mappings.c.asset_id))
            return [MappedTable(AssetMapping(*row[:-1]), row.table_key) for row in rows]

    def offered(self, tables: Collection[Node]) -> set[Node]:
        """Those of the tables that Data Observability was asked to map before."""
        of_identity = {node_identity(table): table for table in tables}
        with self._store.read() as connection:
            return {
                of_identity[identity]
                for keys in slices(of_identity)
                for identity in connection.scalars(
                    select(tables_offered.c.identity).where(tables_offered.c.identity.in_(keys))
                )
            }

    def offer(self, tables: Iterable[Node], at: datetime | None = None) -> None:
        """Remember that Data Observability was asked to map these tables."""
        moment = at or datetime.now(UTC)
        for batch in batches(tables):
            with self._store.write() as connection:
                rows = [{"identity": node_identity(table), "offered_at": moment} for table in batch]
                connection.execute(insert_or_ignore(connection, tables_offered), rows)

    def forget_offers(self) -> None:
        """Let every table count as never offered."""
        with self._store.write() as connection:
            connection.execute(delete(tables_offered))

    @contextmanager
    def tables_in_alation(self, namespace: str) -> Iterator[Iterator[Node]]:
        """The tables, and none but tables, that edges of ours in Alation begin or end at."""
        with self._store.read() as connection:
            yield _tables(connection, namespace)


def _row(table: MappedTable) -> dict[str, object]:
    return {**table.mapping._asdict(), "table_key": table.key}


def _tables(connection: Connection, namespace: str) -> Iterator[Node]:
    d, e, n = dataflows.c, edges.c, nodes.c
    ours = select(d.id).where(d.namespace == namespace, d.status == Status.PRESENT)
    has_edge = [
        exists().where(end == n.id, e.stale.is_(False), e.dataflow_id.in_(ours)) for end in (e.source_id, e.target_id)
    ]
    query = select(n.otype, n.key).where(n.otype == "table", has_edge[0] | has_edge[1]).order_by(n.id)
    for row in connection.execution_options(yield_per=1_000).execute(query):
        yield Node(*row)
