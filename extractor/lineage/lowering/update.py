"""UPDATE in every form: FROM, alias targets, joins, updatable CTEs, row assignments."""

from __future__ import annotations

from sqlglot import exp

from extractor.errors import Unsupported
from extractor.lineage.lowering.context import Node, Walk, arg, args_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.implied import implied_sources
from extractor.lineage.lowering.names import column_parts
from extractor.lineage.lowering.output import output_writes
from extractor.lineage.lowering.queries import lower_ctes
from extractor.lineage.lowering.sources import lower_source
from extractor.lineage.lowering.updatable import base_columns
from extractor.lineage.model import Cte, Flow, Name, Projection, Select, Source, Statement, Write

Assignment = tuple[Name, Projection]


def lower_update(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """One write for each table that the SET clause names: most engines allow one, MySQL several."""
    conditions: list[Node] = []
    ctes = lower_ctes(node, walk)
    if arg(node, "this") is None:
        raise Unsupported("an UPDATE without a target is not covered")
    sources = lower_source(arg(node, "this"), walk, conditions=conditions)
    from_ = arg(node, "from_")
    if from_ is not None:
        sources.extend(lower_source(arg(from_, "this"), walk, conditions=conditions))
        for join in args_of(from_, "joins"):
            sources.extend(lower_source(join, walk, conditions=conditions))
    main, sources = find_target(sources, ctes)
    filters = flow_of([arg(node, "where"), *conditions], walk)
    groups: dict[int, list[Projection]] = {}
    assignments = lower_assignments(args_of(node, "expressions"), walk)
    sources.extend(implied_sources([filters, *(p.flow for _, p in assignments)], sources, walk))
    for assignment in assignments:
        qualifier, projection = whole_column(assignment, sources)
        groups.setdefault(_owner(qualifier, sources, main), []).append(projection)
    for owner, projections in groups.items():  # what is set exists there
        sources[owner] = sources[owner]._replace(names=tuple(p.name for p in projections))
    found: list[Statement] = []
    for owner, projections in groups.items() or [(main, [])]:
        target, behind = base_columns(sources[owner], ctes, [p.name for p in projections])
        renamed = tuple(p._replace(name=behind.get(p.name, p.name)) for p in projections)
        select = Select(renamed, tuple(sources), filters, (), ctes)
        found.append(Write("update", target, "assign", select, by_name=True))
    rows = {"inserted": _as_alias(sources[main], "inserted"), "deleted": _as_alias(sources[main], "deleted")}
    found.extend(output_writes(node, walk, rows, sources))
    return tuple(found)


def _as_alias(source: Source, alias: str) -> Source:
    return source._replace(alias=alias, using=(), natural=False)


def find_target(sources: list[Source], ctes: tuple[Cte, ...]) -> tuple[int, list[Source]]:
    """Which source is the target: the first, or the one in FROM that the first one's name is an alias of."""
    del ctes
    first = sources[0]
    if first.kind == "table" and not first.alias:
        wanted = first.name[-1][0].lower() if first.name else ""
        for position, source in enumerate(sources[1:], 1):
            named = len(first.name) == 1 and source.alias.lower() == wanted
            same = not source.alias and source.kind == "table" and bool(source.name) and bool(wanted)
            if named or (same and _covers(source.name, first.name)):
                return position - 1, sources[1:]
    return 0, sources


def _covers(full: Name, short: Name) -> bool:
    tail = full[-len(short) :]
    return [p.lower() for p, _ in tail] == [p.lower() for p, _ in short]


def target_name(source: Source, ctes: tuple[Cte, ...]) -> Name:
    """The table behind a target: its own name, or the first table of an updatable CTE or derived table."""
    return base_columns(source, ctes, ())[0]


def whole_column(assignment: Assignment, sources: list[Source]) -> Assignment:
    """``SET t.c.field = ...`` sets column ``c``: what a qualifier names behind a table is a column with fields."""
    qualifier, projection = assignment
    for position, (part, _) in enumerate(qualifier):
        names = {p[0].lower() for s in sources for p in (*s.name, (s.alias, False))}
        if part.lower() not in names:
            return qualifier[:position], projection._replace(name=part)
    return assignment


def _owner(qualifier: Name, sources: list[Source], main: int) -> int:
    if qualifier:
        wanted = qualifier[-1][0].lower()
        for position, source in enumerate(sources):
            name = source.alias or (source.name[-1][0] if source.name else "")
            if name.lower() == wanted and source.kind == "table":
                return position
    return main


def lower_assignments(nodes: list[Node], walk: Walk) -> list[Assignment]:
    """``column = value`` pairs as (qualifier of the column, projection named after it)."""
    found: list[Assignment] = []
    for node in nodes:
        left, right = arg(node, "this"), arg(node, "expression")
        if node.__class__ is not exp.EQ and not isinstance(node, exp.Binary):
            continue
        if left.__class__ in (exp.Tuple, exp.Paren):
            found.extend(_lower_row(left, right, walk))
            continue
        if left.__class__ is exp.Parameter and right.__class__ is exp.EQ:  # T-SQL: SET @x = column = value
            left, right = arg(right, "this"), arg(right, "expression")
        flow = flow_of((right,) if node.__class__ is exp.EQ else (left, right), walk)
        assignment = _assigned(left, flow)
        if assignment is not None:
            found.append(assignment)
    return found


def _assigned(left: Node, flow: Flow) -> Assignment | None:
    while left.__class__ in (exp.Bracket, exp.Dot, exp.Paren):  # SET a[1] = ..., SET s.f = ...
        left = arg(left, "this")
    if left.__class__ is exp.Identifier:
        return (), Projection(left.name, flow)
    if left.__class__ is not exp.Column:
        return None
    parts = column_parts(left)
    return (parts[:-1], Projection(parts[-1][0], flow)) if parts else None


def _lower_row(left: Node, right: Node, walk: Walk) -> list[Assignment]:
    """``(a, b) = (SELECT x, y ...)``: position by position where the query shows its columns."""
    columns = args_of(left, "expressions") or [arg(left, "this")]
    flows = _row_flows(right, len(columns), walk)
    pairs = (_assigned(column, flow) for column, flow in zip(columns, flows, strict=True))
    return [pair for pair in pairs if pair is not None]


def _is_row(node: Node) -> bool:
    """``(x, y)`` or ``ROW(x, y)``."""
    return node.__class__ is exp.Tuple or (node.__class__ is exp.Anonymous and str(arg(node, "this")).lower() == "row")


def _row_flows(right: Node, width: int, walk: Walk) -> list[Flow]:
    if _is_row(right) and len(args_of(right, "expressions")) == width:
        return [flow_of((cell,), walk) for cell in args_of(right, "expressions")]
    whole = flow_of((right,), walk)
    if len(whole.queries) != 1:
        return [whole] * width
    query = whole.queries[0]
    if not isinstance(query, Select) or len(query.projections) != width or any(p.star for p in query.projections):
        return [whole] * width
    return [Flow((), (query._replace(projections=(p,)),)) for p in query.projections]
