"""Table-generating functions of Hive and Spark: the columns they yield when the text does not name them.

https://cwiki.apache.org/confluence/display/Hive/LanguageManual+UDF (Built-in Table-Generating Functions).
"""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.structs import fields_made
from extractor.lineage.model import NO_FLOW, Flow

_ENGINES = frozenset({"hive", "spark", "spark2", "databricks"})
_EXPLODE = frozenset({exp.Explode, exp.ExplodeOuter})
_POSITIONED = frozenset({exp.Posexplode, exp.PosexplodeOuter})
_MAPS = frozenset({exp.Map, exp.VarMap, exp.StrToMap, exp.MapFromEntries})
_TUPLES = frozenset({"json_tuple", "parse_url_tuple"})


def generated(call: Node, walk: Walk) -> tuple[tuple[str, Flow], ...]:
    """The columns of a generator with what feeds each; nothing for other functions and where they are not known."""
    cls = call.__class__
    if cls in _POSITIONED:
        return (("pos", NO_FLOW), ("col", flow_of((call,), walk)))
    if walk.engine not in _ENGINES:
        return ()
    if cls in _EXPLODE:
        flow = flow_of((call,), walk)
        return (("key", flow), ("value", flow)) if arg(call, "this").__class__ in _MAPS else (("col", flow),)
    if cls is exp.Inline:
        return _inlined(arg(call, "this"), walk)
    if cls is exp.Stack:
        return _stacked(call, walk)
    if cls is exp.Anonymous and str(arg(call, "this")).lower() in _TUPLES:
        flow = flow_of((call,), walk)
        return tuple((f"c{i}", flow) for i in range(len(args_of(call, "expressions")) - 1))
    return ()


def _inlined(value: Node, walk: Walk) -> tuple[tuple[str, Flow], ...]:
    """``inline(array(struct(a, b), struct(c, d)))``: the first column is fed by a and c; nothing for other arrays."""
    rows = [fields_made(row) for row in args_of(value, "expressions")] if value.__class__ is exp.Array else []
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        return ()
    cells = [[node for row in rows for node in row[place][1]] for place in range(len(rows[0]))]
    return tuple((name, flow_of(nodes, walk)) for (name, _), nodes in zip(rows[0], cells, strict=True))


def _stacked(call: Node, walk: Walk) -> tuple[tuple[str, Flow], ...]:
    """``stack(n, ...)`` deals its values out over n rows."""
    rows, values = arg(call, "this"), args_of(call, "expressions")
    if rows.__class__ is not exp.Literal or not rows.name.isdigit() or int(rows.name) < 1:
        return ()
    width = -(-len(values) // int(rows.name))
    return tuple((f"col{i}", flow_of(values[i::width], walk)) for i in range(width))
