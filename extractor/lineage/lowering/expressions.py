"""Expressions, reduced to what flows into them: one walk with an own stack, so that depth costs no recursion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from sqlglot import exp

from dialects.lexing import words
from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of, unique
from extractor.lineage.lowering.methods import dotted_parts, is_method, may_be_macro, names_before_method
from extractor.lineage.lowering.names import column_parts, plain_parts, table_name
from extractor.lineage.lowering.structs import field_taken
from extractor.lineage.lowering.texts import value_told, whole_table
from extractor.lineage.model import NO_FLOW, Flow, Name, Projection, Query, Select, Source, Star

_LEAVES = frozenset(
    {
        exp.Literal, exp.Identifier, exp.DataType, exp.Var, exp.Null, exp.Boolean,
        exp.SessionParameter, exp.JSONPath, exp.Hint, exp.WindowSpec,
        exp.NextValueFor, exp.PseudoType, exp.Into, type(None), bool, str,
    }
)  # fmt: skip


def _subclasses(cls: type) -> Iterator[type]:
    direct: list[type] = cls.__subclasses__()
    for subclass in direct:
        yield subclass
        yield from _subclasses(subclass)


_INNER = frozenset(_subclasses(exp.Expression)) - _LEAVES
"""The classes of nodes that something may flow through."""
_QUERIES = frozenset({exp.Select, exp.Union, exp.Except, exp.Intersect})
_COUNTS = frozenset({exp.Count, exp.CountIf, exp.ApproxDistinct})
_UNITS = words(
    "year quarter month week day dayofyear weekday hour minute second millisecond microsecond nanosecond yy yyyy qq "
    "mm dy dd wk ww dw hh mi n ss s ms mcs ns years months weeks days hours minutes seconds isoweek isoyear epoch "
    "decade century millennium dow doy tz both leading trailing"
)
_OF_TIME = re.compile("(?!to_|make|parse|str).*(?:date|time|diff|trunc|part|bucket|extract|interval|floor|ceil|trim)")
"""In the names of functions whose first argument may be a unit: one of the user's own, ``mask(s, 3)``, has columns."""
_DICTIONARIES = ("dictget", "dicthas", "dictisin", "joinget")
_COLUMN = exp.Column
SEQUENCES = frozenset({"nextval", "currval"})
FIELD_OF = ("", False)
"""Stands in a reference between a column (or whole row) and its field where the text says that it is one."""


class _Gathered:
    """What one walk finds."""

    __slots__ = ("queries", "refs", "rows", "tables", "tests")

    def __init__(self, refs: dict[Name, None]) -> None:
        self.refs = refs
        self.queries: list[Query] = []
        self.tests: list[Query] = []
        self.tables: list[Name] = []
        self.rows: list[Name | Star] = []

    def flow(self) -> Flow:
        if not (self.queries or self.tests or self.tables or self.rows):
            return flow_of_refs(self.refs)
        return Flow(tuple(self.refs), tuple(self.queries), tuple(self.tests), tuple(self.tables), tuple(self.rows))


def flow_of(roots: Iterable[Node], walk: Walk) -> Flow:
    """Everything that the expressions in ``roots`` take in; None among the roots is passed over."""
    stack = [root for root in roots if root.__class__ not in _LEAVES]
    if not stack:
        return NO_FLOW
    refs: dict[Name, None] = {}
    found: _Gathered | None = None  # most take in columns alone
    push, plain = stack.append, walk.knows_no_names
    while stack:
        node = stack.pop()
        cls = node.__class__
        if cls is _COLUMN and plain and (parts := plain_parts(node) or column_parts(node)):  # as `_take_column`
            if len(parts) == 1 or parts[-1][0].lower() not in SEQUENCES:
                refs[parts] = None
            continue
        rule = _SPECIAL.get(cls)
        if rule is not None:
            if found is None:
                found = _Gathered(refs)
            rule(node, found, stack, walk)
            continue
        for value in node.args.values():  # as `_push_children`, without the call
            cls = value.__class__
            if cls in _INNER:
                push(value)
            elif cls is list:
                for item in value:
                    if item.__class__ in _INNER:
                        push(item)
    return found.flow() if found is not None else flow_of_refs(refs)


def flow_of_one(node: Node, walk: Walk) -> Flow:
    """As `flow_of` for one expression: most are a column or a literal, for which there is nothing to walk."""
    cls = node.__class__
    if cls in _LEAVES:
        return NO_FLOW
    if cls is _COLUMN and walk.knows_no_names:
        parts = plain_parts(node) or column_parts(node)
        if parts and (len(parts) == 1 or parts[-1][0].lower() not in SEQUENCES):
            return flow_of_ref(parts)
    return flow_of((node,), walk)


def flow_of_ref(ref: Name) -> Flow:
    """What flows from one column alone."""
    return _record(Flow, ((ref,), (), (), (), ()))


def flow_of_refs(refs: Iterable[Name]) -> Flow:
    """What flows from columns alone."""
    return _record(Flow, (tuple(refs), (), (), (), ())) if refs else NO_FLOW


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


def merged(flows: Iterable[Flow]) -> Flow:
    """One flow that takes in what all of ``flows`` do."""
    parts = [flow for flow in flows if flow is not NO_FLOW]
    if len(parts) <= 1:
        return parts[0] if parts else NO_FLOW
    return Flow(
        unique(ref for flow in parts for ref in flow.refs),
        tuple(query for flow in parts for query in flow.queries),
        tuple(query for flow in parts for query in flow.tests),
        unique(name for flow in parts for name in flow.tables),
        unique(name for flow in parts for name in flow.rows),
    )


def _push_children(node: Node, stack: list[Node]) -> None:
    for value in node.args.values():
        cls = value.__class__
        if cls in _INNER:
            stack.append(value)
        elif cls is list:
            stack.extend([v for v in value if v.__class__ in _INNER])


def _take_column(column: Node, found: _Gathered, stack: list[Node], walk: Walk) -> None:
    parts = column_parts(column)
    if not parts:
        _take_odd_column(column, found, stack)
    elif not _is_sequence(parts) and (walk.knows_no_names or not _is_known(parts, found, walk)):
        found.refs[parts] = None


def _is_sequence(parts: Name) -> bool:
    """Oracle's ``s.NEXTVAL`` is no column."""
    return len(parts) > 1 and parts[-1][0].lower() in SEQUENCES


def _is_known(parts: Name, found: _Gathered, walk: Walk) -> bool:
    """Whether the surroundings of the statement know the name; what it stands for flows."""
    if walk.names.records and _take_field(parts, found, walk):
        return True
    if walk.marks_variables:
        return False
    if walk.names.values and len(parts) == 1 and _take_value(parts[0][0], found, walk):
        return True
    return parts[0][0].lower() in walk.names.variables and not (len(parts) > 1 and parts[0][1])


def _take_odd_column(column: Node, found: _Gathered, stack: list[Node]) -> None:
    """``t.*``, and what an expression names."""
    this, table = column.args.get("this"), column.args.get("table")
    if this.__class__ is exp.Star:
        found.rows.append(((table.name, bool(table.args.get("quoted"))),) if table is not None else ())
    elif this.__class__ not in _LEAVES:
        stack.append(this)


def _take_field(parts: Name, found: _Gathered, walk: Walk) -> bool:
    """``row.field`` of a loop variable or a trigger's row is a column of the query that it stands for."""
    rows = walk.names.records.get(parts[0][0].lower()) if len(parts) == 2 else None
    if rows is not None:
        field = Projection(parts[1][0], Flow((parts[1:],)))
        found.queries.append(Select((field,), (Source("query", query=rows, alias=parts[0][0]),)))
    return rows is not None


def _take_value(name: str, found: _Gathered, walk: Walk) -> bool:
    """A variable is a subquery for the value that it holds."""
    query = walk.names.values.get(name.lower())
    if query is not None and query not in found.queries:
        found.queries.append(query)
    return query is not None


def _take_placeholder(node: Node, found: _Gathered, _stack: list[Node], walk: Walk) -> None:
    if walk.names.values and node.name:
        _take_value(node.name, found, walk)


def _take_query(node: Node, found: _Gathered, _stack: list[Node], walk: Walk) -> None:
    found.queries.append(walk.query(node, walk))


def _take_subquery(node: Node, found: _Gathered, stack: list[Node], walk: Walk) -> None:
    if arg(node, "this").__class__ is exp.Table or arg(node, "this").__class__ in _QUERIES or arg(node, "with_"):
        found.queries.append(walk.query(node, walk))
    else:
        stack.append(arg(node, "this"))


def _take_exists(node: Node, found: _Gathered, stack: list[Node], walk: Walk) -> None:
    inner = arg(node, "this")
    if inner.__class__ in _QUERIES or inner.__class__ is exp.Subquery:
        found.tests.append(walk.query(inner, walk))
    else:  # EXISTS(array, x -> condition)
        _push_children(node, stack)


def _take_count(node: Node, _found: _Gathered, stack: list[Node], _walk: Walk) -> None:
    this = arg(node, "this")
    if this is None or this.__class__ is exp.Star:
        return
    if this.__class__ is exp.Column and arg(this, "this").__class__ is exp.Star:
        return
    _push_children(node, stack)


def _take_call(node: Node, found: _Gathered, stack: list[Node], walk: Walk) -> None:
    """A function the parser does not know: units and dictionary names among its arguments are no columns."""
    inputs = args_of(node, "expressions")
    name = str(arg(node, "this")).lower()
    if name in walk.names.variables:  # an element of a collection
        _take_value(name, found, walk)
        return
    if name == "getvariable" and inputs and walk.names.values:
        _take_value(inputs[0].name, found, walk)
        return
    if name.startswith(_DICTIONARIES) and inputs:
        _take_dictionary(inputs, found)
        inputs = inputs[1:]
    elif name == "tupleelement" and len(inputs) == 2 and _take_item_field(inputs[0], inputs[1], found):
        return
    elif name == "values" and walk.engine == "mysql" and len(inputs) == 1:  # the row of ON DUPLICATE KEY UPDATE
        found.refs[(("excluded", False), (inputs[0].name, False))] = None
        return
    elif name == "descriptor":  # names of columns for a table function
        return
    elif (told := value_told(name, inputs, walk)) is not None:
        found.queries.append(told)
        return
    elif name == "table" and len(inputs) == 1 and inputs[0].__class__ is exp.Column and walk.engine != "oracle":
        # TABLE(t) as an argument; in Oracle it is the rows of a collection
        found.tables.append(column_parts(inputs[0]))
        return
    elif len(inputs) > 1 and inputs[0].__class__ is exp.Column and _is_unit(inputs[0]) and _OF_TIME.match(name):
        inputs = inputs[1:]
    elif name.startswith("count"):
        inputs = [item for item in inputs if item.__class__ is not exp.Star]
    stack.extend(inputs)


def _take_rows(node: Node, found: _Gathered, stack: list[Node], _walk: Walk) -> None:
    """Snowflake's ``TABLE(t)`` as an argument gives a model the rows of a table."""
    inner = arg(node, "this")
    if inner.__class__ is exp.Column:
        found.queries.append(whole_table(column_parts(inner)))
    else:
        stack.append(inner)


def _is_unit(column: Node) -> bool:
    return column.args.get("table") is None and column.name.lower() in _UNITS


def _take_dictionary(inputs: list[Node], found: _Gathered) -> None:
    """``dictGet('db.d', 'attribute', key)``: the attributes flow; without a literal the dictionary is asked."""
    first = inputs[0]
    if first.__class__ is exp.Column:
        name = column_parts(first)
    else:
        name = tuple((piece, False) for piece in first.name.split(".")) if first.__class__ is exp.Literal else ()
    second = inputs[1] if len(inputs) > 2 else None
    listed = args_of(second, "expressions") if second.__class__ is exp.Tuple else [second]
    attributes = [e.name for e in listed if e.__class__ is exp.Literal and e.args.get("is_string")]
    if name and attributes:
        flow = Flow(tuple(((attribute, True),) for attribute in attributes))
        found.queries.append(Select((Projection(attributes[0], flow),), (Source("table", name),)))
    elif name:
        found.tables.append(name)


def _take_window(node: Node, _found: _Gathered, stack: list[Node], walk: Walk) -> None:
    named = arg(node, "alias")
    seen = {id(node)}
    while named is not None:  # a named window may begin with the name of another
        window = walk.windows.get(named.name.lower())
        if window is None or id(window) in seen:
            break
        seen.add(id(window))
        stack.extend(n for n in (*args_of(window, "partition_by"), arg(window, "order")) if n is not None)
        named = arg(window, "alias")
    _push_children(node, stack)


def _take_extract(node: Node, found: _Gathered, stack: list[Node], _walk: Walk) -> None:
    """``EXTRACT(unit FROM value)``; in Impala also ``EXTRACT(value, 'unit')``, whose value looks like a unit."""
    value = arg(node, "expression")
    if value.__class__ is exp.Literal and arg(node, "this").__class__ is exp.Var:
        found.refs[((arg(node, "this").name.lower(), False),)] = None
    elif value is not None:
        stack.append(value)


def _take_difference(node: Node, found: _Gathered, stack: list[Node], _walk: Walk) -> None:
    """``DATEDIFF(unit, from, to)``, to a parser that expects the unit at the end."""
    unit, first = arg(node, "unit"), arg(node, "this")
    if unit.__class__ is exp.Var and unit.name.lower() not in _UNITS:
        found.refs[((unit.name.lower(), False),)] = None
        if first.__class__ is exp.Column and _is_unit(first):
            stack.append(arg(node, "expression"))
            return
    elif unit.__class__ is not exp.Var and unit is not None and first.__class__ is exp.Column and _is_unit(first):
        stack.extend((arg(node, "expression"), unit))
        return
    _push_children(node, stack)


def _take_star(node: Node, found: _Gathered, _stack: list[Node], _walk: Walk) -> None:
    """A star inside of a call or an object, ``OBJECT_CONSTRUCT(*)`` or ``{* EXCLUDE a}``, is the whole row."""
    dropped = tuple(text_of(column) for key in ("except_", "exclude") for column in _as_list(arg(node, key)))
    pattern = text_of(arg(node, "ilike"))
    found.rows.append(Star((), dropped, like=pattern) if dropped or pattern else ())


def _as_list(value: Node) -> list[Node]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _take_parameter(node: Node, found: _Gathered, _stack: list[Node], walk: Walk) -> None:
    """Snowflake's ``$2`` is the second column; other parameters are values."""
    if walk.engine == "snowflake" and node.name.isdigit():
        found.refs[((f"${node.name}", False),)] = None
    elif walk.names.values and node.name:
        _take_value(node.name, found, walk)


def _take_named(node: Node, _found: _Gathered, stack: list[Node], _walk: Walk) -> None:
    """``name => value`` and ``value AS name`` inside of a call: the name is no column."""
    value = arg(node, "expression")
    if value is not None:
        stack.append(value)


def _take_dot(node: Node, found: _Gathered, stack: list[Node], walk: Walk) -> None:
    left, right = arg(node, "this"), arg(node, "expression")
    if left.__class__ is exp.Placeholder and right.__class__ is exp.Identifier:  # :new.column
        _take_field(((left.name, False), (right.name, False)), found, walk)
        return
    if is_method(right, walk) and (column := dotted_parts(left)):
        found.refs[column] = None
        stack.extend(args_of(right, "expressions"))
        return
    if walk.engine == "duckdb" and isinstance(right, exp.Func):
        if not may_be_macro(left, right):
            found.refs.update(dict.fromkeys(names_before_method(left)))
        stack.append(right)
        return
    if left.__class__ is exp.Anonymous and right.__class__ is exp.Identifier and walk.names.records:
        row = ((str(arg(left, "this")), False), (right.name, False))  # rows(i).column of a collection
        if _take_field(row, found, walk):
            return
    if right.__class__ is exp.Identifier and (made := field_taken(left, right.name)):
        stack.extend(made)
        return
    if left.__class__ is exp.Bracket and right.__class__ is exp.Identifier and _take_item_field(left, right, found):
        return
    while left.__class__ is exp.Paren:
        left = arg(left, "this")
    if left.__class__ is exp.Column and right.__class__ is exp.Identifier and arg(node, "this").__class__ is exp.Paren:
        parts = column_parts(left)
        if len(parts) == 1:  # (row).field
            found.refs[(*parts, FIELD_OF, (right.name, bool(right.args.get("quoted"))))] = None
            return
    if left.__class__ is exp.Subquery and right.__class__ is exp.Identifier:  # (SELECT AS STRUCT a, b ...).a
        query = walk.query(left, walk)
        if isinstance(query, Select):
            named = [p for p in query.projections if p.name == right.name]
            found.queries.append(query._replace(projections=(named[0],)) if len(named) == 1 else query)
            return
    _push_children(node, stack)


def _take_item_field(item: Node, field: Node, found: _Gathered) -> bool:
    """``t.items[0].field``, ``tupleElement(t, 1)``: a field of a column that a query below may have made of others."""
    column = arg(item, "this") if item.__class__ is exp.Bracket else item
    parts = column_parts(column) if column.__class__ is exp.Column else ()
    if not parts or any(e.__class__ is not exp.Literal for e in args_of(item, "expressions")):
        return False
    name = (field.name, bool(field.args.get("quoted")))
    found.refs[(*parts, FIELD_OF, name) if len(parts) == 1 else (*parts, name)] = None
    return True


def _take_table(node: Node, found: _Gathered, _stack: list[Node], walk: Walk) -> None:
    name = table_name(node, walk)
    if name:
        found.tables.append(name)


def _take_subobject(node: Node, _found: _Gathered, stack: list[Node], _walk: Walk) -> None:
    """ClickHouse: ``j.^path`` is a part of the JSON in ``j``."""
    stack.append(arg(node, "this"))


def _take_comprehension(node: Node, found: _Gathered, stack: list[Node], walk: Walk) -> None:
    """``[x + 1 FOR x IN list IF x > a]``: x is no column."""
    own = {text_of(arg(node, key)).lower() for key in ("expression", "position")}
    inner = flow_of((arg(node, "this"), arg(node, "condition")), walk)
    found.refs.update(dict.fromkeys(ref for ref in inner.refs if ref[0][0].lower() not in own))
    found.queries.extend(inner.queries)
    stack.append(arg(node, "iterator"))


def _take_in(node: Node, found: _Gathered, stack: list[Node], walk: Walk) -> None:
    """ClickHouse and SQLite: ``x IN t`` asks a table."""
    field = arg(node, "field")
    if walk.engine not in ("clickhouse", "sqlite") or field.__class__ is not exp.Column or not column_parts(field):
        _push_children(node, stack)
        return
    found.tests.append(Select((Projection("", star=Star()),), (Source("table", column_parts(field)),)))
    stack.append(arg(node, "this"))


def _take_model(node: Node, _found: _Gathered, stack: list[Node], _walk: Walk) -> None:
    """ML.PREDICT(MODEL m, ...): a model is no table."""
    stack.extend(n for n in node.iter_expressions() if n is not arg(node, "this"))


_Rule = Callable[[Node, _Gathered, list[Node], Walk], None]
_SPECIAL: dict[type, _Rule] = {
    exp.Column: _take_column,
    exp.Subquery: _take_subquery,
    exp.Exists: _take_exists,
    exp.Anonymous: _take_call,
    exp.Window: _take_window,
    exp.Parameter: _take_parameter,
    exp.Placeholder: _take_placeholder,
    exp.Star: _take_star,
    exp.TableFromRows: _take_rows,
    exp.Kwarg: _take_named,
    exp.PropertyEQ: _take_named,
    exp.Dot: _take_dot,
    exp.Table: _take_table,
    exp.Extract: _take_extract,
    exp.DateDiff: _take_difference,
    exp.TimestampDiff: _take_difference,
    exp.Comprehension: _take_comprehension,
    exp.NestedJSONSelect: _take_subobject,
    exp.In: _take_in,
}
_MODELS = ("Predict", "MLForecast", "MLTranslate", "GenerateEmbedding", "GenerateText", "GenerateTable")
_SPECIAL.update({getattr(exp, name): _take_model for name in _MODELS if hasattr(exp, name)})
_SPECIAL.update(dict.fromkeys(_QUERIES, _take_query))
_SPECIAL.update(dict.fromkeys(_COUNTS, _take_count))
