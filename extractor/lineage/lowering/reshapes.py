"""PIVOT, UNPIVOT and MATCH_RECOGNIZE: relations that take the place of the one they stand behind."""

from __future__ import annotations

import re
from itertools import cycle

from sqlglot import exp

from extractor.lineage.lowering.chosen_columns import lower_columns
from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.expressions import flow_of, merged
from extractor.lineage.lowering.names import alias_of, bare
from extractor.lineage.model import NO_FLOW, Flow, Reshape, Star

_QUERIES = frozenset({exp.Select, exp.Union, exp.Subquery})
_COMMENT = re.compile(r"\s*/\*.*?\*/\Z", re.DOTALL)
"""The parser makes the name of a pivoted column from the text of its value, comments and all."""


def lower_pivots(pivots: list[Node], walk: Walk) -> tuple[Reshape, ...]:
    """The reshapes of a relation, in the order in which they apply."""
    if not pivots:
        return ()
    return tuple(_lower_unpivot(p, walk) if arg(p, "unpivot") else _lower_pivot(p, walk) for p in pivots)


def _lower_pivot(pivot: Node, walk: Walk) -> Reshape:
    aggregates = args_of(pivot, "expressions") or args_of(pivot, "using")
    flows = [flow_of((a,), walk) for a in aggregates]
    asked = [e for f in args_of(pivot, "fields") for e in args_of(f, "expressions") if e.__class__ in _QUERIES]
    names = [] if asked else [_COMMENT.sub("", text_of(c)) for c in args_of(pivot, "columns")]
    made = tuple((bare(name), flow) for name, flow in zip(names, cycle(flows or [NO_FLOW]), strict=False))
    gone = [ref[-1][0] for flow in flows for ref in flow.refs]
    for field in args_of(pivot, "fields"):
        gone.extend(c.name for c in field.this.find_all(exp.Column)) if field.this is not None else None
    alias, columns = alias_of(pivot)
    open_flow = None if names else merged(flows)
    if open_flow is not None and asked:  # IN (SELECT ...): it decides which columns there are
        open_flow = open_flow._replace(tests=tuple(walk.query(query, walk) for query in asked))
    group = arg(pivot, "group")
    kept = tuple(text_of(c) for c in args_of(group, "expressions")) if group is not None else None
    return Reshape(made, tuple(gone), kept, alias, columns, open_flow)


def pivoted_columns(pivot: Node, walk: Walk) -> tuple[tuple[str, Flow], ...]:
    """DuckDB's ``PIVOT t ON m IN (1, 2) USING sum(v)``: the columns, where one list of literals tells them."""
    on, using = args_of(pivot, "expressions"), args_of(pivot, "using")
    values = args_of(on[0], "expressions") if len(on) == 1 and on[0].__class__ is exp.In else []
    if not using or not values or any(v.__class__ is not exp.Literal for v in values):
        return ()
    named = [text_of(arg(u, "alias")) if u.__class__ is exp.Alias else "" for u in using]
    if len(using) > 1 and not all(named):
        return ()
    flows = [flow_of((u,), walk) for u in using]
    return tuple((f"{v.name}_{n}" if n else v.name, flow) for v in values for n, flow in zip(named, flows, strict=True))


def _lower_unpivot(pivot: Node, walk: Walk) -> Reshape:
    """``UNPIVOT (value FOR name IN (a, b))``: the value comes from every listed column, the name from none."""
    fields = args_of(pivot, "fields")
    values = [_listed(e) for e in args_of(pivot, "expressions")]
    listed = [_listed(item) for field in fields for item in args_of(field, "expressions")]
    if not fields:  # DuckDB's UNPIVOT t ON a, b INTO NAME n VALUE v
        into = arg(pivot, "into")
        listed = [[c] for e in args_of(pivot, "expressions") for c in _listed(e)]
        values = [[v] for v in args_of(into, "expressions")] if into is not None else []
        labels = [text_of(arg(into, "this"))] if into is not None else ["name"]
    else:
        labels = [text_of(field.this) for field in fields]
    wanted = [text_of(v) for group in values for v in group] or ["value"]
    flows = [flow_of([group[i] for group in listed if i < len(group)], walk) for i in range(len(wanted))]
    made: list[tuple[str, Flow]] = [(label, NO_FLOW) for label in labels]
    valued = list(zip(wanted, flows, strict=True))
    made = [*valued, *made] if arg(pivot, "value_columns_first") else [*made, *valued]
    alias, columns = alias_of(pivot)
    chosen = [star for group in listed for c in group if (star := _chosen(c, walk)) is not None]
    if chosen:  # each value comes from all columns that are chosen; only those left out are known to stay
        flow = Flow(rows=tuple(chosen))
        made = [(name, flow if name in wanted else NO_FLOW) for name, _ in made]
        return Reshape(tuple(made), (), tuple(name for star in chosen for name in star.dropped), alias, columns)
    gone = tuple(text_of(c) for group in listed for c in group)
    return Reshape(tuple(made), gone, None, alias, columns)


def _chosen(item: Node, walk: Walk) -> Star | None:
    """DuckDB: ``UNPIVOT t ON COLUMNS(* EXCLUDE (a))`` and ``ON *``."""
    if item.__class__ is exp.Star:
        return Star(dropped=tuple(text_of(c) for c in args_of(item, "except_")))
    return (lower_columns(item, walk, ()) or Star()) if item.__class__ is exp.Columns else None


def _listed(item: Node) -> list[Node]:
    while item.__class__ in (exp.PivotAlias, exp.Alias, exp.Paren):
        item = arg(item, "this")
    return args_of(item, "expressions") if item.__class__ is exp.Tuple else [item]


def lower_match(match: Node, walk: Walk) -> Reshape:
    """MATCH_RECOGNIZE yields the partition columns and the measures (all columns too with ALL ROWS PER MATCH)."""
    made = []
    for measure in args_of(match, "measures"):
        inner = arg(measure, "this") if measure.__class__ is exp.MatchRecognizeMeasure else measure
        flow = flow_of((arg(inner, "this"),), walk)
        bare = Flow(tuple((ref[-1],) for ref in flow.refs))  # pattern variables stand where aliases do
        made.append((text_of(arg(inner, "alias")), bare))
    rows = text_of(arg(match, "rows")).upper()
    kept = None if "ALL ROWS" in rows else tuple(c.name for c in args_of(match, "partition_by"))
    alias, columns = alias_of(match)
    return Reshape(tuple(made), (), kept, alias, columns)
