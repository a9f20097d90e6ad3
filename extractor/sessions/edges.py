"""Edges of one statement, made of origins."""

from __future__ import annotations

from extractor.lineage.binding import CONFIDENCE, Assigned, Origins, Relation, best
from extractor.models import ColumnEdge, TableEdge, TableName

_INDIRECT = (0.9, "decides about the rows")


def table_edges(
    relation: Relation, target: TableName | None, *, direct: bool, keep_self: bool
) -> tuple[TableEdge, ...]:
    """One edge for each table that was read; a target that only reads itself gives none."""
    found = []
    for base, in_from in relation.reads.items():
        if base.table == target and not keep_self:
            continue
        kind = direct and in_from
        reason = "read in FROM" if in_from else "read in a condition"
        found.append(TableEdge(base.table, target, "direct" if kind else "indirect", 1.0, reason))
    return tuple(found)


def column_edges(assigned: list[Assigned], target: TableName | None) -> list[ColumnEdge]:
    """The direct edges, one for each pair of columns."""
    found: list[ColumnEdge] = []
    seen: set[tuple[str, object]] = set()
    for name, origins, code in assigned:
        for key, origin in best(origins).items():
            if (name.lower(), key) in seen:
                continue
            seen.add((name.lower(), key))
            confidence, reason = CONFIDENCE[max(code, origin.code)]
            found.append(ColumnEdge(origin.base.table, origin.column, target, name, "direct", confidence, reason))
    return found


def indirect_edges(
    deciding: Origins, assigned: list[Assigned], target: TableName | None, direct: list[ColumnEdge]
) -> list[ColumnEdge]:
    """Every deciding column with every column that is written, except where the value itself flows."""
    names = list(dict.fromkeys(a.name for a in assigned))
    taken = {(e.source_table, e.source_column.lower(), e.target_column.lower()) for e in direct}
    confidence, reason = _INDIRECT
    return [
        ColumnEdge(o.base.table, o.column, target, name, "indirect", confidence, reason)
        for (table, column), o in best(deciding).items()
        for name in names
        if (table, column, name.lower()) not in taken
    ]
