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


def field_taken(value: Node, name: str) -> tuple[Node, ...]:
    """What goes into ``value.name``, where ``value`` makes the struct on the spot; nothing for any other value.

    ``ARRAY_AGG(STRUCT(a, b) ORDER BY c LIMIT 1)[OFFSET(0)].a``.
    """
    while value.__class__ is exp.Paren:
        value = arg(value, "this")
    wanted = name.lower()
    return next((nodes for field, nodes in fields_made(value) if field == wanted), ())
