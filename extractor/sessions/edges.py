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
        key = name.lower()
        for source, origin in best(origins).items():
            pair = (key, source)
            if pair not in seen:
                seen.add(pair)
                confidence, reason = CONFIDENCE[max(code, origin.code)]
                found.append(ColumnEdge(origin.base.table, origin.column, target, name, "direct", confidence, reason))
    return found


def indirect_edges(
    deciding: Origins, assigned: list[Assigned], target: TableName | None, direct: list[ColumnEdge]
) -> list[ColumnEdge]:
    """Every deciding column with every column that is written, except where the value itself flows."""
    names: dict[str, str] = {}
    for one in assigned:  # several branches of one statement may spell a column's name differently
        names.setdefault(one.name.lower(), one.name)
    flowing: dict[tuple[int, str], set[str]] = {}
    for edge in direct:
        flowing.setdefault((id(edge.source_table), edge.source_column.lower()), set()).add(edge.target_column.lower())
    confidence, reason = _INDIRECT
    found: list[ColumnEdge] = []
    for (_, column), origin in best(deciding).items():
        table, source = origin.base.table, origin.column
        taken = flowing.get((id(table), column))
        fed = names.values() if taken is None else [name for key, name in names.items() if key not in taken]
        found.extend([ColumnEdge(table, source, target, name, "indirect", confidence, reason) for name in fed])
    return found
