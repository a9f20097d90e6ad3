"""Functions that are told in a text which table or query they read.

DuckDB's ``query_table(['a', 'b'])`` and ``query('SELECT ...')`` (https://duckdb.org/docs/stable/sql/functions/utility),
PostgreSQL's ``table_to_xml('t', ...)`` and ``query_to_xml('SELECT ...', ...)``
(https://www.postgresql.org/docs/current/functions-xml.html#FUNCTIONS-XML-MAPPING), Snowflake's references to tables
and queries (https://docs.snowflake.com/en/sql-reference/functions/system_query_reference).
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from dialects import ParseFailure
from dialects.sqlglot_adapter import parse, parsed_text
from extractor.lineage.lowering.context import Node, Walk, args_of
from extractor.lineage.model import Name, Projection, Query, Select, SetOp, Source, Star

_ALL = (Projection("", star=Star()),)
_QUERIES = frozenset({exp.Select, exp.Union, exp.Except, exp.Intersect})
_DOCUMENTS = frozenset(f"{what}_to_xml{more}" for what in ("table", "query") for more in ("", "_and_xmlschema"))
_REFERENCES = {"system$reference": 1, "system$query_reference": 0}
"""Which argument names the table, or is the query."""


def rows_told(name: str, inputs: list[Node], walk: Walk) -> Query | None:
    """The query that a function in FROM runs by its first argument; None for any other function."""
    if walk.engine != "duckdb" or name not in ("query", "query_table") or not inputs:
        return None
    if name == "query":
        return _query_of(inputs[0], walk)
    tables = _tables_of(inputs[0], walk)
    if not tables:
        return None
    branches = tuple(whole_table(table) for table in tables)
    by_name = len(inputs) > 1 and inputs[1].__class__ is exp.Boolean and bool(inputs[1].args.get("this"))
    return branches[0] if len(branches) == 1 else SetOp(branches, by_name=by_name)


def value_told(name: str, inputs: list[Node], walk: Walk) -> Query | None:
    """The query whose rows a function makes one value of, or hands to a model; None for any other function."""
    if walk.engine == "snowflake" and name in _REFERENCES and len(inputs) > _REFERENCES[name]:
        told = inputs[_REFERENCES[name]]
        if name == "system$query_reference":
            return _query_of(told, walk)
        named = _tables_of(told, walk)
        return whole_table(named[0]) if named else None
    if name not in _DOCUMENTS or walk.engine != "postgres" or not inputs:
        return None
    first = inputs[0].args.get("this") if inputs[0].__class__ is exp.Cast else inputs[0]  # 't'::regclass
    if name.startswith("query"):
        return _query_of(first, walk)
    tables = _tables_of(first, walk)
    return whole_table(tables[0]) if len(tables) == 1 else None


def whole_table(table: Name) -> Select:
    """``SELECT * FROM`` the table."""
    return Select(_ALL, (Source("table", table),))


def _tables_of(node: Node, walk: Walk) -> list[Name]:
    """The tables that a literal, or a list of literals, names; none where one of them is no literal."""
    listed = args_of(node, "expressions") if node.__class__ is exp.Array else [node]
    texts = [e.name for e in listed if e.__class__ is exp.Literal and e.args.get("is_string")]
    return [walk.dialect.parse_name(text) for text in texts] if len(texts) == len(listed) else []


def _query_of(node: Node, walk: Walk) -> Query | None:
    """The query in a literal; None for any other text."""
    if node.__class__ is not exp.Literal or not node.args.get("is_string"):
        return None
    try:
        trees = parse(node.name, walk.dialect)
    except ParseFailure:
        return None
    if len(trees) != 1 or trees[0].__class__ not in _QUERIES:
        return None
    return walk.query(trees[0], replace(walk, text=parsed_text(trees[0]), windows={}, writes=[]))
