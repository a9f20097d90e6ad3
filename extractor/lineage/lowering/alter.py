"""ALTER and DROP: renames, swaps, columns that come and go, views that get a new text."""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.create import column_names
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.names import table_name
from extractor.lineage.lowering.queries import lower_query
from extractor.lineage.model import Alter, Define, Drop, Name, Other, Rename, Select, Source, Statement, Write

_QUERIES = frozenset({exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.Paren})


def lower_alter(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """What one ALTER changes of names and columns."""
    kind = str(arg(node, "kind") or "").upper()
    title = f"alter {kind.lower()}"
    if kind not in ("TABLE", "VIEW", "MATERIALIZED VIEW"):
        return (Other(title, "no lineage by nature"),)
    this = arg(node, "this")
    schema = this if this.__class__ is exp.Schema else None
    name = table_name(arg(this, "this") if schema is not None else this, walk)
    change = Alter(title, name)
    for action in args_of(node, "actions"):
        cls = action.__class__
        if cls is exp.AlterRename:
            return (Rename("rename", name, renamed_to(name, table_name(arg(action, "this"), walk))),)
        if cls is exp.SwapTable:
            return (Rename("swap", name, table_name(arg(action, "this"), walk), swap=True),)
        if cls is exp.Delete:  # ClickHouse: ALTER TABLE t DELETE WHERE ...
            filters = flow_of((arg(action, "where"),), walk)
            return (Write("delete", name, "delete", Select((), (Source("table", name),), filters)),)
        if cls in _QUERIES:
            return (Write("alter view", name, "view", lower_query(action, walk), column_names(schema)),)
        change = _changed(change, action)
    if change.added or change.dropped or change.renamed:
        return (change,)
    return (Other(title, "no lineage by nature"),)


def renamed_to(old: Name, new: Name) -> Name:
    """A bare new name stays in the schema of the old one."""
    return (*old[:-1], *new) if len(new) == 1 else new


def _changed(change: Alter, action: Node) -> Alter:
    cls = action.__class__
    if cls is exp.ColumnDef:
        return change._replace(added=(*change.added, text_of(arg(action, "this"))))
    if cls is exp.Drop and str(arg(action, "kind") or "").upper() == "COLUMN":
        names = args_of(action, "tables") or [arg(action, "this")]
        return change._replace(dropped=(*change.dropped, *(text_of(n) for n in names if n is not None)))
    if cls is exp.RenameColumn:
        pair = (text_of(arg(action, "this")), text_of(arg(action, "to")))
        return change._replace(renamed=(*change.renamed, pair))
    if cls is exp.Schema:  # ADD COLUMNS (a INT, b INT)
        added = tuple(text_of(arg(c, "this")) for c in args_of(action, "expressions") if c.__class__ is exp.ColumnDef)
        return change._replace(added=(*change.added, *added))
    return change


def lower_drop(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """DROP of tables and views; other objects are of no account."""
    kind = str(arg(node, "kind") or "").upper()
    if kind not in ("TABLE", "VIEW", "MATERIALIZED VIEW"):
        return (Other(f"drop {kind.lower()}", "no lineage by nature"),)
    tables = args_of(node, "tables") or [arg(node, "this")]
    names = tuple(table_name(t, walk) for t in tables if t.__class__ is exp.Table)
    return (Drop(f"drop {kind.lower()}", tuple(n for n in names if n)),)


def lower_undrop(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """UNDROP of a table or view: it exists again, with what it held."""
    table = arg(node, "this")
    kind = str(arg(node, "kind") or "").upper()
    name = table_name(table, walk) if table.__class__ is exp.Table and kind in ("TABLE", "VIEW", "") else ()
    if not name:
        return (Other("undrop", "no lineage by nature"),)
    return (Define("undrop", name, (), keep_existing=True),)
