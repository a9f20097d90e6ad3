"""Which output column of a query ends in which column of its target."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.lineage.binding.relations import BY_NAME, CERTAIN, Base, Column, Origin, Origins, Relation
from extractor.lineage.model import Write

_MADE_UP = re.compile(r"_c\d+|_col\d+|f\d+_|column\d+")


class Assigned(NamedTuple):
    """A column of the target, what flows into it, and the code of how sure the pairing is."""

    name: str
    origins: Origins
    code: int = CERTAIN


def assign(write: Write, relation: Relation, known: tuple[str, ...] | None) -> list[Assigned]:
    """The columns that ``write`` fills; ``known`` are the target's columns where the schema tells them.

    A column list, and the known columns of an INSERT's target, are paired by position; positions behind an
    unexpanded star are not known and give nothing. Everything else is paired by name.
    """
    if write.mode == "assign":
        return _named(relation, known)
    if write.columns:
        return _positioned(relation, (*write.columns, *write.dynamic), write.hidden)
    if write.mode in ("insert", "overwrite") and not write.by_name:
        if known:
            return _into_known(write, relation, known)
        return _into_unknown(write, relation)
    hidden = {name.lower() for name in write.hidden}
    return [
        _record(Assigned, (c.name, c.origins, CERTAIN))
        for c in relation.items
        if isinstance(c, Column) and c.name and (not hidden or c.name.lower() not in hidden)
    ]


def _named(relation: Relation, known: tuple[str, ...] | None) -> list[Assigned]:
    found = []
    for item in relation.items:
        if not isinstance(item, Column) or not item.name:
            continue
        name = item.name
        if name[0] == "\0":  # a value without a column list: the target's own order decides
            position, spelled = name[1:].split("\0")
            name = known[int(position)] if known and int(position) < len(known) else "" if known else spelled
            if not name:
                continue
        found.append(Assigned(name, item.origins))
    return found


def _positioned(relation: Relation, names: tuple[str, ...], hidden: tuple[str, ...] = ()) -> list[Assigned]:
    """By position from the front up to the first open star, then from the back down to the last one."""
    items = relation.items
    gone = {name.lower() for name in hidden}
    found: dict[int, Origins] = {}
    for position, item in enumerate(items[: len(names)]):
        if not isinstance(item, Column):
            break
        found[position] = item.origins
    if relation.opens:
        for back, item in enumerate(reversed(items), 1):
            if not isinstance(item, Column) or back > len(names):
                break
            found.setdefault(len(names) - back, item.origins)
    return [_record(Assigned, (names[i], found[i], CERTAIN)) for i in sorted(found) if names[i].lower() not in gone]


def _into_known(write: Write, relation: Relation, known: tuple[str, ...]) -> list[Assigned]:
    apart = {name.lower() for name in (*write.static, *write.dynamic)}
    names = (*(name for name in known if name.lower() not in apart), *write.dynamic)
    if len(relation.opens) == 1 and len(relation.items) > len(names) + 1:
        return []
    return _positioned(relation, names)


def _into_unknown(write: Write, relation: Relation) -> list[Assigned]:
    """By the names of the query; those that an engine makes up for expressions are not the target's."""
    columns = relation.items
    names = [c.name if isinstance(c, Column) and not _is_made_up(c.name) else "" for c in columns]
    for back, name in enumerate(reversed(write.dynamic), 1):
        if back <= len(names) and isinstance(columns[-back], Column):
            names[-back] = name
    return [
        _record(Assigned, (name, column.origins, BY_NAME))
        for name, column in zip(names, columns, strict=True)
        if name and isinstance(column, Column)
    ]


def _is_made_up(name: str) -> bool:
    return name[:1] in "_fc" and _MADE_UP.fullmatch(name) is not None


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


def best(origins: Origins) -> dict[tuple[Base, str], Origin]:
    """One origin per base and column (in lower case), the surest; in the order of their names, always."""
    if len(origins) == 1:
        (only,) = origins
        return {(only[0], only[1].lower()): only}
    found: dict[tuple[Base, str], Origin] = {}
    for origin in sorted(origins, key=_by_name):
        base, column, code = origin
        key = (base, column.lower())
        held = found.get(key)
        if held is None or (code, column) < (held.code, held.column):
            found[key] = origin
    return found


def _by_name(origin: Origin) -> tuple[tuple[str, ...], str]:
    base, column, _ = origin
    return base.table.identity, column
