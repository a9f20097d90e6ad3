"""What an expression that makes structs puts into each of their fields."""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, arg, args_of, text_of

_AROUND_STRUCTS = frozenset(
    {exp.ArrayAgg, exp.IgnoreNulls, exp.RespectNulls, exp.Order, exp.Limit, exp.Bracket, exp.Paren}
)
_VALUE = {exp.PropertyEQ: "expression", exp.Alias: "this"}
_CASTS = frozenset({exp.Cast, exp.TryCast})
_MADE = frozenset({exp.Struct, exp.Tuple})

Fields = tuple[tuple[str, tuple[Node, ...]], ...]


def fields_made(value: Node, *, numbered: bool = False) -> Fields:
    """The fields of STRUCT(a AS x, b) or NAMED_STRUCT('x', a), also of many of them in ARRAY_AGG(...), by name.

    None where one of them has no name. What puts the items of an array in order belongs to each of its fields. The
    type of a cast names them anew: ``CAST(ROW(a, b) AS ROW(x integer, y varchar))``; ``numbered`` ones go by their
    places, as ClickHouse's ``tuple(a, b).2``.
    """
    if value.__class__ is exp.Array:
        return _fields_of_items(args_of(value, "expressions"), numbered=numbered)
    orders: list[Node] = []
    struct = _tuple_within(value) if numbered else value
    names: tuple[str, ...] = ()
    while struct.__class__ in _AROUND_STRUCTS or struct.__class__ in _CASTS:
        orders.extend(args_of(struct, "expressions") if struct.__class__ is exp.Order else ())
        names = names or (_fields_of_type(arg(struct, "to")) if struct.__class__ in _CASTS else ())
        struct = arg(struct, "this")
    is_zip = numbered and struct.__class__ is exp.Anonymous and _is_called(struct, _ZIPS)
    content = args_of(struct, "expressions") if struct.__class__ in _MADE or is_zip else []
    if names:
        values = [arg(field, _VALUE[field.__class__]) if field.__class__ in _VALUE else field for field in content]
        pairs = zip(names, values, strict=True) if len(names) == len(values) else ()
        return tuple((name, (one, *orders)) for name, one in pairs)
    if numbered and content:
        values = [arg(field, _VALUE[field.__class__]) if field.__class__ in _VALUE else field for field in content]
        return tuple((str(number), (one, *orders)) for number, one in enumerate(values, 1))
    if struct.__class__ is not exp.Struct:
        return ()
    found: list[tuple[str, tuple[Node, ...]]] = []
    for field in content:
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


def _fields_of_items(items: list[Node], *, numbered: bool) -> Fields:
    """``[STRUCT(a AS x, b AS y), (c, d)]``: the first item names the fields, the others go by their places."""
    first = fields_made(items[0], numbered=numbered) if items else ()
    if not first or any(item.__class__ not in _MADE for item in items):
        return ()
    rest = [fields_made(item, numbered=True) for item in items[1:]]
    if any(len(one) != len(first) for one in rest):
        return ()
    return tuple((name, (*nodes, *(n for one in rest for n in one[at][1]))) for at, (name, nodes) in enumerate(first))


_ZIPS = frozenset({"arrayzip", "arrayzipunaligned", "tuple"})
_OF_ITEMS = frozenset({"grouparray", "groupuniqarray", "any", "anylast", "arraydistinct", "arrayreverse"})
_CALLS = frozenset({exp.Anonymous, exp.AnonymousAggFunc})


def _is_called(call: Node, names: frozenset[str]) -> bool:
    return str(arg(call, "this")).lower() in names


def _tuple_within(value: Node) -> Node:
    """What makes the tuples that ClickHouse's ``arrayJoin(x)`` and ``groupArray(x)`` take apart or gather."""
    while value.__class__ is exp.Explode or (value.__class__ in _CALLS and _is_called(value, _OF_ITEMS)):
        inner = [arg(value, "this")] if value.__class__ is exp.Explode else args_of(value, "expressions")
        if len(inner) != 1:
            break
        value = inner[0]
    return value


def _fields_of_type(kind: Node) -> tuple[str, ...]:
    """The names of the fields of a type of structs, or of arrays of such; nothing where one has no name."""
    while kind.__class__ is exp.DataType and arg(kind, "this") in (exp.DataType.Type.ARRAY, exp.DataType.Type.LIST):
        kind = next(iter(args_of(kind, "expressions")), None)
    if kind.__class__ is not exp.DataType or arg(kind, "this") is not exp.DataType.Type.STRUCT:
        return ()
    fields = args_of(kind, "expressions")
    named = all(field.__class__ is exp.ColumnDef for field in fields)
    return tuple(text_of(arg(field, "this")).lower() for field in fields) if named else ()


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
