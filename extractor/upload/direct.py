"""Links that run through no dataflow, which only a ``[[paths]]`` makes.

Such a link bears nobody's name. So each is looked for before it is sent: one that is there already was made by others
and is never taken away by us. And it is deleted by naming its two ends, of which no document says whether that spares
a link of the same two through somebody's dataflow: where such a dataflow stands between them, the link stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Protocol

from extractor.errors import Rejected
from extractor.models import Dataflow, KeyedEdge, Node
from extractor.state import edge_identity, node_identity

FOUND = "it was in Alation before"


class LineageReader(Protocol):
    """Reads the lineage around one object."""

    def get_lineage(self, node: Node) -> dict[str, Any]:
        """``{"paths": [...]}``, the nearest sources and targets."""


class Linked(ValueError):
    """Two objects are linked through a dataflow as well; the message names it."""


def marked(api: LineageReader, dataflow: Dataflow, held: Sequence[KeyedEdge]) -> Dataflow:
    """The links, those with the reason `FOUND` that others have made. ``held`` are those that the state knows."""
    reasons = {edge_identity(edge): edge.reason for edge in held}
    there: set[tuple[str, str]] = set()
    for target in {edge.target for edge in dataflow.edges if edge_identity(edge) not in reasons}:
        there |= links_to(api, target)
    edges = (
        edge._replace(reason=reasons.get(edge_identity(edge), FOUND if edge_identity(edge) in there else ""))
        for edge in dataflow.edges
    )
    return replace(dataflow, edges=tuple(edges))


def removable(api: LineageReader, edges: Iterable[KeyedEdge]) -> Iterator[KeyedEdge]:
    """The edges that are ours to delete, each after a look at what else links its two ends.

    Raises:
        Linked: a dataflow does.
    """
    for edge in edges:
        if edge.reason == FOUND:
            continue
        for flow in _between(_paths_around(api, edge.target), edge):
            raise Linked(
                f"{edge.source.key} -> {edge.target.key} is no longer declared, but stays: the two are also linked "
                f"through {flow}, and deleting the one could take the other along. Delete it in Alation by hand"
            )
        yield edge


def links_to(api: LineageReader, target: Node) -> set[tuple[str, str]]:
    """The links without a dataflow that Alation holds around an object, as pairs of identities."""
    return {
        (_identity(source), _identity(end))
        for path in _paths_around(api, target)
        for here, following in pairwise(path)
        for source in here
        for end in following
        if "dataflow" not in (source.get("otype"), end.get("otype"))
    }


def _between(paths: Iterable[Any], edge: KeyedEdge) -> Iterator[str]:
    """The dataflows through which paths link the two ends of an edge."""
    source, target = edge_identity(edge)
    for path in paths:
        for before, between, after in zip(path, path[1:], path[2:], strict=False):
            if source in map(_identity, before) and target in map(_identity, after):
                yield from (str(node.get("key")) for node in between if node.get("otype") == "dataflow")


def _paths_around(api: LineageReader, node: Node) -> list[Any]:
    try:
        return list(api.get_lineage(node).get("paths") or [])
    except Rejected:
        return []  # an object that Alation has never met has no lineage


def _identity(node: dict[str, Any]) -> str:
    otype = str(node.get("otype", ""))
    return node_identity(Node("column" if otype == "attribute" else otype, str(node.get("key", ""))))
