"""Queries: SELECT, set operations, VALUES, WITH."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from extractor.errors import Unsupported
from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.inner_aliases import inner_aliases, time_windows
from extractor.lineage.lowering.names import column_parts
from extractor.lineage.lowering.projections import lower_projections
from extractor.lineage.lowering.reshapes import lower_match, lower_pivots, pivoted_columns
from extractor.lineage.lowering.sources import lower_source
from extractor.lineage.model import NO_FLOW, Cte, Projection, Query, Select, SetOp, Source, Star, Values, Write

_SET_OPERATIONS = frozenset({exp.Union, exp.Except, exp.Intersect})
_WRAPPERS = frozenset({exp.Subquery, exp.Paren, exp.Schema})
_CONDITIONS = ("prewhere", "where", "connect")
_FILTERS = ("group", "having", "qualify", "order", "sort", "cluster", "distribute", "limit", "offset")
_FILTERS_ANY, _CONDITIONS_ANY = frozenset(_FILTERS), frozenset(_CONDITIONS)
_MODIFYING = frozenset({exp.Insert, exp.Update, exp.Delete, exp.Merge})
# Engines that write recursive CTEs without the word RECURSIVE.
_SILENT_RECURSION = frozenset({"tsql", "fabric", "oracle", "snowflake"})
_SCALAR = "\0scalar "
_SPARK = frozenset({"spark", "spark2", "databricks"})
_STAR = (Projection("", star=Star()),)


def lower_query(node: Node, walk: Walk) -> Query:
    """The outline of a query node; raises `Unsupported` for a node that is none."""
    if node.__class__ is exp.Select:
        return _lower_select(node, walk)
    ctes: list[Cte] = []
    filters: list[Node] = []
    while node.__class__ in _WRAPPERS and not arg(node, "alias") and not arg(node, "pivots"):
        ctes.extend(lower_ctes(node, walk))
        filters.extend(_filters_of(node))
        if args_of(node, "joins"):
            break
        node = arg(node, "this")
    query = _lower_bare(node, walk)
    if ctes:
        query = query._replace(ctes=(*ctes, *query.ctes))
    if filters and isinstance(query, SetOp):
        query = query._replace(filters=flow_of(filters, walk))
    return query


def _lower_bare(node: Node, walk: Walk) -> Query:
    cls = node.__class__
    if cls is exp.Select:
        return _lower_select(node, walk)
    if cls in _SET_OPERATIONS:
        return _lower_set(node, walk)
    if cls is exp.Values or cls is exp.Tuple:
        return lower_values(node, walk)
    if cls in (exp.Table, exp.Subquery, exp.Paren):
        return Select(_STAR, tuple(lower_source(node, walk)))
    if cls is exp.Pivot:
        return Select(_STAR, (_lower_pivot(node, walk),))
    if cls in _MODIFYING:
        return _lower_modifying(node, walk)
    if cls is exp.Describe or cls is exp.Show:
        return Select(())
    if cls is exp.Summarize:  # DuckDB: figures of all columns, under names of its own
        return Select(_FIGURES, tuple(lower_source(arg(node, "this"), walk)))
    raise Unsupported(f"a {cls.__name__} stands where a query is expected")


_FIGURES = tuple(
    Projection(name)
    for name in (
        "column_name", "column_type", "min", "max", "approx_unique", "avg", "std", "q25", "q50", "q75", "count",
        "null_percentage",
    )
)  # fmt: skip
"""The columns that SUMMARIZE yields: https://duckdb.org/docs/stable/guides/meta/summarize"""


def _lower_pivot(node: Node, walk: Walk) -> Source:
    """DuckDB's ``PIVOT t ON m USING sum(v) GROUP BY a`` as a query of its own."""
    source = lower_source(arg(node, "this"), walk)[0]
    (reshape,) = lower_pivots([node], walk)
    if not arg(node, "unpivot"):
        using = args_of(node, "using")
        group = arg(node, "group")
        kept = tuple(text_of(c) for c in args_of(group, "expressions")) if group is not None else None
        gone = tuple(text_of(c) for c in args_of(node, "expressions"))
        flow = flow_of(using, walk)
        gone = (*gone, *(ref[-1][0] for ref in flow.refs))
        made = pivoted_columns(node, walk)
        reshape = reshape._replace(made=made, gone=gone, kept=kept, open_flow=None if made else flow)
    return source._replace(reshapes=(*source.reshapes, reshape))


def lower_ctes(node: Node, walk: Walk) -> tuple[Cte, ...]:
    """The CTEs of the WITH clause that ``node`` carries, in their order."""
    with_ = node.args.get("with_")
    if not with_:
        return ()
    silent = walk.engine in _SILENT_RECURSION or walk.dialect.name == "db2"
    recursive = silent or bool(arg(with_, "recursive"))
    outer = walk.visible
    found: list[Cte] = []
    for cte in with_.expressions:
        if cte.__class__ is exp.CTE:
            found.append(_lower_cte(cte, walk, recursive=recursive))
            walk.visible = (*outer, *found)
    walk.visible = outer
    return tuple(found)


def _lower_cte(cte: Node, walk: Walk, *, recursive: bool) -> Cte:
    alias = arg(cte, "alias")
    columns = tuple(c.name for c in args_of(alias, "columns")) if alias.__class__ is exp.TableAlias else ()
    if arg(cte, "scalar"):  # ClickHouse: WITH expression AS name
        flow = flow_of([arg(cte, "this")], walk)
        return Cte(_SCALAR + text_of(alias), Select((Projection(text_of(alias), flow),)))
    return Cte(text_of(alias), lower_query(arg(cte, "this"), walk), columns, recursive)


def _lower_set(node: Node, walk: Walk) -> SetOp:
    """Left spines are walked with a loop: thousands of UNION ALL branches cost no recursion."""
    branches: list[Node] = []
    tails: list[Node] = []
    ctes: tuple[Cte, ...] = ()
    by_name = False
    while node.__class__ in _SET_OPERATIONS:
        ctes = (*lower_ctes(node, walk), *ctes)
        by_name = by_name or bool(arg(node, "by_name"))
        tails.extend(_filters_of(node))
        branches.append(arg(node, "expression"))
        node = arg(node, "this")
    branches.append(node)
    lowered = tuple(lower_query(branch, walk) for branch in reversed(branches))
    return SetOp(lowered, by_name, flow_of(tails, walk), ctes)


def _filters_of(node: Node) -> list[Node]:
    args = node.args
    return [] if _FILTERS_ANY.isdisjoint(args) else [value for key in _FILTERS if (value := args.get(key))]


def lower_values(node: Node, walk: Walk) -> Values:
    """VALUES rows (or one bare tuple): per column, what all rows put there."""
    rows = [node] if node.__class__ is exp.Tuple else args_of(node, "expressions")
    columns: list[list[Node]] = []
    for row in rows:
        cells = args_of(row, "expressions") if row.__class__ in (exp.Tuple, exp.Array) else [_unparen(row)]
        if walk.engine == "mysql" and len(cells) == 1 and _is_row(cells[0]):
            cells = args_of(cells[0], "expressions")
        for position, cell in enumerate(cells):
            if position == len(columns):
                columns.append([])
            columns[position].append(cell)
    return Values(tuple(flow_of(cells, walk) for cells in columns))


def _is_row(cell: Node) -> bool:
    """MySQL's ``VALUES ROW(1, 2)``."""
    return cell.__class__ is exp.Anonymous and str(arg(cell, "this")).lower() == "row"


def _unparen(node: Node) -> Node:
    while node.__class__ is exp.Paren:
        node = arg(node, "this")
    return node


def _lower_select(node: Node, walk: Walk) -> Select:
    args = node.args
    ctes = lower_ctes(node, walk) if args.get("with_") else ()
    scalars = tuple([c for c in ctes if c.name.startswith(_SCALAR)]) if ctes else ()
    ctes = tuple(c for c in ctes if not c.name.startswith(_SCALAR)) if scalars else ctes
    outer, windows = walk.windows, args.get("windows")
    walk.windows = {text_of(arg(w, "this")).lower(): w for w in windows} if windows else {}
    sources, conditions = _lower_from(node, walk)
    for scalar in scalars:  # ClickHouse: WITH expression AS name, one value beside every row
        name = scalar.name[len(_SCALAR) :]
        sources = (*sources, Source("query", (), name, (name,), scalar.query, lateral=True, hidden=True))
    if walk.engine == "clickhouse":
        sources = (*sources, *inner_aliases(node, walk))
    elif args.get("group") and walk.engine in _SPARK:
        sources = (*sources, *time_windows(node, walk))
    if walk.engine == "snowflake" and arg(node, "connect") is not None:  # only here is LEVEL no column
        sources = (*sources, Source("query", query=Select((Projection("level"),)), hidden=True))
    projections = (args.get("kind") and _value_fields(node, walk)) or lower_projections(node, walk)
    filters = _filters_of(node)
    if not _CONDITIONS_ANY.isdisjoint(args):
        conditions.extend([value for key in _CONDITIONS if (value := args.get(key))])
    distinct = args.get("distinct")
    if distinct and arg(distinct, "on") is not None:
        filters.append(arg(distinct, "on"))
    flow = flow_of(filters, walk) if filters else NO_FLOW
    before = flow_of(conditions, walk) if conditions else NO_FLOW
    walk.windows = outer
    return Select(projections, sources, flow, _ordinals(args), ctes, before)


def _value_fields(node: Node, walk: Walk) -> tuple[Projection, ...]:
    """``SELECT AS VALUE STRUCT(a AS x, b)``: its rows are structs, so the fields are its columns."""
    items = args_of(node, "expressions")
    if str(arg(node, "kind") or "").upper() != "VALUE" or len(items) != 1 or items[0].__class__ is not exp.Struct:
        return ()
    fields = args_of(items[0], "expressions")
    return tuple(
        Projection(text_of(arg(f, "this")) if f.__class__ is exp.PropertyEQ else f.name, flow_of((f,), walk))
        for f in fields
    )


def _lower_from(node: Node, walk: Walk) -> tuple[tuple[Source, ...], list[Node]]:
    sources: list[Source] = []
    conditions: list[Node] = []
    args = node.args
    from_ = args.get("from_")
    if from_:
        sources.extend(lower_source(arg(from_, "this"), walk, conditions=conditions))
    for lateral in args.get("laterals") or ():
        sources.extend(lower_source(lateral, walk, conditions=conditions))
    for join in args.get("joins") or ():
        joined = lower_source(join, walk, conditions=conditions)
        swapped = _swapped(sources, joined, join) if walk.engine == "mysql" else []
        if swapped:
            sources = swapped
        else:
            sources.extend(joined)
    match = args.get("match")
    if match and sources:
        sources[-1] = sources[-1]._replace(reshapes=(*sources[-1].reshapes, lower_match(match, walk)))
    return tuple(sources), conditions


def _swapped(left: list[Source], right: list[Source], join: Node) -> list[Source]:
    """MySQL: ``a RIGHT JOIN b USING (k)`` is ``b LEFT JOIN a``, whose ``*`` begins with b.

    https://dev.mysql.com/doc/refman/8.4/en/join.html; nothing for all other joins.
    """
    is_right = str(arg(join, "side") or "").upper() == "RIGHT"
    if not is_right or len(left) != 1 or len(right) != 1 or not (right[0].using or right[0].natural):
        return []
    moved = left[0]._replace(using=right[0].using, natural=right[0].natural)
    return [right[0]._replace(using=(), natural=False), moved]


def _ordinals(args: Mapping[str, Node]) -> tuple[int, ...]:
    """The positions that GROUP BY 1, GROUP BY ALL, ORDER BY 2 and ORDER BY ALL of a query speak of."""
    found: list[int] = []
    for key in ("group", "order"):
        clause = args.get(key)
        if not clause:
            continue
        if _is_all(clause):
            found.extend(_all_positions(args.get("expressions") or [], aggregates=key == "order"))
        for item in args_of(clause, "expressions"):
            inner = item.args.get("this") if item.__class__ is exp.Ordered else item
            if inner.__class__ is exp.Literal and not inner.is_string and inner.name.isdigit():
                found.append(int(inner.name))
    return tuple(found)


def _is_all(clause: Node) -> bool:
    if arg(clause, "all") is True:
        return True
    items = args_of(clause, "expressions")
    only = arg(items[0], "this") if len(items) == 1 and items[0].__class__ is exp.Ordered else None
    return only.__class__ is exp.Var and only.name.upper() == "ALL"


def _all_positions(items: list[Node], *, aggregates: bool) -> list[int]:
    """Those of a select list without stars; GROUP BY passes over what holds an aggregate."""
    if any(item.is_star for item in items):
        return []
    return [i for i, item in enumerate(items, 1) if aggregates or item.find(exp.AggFunc) is None]


def _lower_modifying(node: Node, walk: Walk) -> Query:
    """A data-modifying CTE: its write is noted, and what it returns is read from the table it writes."""
    writes = [_seeing(statement, walk) for statement in walk.statement(node, walk) if isinstance(statement, Write)]
    walk.writes.extend(writes)
    returning = arg(node, "returning")
    if returning is None or not writes:
        return Select(())
    if walk.touched is not None and walk.engine in ("tsql", "fabric"):
        return walk.touched
    return Select(lower_projections(returning, walk), _returned(node, writes[-1]))


def _returned(node: Node, write: Write) -> tuple[Source, ...]:
    """What RETURNING of an UPDATE or DELETE sees: the target, and the tables that it is joined with.

    https://www.postgresql.org/docs/current/sql-delete.html, "Outputs".
    """
    if write.mode in ("assign", "delete") and isinstance(write.query, Select):
        if any(source.name == write.target for source in write.query.sources):
            return write.query.sources
        alias = arg(node, "this").alias_or_name
        return (Source("table", write.target, alias), *write.query.sources)
    return (Source("table", write.target),)


def _seeing(write: Write, walk: Walk) -> Write:
    if write.query is None or not walk.visible:
        return write
    return write._replace(query=write.query._replace(ctes=(*walk.visible, *write.query.ctes)))


def column_name(node: Node) -> str:
    """The last part of a column reference."""
    parts = column_parts(node)
    return parts[-1][0] if parts else ""
