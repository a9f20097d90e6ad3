"""What differs between two graphs, and what that breaks: the worst first.

Names are compared without regard to case. The result of a bare query has no name and is not compared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from extractor.outputs.graph import Graph

End = tuple[str, str]
"""A table's name and a column's, in lower case; the column is empty for the table itself."""


class Severity(StrEnum):
    """How bad a difference is for those who read the tables, the worst first."""

    BREAKING = "breaking"  # it is gone, and what it fed is still there
    REMOVED = "removed"  # it is gone, and nothing that is left was fed by it
    CHANGED = "changed"  # it comes from something else
    MINOR = "minor"  # only what filters, joins or groups it is another
    ADDED = "added"  # it is new


class Difference(NamedTuple):
    """One difference: of a table, or of a column of it.

    ``came`` and ``went`` are sources that are new and sources that are gone; ``feeds`` is all that it feeds, near and
    far, in the version in which it is there.
    """

    severity: Severity
    table: str
    column: str
    words: str
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table or the column."""
        return f"{self.table}.{self.column}" if self.column else self.table


def differences(before: Graph, after: Graph) -> list[Difference]:
    """All differences, the worst first, then by name."""
    old, new = _Version(before), _Version(after)
    found = [d for table in sorted(old.tables | new.tables) for d in _of_table(table, old, new)]
    ranks = {severity: rank for rank, severity in enumerate(Severity)}
    return sorted(found, key=lambda d: (ranks[d.severity], d.name.lower()))


class _Version:
    """One graph by its ends: what feeds each directly, what decides about its rows, and what it feeds."""

    def __init__(self, graph: Graph) -> None:
        self.shown: dict[End, str] = {}
        self.direct: dict[End, set[End]] = {}
        self.indirect: dict[End, set[End]] = {}
        self.feeds: dict[End, set[End]] = {}
        self.columns: dict[str, dict[End, None]] = {}
        for edge in graph.edges:
            results = {graph.tables[edge.source].kind, graph.tables[edge.target].kind}
            if edge.change == "remove" or "result" in results or bool(edge.source_column) != bool(edge.target_column):
                continue
            source = self._end(graph, edge.source, edge.source_column)
            target = self._end(graph, edge.target, edge.target_column)
            side = self.direct if edge.kind == "direct" else self.indirect
            side.setdefault(target, set()).add(source)
            if edge.kind == "direct":
                self.feeds.setdefault(source, set()).add(target)
            if target[1]:
                self.columns.setdefault(target[0], {})[target] = None
        self.tables = {end[0] for end in (*self.direct, *self.indirect)}

    def names(self, ends: Iterable[End]) -> tuple[str, ...]:
        """The ends as they were written."""
        return tuple(self.shown[end] for end in sorted(ends))

    def downstream(self, end: End) -> set[End]:
        """All that an end feeds, near and far."""
        found: set[End] = set()
        waiting = deque([end])
        while waiting:
            for fed in self.feeds.get(waiting.popleft(), ()):
                if fed not in found and fed != end:
                    found.add(fed)
                    waiting.append(fed)
        return found

    def _end(self, graph: Graph, place: int, column: str) -> End:
        end = (graph.tables[place].key.lower(), column.lower())
        self.shown.setdefault(end, graph.shown(place, column))
        self.shown.setdefault((end[0], ""), graph.shown(place))
        return end


def _of_table(table: str, old: _Version, new: _Version) -> Iterator[Difference]:
    whole = (table, "")
    if table not in new.tables:
        yield _gone(whole, old, new, "nothing fills it any longer")
        return
    if table not in old.tables:
        feeds = new.names(new.downstream(whole))
        yield _difference(Severity.ADDED, whole, new, "is new", came=_sources(new.direct, whole, new), feeds=feeds)
        return
    before, after = old.columns.get(table, {}), new.columns.get(table, {})
    if before and not after:
        yield _difference(Severity.CHANGED, whole, new, f"its {len(before)} columns can no longer be followed")
    else:
        for end in {**before, **after}:
            yield from _of_column(end, old, new)
    yield from _of_sources(whole, old, new)


def _of_column(end: End, old: _Version, new: _Version) -> Iterator[Difference]:
    if end not in new.columns.get(end[0], {}):
        yield _gone(end, old, new, "is gone")
    elif end not in old.columns.get(end[0], {}):
        if old.columns.get(end[0]):
            came = _sources(new.direct, end, new)
            yield _difference(Severity.ADDED, end, new, "is new", came=came, feeds=new.names(new.downstream(end)))
    else:
        yield from _of_sources(end, old, new)


def _of_sources(end: End, old: _Version, new: _Version) -> Iterator[Difference]:
    for severity, before, after, words in (
        (Severity.CHANGED, old.direct, new.direct, "comes from something else"),
        (Severity.MINOR, old.indirect, new.indirect, "is filtered, joined or grouped by something else"),
    ):
        was, now = before.get(end, set()), after.get(end, set())
        if was != now:
            feeds = new.names(new.downstream(end)) if severity is Severity.CHANGED else ()
            yield _difference(
                severity, end, new, words, came=new.names(now - was), went=old.names(was - now), feeds=feeds
            )
            return


def _gone(end: End, old: _Version, new: _Version, words: str) -> Difference:
    fed = old.downstream(end)
    if not end[1]:
        fed |= {far for column in old.columns.get(end[0], ()) for far in old.downstream(column)}
    left = {far for far in fed if far in new.direct or far in new.indirect}
    left |= new.feeds.get(end, set())
    severity = Severity.BREAKING if left else Severity.REMOVED
    feeds = tuple((new if far in new.shown else old).shown[far] for far in sorted(left))
    if not left and fed:
        words += ", and so is all that it fed"
    return _difference(severity, end, old, words, went=_sources(old.direct, end, old), feeds=feeds)


def _sources(side: Mapping[End, set[End]], end: End, version: _Version) -> tuple[str, ...]:
    return version.names(side.get(end, ()))


def _difference(
    severity: Severity,
    end: End,
    version: _Version,
    words: str,
    *,
    came: tuple[str, ...] = (),
    went: tuple[str, ...] = (),
    feeds: tuple[str, ...] = (),
) -> Difference:
    table = version.shown[end[0], ""]
    column = version.shown[end][len(table) + 1 :] if end[1] else ""
    return Difference(severity, table, column, words, came, went, feeds)
