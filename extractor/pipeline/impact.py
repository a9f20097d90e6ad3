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
from extractor.state.graph import LineageGraph

_COLUMNS_LOOKED_AT = 50_000


class Affected(NamedTuple):
    """An object that the walk met; ``depth`` counts the edges from the nearest start."""

    node: Node
    depth: int


class Link(NamedTuple):
    """An edge among what was met and the start, in the direction of the data."""

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
        with store.read() as connection:
            graph = LineageGraph(connection, config.namespace)
            start = _start(graph, config, question, mapped)
            return _answer(graph, question, start, _by_table(mapped), limit)


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


class _Met(NamedTuple):
    """What the walks met, with its distance; ``columns`` is None where there are too many to look at each."""

    own: dict[int, Node]
    of_tables: dict[int, int]
    of_columns: dict[int, int]
    tables: dict[int, Node]
    columns: dict[int, Node] | None


def _answer(
    graph: LineageGraph,
    question: Question,
    start: Found,
    assets: dict[str, tuple[AssetMapping, ...]],
    limit: int | None,
) -> Impact:
    met = _met(graph, question, start, limit)
    own_table = table_of_column(start.node.key) if start.node.otype == "column" else start.node.key
    tables = sorted(_tables(met, own_table), key=_order)
    shown = tables[:limit]
    keys = {own_table.lower(), *(affected.node.key.lower() for affected in shown)}
    columns = _columns(graph, met, keys, limit)
    nodes = {start.number: start.node, **met.own, **columns}
    nodes |= {number: node for number, node in met.tables.items() if node.key.lower() in keys}
    found = [Affected(node, met.of_columns[number]) for number, node in columns.items()]
    steps = graph.steps_among(nodes, question.kind)
    return Impact(
        question,
        start.node,
        tuple(shown),
        tuple(sorted(found, key=_order)),
        tuple(sorted(Link(nodes[source], nodes[target], kind) for source, target, kind in steps)),
        len(tables),
        len(met.of_columns),
        tuple((m, a.depth) for a in tables if a.node.otype == "table" for m in assets.get(a.node.key.lower(), ())),
        assets,
        () if met.of_tables or met.of_columns else (_nothing(question, start.node),),
    )


def _met(graph: LineageGraph, question: Question, start: Found, limit: int | None) -> _Met:
    """Edges join columns with columns, and all else with its like: two walks tell columns and tables apart."""

    def walk(starts: Iterable[int]) -> dict[int, int]:
        return graph.walk(starts, upstream=question.upstream, kind=question.kind, depth=question.depth)

    is_column = start.node.otype == "column"
    own = graph.columns_of(start.node.key) if start.node.otype == "table" else {}
    of_tables = walk(() if is_column else (start.number,))
    of_columns = walk((start.number,) if is_column else own)
    # From a table, the edges between tables tell its reach; from a column, only the columns do.
    all_of_them = is_column or limit is None or len(of_columns) <= _COLUMNS_LOOKED_AT
    columns = graph.nodes(of_columns) if all_of_them else None
    return _Met(own, of_tables, of_columns, graph.nodes(of_tables), columns)


def _tables(met: _Met, own_table: str) -> list[Affected]:
    tables = [Affected(node, met.of_tables[number]) for number, node in met.tables.items()]
    known = {own_table.lower(), *(affected.node.key.lower() for affected in tables)}
    of_columns = ((node, met.of_columns[number]) for number, node in (met.columns or {}).items())
    return tables + _tables_of((Affected(*pair) for pair in of_columns), known)


def _columns(graph: LineageGraph, met: _Met, keys: set[str], limit: int | None) -> dict[int, Node]:
    """The columns that were met: all, or those of the tables with these keys where there is a limit."""
    held = graph.columns_of_tables(keys) if met.columns is None else met.columns
    if limit is None:
        return held
    depths = met.of_columns
    return {n: node for n, node in held.items() if n in depths and table_of_column(node.key).lower() in keys}


def _order(affected: Affected) -> tuple[int, str]:
    return affected.depth, affected.node.key


def _nothing(question: Question, start: Node) -> str:
    way = "upstream" if question.upstream else "downstream"
    kind = f"{question.kind} " if question.kind else ""
    return f"no {kind}lineage is known {way} of {start.key}"


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
