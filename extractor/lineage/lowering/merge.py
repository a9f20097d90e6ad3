"""MERGE: each WHEN branch is a query over the join; the ON columns decide, they are no values."""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.output import output_writes
from extractor.lineage.lowering.queries import lower_ctes
from extractor.lineage.lowering.sources import lower_source
from extractor.lineage.lowering.updatable import base_columns
from extractor.lineage.lowering.update import lower_assignments, whole_column
from extractor.lineage.model import Cte, Projection, Query, Select, SetOp, Source, Star, Statement, Write

_USING = "\0using"  # no text can spell it
_ROWS = 2  # inserted and deleted


def lower_merge(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """One write whose branches, unioned by name, are the WHEN clauses."""
    ctes = lower_ctes(node, walk)
    conditions: list[Node] = [arg(node, "on"), *_common_columns(node)]
    target = lower_source(arg(node, "this"), walk)[0]
    using = lower_source(arg(node, "using"), walk, conditions=conditions)
    source, ctes = _shared(using, ctes)
    filters = flow_of([c for c in conditions if c is not None and not isinstance(c, bool)], walk)
    branches: list[Query] = [Select((), (target, *source), filters)]
    for when in args_of(arg(node, "whens"), "expressions"):
        branch = _lower_when(when, target, source, walk)
        if branch is not None:
            branches.append(branch)
    query = SetOp(tuple(branches), by_name=True, ctes=ctes)
    name, kind = target.name, target.kind
    if kind != "file":
        set_columns = [
            p.name for branch in branches if isinstance(branch, Select) for p in branch.projections if p.name
        ]
        (name, behind), kind = base_columns(target, ctes, set_columns), "table"
        query = query._replace(branches=tuple(_with_names(branch, behind) for branch in branches)) if behind else query
    rows = {"inserted": _renamed(target, "inserted"), "deleted": _renamed(target, "deleted")}
    write = Write("merge", name, "assign", query, target_kind=kind, by_name=True)
    return (write, *(_with(ctes, output) for output in output_writes(node, walk, rows, source)))


def _common_columns(node: Node) -> list[Node]:
    """DuckDB: ``MERGE INTO t USING s USING (id)`` compares columns of one name, of both sides."""
    names = [text_of(c) for c in args_of(node, "using_cond")]
    sides = [text_of(arg(side, "alias")) or str(side.name) for side in (arg(node, "this"), arg(node, "using"))]
    return [exp.column(name, table=side) for name in names for side in sides if side]


def _with(ctes: tuple[Cte, ...], output: Statement) -> Statement:
    """What is put out may come from the shared source."""
    if isinstance(output, Write) and isinstance(output.query, Select) and len(output.query.sources) > _ROWS:
        return output._replace(query=output.query._replace(ctes=ctes))
    return output


def _with_names(branch: Query, behind: dict[str, str]) -> Query:
    if not isinstance(branch, Select):
        return branch
    named = tuple(p._replace(name=behind.get(p.name, p.name)) for p in branch.projections)
    return branch._replace(projections=named)


def _renamed(source: Source, alias: str) -> Source:
    return source._replace(alias=alias)


def _shared(using: list[Source], ctes: tuple[Cte, ...]) -> tuple[tuple[Source, ...], tuple[Cte, ...]]:
    """A derived source becomes a CTE, so that it is bound once for all branches."""
    if len(using) == 1 and using[0].kind == "query" and using[0].query is not None and not using[0].reshapes:
        only = using[0]
        shared = Cte(_USING, using[0].query, only.columns)
        return (Source("table", ((_USING, True),), only.alias or _USING),), (*ctes, shared)
    return tuple(using), ctes


def _lower_when(when: Node, target: Source, source: tuple[Source, ...], walk: Walk) -> Query | None:
    then = arg(when, "then")
    filters = flow_of((arg(when, "condition"),), walk)
    if then.__class__ is exp.Update:
        return _lower_change(then, target, source, walk)._replace(filters=filters)
    if then.__class__ is exp.Insert:
        return _lower_new(then, source, walk)._replace(filters=filters)
    return Select((), (target, *source), filters)


def _lower_change(then: Node, target: Source, source: tuple[Source, ...], walk: Walk) -> Select:
    if not args_of(then, "expressions") or _is_star(arg(then, "expressions")):
        return _all_columns(source, arg(then, "expressions"))
    assignments = lower_assignments(args_of(then, "expressions"), walk)
    projections = tuple(whole_column(assignment, [target])[1] for assignment in assignments)
    return Select(projections, (target, *source))


def _lower_new(then: Node, source: tuple[Source, ...], walk: Walk) -> Select:
    columns, values = arg(then, "this"), arg(then, "expression")
    whole = columns is None and (values is None or _is_star(values))
    if whole or _is_star(columns) or text_of(columns).upper() == "ROW":
        return _all_columns(source, columns)
    if values is None:  # INSERT (x, y), or VALUES taken for the name of a function
        columns, values = None, _called_values(columns)
    names = [text_of(c) for c in args_of(columns, "expressions")] if columns is not None else []
    cells = args_of(values, "expressions")
    if cells and cells[0].__class__ is exp.Tuple:
        cells = args_of(cells[0], "expressions")
    if not names:  # the target's own columns by position, else by the names of the values
        names = [f"\0{position}\0{text_of(cell)}" for position, cell in enumerate(cells)]
    flows = [flow_of((cell,), walk) for cell in cells]
    return Select(tuple(map(Projection, names, flows)), source)


def _called_values(row: Node) -> Node:
    first = (args_of(row, "expressions") or [row])[0]
    return first if first.__class__ is exp.Anonymous and text_of(first).lower() == "values" else row


def _is_star(node: Node) -> bool:
    return node.__class__ is exp.Star or (isinstance(node, list) and len(node) == 1 and _is_star(node[0]))


def _all_columns(source: tuple[Source, ...], star: Node) -> Select:
    """``SET *`` and ``INSERT *``, with the columns that EXCEPT leaves out."""
    star = star[0] if isinstance(star, list) and star else star
    dropped = tuple(text_of(c) for c in args_of(star, "except_")) if star.__class__ is exp.Star else ()
    return Select((Projection("", star=Star(dropped=dropped)),), source)
