"""OUTPUT ... INTO: a statement hands the rows it touches to a second table."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.names import part_of, table_name
from extractor.lineage.lowering.projections import lower_projections
from extractor.lineage.model import Name, Projection, Select, Source, Statement, Write


def output_writes(
    node: Node, walk: Walk, rows: dict[str, Source], others: Iterable[Source] = ()
) -> tuple[Statement, ...]:
    """The write that OUTPUT INTO makes; ``rows`` are what ``inserted`` and ``deleted`` stand for.

    ``others`` are the relations of FROM or USING, whose columns may be put out as well. The walk keeps the rows for
    a query that reads them at once: ``FROM (DELETE ... OUTPUT ...) AS gone``.
    """
    returning = arg(node, "returning")
    if returning is not None:
        walk.touched = _touched(lower_projections(returning, walk), rows, others)
    into = arg(returning, "into") if returning is not None else None
    if into is None or isinstance(into, bool) or walk.engine not in ("tsql", "fabric"):
        return ()  # elsewhere RETURNING ... INTO fills variables
    name, columns = _into(into, walk)
    if not name:
        return ()
    return (Write("output into", name, "insert", walk.touched, columns),)


def _touched(projections: tuple[Projection, ...], rows: dict[str, Source], others: Iterable[Source]) -> Select:
    named = {ref[-2][0].lower() for p in projections for ref in p.flow.refs if len(ref) > 1}
    used = (s for s in others if (s.alias or (s.name[-1][0] if s.name else "")).lower() in named)
    return Select(projections, (*rows.values(), *used))


def _into(into: Node, walk: Walk) -> tuple[Name, tuple[str, ...]]:
    if into.__class__ is exp.Table:
        inner = arg(into, "this")
        if inner.__class__ is exp.Parameter:
            return ((f"@{inner.name}", False),), ()
        if isinstance(inner, exp.Func):
            return _called(inner, walk)
        return _dotted(table_name(into, walk), walk), ()
    if into.__class__ is exp.Schema:
        return _dotted(table_name(arg(into, "this"), walk), walk), tuple(
            text_of(c) for c in args_of(into, "expressions")
        )
    if into.__class__ in (exp.Column, exp.Identifier):
        return _dotted((part_of(into if into.__class__ is exp.Identifier else arg(into, "this")),), walk), ()
    if into.__class__ is exp.Parameter:
        return ((f"@{into.name}", False),), ()
    return _called(into, walk) if isinstance(into, exp.Func) else ((), ())


def _dotted(name: Name, walk: Walk) -> Name:
    """The repair of texts quotes a dotted name as one, since the parser takes one part only here."""
    return walk.dialect.parse_name(name[0][0]) if len(name) == 1 and "." in name[0][0] else name


def _called(call: Node, walk: Walk) -> tuple[Name, tuple[str, ...]]:
    """The parser reads ``INTO log(a, b)`` as a call of a function."""
    columns = args_of(call, "expressions") or [v for v in call.args.values() if v.__class__ is exp.Column]
    name = text_of(arg(call, "this")) if call.__class__ is exp.Anonymous else call.sql_name().lower()
    return _dotted(((name, False),), walk), tuple(text_of(c) for c in columns)
