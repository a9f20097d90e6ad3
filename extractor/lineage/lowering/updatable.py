"""What a change of a CTE or derived table changes: the table and columns behind it.

Transact-SQL, UPDATE, "WITH <common_table_expression>": the columns that are set must come from one table. Oracle calls
it a key-preserved table of a join view.
"""

from __future__ import annotations

from collections.abc import Iterable

from extractor.lineage.model import Cte, Name, Query, Select, Source


def base_columns(source: Source, ctes: tuple[Cte, ...], columns: Iterable[str]) -> tuple[Name, dict[str, str]]:
    """The table that has the ``columns`` of ``source``, and the names they have there.

    Where no column tells it, the first table of the query is meant; a column that cannot be followed keeps its name.
    """
    query, names, scope = _query_of(source, ctes)
    if query is None:
        return (source.name if source.kind == "table" else ()), {}
    if not isinstance(query, Select) or not query.sources:
        return (), {}
    groups: dict[int, dict[str, str]] = {}
    for column in columns:
        position, behind = _behind(query, names, column)
        groups.setdefault(position, {})[column] = behind
    position, renamed = next(iter(sorted(groups.items(), key=lambda item: item[0] < 0)), (0, {}))
    table, further = base_columns(query.sources[max(position, 0)], scope, renamed.values())
    return table, {column: further.get(behind, behind) for column, behind in renamed.items()}


def _query_of(source: Source, ctes: tuple[Cte, ...]) -> tuple[Query | None, tuple[str, ...], tuple[Cte, ...]]:
    """The query behind a relation, the names its columns get, and the CTEs that it sees; None for a table."""
    if source.kind != "table":
        inner = source.query.ctes if source.query is not None else ()
        return source.query, source.columns, (*ctes, *inner)
    if len(source.name) == 1:
        for position, cte in enumerate(ctes):
            if cte.name.lower() == source.name[0][0].lower():
                return cte.query, cte.columns, (*ctes[:position], *cte.query.ctes)
    return None, (), ()


def _behind(query: Select, names: tuple[str, ...], column: str) -> tuple[int, str]:
    """Which relation of the query has the column (-1 where that is not known), and its name there."""
    wanted = column.lower()
    for position, projection in enumerate(query.projections):
        name = names[position] if position < len(names) else projection.name
        if projection.star is not None:
            qualifier = projection.star.qualifier
            if not names and (qualifier or len(query.sources) == 1):
                return _named(query, qualifier), column
        elif name.lower() == wanted and len(projection.flow.refs) == 1:
            ref = projection.flow.refs[0]
            return _named(query, ref[:-1]), ref[-1][0]
    return -1, column


def _named(query: Select, qualifier: Name) -> int:
    if not qualifier:
        return 0 if len(query.sources) == 1 else -1
    wanted = qualifier[-1][0].lower()
    for position, source in enumerate(query.sources):
        if (source.alias or (source.name[-1][0] if source.name else "")).lower() == wanted:
            return position
    return -1
