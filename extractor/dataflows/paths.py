"""From edges to paths: as few as possible, meaning exactly the same.

Alation reads a path ``sources -> dataflow -> targets`` as every source feeding every target. So objects may share
a path only where each of them really feeds each of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from extractor.dataflows.cover import cover
from extractor.dataflows.direct import is_direct
from extractor.models import KeyedEdge, Node, Path, segments_of
from extractor.state import edge_identity

_COLUMN_TYPES = frozenset({"column", "attribute", "bi_report_column", "bi_datasource_column"})


def is_column(node: Node) -> bool:
    """Whether a node is a column of something; columns and whole objects never meet in one path."""
    return node.otype in _COLUMN_TYPES


def paths_of(external_id: str, edges: Collection[KeyedEdge]) -> tuple[Path, ...]:
    """The paths through a dataflow whose all-to-all reading is exactly ``edges``; whole objects come first.

    Objects that all feed the same others share a path (`extractor.dataflows.cover`). Columns and whole objects do
    not: an edge between one and the other has a path of its own. Links without a dataflow have paths without one.
    """
    families: dict[tuple[bool, bool], list[KeyedEdge]] = {}
    for edge in sorted(edges):  # of two spellings the same one is sent every time
        families.setdefault((is_column(edge.source), is_column(edge.target)), []).append(edge)
    between = not is_direct(external_id)
    return tuple(
        segments_of(sources, external_id, targets) if between else (tuple(sources), tuple(targets))
        for family in sorted(families)
        for sources, targets in _groups(families[family])
    )


def edges_of(paths: Iterable[Path]) -> Iterator[tuple[Node, Node]]:
    """The all-to-all reading of paths of one step: every source with every target."""
    for sources, *_, targets in paths:
        for source in sources:
            for target in targets:
                yield source, target


def _groups(edges: Collection[KeyedEdge]) -> list[tuple[list[Node], list[Node]]]:
    """Source and target nodes of each path, sorted."""
    nodes: dict[str, Node] = {}
    pairs = []
    for edge in edges:
        source, target = edge_identity(edge)
        nodes.setdefault(source, edge.source)
        nodes.setdefault(target, edge.target)
        pairs.append((source, target))
    return [([nodes[n] for n in group.sources], [nodes[n] for n in group.targets]) for group in cover(pairs)]
