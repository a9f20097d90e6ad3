"""Looking at what Alation really holds: `verify`, and what `plan --against alation` asks before it plans."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from extractor.alation import AlationClient
from extractor.config import Config
from extractor.models import Node
from extractor.pipeline.runs import alation_of, connect, state_url
from extractor.progress import Progress, unheard
from extractor.report import MAX_LINES
from extractor.state import CatalogStore, Status, Store, StoredCatalog, node_identity
from extractor.upload.compare import Comparison, Difference, Kind, compare, temporary_among, unknown_dataflows

_LOOK_AGAIN_S = 2.0
_MOST_ASKED = 1_000


@dataclass(slots=True)
class Look:
    """What a look at Alation found.

    ``temporary`` are all TMP nodes at the ends of our edges; ``new`` were none at the last look, ``healed`` were one
    then and are in the catalog (or gone) now.
    """

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    temporary: list[Node] = field(default_factory=list)
    new: list[Node] = field(default_factory=list)
    healed: list[Node] = field(default_factory=list)

    def lines(self) -> list[str]:
        """One line for each difference, and for each TMP node that is new or healed."""
        lines = [str(difference) for difference in self.differences]
        lines += [f"{node.otype} {node.key} has become a TMP node: the catalog does not hold it" for node in self.new]
        return lines + [f"{node.otype} {node.key} is no TMP node any longer" for node in self.healed]


def verify(config: Config, progress: Progress = unheard) -> Look:
    """Read back everything of ours, for as long as ``reconcile.verify_wait_s`` while something is missing.

    Raises:
        ConfigError: there is no Alation in the configuration.
        StateError: a run is under way, or the state cannot be read.
        AlationError: Alation cannot be read.
    """
    with Store.open(state_url(config)) as store, store.lock(), connect(alation_of(config)) as client:
        found = _compared(store, client, config, progress)
        _ask_about_tables(store, client, config, found)
        return _looked(store, found, found.differences)


def look(config: Config, store: Store, client: AlationClient) -> list[str]:
    """A line for each difference to what Alation holds; the state knows it then, and the next plan mends it."""
    found = compare(store, client, config.namespace)
    for kind, status in ((Kind.MISSING, Status.SENDING), (Kind.EDGES, Status.REPLACING)):
        store.found_different({d.external_id: f"it {kind}" for d in found.differences if d.kind is kind}, status)
    unknown = list(unknown_dataflows(store, client, config.namespace))
    _ask_about_tables(store, client, config, found)
    return shortened(_looked(store, found, [*found.differences, *unknown]).lines())


def _ask_about_tables(store: Store, client: AlationClient, config: Config, found: Comparison) -> None:
    """Ask Alation about the tables that our copy of the catalog lacks: dataflows need not say which ends are TMP."""
    catalogs = CatalogStore(store.engine)
    readers: dict[int, StoredCatalog | None] = {}
    asked = []
    for table in store.table_nodes(config.namespace):
        number = table.key.partition(".")[0]
        ds_id = int(number) if number.isdecimal() else -1
        if ds_id not in readers:
            readers[ds_id] = catalogs.reader(ds_id)
        reader = readers[ds_id]
        if node_identity(table) not in found.temporary and (reader is None or not reader.by_key(table.key)):
            asked.append(table)
    found.temporary.update(temporary_among(client, asked[:_MOST_ASKED]))


def _compared(store: Store, client: AlationClient, config: Config, progress: Progress) -> Comparison:
    """The comparison, done again for what differs until it does not or the wait is over: Alation writes late."""
    until = time.monotonic() + config.reconcile.verify_wait_s
    found = compare(store, client, config.namespace, progress=progress)
    while found.differences and (left := until - time.monotonic()) > 0:
        time.sleep(min(_LOOK_AGAIN_S, left))
        again = compare(store, client, config.namespace, [d.external_id for d in found.differences])
        found.differences = again.differences
        found.temporary.update(again.temporary)
    return found


def _looked(store: Store, found: Comparison, differences: list[Difference]) -> Look:
    before = store.swap_temporary(found.temporary.values(), datetime.now(UTC))
    return Look(
        found.compared,
        differences,
        [found.temporary[i] for i in sorted(found.temporary)],
        [found.temporary[i] for i in sorted(found.temporary.keys() - before.keys())],
        [before[i] for i in sorted(before.keys() - found.temporary.keys())],
    )


def shortened(lines: list[str]) -> list[str]:
    """At most as many lines as a report keeps, with the number of the others."""
    if len(lines) <= MAX_LINES:
        return lines
    return [*lines[:MAX_LINES], f"and {len(lines) - MAX_LINES} more"]
