"""What stands in FROM and is named by a call: rows of a function that a CREATE made, and of earlier queries."""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of
from extractor.lineage.lowering.names import part_of
from extractor.lineage.model import Name

_BEFORE = ("catalog", "db")


def routine_called(call: Node, around: Node, walk: Walk) -> Name:
    """The name of the function whose rows are read; empty for one that the parser itself knows.

    ``f(1)``, ``s.f(1)``, ``TABLE(s.f(1))``; ``around`` is the node that may hold the parts in front.
    """
    if call.__class__ is exp.Anonymous and str(arg(call, "this")).upper() == "TABLE":
        inputs = args_of(call, "expressions")
        call = inputs[0] if len(inputs) == 1 else None
    before: list[Node] = []
    while call.__class__ is exp.Dot:
        before = _parts(arg(call, "this"))
        call = arg(call, "expression")
    if call.__class__ is not exp.Anonymous or any(part.__class__ is not exp.Identifier for part in before):
        return ()
    if around.__class__ is exp.Table and not before:
        before = [part for key in _BEFORE if (part := arg(around, key)).__class__ is exp.Identifier]
    this = arg(call, "this")
    if this.__class__ is not exp.Identifier:
        return (*map(part_of, before), (str(this), False))
    own = walk.dialect.parse_name(f"`{this.name}`") if walk.engine == "bigquery" else (part_of(this),)
    return (*map(part_of, before), *own)


def _parts(node: Node) -> list[Node]:
    return [*_parts(arg(node, "this")), arg(node, "expression")] if node.__class__ is exp.Dot else [node]


def query_before(call: Node) -> int:
    """Which earlier query ``RESULT_SCAN(LAST_QUERY_ID(-2))`` reads, as a number below 0; 0 where its id is another.

    https://docs.snowflake.com/en/sql-reference/functions/last_query_id; numbers above 0 count from the first query.
    """
    inputs = args_of(call, "expressions")
    inner = inputs[0] if len(inputs) == 1 else None
    if inner.__class__ is not exp.Anonymous or str(arg(inner, "this")).upper() != "LAST_QUERY_ID":
        return 0
    numbers = args_of(inner, "expressions")
    if not numbers:
        return -1
    is_negative = len(numbers) == 1 and numbers[0].__class__ is exp.Neg
    number = arg(numbers[0], "this") if is_negative else None
    return -int(number.name) if number.__class__ is exp.Literal and number.name.isdigit() else 0
