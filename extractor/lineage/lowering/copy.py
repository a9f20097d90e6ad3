"""COPY, LOAD DATA, EXPORT: data that crosses the border of the database."""

from __future__ import annotations

from sqlglot import exp

from dialects.rewriting import BETWEEN_PLACES
from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.insert import insert_target
from extractor.lineage.lowering.names import file_of, table_name
from extractor.lineage.lowering.queries import lower_query
from extractor.lineage.model import Flow, Projection, Query, Read, Select, Source, Star, Statement, Write


def lower_copy(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """COPY in either direction: what stands on the outside decides which one it is."""
    this, files = arg(node, "this"), args_of(node, "files")
    inner = arg(this, "this") if this.__class__ is exp.Schema else this
    outside, text = file_of(inner)
    if (
        outside and files and (files[0].__class__ is exp.Literal or file_of(files[0])[0])
    ):  # INTO delta.`/x` FROM 's3://...'
        outer = tuple(_outer_name(f) for f in files)
        return (Write("copy", ((text, True),), "copy", None, files=outer, target_kind=outside),)
    if outside:  # COPY INTO 's3://...' FROM table
        query = _query_of(files[0], walk) if files else None
        return (Write("copy", ((text, True),), "copy", query, target_kind=outside),)
    piped = any(_is_pipe(f) for f in files)
    if node.args.get("kind") is False or inner.__class__ is exp.Subquery:  # COPY table TO 'file'
        if piped or not files:  # the client reads
            return (Read("copy", _query_of(inner, walk)),)
        query, places = _query_of(this, walk), text_of(files[0]).split(BETWEEN_PLACES)
        return tuple(Write("copy", ((place, True),), "copy", query, target_kind="file") for place in places)
    target, columns, _ = insert_target(this, walk)
    named = [f for f in files if f.__class__ is exp.Subquery]
    query = _of_files(lower_query(named[0], walk)) if named else None
    outer = () if piped else tuple(_outer_name(f) for f in files if f.__class__ is not exp.Subquery)
    return (Write("copy", target, "copy", query, columns, files=outer),)


def _of_files(query: Query) -> Query:
    """Databricks: what COPY INTO selects from, ``FROM (SELECT a FROM '/mnt/x')``, is the place of files.

    https://docs.databricks.com/aws/en/sql/language-manual/delta-copy-into
    """
    if not isinstance(query, Select):
        return query
    places = (s.kind == "table" and len(s.name) == 1 and "/" in s.name[0][0] for s in query.sources)
    pairs = zip(query.sources, places, strict=True)
    return query._replace(sources=tuple(s._replace(kind="file") if place else s for s, place in pairs))


def _outer_name(node: Node) -> str:
    inner = arg(node, "this") if node.__class__ is exp.Table else node
    if inner.__class__ is exp.Parameter:  # a stage, to a parser that does not know stages
        return f"@{inner.name}"
    return file_of(node)[1] or text_of(node)


def _is_pipe(file: Node) -> bool:
    """STDIN, STDOUT and PROGRAM name no place."""
    bare = file.__class__ in (exp.Identifier, exp.Var, exp.Table, exp.Column)
    return bare and text_of(file).lower() in ("stdin", "stdout", "program", "infile")


def _query_of(node: Node, walk: Walk) -> Query:
    if node.__class__ is exp.Table:
        return Select((Projection("", star=Star()),), (Source("table", table_name(node, walk)),))
    if node.__class__ is exp.Schema:
        columns = tuple(Projection(text_of(c), flow_ref(text_of(c))) for c in args_of(node, "expressions"))
        return Select(columns, (Source("table", table_name(arg(node, "this"), walk)),))
    return lower_query(node, walk)


def flow_ref(column: str) -> Flow:
    """The flow of one bare column."""
    return Flow((((column, False),),))


def lower_load(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """LOAD DATA INPATH and BigQuery's LOAD DATA FROM FILES."""
    target, columns, _ = insert_target(arg(node, "this"), walk)
    path = arg(node, "inpath")
    files = (text_of(path),) if path is not None and not isinstance(path, bool) else ()
    for item in args_of(arg(node, "files"), "expressions") if arg(node, "files") is not None else ():
        if text_of(arg(item, "this")).lower() == "uris":
            files = tuple(literal.name for literal in arg(item, "value").find_all(exp.Literal))
    if arg(node, "temp") is not None and files:  # it is gone tomorrow: what reads it, reads the file
        listed = tuple(Projection(column, flow_ref(column)) for column in columns)
        query = Select(listed or (Projection("", star=Star()),), (Source("file", ((files[0], True),)),))
        return (Write("load", target, "create", query, files=files[1:], temporary=True),)
    return (Write("load", target, "copy", None, columns, files=files),)


def lower_export(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """BigQuery's EXPORT DATA OPTIONS (uri = ...) AS query."""
    uri = next(
        (text_of(arg(p, "value")) for p in node.find_all(exp.Property) if text_of(arg(p, "this")).lower() == "uri"), ""
    )
    query = lower_query(arg(node, "this"), walk)
    return (Write("export", ((uri or "export", True),), "copy", query, target_kind="file"),)
