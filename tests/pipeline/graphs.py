"""A small state with lineage, for questions about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dataflow_samples import at

from extractor.config import Config, load_config
from extractor.models import AssetMapping, Dataflow, KeyedEdge, Node
from extractor.state import Status, Store, united
from extractor.state.assets import AssetStore, MappedTable

CONFIG = """namespace = "test"
[state]
url = "{url}"
[[source]]
name = "warehouse"
paths = ["logs"]
dialect = "postgres"
data_source_id = 12
database = "dwh"
"""


def edge(source: str, target: str, kind: Any = "direct", otype: str = "table") -> KeyedEdge:
    """An edge between two objects, by key."""
    return KeyedEdge(Node(otype, source), Node(otype, target), kind)


def columns(source: str, target: str, kind: Any = "direct") -> KeyedEdge:
    """An edge between two columns, by key."""
    return edge(source, target, kind, "column")


def load(name: str, *edges: KeyedEdge, namespace: str = "test") -> Dataflow:
    """A dataflow with these edges."""
    return Dataflow(f"api/{namespace}/logs/{name}", name, "x", "logs", name, (), united(edges), False, at(0), at(0))


def store_of(url: str, *dataflows: Dataflow, status: Status = Status.PRESENT) -> None:
    """Put dataflows into the state."""
    with Store.open(url) as store:
        store.intend(dataflows, Status.SENDING, 1)
        store.set_status([d.external_id for d in dataflows], status)


def map_asset(url: str, asset: str, key: str) -> None:
    """Let the state know an asset that is the table with this key, beside those that it knows."""
    number, schema, name = key.split(".")
    mapping = AssetMapping(asset, int(number), "Warehouse", 1, schema, 7, name)
    with Store.open(url) as store:
        assets = AssetStore(store)
        assets.replace([*assets.all(), MappedTable(mapping, key)])


def configured(folder: Path, url: str) -> Config:
    """A configuration whose state is there."""
    path = folder / "lineage.toml"
    path.write_text(CONFIG.format(url=url), encoding="utf-8")
    return load_config(path)


SHOP = (
    load(
        "orders",
        edge("12.raw.orders", "12.sales.orders"),
        columns("12.raw.orders.id", "12.sales.orders.id"),
        columns("12.raw.orders.total", "12.sales.orders.amount"),
    ),
    load(
        "revenue",
        edge("12.sales.orders", "12.mart.revenue"),
        edge("12.sales.shops", "12.mart.revenue", "indirect"),
        columns("12.sales.orders.amount", "12.mart.revenue.amount"),
    ),
    load("board", edge("12.mart.revenue", "12.board.figures"), columns("12.mart.revenue.amount", "12.board.figures.x")),
    load("archive", edge("12.old.orders", "12.old.archive")),
)
"""raw.orders -> sales.orders -> mart.revenue -> board.figures, shops decide on revenue, and something apart."""
