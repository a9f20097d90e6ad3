"""Select lists: the names that the columns of a query get, and what flows into each."""

from __future__ import annotations

import re

from sqlglot import exp

from extractor.lineage.lowering.chosen_columns import lower_columns
from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.expressions import SEQUENCES, flow_of, flow_of_one, flow_of_ref
from extractor.lineage.lowering.function_names import given_name
from extractor.lineage.lowering.generators import generated
from extractor.lineage.lowering.names import column_parts, plain_parts
from extractor.lineage.lowering.structs import WHOLE_ROW, fields_made, relations_of, row_made
from extractor.lineage.model import Flow, Name, Projection, Star

_TRANSPARENT = frozenset({exp.Paren, exp.Cast, exp.TryCast, exp.Collate, exp.AtTimeZone})
_MAKING_STRUCTS = frozenset({exp.Struct, exp.Array, exp.ArrayAgg, exp.Bracket, exp.IgnoreNulls, exp.RespectNulls})
_MAKING_TUPLES = _MAKING_STRUCTS | {exp.Tuple, exp.Explode, exp.Anonymous, exp.AnonymousAggFunc}
_CASTS = frozenset({exp.Cast, exp.TryCast})
_UNNAMED = {"hive": ("_c", 0), "trino": ("_col", 0), "presto": ("_col", 0), "athena": ("_col", 0), "bigquery": ("f", 0)}
_WITH_SCRIPTS = frozenset({"hive", "spark", "spark2", "databricks"})
_NAMED_BY_FUNCTION = frozenset({"postgres", "redshift", "materialize", "risingwave"})


def lower_projections(node: Node, walk: Walk) -> tuple[Projection, ...]:
    """The items of the ``expressions`` of ``node``, stars unexpanded."""
    found: list[Projection] = []
    exclude = node.args.get("exclude")
    excluded = tuple([text_of(c) for c in _as_list(exclude)]) if exclude else ()
    items = args_of(node, "expressions")
    if walk.engine in _WITH_SCRIPTS and [item for item in items if _script(item) is not None]:
        return tuple(_lower_script(items, walk))
    plain = walk.knows_no_names and walk.engine != "hive"
    relations = relations_of(node) if walk.engine == "bigquery" else frozenset()
    for position, item in enumerate(items):
        cls = item.__class__
        if cls is exp.Alias:
            args = item.args
            value = args.get("this")
            kind = value.__class__
            fields = _fields(value, walk) if kind in _MAKING_TUPLES or (kind in _CASTS and _is_nested(value)) else ()
            if relations and not fields:
                fields = _row_field(value, relations, walk)
            found.append(_record(Projection, (_written(args["alias"]), flow_of_one(value, walk), None, fields)))
        elif cls is exp.Column and plain and (parts := plain_parts(item)) and _is_column(parts):
            found.append(_record(Projection, (parts[-1][0], flow_of_ref(parts), None, ())))
        else:
            found.extend(_lower_item(item, position, walk, excluded))
    return tuple(found)


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


def _row_field(value: Node, relations: frozenset[str], walk: Walk) -> tuple[tuple[str, Flow], ...]:
    row = row_made(value, relations)
    if not row:
        return ()
    name = flow_of(row[:1], walk).refs
    return ((WHOLE_ROW, Flow((*name, *(ref for ref in flow_of(row[1:], walk).refs if ref not in name)))),)


def _is_column(parts: Name) -> bool:
    return len(parts) == 1 or parts[-1][0].lower() not in SEQUENCES


def _is_named(item: Node, walk: Walk) -> bool:
    """Transact-SQL's ``'alias' = value``, which looks like a comparison, and ``alias = (query)``."""
    if item.__class__ is exp.Subquery:
        return arg(item, "alias").__class__ is exp.Identifier
    return walk.engine in ("tsql", "fabric") and arg(item, "this").__class__ is exp.Literal


def _as_list(value: Node) -> list[Node]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _lower_item(item: Node, position: int, walk: Walk, excluded: tuple[str, ...]) -> list[Projection]:
    cls = item.__class__
    if cls is exp.Column and arg(item, "this").__class__ is exp.Literal:  # an element of a tuple has no name
        return [Projection("", flow_of((item,), walk))]
    if cls is exp.Column and arg(item, "this").__class__ is not exp.Star:
        parts = column_parts(item)
        pattern = _pattern(parts, walk)
        if pattern is not None:
            return [Projection("", star=pattern)]
        if parts and walk.knows_no_names and _is_column(parts):
            return [Projection(parts[-1][0], flow_of_ref(parts))]
        return [Projection(item.name, flow_of((item,), walk))]
    if (cls is exp.EQ or cls is exp.Subquery) and _is_named(item, walk):
        name, value = ("this", "expression") if cls is exp.EQ else ("alias", "this")
        return [Projection(text_of(arg(item, name)), flow_of((arg(item, value),), walk))]
    if cls is exp.Star:
        return [Projection("", star=_star((), item, walk, excluded))]
    if cls is exp.Column:
        return [Projection("", star=_star(_qualifier(item), arg(item, "this"), walk, excluded))]
    if cls is exp.Aliases:
        return _lower_aliases(item, walk)
    if cls is exp.Dot and arg(item, "expression").__class__ is exp.Star:
        return _lower_dotted_star(item, walk, excluded)
    if cls is exp.Apply:
        return [_applied(item, walk, excluded)]
    if cls is exp.Columns or walk.engine == "duckdb":
        chosen = lower_columns(item, walk, excluded)
        if chosen is not None:
            return [Projection("", star=chosen)]
    made = generated(item, walk) or _unnested_struct(item, walk)
    if made:
        return [Projection(name, flow) for name, flow in made]
    return [Projection(_name_of(item, position, walk), flow_of((item,), walk))]


def _lower_dotted_star(item: Node, walk: Walk, excluded: tuple[str, ...]) -> list[Projection]:
    """``a.b.*``, and the fields of a value, ``(f(x)).*``, of which some are made on the spot."""
    parts = _dotted(arg(item, "this"))
    if parts:
        return [Projection("", star=_star(parts, arg(item, "expression"), walk, excluded))]
    row = arg(item, "this").unnest()
    made = fields_made(row)
    return [Projection(n, flow_of(v, walk)) for n, v in made] if made else [_lower_row_star(row, walk)]


def _applied(item: Node, walk: Walk, excluded: tuple[str, ...]) -> Projection:
    """ClickHouse: ``* APPLY(f) APPLY(g)`` calls functions with each column that the star keeps."""
    functions: list[str] = []
    while item.__class__ is exp.Apply:
        functions.insert(0, text_of(arg(item, "expression")))
        item = arg(item, "this")
    inner = _lower_item(item, 0, walk, excluded)[0]
    star = inner.star._replace(called=tuple(functions)) if inner.star is not None else None
    return inner._replace(name="", star=star)


def _unnested_struct(item: Node, walk: Walk) -> tuple[tuple[str, Flow], ...]:
    """DuckDB: ``unnest({'a': x, 'b': y})`` makes a column of each field of the struct.

    https://duckdb.org/docs/stable/sql/query_syntax/unnest#unnesting-structs
    """
    if walk.engine != "duckdb" or item.__class__ not in (exp.Explode, exp.Unnest):
        return ()
    value = arg(item, "this") or next(iter(args_of(item, "expressions")), None)
    return _fields(value, walk) if value.__class__ is exp.Struct else ()


def _lower_row_star(row: Node, walk: Walk) -> Projection:
    """``(t.c).*`` and ``(f(x)).*``: the fields of a value; ``(t).*`` may be a relation as well."""
    parts = column_parts(row) if row.__class__ is exp.Column else ()
    return Projection("", star=Star(parts)) if parts else Projection("", flow_of((row,), walk), Star())


def _fields(value: Node, walk: Walk) -> tuple[tuple[str, Flow], ...]:
    numbered = walk.engine == "clickhouse"
    return tuple((name, flow_of(nodes, walk)) for name, nodes in fields_made(value, numbered=numbered))


def _is_nested(cast: Node) -> bool:
    return bool(cast.args["to"].args.get("nested"))


def _script(item: Node) -> Node:
    """The TRANSFORM of a select list, if the item is one."""
    inner = arg(item, "this") if item.__class__ is exp.Alias else item
    return inner if inner.__class__ is exp.QueryTransform else None


def _lower_script(items: list[Node], walk: Walk) -> list[Projection]:
    """``TRANSFORM (...) USING 'x' AS a, b``: all inputs feed each output; without AS they are key and value."""
    script = _script(items[0]) or items[0]
    flow = flow_of(args_of(script, "expressions"), walk)
    schema = arg(script, "schema")
    names = (
        [text_of(arg(c, "this")) or text_of(c) for c in args_of(schema, "expressions")] if schema is not None else []
    )
    if items[0].__class__ is exp.Alias:  # the brackets around the names may be left out
        names = [text_of(arg(items[0], "alias")), *(text_of(item) for item in items[1:])]
    return [Projection(name, flow) for name in names or ("key", "value")]


def _lower_aliases(item: Node, walk: Walk) -> list[Projection]:
    """One expression with a name for each of its columns: ``posexplode(a) AS (p, v)``, ``row(a, b).* AS (x, y)``."""
    inner, names = arg(item, "this"), [name.name for name in args_of(item, "expressions")]
    whole = flow_of((inner,), walk)
    if inner.__class__ is exp.Dot and arg(inner, "expression").__class__ is exp.Star:
        row = arg(inner, "this").unnest()
        cells = args_of(row, "expressions") if row.__class__ in (exp.Struct, exp.Tuple) else []
        whole = flow_of((row,), walk)
    elif inner.__class__ is exp.Column and arg(inner, "this").__class__ is exp.Star and _qualifier(inner):
        return [Projection("", star=Star(_qualifier(inner), columns=tuple(names)))]
    else:
        cells = []
    flows = [flow_of((cell,), walk) for cell in cells] or [flow for _, flow in generated(inner, walk)]
    if len(flows) != len(names):
        flows = [whole] * len(names)
    return [Projection(name, flow) for name, flow in zip(names, flows, strict=True)]


_LEFT_OUT = re.compile(r"\((\w+(?:\|\w+)*)\)\?\+\.\+")
_BEGINNING = re.compile(r"(\w*)\.[*+](\w*)")


def _pattern(parts: Name, walk: Walk) -> Star | None:
    """Hive's column specifications: all columns but some (`` `(a|b)?+.+` ``), or those that begin so (`` `a.*` ``)."""
    if walk.engine != "hive" or not parts or not parts[-1][1]:
        return None
    text = parts[-1][0]
    left_out = _LEFT_OUT.fullmatch(text)
    if left_out is not None:
        return Star(parts[:-1], dropped=tuple(left_out[1].split("|")))
    beginning = _BEGINNING.fullmatch(text)
    return Star(parts[:-1], like=f"{beginning[1]}%{beginning[2]}") if beginning is not None else None


def _written(alias: Node) -> str:
    """An alias without the marks that some engines let stand before it (``AS :name``)."""
    return text_of(alias).lstrip(":")


def _qualifier(column: Node) -> Name:
    pieces = [column.args.get(key) for key in ("catalog", "db", "table")]
    return tuple((p.name, bool(p.args.get("quoted"))) for p in pieces if p is not None)


def _dotted(node: Node) -> Name:
    if node.__class__ is exp.Dot:
        return (*_dotted(arg(node, "this")), *_dotted(arg(node, "expression")))
    if node.__class__ is exp.Column:
        this = arg(node, "this")
        return (*_qualifier(node), (this.name, bool(this.args.get("quoted"))))
    return ((node.name, bool(arg(node, "quoted"))),) if node.__class__ is exp.Identifier else ()


def _star(qualifier: Name, star: Node, walk: Walk, excluded: tuple[str, ...]) -> Star:
    replaced = tuple(
        (text_of(arg(r, "alias")), flow_of((arg(r, "this"),), walk))
        for r in _as_list(arg(star, "replace"))
        if r.__class__ is exp.Alias
    )
    renamed = tuple(
        (text_of(arg(r, "this")), text_of(arg(r, "alias")))
        for r in _as_list(arg(star, "rename"))
        if r.__class__ is exp.Alias
    )
    dropped = (*(text_of(c) for c in _as_list(arg(star, "except_"))), *excluded)
    return Star(qualifier, dropped, replaced, renamed, text_of(arg(star, "ilike")))


def _name_of(item: Node, position: int, walk: Walk) -> str:
    """The name an engine gives to a column without alias; empty where lineage cannot rely on it."""
    if walk.engine in _NAMED_BY_FUNCTION:
        return given_name(item, walk)
    inner = item
    if not walk.names_casts and item.__class__ in _CASTS:
        return ""
    while inner.__class__ in _TRANSPARENT:
        inner = arg(inner, "this")
    cls = inner.__class__
    if cls is exp.Column or cls is exp.Alias:
        return str(inner.name if cls is exp.Column else inner.alias)
    if cls is exp.Dot:
        return text_of(arg(inner, "expression"))
    if cls is exp.Subquery and walk.engine not in _UNNAMED:
        return _only_output(arg(inner, "this"))
    if walk.engine == "snowflake" and cls is exp.JSONExtract:
        return ""
    prefix, first = _UNNAMED.get(walk.engine, ("", 0))
    return f"{prefix}{position + first}{'_' if prefix == 'f' else ''}" if prefix else ""


def _only_output(query: Node) -> str:
    items = args_of(query, "expressions") if query.__class__ is exp.Select else []
    if len(items) != 1:
        return ""
    return text_of(arg(items[0], "alias")) if items[0].__class__ is exp.Alias else ""
