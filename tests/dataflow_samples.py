"""Dataflows for tests, written in a few words: ``flow("load", {"b": ["a"]})`` reads table a and writes table b."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from extractor.models import Dataflow, KeyedEdge, Node
from extractor.state import united

NIGHT = datetime(2031, 2, 3, 4, 0, tzinfo=UTC)
NAMESPACE = "test"


def at(hours: float) -> datetime:
    """A time so many hours after the first night's start."""
    return NIGHT + timedelta(hours=hours)


def node(name: str) -> Node:
    """``a`` is a table, ``a.x`` is its column x."""
    return Node("column" if "." in name else "table", f"12.sales.{name}")


def flow(
    name: str,
    feeds: Mapping[str, Sequence[str]],
    *,
    hours: float | None = 0.0,
    defines: bool = False,
    content: str | None = None,
    source: str = "logs",
) -> Dataflow:
    """A dataflow called ``name`` with an edge from each source to its target."""
    edges = united(KeyedEdge(node(s), node(target)) for target, sources in feeds.items() for s in sources)
    tables = {f"12.sales.{target.split('.')[0]}" for target in feeds}
    return Dataflow(
        external_id=f"api/{NAMESPACE}/{source}/{name}",
        title=f"Insert into {', '.join(sorted(tables))}",
        content=content if content is not None else f"INSERT INTO {name} SELECT 1;",
        source_name=source,
        fingerprint=name.ljust(32, "0")[:32],
        targets=tuple(sorted(tables)),
        edges=edges,
        defines=defines,
        first_seen=None if hours is None else at(hours),
        last_seen=None if hours is None else at(hours),
    )
