"""What the engine of a ClickHouse table, or the source of a dictionary, says about where its rows come from.

https://clickhouse.com/docs/engines/table-engines, https://clickhouse.com/docs/sql-reference/statements/create/dictionary
"""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, args_of, text_of
from extractor.lineage.lowering.names import column_parts
from extractor.lineage.lowering.table_functions import file_read, function_name
from extractor.lineage.model import Define, Flow, Name, Part, Projection, Select, Source, Star, Statement, Write

_READS = frozenset({"distributed", "dictionary"})


def engine_writes(define: Define, properties: list[Node]) -> tuple[Statement, ...]:
    """The definition of a table, and what flows through its engine.

    A Distributed table shows the rows of another one; a Buffer hands its rows on to another one.
    """
    call = next((p.args.get("this") for p in properties if p.__class__ is exp.EngineProperty), None)
    if call is None:  # the server's default engine, Memory for temporary tables
        return (define,)
    name, inputs = function_name(call), args_of(call, "expressions")
    if name == "distributed":
        other = _named(inputs[1:3])
    elif name == "buffer":
        other = _named(inputs[:2])
    else:
        other = _named(inputs[:1]) if name == "dictionary" else ()
    if not other:
        return (define,)
    if name in _READS:
        return (Write(f"create {name} table", define.name, "view", _columns_of(other, define.columns), define.columns),)
    return (
        define,
        Write("create buffer table", other, "insert", _columns_of(define.name, define.columns), by_name=True),
    )


def dictionary_write(name: Name, columns: tuple[str, ...], properties: list[Node]) -> Write | None:
    """The table or file that a dictionary is loaded from, or None where it is none of this database."""
    for item in properties:
        if item.__class__ is exp.DictProperty and text_of(item.args.get("this")).upper() == "SOURCE":
            given = {
                text_of(s.args.get("this")).lower(): text_of(s.args.get("value")) for s in args_of(item, "settings")
            }
            if text_of(item.args.get("kind")).upper() == "CLICKHOUSE" and given.get("table"):
                parts = (*([given["db"]] if given.get("db") else []), *given["table"].split("."))
                table: Name = tuple((part, True) for part in parts)
                return Write("create dictionary", name, "view", _columns_of(table, columns), columns)
    return None


def engine_file(item: Node) -> str:
    """The place outside of the database that a table engine reads; empty for other engines."""
    return file_read(item.args.get("this")) if item.__class__ is exp.EngineProperty else ""


def _columns_of(table: Name, columns: tuple[str, ...]) -> Select:
    named = tuple(Projection(name, Flow((((name, True),),))) for name in columns)
    return Select(named or (Projection("", star=Star()),), (Source("table", table),))


def _named(inputs: list[Node]) -> Name:
    """``db, t`` with or without quotes, ``db.t``; a call (``currentDatabase()``) stands for the session's own."""
    parts: list[Part] = []
    for item in inputs:
        if item.__class__ is exp.Column:
            parts.extend(column_parts(item))
        elif item.__class__ is exp.Literal and item.name:
            parts.extend((piece, True) for piece in item.name.split("."))
    return tuple(parts)
