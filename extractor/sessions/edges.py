"""Edges of one statement, made of origins."""

from __future__ import annotations

from extractor.lineage.binding import CONFIDENCE, NOTHING, Assigned, Base, Origins, Relation, best
from extractor.models import ColumnEdge, TableEdge, TableName

_INDIRECT = (0.9, "decides about the rows")
MAX_INDIRECT = 200_000
"""More indirect column edges than this no statement gives: thousands of columns that group thousands of others."""


def deciding_columns(assigned: list[Assigned], deciding: Origins) -> tuple[Origins, str]:
    """The columns that decide about rows, and "", or nothing and why, where they would give too many edges."""
    if len(deciding) * len(assigned) <= MAX_INDIRECT:
        return deciding, ""
    decides, names = len(best(deciding)), len({one.name.lower() for one in assigned})
    if decides * names <= MAX_INDIRECT:
        return deciding, ""
    return NOTHING, (
        f"{decides} columns decide about the rows of {names} columns: these {decides * names} indirect column edges "
        f"are left out (limit {MAX_INDIRECT}), the edges between the tables are not"
    )


def table_edges(
    relation: Relation, target: TableName | None, *, direct: bool, keep_self: bool
) -> tuple[TableEdge, ...]:
    """One edge for each table that was read; a target that only reads itself gives none."""
    found = []
    for base, in_from in relation.reads.items():
        if not keep_self and target is not None and base.table.identity == target.identity and base.table == target:
            continue
        kind = direct and in_from
        reason = "read in FROM" if in_from else "read in a condition"
        found.append(_record(TableEdge, (base.table, target, "direct" if kind else "indirect", 1.0, reason)))
    return tuple(found)


def column_edges(
    assigned: list[Assigned], target: TableName | None, deciding: Origins = NOTHING
) -> tuple[ColumnEdge, ...]:
    """The direct edges, one for each pair of columns; then the indirect ones.

    These lead from every column of ``deciding`` to every column that is written, except where the value itself flows.
    """
    decides = best(deciding) if deciding else {}
    names: dict[str, str] = {}  # several branches of one statement may spell a column's name differently
    fed: dict[tuple[Base, str], set[str]] = {source: set() for source in decides}
    seen: set[tuple[str, Base, str]] | None = set() if _repeats(assigned) else None
    found: list[ColumnEdge] = []
    for name, origins, code in assigned:
        key = name.lower()
        names.setdefault(key, name)
        if not origins:
            continue
        for base, column, weakest in origins if len(origins) == 1 else best(origins).values():
            if seen is not None:
                pair = (key, base, column.lower())
                if pair in seen:
                    continue
                seen.add(pair)
            if fed and (source := (base, column.lower())) in fed:
                fed[source].add(key)
            confidence, reason = CONFIDENCE[max(code, weakest)]
            found.append(_record(ColumnEdge, (base.table, column, target, name, "direct", confidence, reason)))
    confidence, reason = _INDIRECT
    for source, (base, column, _) in decides.items():
        table, taken = base.table, fed[source]
        rest = [name for key, name in names.items() if key not in taken] if taken else names.values()
        found += [_record(ColumnEdge, (table, column, target, name, "indirect", confidence, reason)) for name in rest]
    return tuple(found)


_record = tuple.__new__
"""An edge of its fields: a statement may have thousands, and a named tuple's own call takes as long again."""


def _repeats(assigned: list[Assigned]) -> bool:
    return len({one.name.lower() for one in assigned}) < len(assigned)
