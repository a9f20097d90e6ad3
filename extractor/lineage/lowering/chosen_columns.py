"""DuckDB: expressions that stand for several columns, ``* LIKE 'a%'`` and ``max(COLUMNS('a.*'))``.

https://duckdb.org/docs/stable/sql/expressions/star: each column that is chosen gives one column of its own name.
"""

from __future__ import annotations

import re

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.model import NO_FLOW, Flow, Star

_PATTERNS = {exp.Like: "like", exp.ILike: "like", exp.SimilarTo: "matching", exp.RegexpLike: "matching"}


def lower_columns(item: Node, walk: Walk, excluded: tuple[str, ...]) -> Star | None:
    """The star that an item of a select list comes to, or None where it is no such expression."""
    if item.__class__ is exp.Columns:
        return _chosen(arg(item, "this"), excluded)
    if item.__class__ in _PATTERNS and arg(item, "this").__class__ is exp.Star:
        return _by_pattern(item, arg(item, "this"))
    if "columns" not in walk.text.lower():
        return None
    found = list(item.find_all(exp.Columns))
    if len(found) != 1 or arg(found[0], "unpack"):
        return None
    chosen = _chosen(arg(found[0], "this"), excluded)
    if chosen is None:
        return chosen
    return chosen._replace(beside=_without(item, found[0], walk))


def _chosen(inner: Node, excluded: tuple[str, ...]) -> Star | None:
    if inner.__class__ is exp.Star:
        names = args_of(inner, "except_")
        return Star(dropped=tuple(n.name for n in names) or excluded)
    if inner.__class__ is exp.Literal:
        return Star((), excluded, matching=inner.name)
    if inner.__class__ is exp.Array:
        names = [re.escape(e.name) for e in args_of(inner, "expressions")]
        return Star(matching=rf"(?i)\A(?:{'|'.join(names)})\Z")
    if inner.__class__ is exp.Lambda and arg(inner, "this").__class__ in _PATTERNS:
        return _by_pattern(arg(inner, "this"), None)
    return None


def _by_pattern(test: Node, star: Node) -> Star | None:
    wanted = arg(test, "expression")
    if wanted.__class__ is not exp.Literal:
        return None
    dropped = tuple(n.name for n in args_of(star, "except_")) if star is not None else ()
    if _PATTERNS[test.__class__] == "like":
        if arg(test, "negate"):
            return Star((), dropped, matching=rf"(?is)\A(?!{_expression(wanted.name)}\Z)")
        return Star((), dropped, like=wanted.name)
    return Star((), dropped, matching=wanted.name)


def _expression(pattern: str) -> str:
    """The regular expression of a LIKE pattern."""
    return "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)


def _without(item: Node, columns: Node, walk: Walk) -> Flow:
    """What the expression takes in beside the columns that are chosen."""
    whole, inner = flow_of((item,), walk), flow_of((columns,), walk)
    rest = whole._replace(
        refs=tuple(r for r in whole.refs if r not in inner.refs),
        rows=tuple(r for r in whole.rows if r not in inner.rows),
    )
    return rest if any(rest) else NO_FLOW
