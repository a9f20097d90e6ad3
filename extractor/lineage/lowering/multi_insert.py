"""One source, many targets: Hive's FROM ... INSERT ... INSERT, and INSERT ALL / FIRST with WHEN."""

from __future__ import annotations

from sqlglot import exp

from extractor.errors import Unsupported
from extractor.lineage.lowering.context import Node, Walk, arg, args_of
from extractor.lineage.lowering.expressions import flow_of, merged
from extractor.lineage.lowering.insert import cell_names, insert_target, lower_insert
from extractor.lineage.lowering.queries import lower_ctes, lower_query, lower_values
from extractor.lineage.lowering.sources import lower_source
from extractor.lineage.model import Cte, Projection, Select, Source, Star, Statement, Write

_QUERIES = frozenset({exp.Select, exp.Union, exp.Except, exp.Intersect})


def lower_multi_insert(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """One write for each target."""
    ctes = lower_ctes(node, walk)
    source = arg(node, "source")
    if source.__class__ in _QUERIES or (source.__class__ is exp.Subquery and arg(node, "kind")):
        shared = Source("query", query=lower_query(source, walk))
        return tuple(_lower_branch(branch, shared, ctes, walk) for branch in args_of(node, "expressions"))
    conditions: list[Node] = []
    sources = lower_source(source, walk, conditions=conditions)
    found: list[Statement] = []
    for branch in args_of(node, "expressions"):
        writes = lower_insert(branch, walk)
        found.extend(_with_sources(write, sources, conditions, ctes, walk) for write in writes)
    return tuple(found)


def _with_sources(
    write: Statement, sources: list[Source], conditions: list[Node], ctes: tuple[Cte, ...], walk: Walk
) -> Statement:
    if not isinstance(write, Write) or not isinstance(write.query, Select):
        raise Unsupported("a branch of a multi-table INSERT holds no plain SELECT")
    query = write.query
    filters = merged([query.filters, flow_of(conditions, walk)])
    whole = query._replace(sources=(*sources, *query.sources), filters=filters, ctes=(*ctes, *query.ctes))
    return write._replace(query=whole)


def _lower_branch(branch: Node, shared: Source, ctes: tuple[Cte, ...], walk: Walk) -> Write:
    conditional = branch.__class__ is exp.ConditionalInsert
    insert = arg(branch, "this") if conditional else branch
    filters = flow_of((arg(branch, "expression"),) if conditional else (), walk)
    target, columns, kind = insert_target(arg(insert, "this"), walk)
    values = arg(insert, "expression")
    if values is None:
        projections: tuple[Projection, ...] = (Projection("", star=Star()),)
    else:
        flows = lower_values(values, walk).flows
        projections = tuple(map(Projection, cell_names(values), flows))
    return Write("insert", target, "insert", Select(projections, (shared,), filters, (), ctes), columns, kind)
