"""What an expression that makes structs puts into each of their fields."""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, arg, args_of, text_of

_AROUND_STRUCTS = frozenset(
    {exp.ArrayAgg, exp.IgnoreNulls, exp.RespectNulls, exp.Order, exp.Limit, exp.Bracket, exp.Paren}
)
_VALUE = {exp.PropertyEQ: "expression", exp.Alias: "this"}

Fields = tuple[tuple[str, tuple[Node, ...]], ...]


def fields_made(value: Node) -> Fields:
    """The fields of STRUCT(a AS x, b) or NAMED_STRUCT('x', a), also of many of them in ARRAY_AGG(...), by name.

    None where one of them has no name. What puts the items of an array in order belongs to each of its fields.
    """
    orders: list[Node] = []
    struct = value
    while struct.__class__ in _AROUND_STRUCTS:
        orders.extend(args_of(struct, "expressions") if struct.__class__ is exp.Order else ())
        struct = arg(struct, "this")
    if struct.__class__ is not exp.Struct:
        return ()
    found: list[tuple[str, tuple[Node, ...]]] = []
    for field in args_of(struct, "expressions"):
        cls = field.__class__
        if cls is exp.PropertyEQ or cls is exp.Alias:
            name = text_of(arg(field, "this") if cls is exp.PropertyEQ else arg(field, "alias"))
        elif cls is exp.Column and arg(field, "this").__class__ is not exp.Star:
            name = field.name
        else:
            return ()
        content = field if cls is exp.Column else arg(field, _VALUE[cls])
        found.append((name.lower(), (content, *orders)))
    return tuple(found)


_AROUND_ROWS = _AROUND_STRUCTS | {exp.AnyValue, exp.HavingMax}
_BESIDE = {exp.Order: "expressions", exp.HavingMax: "expression"}
WHOLE_ROW = "*"
"""The name of the one field that stands for all of a relation's columns."""


def row_made(value: Node, relations: frozenset[str]) -> tuple[Node, ...]:
    """The name of a relation whose whole row ``value`` is, and what orders such rows; nothing for other values.

    ``t``, ``ANY_VALUE(t)`` and ``ARRAY_AGG(t ORDER BY a LIMIT 1)[OFFSET(0)]``, where ``t`` is one of ``relations``.
    """
    beside: list[Node] = []
    while value.__class__ in _AROUND_ROWS:
        more = arg(value, _BESIDE.get(value.__class__, ""))
        beside.extend(more if isinstance(more, list) else [more] if more is not None else [])
        value = arg(value, "this")
    is_name = value.__class__ is exp.Column and arg(value, "table") is None
    return (value, *beside) if is_name and value.name.lower() in relations else ()


def relations_of(select: Node) -> frozenset[str]:
    """The names by which a SELECT knows its relations."""
    from_ = arg(select, "from_")
    joined = [arg(from_, "this")] if from_ is not None else []
    joined.extend(arg(join, "this") for join in args_of(select, "joins"))
    return frozenset(one.alias_or_name.lower() for one in joined if one is not None)


def field_taken(value: Node, name: str) -> tuple[Node, ...]:
    """What goes into ``value.name``, where ``value`` makes the struct on the spot; nothing for any other value.

    ``ARRAY_AGG(STRUCT(a, b) ORDER BY c LIMIT 1)[OFFSET(0)].a``.
    """
    while value.__class__ is exp.Paren:
        value = arg(value, "this")
    wanted = name.lower()
    return next((nodes for field, nodes in fields_made(value) if field == wanted), ())
