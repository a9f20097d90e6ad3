"""From lineage to observed dataflows, without doing it again for the same lineage a moment later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from dialects import Dialect
from extractor.config import Config
from extractor.dataflows import build_dataflow, external_id
from extractor.keys import KeyedLineage, KeyResolver
from extractor.models import Dataflow, StatementLineage, TableName
from extractor.schemas.bounded import Bounded
from extractor.state import Move, Store

_RECENT_EDGES = 50_000

_Key = tuple[int, str, int, tuple[TableName, ...]]
"""Source, fingerprint, part and targets: one statement may run for many schemas in turn."""


@dataclass(slots=True)
class Derived:
    """What one lineage became: keys, and the dataflow when an edge was left. ``last_seen`` moves on."""

    lineage: StatementLineage
    keyed: KeyedLineage
    dataflow: Dataflow | None
    last_seen: datetime | None


class Observer:
    """Names lineages by catalog keys, builds their dataflows and observes them in the state.

    ``resolvers`` maps the number of a source in the configuration to its resolver; ``texts`` gives statements.
    """

    def __init__(
        self,
        config: Config,
        dialect: Dialect,
        store: Store,
        run_id: int,
        resolvers: dict[int, KeyResolver],
        texts: Callable[[Collection[str]], list[str]],
    ) -> None:
        self._texts = texts
        self._config = config
        self._dialect = dialect
        self._store = store
        self._run_id = run_id
        self._resolvers = resolvers
        self._recent: Bounded[_Key, Derived] = Bounded(_RECENT_EDGES, self._retire)

    def observe(self, source: int, part: int, lineage: StatementLineage, at: datetime | None) -> tuple[Derived, bool]:
        """What the lineage became, and whether it is new; ``part`` tells the writes of one statement apart."""
        key = (source, lineage.fingerprint, part, lineage.targets)
        known = self._recent.get(key)
        if known is not None and _same(known.lineage, lineage):
            self._see_again(known, at)
            return known, False
        self._recent.pop(key)
        derived = self._derive(source, lineage, at)
        self._recent.put(key, derived, 5 + len(lineage.columns) + len(derived.keyed.edges))
        return derived, True

    def define(self, source: int, lineage: StatementLineage, at: datetime | None) -> None:
        """Tell the state of targets that got a new content by a statement without edges."""
        name = external_id(self._config.namespace, self._config.source[source].name, lineage)
        for key in self._keys(source, lineage.targets):
            self._store.record_definition(self._run_id, key, name, at)

    def come_and_go(self, source: int, lineage: StatementLineage, at: datetime | None) -> None:
        """Tell the state of the permanent tables that ceased to exist, exist from now on, were emptied or renamed."""
        store, run_id = self._store, self._run_id
        for key in self._keys(source, lineage.dropped):
            store.record_drop(run_id, key, at)
        for key in self._keys(source, lineage.made):
            store.record_made(run_id, key, at)
        for level, place in lineage.dropped_within:
            prefix = self._resolvers[source].place_in_the_past(place, level)
            if prefix is not None:
                store.record_drop_within(run_id, prefix, at)
        for key in self._keys(source, lineage.emptied):
            store.record_emptied(run_id, key, at)
        for key in self._keys(source, lineage.refilled):
            store.record_refilled(run_id, key, at)
        for old, new in lineage.moved:
            self._move(source, old, new, at)

    def _move(self, source: int, old: TableName, new: TableName, at: datetime | None) -> None:
        """Tell the state of content that came under another name; a table that Alation does not hold has no key."""
        node = self._resolvers[source].table(new).node
        if at is not None and node is not None:
            for key in self._keys(source, (old,)):
                self._store.record_move(self._run_id, Move(key, node, at))

    def _keys(self, source: int, tables: Collection[TableName]) -> Iterable[str]:
        if not tables:
            return ()
        resolver = self._resolvers[source]
        return (key for table in tables if (key := resolver.key_in_the_past(table)) is not None)

    def finish(self) -> None:
        """Write what is still held."""
        self._recent.clear()

    def _derive(self, source: int, lineage: StatementLineage, at: datetime | None) -> Derived:
        settings = self._config.upload
        keyed = self._resolvers[source].edges(
            lineage, indirect=settings.indirect, min_confidence=settings.min_confidence
        )
        dataflow = self._build(source, lineage, keyed, at) if keyed.edges else None
        if dataflow is not None:
            self._store.observe(self._run_id, [dataflow])
        return Derived(lineage, keyed, dataflow, at)

    def _build(self, source: int, lineage: StatementLineage, keyed: KeyedLineage, at: datetime | None) -> Dataflow:
        chain = lineage.chain or (lineage.fingerprint,)
        return build_dataflow(
            namespace=self._config.namespace,
            source_name=self._config.source[source].name,
            lineage=lineage,
            edges=keyed.edges,
            texts=self._texts(chain),
            settings=self._config.upload,
            dialect=self._dialect,
            seen_at=at,
        )

    def _see_again(self, derived: Derived, at: datetime | None) -> None:
        """The later time is written when the lineage is retired; without times the order counts, so at once."""
        if at is not None:
            derived.last_seen = max(derived.last_seen, at) if derived.last_seen else at
        elif derived.dataflow is not None:
            self._store.observe(self._run_id, [derived.dataflow])

    def _retire(self, derived: Derived) -> None:
        """A dataflow that was seen again since it was written is written once more, with the later time."""
        if derived.dataflow is not None and derived.last_seen != derived.dataflow.last_seen:
            self._store.observe(self._run_id, [replace(derived.dataflow, last_seen=derived.last_seen)])


def _same(one: StatementLineage, other: StatementLineage) -> bool:
    is_same = one.chain == other.chain and (one.tables is other.tables or one.tables == other.tables)
    is_same = is_same and (one.columns is other.columns or one.columns == other.columns)
    return is_same and (one.defines or not other.defines)
