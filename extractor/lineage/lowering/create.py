"""CREATE: tables with columns, AS queries, LIKE, CLONE; views of every sort."""

from __future__ import annotations

import re

from sqlglot import exp

from dialects.rewriting import BETWEEN_PLACES, MODEL_MARK
from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.engines import dictionary_write, engine_file, engine_writes
from extractor.lineage.lowering.names import file_of, is_dynamic_name, table_name, target_name_of
from extractor.lineage.lowering.queries import lower_ctes, lower_query
from extractor.lineage.model import (
    Define,
    Name,
    Other,
    Projection,
    Query,
    Read,
    Select,
    Source,
    Star,
    Statement,
    Use,
    Write,
)
from extractor.lineage.options_of_places import place_of

_OPTIONS = getattr(exp, "OptionsProperty", None)
"""The class that newer releases have for OPTIONS (...)."""
_TABLES = frozenset({"TABLE", "VIEW"})
_HOLDING_TABLES = frozenset({"DATABASE", "SCHEMA"})
WHOLE_SCHEMA = "it copies every table of a schema or database, and the text names none"
_ROUTINES = frozenset({"FUNCTION", "PROCEDURE", "MACRO"})
_QUERIES = frozenset(
    {
        exp.Select,
        exp.Union,
        exp.Except,
        exp.Intersect,
        exp.Subquery,
        exp.Paren,
        exp.Table,
        exp.Values,
        exp.Insert,
        exp.Summarize,
    }
)

_SHAPE = frozenset({exp.LikeProperty, exp.ColumnDef})
_NAMED_BY_TEXT = frozenset({"duckdb", "mysql", "sqlite"})
"""Engines that name a column after its text: ``CAST(a AS int)`` is called so in what they create, not ``a``."""
_SPARK = frozenset({"spark", "spark2", "databricks"})
_TEMPORARY = frozenset({exp.TemporaryProperty, exp.VolatileProperty, exp.GlobalProperty})


def lower_create(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """The write, or the definition that teaches the schema, of one CREATE."""
    kind = str(arg(node, "kind") or "").upper()
    if kind in _ROUTINES:
        return _lower_routine(node, kind, walk)
    if kind == "MODEL" or _is_model(node):
        return _lower_model(node, walk)
    if kind not in _TABLES and kind != "DICTIONARY":
        copies = kind in _HOLDING_TABLES and arg(node, "clone") is not None
        outcome = ("unresolved", WHOLE_SCHEMA) if copies else ("no lineage by nature",)
        return (Other(f"create {kind.lower()}", *outcome),)
    this = arg(node, "this")
    schema = this if this.__class__ is exp.Schema else None
    name = target_name_of(schema, walk) if schema is not None else table_name(this, walk)
    if schema is not None and is_dynamic_name(schema):
        schema = None
    properties = args_of(arg(node, "properties"), "expressions") if arg(node, "properties") is not None else []
    classes = {p.__class__ for p in properties}
    temporary = bool(classes & _TEMPORARY)
    if exp.GlobalProperty in classes and kind == "VIEW" and len(name) == 1 and walk.engine in _SPARK:
        name = (("global_temp", False), *name)
    expression = arg(node, "expression")
    copied = _copied(node, properties, schema, walk)
    if copied is not None and expression.__class__ not in _QUERIES:
        shaped = Write(*copied[:1], name, copied[1], copied[2], temporary=temporary)
        # external tables in the shape of another: Hive's and Spark's, Netezza's SAMEAS; Greenplum's lose the word
        is_outside = exp.ExternalProperty in classes or walk.engine == "postgres"
        places = tuple(f for p in properties for f in _files(p)) if is_outside else ()
        return (shaped, Define("create table", name, (), temporary, True, places)) if places else (shaped,)
    no_rows = kind == "TABLE" and any(p.__class__ is exp.WithDataProperty and arg(p, "no") for p in properties)
    if expression.__class__ is exp.Table and no_rows:
        return (Write("create like", name, "like", _all_of(expression, walk), temporary=temporary),)  # Teradata
    if expression.__class__ in _QUERIES:
        outside, place = file_of(this) if walk.engine in _SPARK and schema is None else ("", "")
        created = _lower_query(node, kind, name, schema, properties, walk)._replace(temporary=temporary)
        if no_rows:  # the query gives the columns alone
            return (created._replace(kind="create like", mode="like"),)
        return (created._replace(target=((place, True),), target_kind=outside) if outside else created,)
    if exp.ExecuteAsProperty in classes:  # PostgreSQL: CREATE TABLE t AS EXECUTE prepared
        return (Other("create table as", "dynamic", "the rows come from a statement that was prepared elsewhere"),)
    columns = column_names(schema)
    if kind == "DICTIONARY":
        write = dictionary_write(name, columns, properties)
        return (write,) if write is not None else (Other("create dictionary", "no lineage by nature"),)
    files = tuple(f for p in properties for f in _files(p))
    path = _path(properties) if walk.engine in _SPARK else ""
    files = files or ((path,) if path else ())
    if path and kind == "VIEW":  # Spark: CREATE TEMPORARY VIEW v USING parquet OPTIONS (path 'x')
        query = Select((Projection("", star=Star()),), (Source("file", ((path, True),)),))
        return (Write("create view", name, "view", query, columns, temporary=temporary),)
    define = Define(f"create {kind.lower()}", name, columns, temporary, bool(arg(node, "exists")), files)
    whole = next((p for p in properties if p.__class__ is exp.PartitionedOfProperty), None)
    of = table_name(arg(whole, "this"), walk) if whole is not None else ()
    if of:  # PostgreSQL: CREATE TABLE p PARTITION OF t
        return (Use("create table", (name, of), "part"),)
    return engine_writes(define, properties) if walk.engine == "clickhouse" else (define,)


def _is_model(node: Node) -> bool:
    """Whether a rewrite has marked the table so, in an engine whose parser knows no models."""
    properties = args_of(arg(node, "properties"), "expressions") if arg(node, "properties") is not None else []
    return any(text_of(arg(p, "this")) == MODEL_MARK for p in properties)


def _lower_model(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """CREATE MODEL learns from the rows of a query; a remote or imported model reads none. A model is no table."""
    name = table_name(arg(node, "this"), walk)
    if arg(node, "expression").__class__ not in _QUERIES or not name:
        return (Other("create model", "no lineage by nature"),)
    return (Write("create model", name, "create", lower_query(arg(node, "expression"), walk), target_kind="external"),)


def lower_cache(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """Spark: CACHE TABLE name AS query makes a temporary view."""
    if arg(node, "expression") is None:
        return (Other("cache", "no lineage by nature"),)
    query = lower_query(arg(node, "expression"), walk)
    return (Write("cache table", table_name(arg(node, "this"), walk), "view", query, temporary=True),)


def _files(item: Node) -> tuple[str, ...]:
    """Where an external table's data lies: LOCATION, BigQuery's OPTIONS (uris = [...]), Trino's external_location."""
    if item.__class__ is exp.LocationProperty:
        return tuple(text_of(arg(item, "this")).split(BETWEEN_PLACES))
    if item.__class__ is exp.EngineProperty:
        place = engine_file(item)
        return (place,) if place else ()
    if text_of(arg(item, "this")).lower() == "connection" and "://" in text_of(arg(item, "value")):  # FEDERATED
        return (re.sub("//[^@/]*@", "//", text_of(arg(item, "value"))),)  # who logs in there is nobody's business
    if text_of(arg(item, "this")).lower() in ("uris", "uri", "external_location"):
        value = arg(item, "value")
        return tuple(e.name for e in value.find_all(exp.Literal)) if value is not None else ()
    return ()


def _path(properties: list[Node]) -> str:
    """Spark's ``OPTIONS (path 'x')``, and the table behind ``OPTIONS (url 'jdbc:...', dbtable 's.t')``."""
    pairs = [p for item in properties if item.__class__ is _OPTIONS for p in args_of(item, "expressions")]
    return place_of({text_of(arg(p, "this")).lower(): text_of(arg(p, "value")) for p in pairs})


def column_names(schema: Node) -> tuple[str, ...]:
    """The columns that a definition lists, constraints and the like passed over."""
    found = (
        [c for c in args_of(schema, "expressions") if c.__class__ in (exp.ColumnDef, exp.Identifier, exp.Column)]
        if schema is not None
        else []
    )
    return tuple(text_of(arg(c, "this")) if c.__class__ is exp.ColumnDef else text_of(c) for c in found)


def _is_typed(schema: Node) -> bool:
    return schema is not None and any(
        arg(c, "kind") is not None for c in args_of(schema, "expressions") if c.__class__ is exp.ColumnDef
    )


def _copied(node: Node, properties: list[Node], schema: Node, walk: Walk) -> tuple[str, str, Select] | None:
    clone = arg(node, "clone")
    if clone is not None:
        return ("create clone", "clone", _all_of(arg(clone, "this"), walk))
    listed = args_of(schema, "expressions") if schema is not None else []
    items = [item for item in (*properties, *listed) if item.__class__ in _SHAPE]
    if any(item.__class__ is exp.LikeProperty for item in items):
        return ("create like", "like", _all_listed(items, walk))
    return None


def _all_listed(items: list[Node], walk: Walk) -> Select:
    """PostgreSQL's LIKE stands among columns; all of them, in their order."""
    projections: list[Projection] = []
    sources: list[Source] = []
    for item in items:
        if item.__class__ is exp.LikeProperty:
            alias = f"like {len(sources)}"
            sources.append(Source("table", table_name(arg(item, "this"), walk), alias))
            projections.append(Projection("", star=Star(((alias, True),))))
        else:
            projections.append(Projection(text_of(arg(item, "this"))))
    return Select(tuple(projections), tuple(sources))


def _all_of(table: Node, walk: Walk) -> Select:
    kind, place = file_of(table)
    source = Source(kind, ((place, True),)) if kind else Source("table", table_name(table, walk))
    return Select((Projection("", star=Star()),), (source,))


def _lower_query(node: Node, kind: str, name: Name, schema: Node, properties: list[Node], walk: Walk) -> Write:
    walk.names_casts = walk.engine not in _NAMED_BY_TEXT
    query = lower_query(arg(node, "expression"), walk)
    ctes = lower_ctes(node, walk)
    if ctes:
        query = query._replace(ctes=(*ctes, *query.ctes))
    if kind == "TABLE":
        listed = column_names(schema)
        if walk.engine == "mysql" and _is_typed(schema):
            query, own = _with_own_columns(query, listed)
            return Write("create table as", name, "create", query, hidden=own)
        last = _partition_columns(properties) if walk.engine == "hive" and not listed else ()
        return Write("create table as", name, "create", query, listed, dynamic=last)
    materialized = any(p.__class__ is exp.MaterializedProperty for p in properties)
    title = "create materialized view" if materialized else "create view"
    hidden = _partition_columns(properties) if walk.engine == "hive" and not materialized else ()
    write = Write(title, name, "view", query, column_names(schema), hidden=hidden)
    to = next((p for p in properties if p.__class__ is exp.ToTableProperty), None)
    if to is not None:  # ClickHouse: the view fills another table
        return write._replace(target=table_name(arg(to, "this"), walk), mode="insert", by_name=True)
    return write


def _with_own_columns(query: Query, listed: tuple[str, ...]) -> tuple[Query, tuple[str, ...]]:
    """MySQL pairs typed columns by name; those that the query does not have, the second result, stand in front.

    https://dev.mysql.com/doc/refman/8.4/en/create-table-select.html
    """
    if not isinstance(query, Select) or any(p.star is not None for p in query.projections):
        return query, ()
    taken = {p.name.lower() for p in query.projections}
    own = tuple(name for name in listed if name.lower() not in taken)
    return query._replace(projections=(*map(Projection, own), *query.projections)), own


def _partition_columns(properties: list[Node]) -> tuple[str, ...]:
    """The columns of PARTITIONED BY; Hive's own lineage leaves those of a plain view out, and so do we."""
    for item in properties:
        if item.__class__ is exp.PartitionedByProperty:
            inner = arg(item, "this")
            return tuple(text_of(c) for c in args_of(inner, "expressions"))
    return ()


def _lower_routine(node: Node, kind: str, walk: Walk) -> tuple[Statement, ...]:
    """A function whose body is a query reads; other bodies are cut into statements before they come here."""
    expression = arg(node, "expression")
    title = f"create {kind.lower()}"
    if expression.__class__ in _QUERIES:
        return (Read(title, lower_query(expression, walk)),)
    if expression.__class__ is exp.Return and arg(expression, "this").__class__ in _QUERIES:
        return (Read(title, lower_query(arg(expression, "this"), walk)),)
    return (Other(title, "no lineage by nature"),)
