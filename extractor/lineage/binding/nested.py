"""Arrays and maps that stand in FROM as tables do (Impala, BigQuery): ``FROM t, t.items`` or ``FROM db.t.items``.

https://impala.apache.org/docs/build/html/topics/impala_complex_types.html
"""

from __future__ import annotations

from collections.abc import Callable

from extractor.lineage.binding.relations import NOTHING, Base, OpenRows, Origins, Relation
from extractor.lineage.binding.scope import Scope
from extractor.lineage.model import Name, Query, Select

# Engines where such a name may also speak of the query around.
_CORRELATED = frozenset({"hive", "bigquery"})


def nested_rows(
    name: Name, scope: Scope, table: Callable[[Name], Relation], *, engine: str, levels: int
) -> Relation | None:
    """The items of the collection that ``name`` means, or None when it is the name of a table."""
    bare = engine == "hive"  # Impala: fields of the items are columns that need no alias
    if scope.relation(name[:1]) is not None:
        return _rows(scope.resolve(name), {}, bare=bare)
    whole = table(name)
    if whole.listed is not None:
        return None
    around = scope.parent if engine in _CORRELATED else None
    while around is not None:
        if around.relation(name[:1]) is not None:
            return _rows(around.resolve(name), {}, bare=bare)
        around = around.parent
    outer = table(name[:-1])
    key = name[-1][0].lower()
    if outer.listed is not None and key in outer.index:
        return _rows(outer.known(key, name[-1][0]) or NOTHING, outer.reads, bare=bare)
    if engine == "hive" and len(name) > levels:  # neither Hive nor Impala has names of more parts
        outer, (part, _) = table(name[:levels]), name[levels]
        return _rows(outer.find(part.lower(), part) or NOTHING, outer.reads, bare=bare)
    return None


def _rows(origins: Origins, reads: dict[Base, bool], *, bare: bool) -> Relation:
    return Relation([OpenRows(origins)], reads, shy=not bare, nested=True)


def reads_sibling(query: Query, scope: Scope, engine: str) -> bool:
    """Whether a derived table reads a collection of a table before it, which makes it a lateral one."""
    if engine not in _CORRELATED or not isinstance(query, Select):
        return False
    return any(s.kind == "table" and len(s.name) > 1 and scope.relation(s.name[:1]) is not None for s in query.sources)
