"""The names that PostgreSQL and its relatives give to expressions without an alias.

A column is named by the last function, field or column that makes it, else by the type it is cast to:
https://www.postgresql.org/docs/current/queries-select-lists.html (Column Labels). The parser has names of its own for
many functions, so the spelling is taken from the text.
"""

from __future__ import annotations

import re

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of

_TYPES = {
    "int": "int4", "bigint": "int8", "smallint": "int2", "float": "float4", "double": "float8", "decimal": "numeric",
    "boolean": "bool", "char": "bpchar", "varchar": "varchar", "text": "text", "date": "date", "timestamp": "timestamp",
    "timestamptz": "timestamptz", "time": "time", "timetz": "timetz", "interval": "interval", "json": "json",
    "jsonb": "jsonb", "uuid": "uuid", "bytea": "bytea", "varbinary": "bytea", "inet": "inet", "xml": "xml",
}  # fmt: skip
_SPELLINGS = {
    exp.Extract: ("extract", "date_part"),
    exp.StrPosition: ("position", "strpos"),
    exp.GroupConcat: ("string_agg", "listagg"),
    exp.Ceil: ("ceil", "ceiling"),
    exp.Substring: ("substring", "substr"),
    exp.Pow: ("power", "pow"),
}
_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}
_AROUND = frozenset({exp.Paren, exp.Window, exp.Filter, exp.WithinGroup, exp.Collate, exp.Bracket})
_FIXED = {exp.AtTimeZone: "timezone", exp.Interval: "interval", exp.JSONArrayAgg: "json_agg"}
_WEAK = frozenset(_TYPES.values()) | {"case", ""}


def given_name(node: Node, walk: Walk) -> str:
    """The name of an expression; empty where the engine writes ``?column?`` or we cannot be sure."""
    while node.__class__ in _AROUND:
        node = arg(node, "this")
    cls = node.__class__
    if cls is exp.Column or cls is exp.Identifier:
        return str(node.name)
    if cls is exp.Dot:
        return text_of(arg(node, "expression"))
    if cls in (exp.Cast, exp.TryCast):
        return given_name(arg(node, "this"), walk) or _type_name(arg(node, "to"))
    if cls is exp.Case:
        inner = given_name(arg(node, "default"), walk) if arg(node, "default") is not None else ""
        return "case" if inner in _WEAK else inner
    if cls is exp.Subquery:
        return _only_output(arg(node, "this"), walk)
    if cls in _FIXED:
        return _FIXED[cls]
    return _function_name(node, walk) if isinstance(node, exp.Func) else ""


def _only_output(query: Node, walk: Walk) -> str:
    items = args_of(query, "expressions") if query.__class__ is exp.Select else []
    if len(items) != 1:
        return ""
    return text_of(arg(items[0], "alias")) if items[0].__class__ is exp.Alias else given_name(items[0], walk)


def _type_name(kind: Node) -> str:
    value = arg(kind, "this") if kind.__class__ is exp.DataType else None
    return _TYPES.get(str(getattr(value, "value", "")).lower(), "")


def _function_name(node: Node, walk: Walk) -> str:
    cls = node.__class__
    if cls is exp.Anonymous:
        return str(arg(node, "this")).lower()
    if cls is exp.Trim:
        return _TRIMS.get(str(arg(node, "position") or "").upper(), "btrim")
    if cls in (exp.And, exp.Or, exp.Xor):
        return ""
    start, end = node.meta.get("start"), node.meta.get("end")
    if start is not None and end is not None:
        word = walk.text[start : end + 1].strip('"')
        return word.lower() if word.isidentifier() else ""
    spellings = _SPELLINGS.get(cls, (str(node.sql_name()).lower(),))
    written = [name for name in spellings if re.search(rf"\b{name}\b", walk.text, re.IGNORECASE)]
    return written[0] if len(written) == 1 else ""
