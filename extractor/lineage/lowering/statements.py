"""The door: one parsed statement in, its outline records out."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from dialects import Dialect
from dialects.sqlglot_adapter import parsed_text
from extractor.errors import Unsupported
from extractor.lineage.lowering.alter import lower_alter, lower_drop, lower_undrop
from extractor.lineage.lowering.context import Names, Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.copy import lower_copy, lower_export, lower_load
from extractor.lineage.lowering.create import lower_cache, lower_create
from extractor.lineage.lowering.delete import lower_delete, lower_truncate
from extractor.lineage.lowering.insert import lower_insert
from extractor.lineage.lowering.merge import lower_merge
from extractor.lineage.lowering.multi_insert import lower_multi_insert
from extractor.lineage.lowering.names import file_of, table_name
from extractor.lineage.lowering.queries import lower_query, lower_values
from extractor.lineage.lowering.update import lower_update
from extractor.lineage.model import Other, Read, Statement, Write

_QUERIES = frozenset(
    {exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.Paren, exp.Values, exp.Table, exp.Pivot}
)
_NOTHING = frozenset(
    {
        exp.Set, exp.Show, exp.Describe, exp.Commit, exp.Rollback, exp.Transaction, exp.Comment, exp.Grant,
        exp.Revoke, exp.Analyze, exp.Kill, exp.Pragma, exp.Uncache, exp.Refresh, exp.Attach,
        exp.Detach, exp.Use, exp.Semicolon, exp.Declare, exp.Summarize,
    }
)  # fmt: skip
_TSQL = frozenset({"tsql", "fabric"})
_RULES: dict[type, Callable[[Node, Walk], tuple[Statement, ...]]] = {
    exp.Insert: lower_insert,
    exp.MultitableInserts: lower_multi_insert,
    exp.Create: lower_create,
    exp.Update: lower_update,
    exp.Merge: lower_merge,
    exp.Delete: lower_delete,
    exp.TruncateTable: lower_truncate,
    exp.Copy: lower_copy,
    exp.LoadData: lower_load,
    exp.Export: lower_export,
    exp.Alter: lower_alter,
    exp.Drop: lower_drop,
    exp.Undrop: lower_undrop,
    exp.Cache: lower_cache,
}


def lower(tree: Node, dialect: Dialect, names: Names = Names()) -> tuple[Statement, ...]:  # noqa: B008 - a named tuple
    """The outline records of one parsed statement; ``names`` tells what its surroundings know.

    Raises:
        Unsupported: no rule covers it, or the parser itself did not read it (a command kept as text).
    """
    walk = Walk(dialect, lower_query, lower_values, lower_statement, names, text=parsed_text(tree))
    found = lower_statement(tree, walk)
    return (*walk.writes, *found)


def lower_statement(tree: Node, walk: Walk) -> tuple[Statement, ...]:
    """The records of one statement within a walk."""
    cls = tree.__class__
    rule = _RULES.get(cls)
    if rule is not None:
        return rule(tree, walk)
    if cls in _QUERIES:
        return _lower_read(tree, walk)
    if cls in _NOTHING:
        return (Other(cls.__name__.lower(), "no lineage by nature"),)
    if cls is exp.LockingStatement:
        return lower_statement(arg(tree, "expression"), walk)
    if cls is exp.Command and _is_harmless(tree):
        return (Other(_first_words(tree).lower(), "no lineage by nature"),)
    if cls is exp.Command:
        raise Unsupported(f"the parser keeps {_first_words(tree)} as text")
    if cls is exp.Block:
        return tuple(s for part in args_of(tree, "expressions") for s in lower_statement(part, walk))
    if isinstance(tree, exp.Condition) or cls in (exp.Alias, exp.Tuple):
        raise Unsupported("the text is an expression, not a statement")
    raise Unsupported(f"no rule covers {cls.__name__}")


_HARMLESS = frozenset(
    {"ALTER", "TRUNCATE", "DROP", "COMMENT", "GRANT", "ANALYZE", "VACUUM", "FLASHBACK", "RESET SESSION"}
)
_SETTING = re.compile(
    r"\s+(?:TYPE|SECURITY\s+POLICY|XML\s+SCHEMA|EVENT\s+(?:SESSION|NOTIFICATION)|(?:PRIMARY\s+)?(?:XML|SPATIAL)\s+INDEX"
    r"|SELECTIVE\s+XML|EXTERNAL\s+(?:LIBRARY|LANGUAGE|MODEL)|COLUMN\s+(?:MASTER|ENCRYPTION)|(?:A?SYMMETRIC|MASTER)\s+KEY"
    r"|MESSAGE|CONTRACT|ROUTE|REMOTE|BROKER|ENDPOINT|AGGREGATE|SERVER)\b"
)
"""Objects that hold no rows, by what stands behind CREATE."""
_MOVES = (" RENAME ", " SWAP ", " EXCHANGE ", " SWITCH ", " APPEND ", " REPLACE ", " AS ")


def _is_harmless(command: Node) -> bool:
    """Changes of an object's settings move no data, whatever their details."""
    rest = f" {text_of(arg(command, 'expression'))} ".upper()
    if _first_words(command) == "CREATE":
        return _SETTING.match(rest) is not None
    if _first_words(command) == "SET":
        return rest.split()[:1] in (["PATH"], ["ROLE"])
    return _first_words(command) in _HARMLESS and not any(word in rest for word in _MOVES)


def _first_words(command: Node) -> str:
    return str(arg(command, "this") or "this").upper()


def _lower_read(tree: Node, walk: Walk) -> tuple[Statement, ...]:
    """A query; SELECT ... INTO writes (T-SQL, PostgreSQL) unless it fills variables (PL/SQL)."""
    into = _find_into(tree)
    query = lower_query(tree, walk)
    if into is None or walk.engine in ("oracle", "mysql", "db2") or (walk.names.inside and walk.engine not in _TSQL):
        return (Read("select", query),)
    target = arg(into, "this")
    if target is None or target.__class__ is not exp.Table:
        return (Read("select", query),)
    kind, text = file_of(target)
    name = ((text, True),) if kind else table_name(target, walk)
    if not name:
        return (Read("select", query),)
    return (Write("select into", name, "create", query, temporary=bool(arg(into, "temporary"))),)


def _find_into(tree: Node) -> Node:
    """The INTO of a query stands in the first branch of a set operation."""
    while tree is not None and tree.__class__ is not exp.Select:
        tree = arg(tree, "this")
        if tree.__class__ is exp.Table:
            return None
    return arg(tree, "into") if tree is not None else None
