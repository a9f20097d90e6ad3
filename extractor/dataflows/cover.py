"""As few groups as possible, each of sources that all feed all of its targets, that together are a set of edges.

That is the cover of a bipartite graph by complete parts, which nobody can solve exactly for every graph in bearable
time. Here each connected part of the graph gets the fewest groups of three ways: targets with equal sources, sources
with equal targets, and a greedy choice among the largest complete parts. Groups may overlap: an edge that is said
twice is the same edge.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import NamedTuple


class Group(NamedTuple):
    """Every one of ``sources`` feeds every one of ``targets``; both are sorted."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]


_Side = Mapping[str, frozenset[str]]
_Part = tuple[frozenset[str], frozenset[str]]


def cover(edges: Iterable[tuple[str, str]]) -> list[Group]:
    """Groups whose all-to-all reading is exactly the edges, sorted; the order of the edges does not matter."""
    distinct = set(edges)
    fed_by = _grouped((target, source) for source, target in distinct)
    found: list[_Part] = []
    for part in _connected(fed_by):
        found += _smallest({target: fed_by[target] for target in part})
    return sorted(Group(tuple(sorted(sources)), tuple(sorted(targets))) for sources, targets in found)


def _smallest(fed_by: _Side) -> list[_Part]:
    by_sources = [(others, same) for others, same in _alike(fed_by)]
    if len(by_sources) == 1:
        return by_sources
    feeds = _grouped((source, target) for target, sources in fed_by.items() for source in sources)
    by_targets = [(same, others) for others, same in _alike(feeds)]
    return min(by_sources, by_targets, _chosen(fed_by, feeds, by_sources, by_targets), key=len)


def _alike(partners: _Side) -> list[_Part]:
    """(partners, those that have exactly these partners)."""
    groups: dict[frozenset[str], set[str]] = {}
    for node, others in partners.items():
        groups.setdefault(others, set()).add(node)
    return [(others, frozenset(same)) for others, same in groups.items()]


def _chosen(fed_by: _Side, feeds: _Side, by_sources: list[_Part], by_targets: list[_Part]) -> list[_Part]:
    """The largest complete parts, each time the one that says most of what is not said yet.

    A part loses what it would only repeat, so that paths stay short.
    """
    parts = [(sources, _common(feeds, sources)) for sources, _ in by_sources]
    parts += [(_common(fed_by, targets), targets) for _, targets in by_targets]
    parts = sorted(set(parts), key=lambda part: (sorted(part[0]), sorted(part[1])))
    left = {target: set(sources) for target, sources in fed_by.items()}
    waiting = [(-len(sources) * len(targets), place) for place, (sources, targets) in enumerate(parts)]
    heapq.heapify(waiting)
    most = min(len(by_sources), len(by_targets))
    found: list[_Part] = []
    while waiting and len(found) < most:
        gain, place = heapq.heappop(waiting)
        sources, targets = parts[place]
        now = sum(len(left[target] & sources) for target in targets)
        if now and now < -gain:  # what it says of its own has become less since it was weighed
            heapq.heappush(waiting, (-now, place))
        elif now:
            said = frozenset(target for target in targets if left[target] & sources)
            found.append((frozenset(s for s in sources if any(s in left[t] for t in said)), said))
            for target in said:
                left[target] -= sources
    return found if not any(left.values()) else by_sources


def _common(partners: _Side, nodes: Iterable[str]) -> frozenset[str]:
    """The partners that all of the nodes have."""
    ordered = sorted((partners[node] for node in nodes), key=len)
    return reduce(frozenset.intersection, ordered)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for node, other in pairs:
        groups.setdefault(node, set()).add(other)
    return {node: frozenset(others) for node, others in groups.items()}


def _connected(fed_by: _Side) -> Iterator[list[str]]:
    """The targets, those that share sources directly or through others together."""
    feeds = _grouped((source, target) for target, sources in fed_by.items() for source in sources)
    seen: set[str] = set()
    for first in sorted(fed_by):
        if first in seen:
            continue
        seen.add(first)
        part, waiting = [], [first]
        met: set[str] = set()
        while waiting:
            target = waiting.pop()
            part.append(target)
            for source in fed_by[target] - met:
                met.add(source)
                waiting += feeds[source] - seen
                seen |= feeds[source]
        yield part
