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
    items: list[Column | Open] = []
    for position, item in enumerate(first.items):
        name, origins = item  # type: ignore[misc]
        parts = [origins, *(_nth(relation, position, name) for relation in rest)]
        items.append(Column(name, frozenset().union(*parts)))
    return items


def _nth(relation: Relation, position: int, name: str) -> Origins:
    """The column at a position, or that of the same name where a star before it hides the positions."""
    head = relation.items[: position + 1]
    if all(isinstance(i, Column) for i in head):
        return head[position].origins if len(head) > position else NOTHING  # type: ignore[union-attr]
    return relation.find(name.lower(), name) or NOTHING
