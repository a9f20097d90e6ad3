"""Stars: which columns they keep, and under which names."""

from __future__ import annotations

import re

from extractor.lineage.binding.relations import NOTHING, Column, Open, OpenRows, OpenStar, Origins, Relation
from extractor.lineage.model import Star


class StarView:
    """One star's exceptions, applied to columns."""

    def __init__(self, star: Star, replaced: dict[str, tuple[str, Origins]]) -> None:
        self._dropped = frozenset(name.lower() for name in star.dropped)
        self._renamed = {old.lower(): new for old, new in star.renamed}
        self._back = {new.lower(): old for old, new in star.renamed}
        self._replaced = replaced
        self._like = _like(star.like) if star.like else None
        self._matching = _pattern(star.matching)
        self._called = star.called

    def items(self, relation: Relation, merged: frozenset[str] = frozenset()) -> list[Column | Open]:
        """What the star keeps of a relation; ``merged`` columns of joins stand elsewhere."""
        found: list[Column | Open] = []
        places = (
            [i for i in relation.items if isinstance(i, Column)] if relation.shy and relation.index else relation.items
        )
        for item in places:
            if isinstance(item, Column):
                if item.name.lower() not in merged:
                    found.extend(self.column(item))
            elif self._called:  # columns of unknown names, under names that are made of these
                found.append(OpenRows(NOTHING))
            else:
                gone = self._dropped | merged | self._renamed.keys()
                found.append(OpenStar(item, frozenset(gone), self._back))
                found.extend(Column(n, o) for n, o in self._replaced.values())
        return found

    def column(self, column: Column) -> list[Column | Open]:
        """The column as the star shows it, or nothing."""
        key = column.name.lower()
        if key in self._dropped or (self._like is not None and not self._like.fullmatch(column.name)):
            return []
        if self._matching is not None and not self._matching.search(column.name):
            return []
        if key in self._replaced:
            column = Column(column.name, self._replaced[key][1])
        elif key in self._renamed:
            column = column._replace(name=self._renamed[key])
        return [Column(self._name(column.name), column.origins) if self._called else column]

    def _name(self, name: str) -> str:
        """ClickHouse's name for what the functions make of a column."""
        for function in self._called:
            name = f"{function}({name})" if name and function != "?" else ""
        return name


def _like(pattern: str) -> re.Pattern[str]:
    pieces = (".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
    return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)


def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error:  # another dialect of patterns: keep no column
        return re.compile(r"(?!)")


def in_place(relations: list[Relation], merged: dict[str, Origins]) -> list[tuple[Relation, frozenset[str]]]:
    """The relations of a join whose merged columns stay where they stand first, each with the columns it loses.

    So do DuckDB, SQLite and ClickHouse; elsewhere the merged columns come before all others. What stands in a
    relation of unknown columns has no place and is lost there.
    """
    waiting = dict(merged)
    found: list[tuple[Relation, frozenset[str]]] = []
    for relation in relations:
        if relation.opens:
            found.append((relation, frozenset(merged)))
            continue
        items: list[Column | Open] = []
        for item in relation.items:
            key = item.name.lower() if isinstance(item, Column) else ""
            if not isinstance(item, Column) or key not in merged:
                items.append(item)
            elif key in waiting:
                items.append(Column(item.name, waiting.pop(key)))
        found.append((Relation(items, shy=relation.shy), frozenset()))
    return found
