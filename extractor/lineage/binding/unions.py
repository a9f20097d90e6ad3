"""Set operations: the columns of all branches, by position or by name."""

from __future__ import annotations

from extractor.lineage.binding.relations import NOTHING, Column, Open, OpenUnion, Origin, Origins, Relation


def united_by_name(relations: list[Relation]) -> list[Column | Open]:
    """All names, each with what any branch gives it."""
    found: dict[str, tuple[str, set[Origin]]] = {}
    opens: list[Open] = []
    for relation in relations:
        for item in relation.items:
            if isinstance(item, Column):
                found.setdefault(item.name.lower(), (item.name, set()))[1].update(item.origins)
            else:
                opens.append(item)
    return [*(Column(name, frozenset(origins)) for name, origins in found.values()), *opens]


def united_by_position(relations: list[Relation]) -> list[Column | Open]:
    """The names of the first branch, with what each branch has at the place."""
    first, rest = relations[0], relations[1:]
    if not rest:
        return first.items
    if first.opens:
        return [OpenUnion(tuple(relations))]
    columns = [_positions(relation, first) for relation in relations]
    found: list[Column | Open] = []
    for item, *parts in zip(first.items, *columns, strict=True):
        found.append(Column(item.name, NOTHING.union(*parts)))
    return found


def _positions(relation: Relation, first: Relation) -> list[Origins]:
    """What a branch has for each column of the first one.

    By position; behind a star, which hides the positions, the column of the same name.
    """
    items = relation.items[: len(first.items)]
    solid = next((place for place, item in enumerate(items) if not isinstance(item, Column)), len(items))
    found = [item.origins for item in items[:solid] if isinstance(item, Column)]
    for wanted in first.items[solid:]:
        name = wanted.name  # type: ignore[union-attr]
        found.append(relation.find(name.lower(), name) or NOTHING if solid < len(items) else NOTHING)
    return found
