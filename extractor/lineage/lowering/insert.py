"""INSERT and REPLACE: into tables, partitions and directories, from queries and VALUES."""

from __future__ import annotations

from sqlglot import exp

from extractor.errors import Unsupported
from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.names import alias_of, file_of, is_dynamic_name, table_name, target_name_of
from extractor.lineage.lowering.output import output_writes
from extractor.lineage.lowering.queries import lower_ctes, lower_query
from extractor.lineage.lowering.table_functions import table_read
from extractor.lineage.lowering.update import lower_assignments
from extractor.lineage.model import Cte, Name, Part, Projection, Query, Select, Source, Statement, Values, Write

# Here PARTITION (p) is the name of a partition, no column.
_NAMED_PARTITIONS = frozenset({"mysql", "oracle", "doris", "starrocks", "clickhouse", "singlestore"})


def lower_insert(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """The writes of one INSERT: its own, that of its conflict clause, and what it hands on (OUTPUT INTO)."""
    target, columns, kind = insert_target(arg(node, "this"), walk)
    static, dynamic = _partitions(node, walk)
    query = _with_ctes(node, walk)
    overwrites = bool(arg(node, "overwrite"))
    named_parts = walk.engine in _NAMED_PARTITIONS and isinstance(arg(node, "partition"), exp.Expression)
    mode = "overwrite" if overwrites and not named_parts else "insert"
    write = Write(
        "insert overwrite" if overwrites else "insert",
        target,
        mode,
        query,
        columns,
        kind,
        static,
        dynamic,
        bool(arg(node, "by_name")),
    )
    found: list[Statement] = [write]
    conflict = _lower_conflict(node, write, walk)
    if conflict is not None:
        found.append(conflict)
    if query is not None:
        found.extend(output_writes(node, walk, {"inserted": Source("query", (), "inserted", columns, query)}))
    return tuple(found)


def insert_target(this: Node, walk: Walk) -> tuple[Name, tuple[str, ...], str]:
    """Name, column list and kind of end of what an INSERT writes to."""
    if this.__class__ is exp.Directory:
        return ((text_of(arg(this, "this")), True),), (), "directory"
    columns: tuple[str, ...] = ()
    if this.__class__ is exp.Schema:
        schema, listed = this, args_of(this, "expressions")
        this = arg(this, "this")
        if is_dynamic_name(schema):
            return target_name_of(schema, walk), (), "table"
        columns = tuple(text_of(c) for c in listed if c.__class__ is not exp.Star)  # ClickHouse: (* EXCEPT (a))
    if this.__class__ is exp.Table:
        outside, text = file_of(this)
        return (((text, True),), columns, "file") if outside == "file" else (table_name(this, walk), columns, "table")
    if isinstance(this, exp.Func):  # ClickHouse: INSERT INTO FUNCTION s3(...)
        table = table_read(this, walk)
        if table:
            return table, columns, "table"
        literals = [e.name for e in args_of(this, "expressions") if e.__class__ is exp.Literal]
        return ((literals[0] if literals else this.name, True),), columns, "external"
    raise Unsupported(f"INSERT into a {this.__class__.__name__} is not covered")


def _partitions(node: Node, walk: Walk) -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = arg(node, "this")
    table = arg(table, "this") if table.__class__ is exp.Schema else table
    partition = arg(node, "partition") or (arg(table, "partition") if table.__class__ is exp.Table else None)
    static = _left_out(arg(node, "this"))
    dynamic: list[str] = []
    if partition is None or isinstance(partition, bool) or walk.engine in _NAMED_PARTITIONS:
        return tuple(static), ()
    for item in args_of(partition, "expressions"):
        if item.__class__ is exp.EQ:
            static.append(text_of(arg(item, "this")))
        elif item.__class__ in (exp.Column, exp.Identifier):
            dynamic.append(text_of(item))
    return tuple(static), tuple(dynamic)


def _left_out(target: Node) -> list[str]:
    """ClickHouse: the columns that ``INSERT INTO t (* EXCEPT (a, b))`` leaves out of the positions."""
    listed = args_of(target, "expressions") if target.__class__ is exp.Schema else []
    stars = [item for item in listed if item.__class__ is exp.Star]
    return [text_of(column) for star in stars for column in args_of(star, "except_")]


def _with_ctes(node: Node, walk: Walk) -> Query | None:
    expression = arg(node, "expression")
    ctes = lower_ctes(node, walk)
    if expression is None and arg(node, "source").__class__ is exp.Table:  # INSERT INTO t TABLE s
        expression = arg(node, "source")
    if expression is None or arg(node, "default"):
        return None
    query = lower_query(expression, walk)
    if isinstance(query, Values) and expression.__class__ is exp.Values:
        query = query._replace(names=cell_names(expression))
    return query._replace(ctes=(*ctes, *query.ctes)) if ctes else query


def cell_names(values: Node) -> tuple[str, ...]:
    """The names of the values of the first row: of plain columns their own, of all others none."""
    row = (args_of(values, "expressions") or [values])[0]
    cells = args_of(row, "expressions") if row.__class__ is exp.Tuple else [row]
    return tuple(text_of(cell) if cell.__class__ is exp.Column else "" for cell in cells)


def _lower_conflict(node: Node, write: Write, walk: Walk) -> Write | None:
    """ON CONFLICT DO UPDATE: ``excluded`` is the row that was to be inserted, a bare name is the target's.

    MySQL's ON DUPLICATE KEY UPDATE also sees the tables of the query.
    """
    conflict = arg(node, "conflict")
    changes = args_of(conflict, "expressions") if conflict is not None else []
    if not changes or write.query is None:
        return None
    table = arg(node, "this")
    alias = alias_of(arg(table, "this") if table.__class__ is exp.Schema else table)[0]
    own = (alias or (write.target[-1][0] if write.target else ""), True)
    sources: tuple[Source, ...] = (
        Source("table", write.target, alias),
        Source("query", write.target, "excluded", write.columns, write.query),
    )
    ctes: tuple[Cte, ...] = ()
    if arg(conflict, "duplicate") and isinstance(write.query, Select):
        sources, ctes = (*sources, *write.query.sources), write.query.ctes
    row, names = alias_of(arg(node, "expression"))
    if row and isinstance(write.query, Values):  # MySQL: VALUES ... AS new (a, b)
        sources = (*sources, Source("query", write.target, row, names or write.columns, write.query))
    given = {name.lower() for name in names}
    projections = tuple(_of_target(p, own, row, given) for _, p in lower_assignments(changes, walk))
    return Write("insert", write.target, "assign", Select(projections, sources, ctes=ctes), by_name=True)


def _of_target(projection: Projection, own: Part, row: str, given: set[str]) -> Projection:
    """Bare names are the target's, but for those that the alias of the new row gives."""
    refs = tuple(
        ((row, True) if ref[0][0].lower() in given else own, *ref) if len(ref) == 1 else ref
        for ref in projection.flow.refs
    )
    return projection._replace(flow=projection.flow._replace(refs=refs))
