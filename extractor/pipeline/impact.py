"""What lies downstream or upstream of an object, by the state's lineage graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from extractor.config import Config
from extractor.errors import ConfigError
from extractor.models import AssetMapping, EdgeKind, Node
from extractor.pipeline.names import Found, find_column, find_table, table_of_column
from extractor.pipeline.reach import Affected, Looked, Question, Reach, Walked
from extractor.pipeline.runs import state_url
from extractor.report import counted
from extractor.state import Store
from extractor.state.assets import AssetStore, MappedTable
from extractor.state.graph import LineageGraph
from extractor.state.packed import PackedGraph, packed_graph


class Link(NamedTuple):
    """An edge among what was met and the start, in the direction of the data."""

    source: Node
    target: Node
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Impact:
    """The answer. ``tables`` holds all that is no column, the nearest first, up to the limit that was asked for.

    ``columns`` are those of ``start`` and of ``tables``, and ``links`` the edges among all of these.
    ``tables_met`` and ``columns_met`` count what was met in all, and ``affected_assets`` are all assets that were met,
    with their distance. ``assets`` maps the key of a table, in lower case, to the assets that are this table.
    """

    question: Question
    start: Node
    tables: tuple[Affected, ...]
    columns: tuple[Affected, ...]
    links: tuple[Link, ...]
    tables_met: int
    columns_met: int
    affected_assets: tuple[tuple[AssetMapping, int], ...]
    assets: dict[str, tuple[AssetMapping, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def assets_of(self, node: Node) -> tuple[AssetMapping, ...]:
        """The assets that are this table."""
        return self.assets.get(node.key.lower(), ()) if node.otype == "table" else ()


def impact(config: Config, question: Question, limit: int | None = None) -> Impact:
    """Answer a question from the state alone; nothing else is asked. At most ``limit`` tables are looked into.

    Raises:
        ConfigError: there is no state yet, or what is asked for is not in it, or not only once.
        StateError: the state cannot be read.
    """
    with opened_state(config) as store:
        mapped = AssetStore(store).all()
        with store.snapshot() as connection:
            graph = LineageGraph(connection, config.namespace)
            start = _start(graph, config, question, mapped)
            packed = packed_graph(connection, config.namespace) if limit is not None else None
            return _answer(graph, packed, question, start, _by_table(mapped), limit)


@contextmanager
def opened_state(config: Config) -> Iterator[Store]:
    """The state, which has to be there already.

    Raises:
        ConfigError: nothing has been run yet.
    """
    url = state_url(config)
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:") and not path.exists():
        raise ConfigError(f"there is no state at {path} yet: it is made by alation-lineage run")
    with Store.open(url) as store:
        yield store


def _start(graph: LineageGraph, config: Config, question: Question, mapped: list[MappedTable]) -> Found:
    if question.asset is None:
        assert question.table is not None
        table = find_table(graph, config, question.table)
    else:
        table = _table_of_asset(graph, question.asset, mapped)
    return table if question.column is None else find_column(graph, table.node, question.column)


def _table_of_asset(graph: LineageGraph, asset: str, mapped: list[MappedTable]) -> Found:
    """The table that an asset is; its number is 0 where it has no lineage.

    Raises:
        ConfigError: no mapping of the asset is known.
    """
    key = next((table.key for table in mapped if table.mapping.asset_id == asset), None)
    if key is None:
        held = f"known: {counted(len(mapped), 'mapping')}" if mapped else "no mapping is known yet"
        raise ConfigError(
            f"no mapping of an asset {asset!r} is known ({held}): read the list anew with alation-lineage "
            "observability mappings list, or ask for the table with --table"
        )
    for number, node in graph.with_key(key).items():
        if node.otype == "table":
            return Found(number, node)
    return Found(0, Node("table", key))


def _answer(
    graph: LineageGraph,
    packed: PackedGraph | None,
    question: Question,
    start: Found,
    assets: dict[str, tuple[AssetMapping, ...]],
    limit: int | None,
) -> Impact:
    """Edges join columns with columns, and all else with its like.

    From a table, the edges between tables tell its reach, and from all its columns those between columns; from a
    column, only the columns that were met do.
    """
    own = graph.columns_of(start.node.key) if start.node.otype == "table" else {}
    own_table = table_of_column(start.node.key) if start.node.otype == "column" else start.node.key
    starts = [start.number, *own] if start.node.otype != "column" else [start.number]
    reach = Walked(graph, question, starts, own_table) if packed is None else Looked(packed, question, starts)
    shown = reach.nearest(limit)
    if isinstance(reach, Walked) and limit is None:
        columns = reach.columns()
    else:
        columns = _columns(graph, reach, {own_table.lower(), *(affected.node.key.lower() for _, affected in shown)})
    nodes = {start.number: start.node, **own, **columns, **{number: a.node for number, a in shown if number}}
    steps = graph.steps_among(nodes, question.kind)
    return Impact(
        question,
        start.node,
        tuple(affected for _, affected in shown),
        tuple(sorted((Affected(node, reach.depth(number)) for number, node in columns.items()), key=_order)),
        tuple(sorted(Link(nodes[source], nodes[target], kind) for source, target, kind in steps)),
        reach.tables_met,
        reach.columns_met,
        tuple((m, depth) for key, depth in reach.among(assets) for m in assets[key]),
        assets,
        () if reach.tables_met or reach.columns_met else (_nothing(question, start.node),),
    )


def _columns(graph: LineageGraph, reach: Reach, keys: set[str]) -> dict[int, Node]:
    """The columns that were met of the tables with these keys."""
    held = graph.columns_of_tables(keys)
    fitting = {n: node for n, node in held.items() if table_of_column(node.key).lower() in keys}
    return {n: node for n, node in fitting.items() if reach.depth(n)}


def _order(affected: Affected) -> tuple[int, str]:
    return affected.depth, affected.node.key


def _nothing(question: Question, start: Node) -> str:
    way = "upstream" if question.upstream else "downstream"
    kind = f"{question.kind} " if question.kind else ""
    return f"no {kind}lineage is known {way} of {start.key}"


def _by_table(mapped: Iterable[MappedTable]) -> dict[str, tuple[AssetMapping, ...]]:
    assets: dict[str, tuple[AssetMapping, ...]] = {}
    for table in mapped:
        assets[table.key.lower()] = (*assets.get(table.key.lower(), ()), table.mapping)
    return assets
