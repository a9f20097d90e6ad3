"""FROM clauses: tables, derived tables, table functions, UNNEST, laterals, joins and their brackets."""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.generators import generated
from extractor.lineage.lowering.names import alias_of, dynamic_name, file_read_by, is_hinted, table_name
from extractor.lineage.lowering.queries_in_texts import query_in_text
from extractor.lineage.lowering.reshapes import lower_match, lower_pivots
from extractor.lineage.lowering.routines import query_before, routine_called
from extractor.lineage.lowering.structs import fields_made
from extractor.lineage.lowering.table_functions import (
    document_columns,
    file_read,
    files_listed,
    function_name,
    names_a_table,
    passed_through,
    single_column,
    table_read,
    yielded,
)
from extractor.lineage.lowering.texts import rows_told
from extractor.lineage.model import NO_FLOW, Flow, Name, Projection, Query, Reshape, Select, SetOp, Source, Star

_STAR = (Projection("", star=Star()),)
_FLATTENED = ("seq", "key", "path", "index", "value", "this")
_NAMED_BY_THEMSELVES = frozenset({exp.Anonymous, exp.XMLTable, exp.JSONTable})
_OF_ELSEWHERE = frozenset(
    {
        "external_query", "remote_query", "read_kafka", "read_kinesis", "read_pubsub", "read_pulsar",
        "postgres_scan", "postgres_scan_pushdown", "postgres_query", "mysql_scan", "mysql_query",
        "dblink", "dblink_fetch", "dblink_get_result",
    }
)  # fmt: skip
"""Their rows come from another database, by a name that the text does not tell, or from a queue."""
_SEARCH = getattr(exp, "VectorSearch", None)
_HALF_JOINS = frozenset({"SEMI", "ANTI"})
_JOIN_GROUP = frozenset({exp.Table, exp.Subquery, exp.Paren, exp.Join, exp.Lateral, exp.Unnest})


_NAMED = frozenset({"this", "db", "catalog", "alias"})
"""All that a table has of which only the name and an alias are said."""
_PLAIN_JOIN = frozenset({"this", "on", "side", "kind", "pivots"})
_WHOLE_JOINS = frozenset({None, "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS"})
_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


def lower_source(node: Node, walk: Walk, *, conditions: list[Node] | None = None) -> list[Source]:
    """The relations that one item of a FROM clause brings; its join conditions go to ``conditions``."""
    conditions = conditions if conditions is not None else []
    cls = node.__class__
    if cls is exp.Join:
        return _lower_join(node, walk, conditions)
    if cls is exp.Stream:  # Databricks: STREAM t, STREAM(t)
        return lower_source(arg(node, "this"), walk, conditions=conditions)
    if cls is exp.Table:
        if node.args.keys() <= _NAMED and node.args.get("this").__class__ is exp.Identifier:
            return [_lower_named(node, walk)]
        search = _SEARCH is not None and arg(node, "this").__class__ is _SEARCH
        found = _searched(node, walk) if search else [_lower_table(node, walk)]
    elif cls in (exp.Subquery, exp.Paren):
        found = _lower_bracket(node, walk, conditions)
    elif cls is exp.Lateral:
        found = [_lower_lateral(node, walk)]
    elif cls is exp.Unnest:
        found = [_lower_unnest(node, walk)]
    elif cls is exp.Values:
        found = [_lower_values(node, walk)]
    elif cls in (exp.Stream, exp.Final):  # Databricks: the table as a stream of its rows; ClickHouse: t FINAL
        alias, columns = alias_of(node)
        found = lower_source(arg(node, "this"), walk, conditions=conditions)
        found[0] = found[0]._replace(alias=alias or found[0].alias, columns=columns or found[0].columns)
    else:
        found = [_lower_rows(node, walk)]
    args = node.args
    for lateral in args.get("laterals") or ():
        found.extend(lower_source(lateral, walk, conditions=conditions))
    for join in args.get("joins") or ():
        found.extend(lower_source(join, walk, conditions=conditions))
    return found


def _lower_join(join: Node, walk: Walk, conditions: list[Node]) -> list[Source]:
    args = join.args
    found = _lower_joined(args.get("this"), walk, conditions)
    whole = args.get("side") in _WHOLE_JOINS and args.get("kind") in _WHOLE_JOINS
    if whole and args.keys() <= _PLAIN_JOIN and not args.get("pivots"):
        if on := args.get("on"):
            conditions.append(on)
        return found
    for more in args_of(join, "expressions"):  # ClickHouse: ARRAY JOIN a AS x, b AS y
        found.extend(_lower_joined(more, walk, conditions))
    conditions.extend(c for c in (arg(join, "on"), arg(join, "match_condition")) if c is not None)
    hidden = not _HALF_JOINS.isdisjoint((str(arg(join, "kind")).upper(), str(arg(join, "side")).upper()))
    using = tuple(c.name for c in args_of(join, "using"))
    natural = str(arg(join, "method") or "").upper() == "NATURAL"
    pivots = lower_pivots(args_of(join, "pivots"), walk)
    if (using, natural) != (found[0].using, found[0].natural):
        found[0] = found[0]._replace(using=using, natural=natural)
    if pivots:
        found[0] = found[0]._replace(reshapes=(*found[0].reshapes, *pivots))
    return [source._replace(hidden=True) for source in found] if hidden else found


def _lower_joined(node: Node, walk: Walk, conditions: list[Node]) -> list[Source]:
    """ClickHouse: ``ARRAY JOIN arrayZip(a, b) AS z`` yields tuples, of which ``z.1`` comes from ``a`` alone."""
    if walk.engine == "clickhouse" and node.__class__ is exp.Alias:
        made = fields_made(arg(node, "this"), numbered=True)
        if made:
            fields = tuple((name, flow_of(nodes, walk)) for name, nodes in made)
            item = Projection(text_of(arg(node, "alias")), flow_of((arg(node, "this"),), walk), None, fields)
            return [Source("query", query=Select((item,)), lateral=True)]
    return lower_source(node, walk, conditions=conditions)


def _lower_named(table: Node, walk: Walk) -> Source:
    """A table of which nothing is said but its name and alias, as most are."""
    alias, columns = alias_of(table) if "alias" in table.args else ("", ())
    text = table.args["this"].args["this"]
    if ":" in text or "/" in text or ("." in text and walk.engine == "duckdb"):
        kind, text = file_read_by(table, walk)
        if kind:
            return Source(kind, ((text, True),), alias, columns)
    return _of_name(table_name(table, walk), alias, columns, (), walk)


def _of_name(name: Name, alias: str, columns: tuple[str, ...], reshapes: tuple[Reshape, ...], walk: Walk) -> Source:
    if not name:
        return Source("unknown", (), alias, columns)
    known = walk.names.tables
    if known and len(name) == 1 and (real := known.get(name[0][0].lower())) is not None:
        return Source("table", real, alias or name[0][0], columns, reshapes=reshapes)
    return _record(Source, ("table", name, alias, columns, None, (), (), False, False, False, False, (), reshapes))


def _lower_table(table: Node, walk: Walk) -> Source:
    alias, columns = alias_of(table)
    reshapes = lower_pivots(args_of(table, "pivots"), walk)
    match = arg(table, "match")
    if match is not None:
        reshapes = (*reshapes, lower_match(match, walk))
    if args_of(table, "rows_from"):
        calls = [c for t in args_of(table, "rows_from") for c in _calls_of(t)]
        flows = tuple(flow_of((call,), walk) for call in calls)
        return Source("rows", (), alias, columns, None, flows, lateral=True, ordinality=_ordinal(table))
    kind, text = file_read_by(table, walk)
    if kind:
        return Source(kind, ((text, True),), alias, columns, reshapes=reshapes)
    this = arg(table, "this")
    if this.__class__ is exp.SemanticView:
        return Source("query", (), alias, columns, _asked_of(this, walk))
    name = table_name(table, walk)
    if not name and isinstance(this, exp.Func) and not (is_hinted(this, walk) or names_a_table(this, walk)):
        rows = _lower_rows(this, walk, alias, columns, table)
        return rows._replace(reshapes=reshapes, ordinality=_ordinal(table))
    return _of_name(name, alias, columns, reshapes, walk)


def _calls_of(item: Node) -> list[Node]:
    """What makes rows in one item of ROWS FROM; UNNEST of several arrays yields a column for each."""
    return args_of(item, "expressions") if item.__class__ is exp.Unnest else [arg(item, "this")]


def _ordinal(table: Node) -> bool:
    return bool(arg(table, "ordinality"))


def _lower_bracket(node: Node, walk: Walk, conditions: list[Node]) -> list[Source]:
    """A derived table, or brackets around joins. Brackets with an alias hide the names inside."""
    args = node.args
    inner, match, pivots = args.get("this"), args.get("match"), args.get("pivots")
    alias, columns = alias_of(node)
    reshapes = lower_pivots(pivots, walk) if pivots else ()
    if match:
        reshapes = (*reshapes, lower_match(match, walk))
    if inner.__class__ in _JOIN_GROUP and not alias and not reshapes:
        return lower_source(inner, walk, conditions=conditions)
    query = walk.query(inner, walk)
    return [Source("query", (), alias, columns, query, reshapes=reshapes)]


def _lower_lateral(node: Node, walk: Walk) -> Source:
    inner = arg(node, "this")
    alias, columns = alias_of(node)
    if inner.__class__ is exp.Subquery:
        return _lower_bracket(inner, walk, [])[0]._replace(alias=alias, columns=columns, lateral=True)
    if inner.__class__ is exp.Unnest:
        return _lower_unnest(inner, walk, alias, columns)
    if inner.__class__ is exp.Table:
        return _lower_table(inner, walk)._replace(alias=alias, columns=columns, lateral=True)
    return _lower_rows(inner, walk, alias, columns)._replace(ordinality=_ordinal(node))


def _lower_unnest(node: Node, walk: Walk, alias: str = "", columns: tuple[str, ...] = ()) -> Source:
    own_alias, own_columns = alias_of(node)
    alias, columns = alias or own_alias, columns or own_columns
    flows = tuple(flow_of((e,), walk) for e in args_of(node, "expressions"))
    offset = arg(node, "offset")
    if walk.engine == "bigquery" or (not alias and columns):
        alias = alias or (columns[0] if columns else "")
        if offset:
            columns, flows = (*columns, "offset" if offset is True else offset.name), (*flows, NO_FLOW)
        return Source("rows", (), alias, columns, None, flows, lateral=True)
    if offset is not None and offset.__class__ is exp.Identifier:  # taken out of the alias by the parser
        columns = (*columns, offset.name)
    names = single_column(node, alias, walk) if len(flows) == 1 and not offset else ()
    return Source("rows", (), alias, columns, None, flows, names, lateral=True, ordinality=bool(offset))


def _lower_values(node: Node, walk: Walk) -> Source:
    alias, columns = alias_of(node)
    reshapes = lower_pivots(args_of(node, "pivots"), walk)
    return Source("query", (), alias, columns, walk.values(node, walk), reshapes=reshapes)


def _lower_rows(node: Node, walk: Walk, alias: str = "", columns: tuple[str, ...] = (), around: Node = None) -> Source:
    """A table function: every column it yields is fed by its arguments, unless its body is known when it is bound."""
    own_alias, own_columns = alias_of(node)
    alias, columns = alias or own_alias, columns or own_columns
    call = arg(node, "this") if node.__class__ is exp.TableFromRows else node
    name = dynamic_name(call, walk) if call is not node else ()
    if name:  # Snowflake: TABLE('db.t'), TABLE($variable)
        return Source("table", name, alias, columns, reshapes=lower_pivots(args_of(node, "pivots"), walk))
    listed = files_listed(call)
    if listed:
        branches = tuple(Select(_STAR, (Source("file", ((file, True),)),)) for file in listed)
        query: Query = branches[0] if len(branches) == 1 else SetOp(branches)
        return Source("query", (), alias or function_name(call), columns, query)
    file, table = file_read(call), table_read(call, walk)
    if file:
        return Source("file", ((file, True),), alias or function_name(call), columns)
    if table:
        return Source("table", table, alias, columns)
    told = rows_told(function_name(call), args_of(call, "expressions"), walk)
    if told is not None:
        return Source("query", (), alias or function_name(call), columns, told)
    inner = args_of(call, "expressions")[:1]
    if walk.engine == "clickhouse" and function_name(call) == "view" and inner:
        return Source("query", (), alias, columns, walk.query(inner[0], walk))
    if function_name(call) == "result_scan":
        return Source("result", ((str(query_before(call)), True),), alias, columns)
    written = [e.name for e in args_of(call, "expressions") if e.__class__ is exp.Literal]
    sent = query_in_text(function_name(call), written, walk) if written else None
    if sent is not None:
        return Source("query", (), alias, columns, sent, reshapes=lower_pivots(args_of(node, "pivots"), walk))
    if function_name(call) in _OF_ELSEWHERE:
        return Source("unknown", (), alias, columns)
    passed = passed_through(call)
    if passed is not None:
        query = walk.query(passed, walk)
        return Source("rows", (), alias or function_name(call), columns, query, lateral=True)
    if call.__class__ in _NAMED_BY_THEMSELVES:
        alias = alias or function_name(call)
    made = generated(call, walk) or document_columns(call, walk)
    flows: tuple[Flow, ...] = tuple(flow for _, flow in made) or (flow_of((call,), walk),)
    names = tuple(name for name, _ in made) or yielded(call, walk) or single_column(call, alias, walk)
    if names[1:] == ("ordinal",):  # the place of a piece is counted, not taken from the text
        flows = (*flows, NO_FLOW)
    if call.__class__ is exp.Explode and walk.engine == "snowflake":
        names = _FLATTENED
    reshapes = lower_pivots(args_of(node, "pivots"), walk)
    routine = () if made or names else routine_called(call, around, walk)
    return Source("rows", routine, alias, columns, None, flows, names, lateral=True, reshapes=reshapes)


def _asked_of(view: Node, walk: Walk) -> Select:
    """``SEMANTIC_VIEW(v DIMENSIONS a.x METRICS b.y)``: columns of the view, without the logical tables' names."""
    items = [item for key in ("dimensions", "facts", "metrics") for item in args_of(view, key)]
    made: list[Projection] = []
    for item in items:
        inner = arg(item, "this") if item.__class__ is exp.Alias else item
        flow = flow_of((inner,), walk)
        bare = Flow(tuple(ref[-1:] for ref in flow.refs))
        made.append(Projection(text_of(arg(item, "alias")) or str(inner.name), bare))
    where = flow_of((arg(view, "where"),), walk)
    filters = Flow(tuple(ref[-1:] for ref in where.refs), where.queries, where.tests)
    return Select(tuple(made), tuple(lower_source(arg(view, "this"), walk)), filters)


def _searched(node: Node, walk: Walk) -> list[Source]:
    """VECTOR_SEARCH yields the rows ``query`` and ``base``, and their distance ("VECTOR_SEARCH", "Output")."""
    call = arg(node, "this")
    distance = Select((Projection("distance"),))
    found = [Source("query", (), alias_of(node)[0], (), distance)]
    for key, name in (("this", "base"), ("query_table", "query")):
        inner = arg(call, key)
        if inner.__class__ in _JOIN_GROUP:
            found.append(Source("query", (), name, (), walk.query(inner, walk), hidden=True))
    return found
