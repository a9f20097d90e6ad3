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
from extractor.pipeline.runs import state_url
from extractor.state import Store
from extractor.state.assets import AssetStore, MappedTable
from extractor.state.graph import LineageGraph, Walk


class Affected(NamedTuple):
    """An object that the walk met; ``depth`` counts the edges from the nearest start."""

    node: Node
    depth: int


class Link(NamedTuple):
    """An edge that the walk went along, in the direction of the data."""

    source: Node
    target: Node
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an asset, or a table and perhaps one of its columns; how far, and along which edges."""

    asset: str | None = None
    table: str | None = None
    column: str | None = None
    upstream: bool = False
    kind: EdgeKind | None = None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Impact:
    """The answer. ``tables`` holds everything that is no column; each list has the nearest first.

    ``assets`` maps the key of a table, in lower case, to the assets that are this table. ``links`` are the edges that
    were gone along; each begins and ends at ``start``, one of its columns, or something in the two lists.
    """

    question: Question
    start: Node
    tables: tuple[Affected, ...]
    columns: tuple[Affected, ...]
    links: tuple[Link, ...]
    assets: dict[str, tuple[AssetMapping, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def assets_of(self, node: Node) -> tuple[AssetMapping, ...]:
        """The assets that are this table."""
        return self.assets.get(node.key.lower(), ()) if node.otype == "table" else ()

    @property
    def affected_assets(self) -> list[tuple[AssetMapping, int]]:
        """The mapped assets among what was met, with their depth."""
        return [(mapping, a.depth) for a in self.tables for mapping in self.assets_of(a.node)]


def impact(config: Config, question: Question) -> Impact:
    """Answer a question from the state alone; nothing else is asked.

    Raises:
        ConfigError: there is no state yet, or what is asked for is not in it, or not only once.
        StateError: the state cannot be read.
    """
    with opened_state(config) as store:
        mapped = AssetStore(store).all()
        with store.read() as connection:
            graph = LineageGraph(connection, config.namespace)
            start = _start(graph, config, question, mapped)
            walk = _walk(graph, question, start)
            nodes = graph.nodes({end for step in walk.steps for end in step[:2]}) if walk.steps else {}
    return _answer(question, start.node, walk, nodes, _by_table(mapped))


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
        held = f"{len(mapped)} mappings are known" if mapped else "no mapping is known yet"
        raise ConfigError(
            f"no mapping of an asset {asset!r} is known ({held}): read the list anew with alation-lineage "
            "observability mappings list, or ask for the table with --table"
        )
    for number, node in graph.with_key(key).items():
        if node.otype == "table":
            return Found(number, node)
    return Found(0, Node("table", key))


def _walk(graph: LineageGraph, question: Question, start: Found) -> Walk:
    """The walk from the object and, of a table, from its columns."""
    starts = [start.number]
    if start.node.otype == "table":
        starts += graph.columns_of(start.node.key)
    return graph.walk(starts, upstream=question.upstream, kind=question.kind, depth=question.depth)


def _answer(
    question: Question, start: Node, walk: Walk, nodes: dict[int, Node], assets: dict[str, tuple[AssetMapping, ...]]
) -> Impact:
    reached = [Affected(nodes[number], depth) for number, depth in walk.reached]
    columns = [a for a in reached if a.node.otype == "column"]
    tables = [a for a in reached if a.node.otype != "column"]
    own = table_of_column(start.key) if start.otype == "column" else start.key
    tables += _tables_of(columns, {a.node.key.lower() for a in tables} | {own.lower()})
    links = [Link(nodes[step.source], nodes[step.target], step.kind) for step in walk.steps]
    notes = []
    if not links:
        way = "upstream" if question.upstream else "downstream"
        kind = f"{question.kind} " if question.kind else ""
        notes.append(f"no {kind}lineage is known {way} of {start.key}")
    order = sorted(tables, key=lambda a: (a.depth, a.node.key))
    return Impact(
        question,
        start,
        tuple(order),
        tuple(sorted(columns, key=lambda a: (a.depth, a.node.key))),
        tuple(links),
        assets,
        tuple(notes),
    )


def _tables_of(columns: Iterable[Affected], known: set[str]) -> list[Affected]:
    """The tables of columns, as far as they are not known, as near as their nearest column."""
    found: dict[str, Affected] = {}
    for node, depth in columns:
        if node.otype != "column":
            continue
        key = table_of_column(node.key)
        folded = key.lower()
        if folded not in known and (folded not in found or depth < found[folded].depth):
            found[folded] = Affected(Node("table", key), depth)
    return list(found.values())


def _by_table(mapped: Iterable[MappedTable]) -> dict[str, tuple[AssetMapping, ...]]:
    assets: dict[str, tuple[AssetMapping, ...]] = {}
    for table in mapped:
        assets[table.key.lower()] = (*assets.get(table.key.lower(), ()), table.mapping)
    return assets
