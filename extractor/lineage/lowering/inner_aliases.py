"""Columns that an expression somewhere in a SELECT makes, for the whole of it to name.

In ClickHouse that is every alias: https://clickhouse.com/docs/sql-reference/syntax#expression-aliases
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.model import Projection, Select, Source

_CLAUSES = ("prewhere", "where", "group", "having", "qualify", "order")
_OTHER_SCOPES = frozenset({exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.WithFill})
"""Aliases in these are none of the SELECT's; ``INTERPOLATE (a AS a + 1)`` says which column is filled, and how."""


def inner_aliases(node: Node, walk: Walk) -> tuple[Source, ...]:
    """One hidden relation of one column for each alias that is not itself an item of the select list."""
    return tuple(
        Source(
            "query",
            (),
            text_of(arg(alias, "alias")),
            (text_of(arg(alias, "alias")),),
            Select((Projection(text_of(arg(alias, "alias")), flow_of((arg(alias, "this"),), walk)),)),
            lateral=True,
            hidden=True,
        )
        for alias in _aliases(node)
    )


_WINDOWS = {"window": "window", "time_window": "window", "session_window": "session_window"}


def time_windows(node: Node, walk: Walk) -> tuple[Source, ...]:
    """Spark: ``GROUP BY window(at, '5 minutes')`` makes a column ``window`` that the select list may name.

    https://spark.apache.org/docs/latest/api/sql/#window
    """
    group = arg(node, "group")
    calls = [e for e in args_of(group, "expressions") if e.__class__ is exp.Anonymous] if group is not None else []
    named = [(_WINDOWS.get(str(arg(call, "this")).lower(), ""), call) for call in calls]
    return tuple(
        Source("query", query=Select((Projection(name, flow_of((call,), walk)),)), lateral=True, hidden=True)
        for name, call in named
        if name
    )


def _aliases(node: Node) -> Iterator[Node]:
    stack = [arg(item, "this") if item.__class__ is exp.Alias else item for item in args_of(node, "expressions")]
    stack.extend(value for key in _CLAUSES if (value := arg(node, key)) is not None)
    while stack:
        one = stack.pop()
        if not hasattr(one, "args") or one.__class__ in _OTHER_SCOPES:
            continue
        if one.__class__ is exp.Alias:
            yield one
        for value in one.args.values():
            stack.extend(value if isinstance(value, list) else (value,))
