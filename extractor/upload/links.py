"""Which links to remove where a dataflow may not be deleted.

The lineage API removes one link, and either end may be a dataflow. A link between two data objects is never
named: others may have made it too. Removing ``source -> dataflow`` takes along what that source feeds through the
dataflow and still holds; the new paths, posted afterwards, bring that back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extractor.models import KeyedEdge, Node
from extractor.state import node_identity


def stale_links(
    external_id: str, stale: Iterable[KeyedEdge], current: Iterable[KeyedEdge]
) -> Iterator[tuple[Node, Node]]:
    """Each source of a stale edge to the dataflow, and the dataflow to each target that nothing feeds any longer."""
    dataflow = Node("dataflow", external_id)
    edges = list(stale)
    fed = {node_identity(edge.target) for edge in current}
    sources = {node_identity(edge.source): edge.source for edge in edges}
    targets = {node_identity(edge.target): edge.target for edge in edges}
    for identity in sorted(sources):
        yield sources[identity], dataflow
    for identity in sorted(targets.keys() - fed):
        yield dataflow, targets[identity]
