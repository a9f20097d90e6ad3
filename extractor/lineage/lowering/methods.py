"""Methods of values, which look like functions of a schema or fields of a row: ``a.method(b)``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg
from extractor.lineage.lowering.names import column_parts
from extractor.lineage.model import Name

_METHODS = {
    "tsql": frozenset({"value", "query", "exist", "nodes", "tostring", "getancestor", "getlevel", "getdescendant"}),
    "teradata": frozenset({"jsonextract", "jsonextractvalue", "jsonextractlargevalue", "existvalue", "combine"}),
}
"""Methods of values: of xml and hierarchyid in Transact-SQL, of JSON in Teradata; those of shapes begin with ST."""


_SHAPE = re.compile("ST[A-Z][a-z]")


def is_method(call: Node, walk: Walk) -> bool:
    """Whether the engine knows a method of that name, so that what stands before it is a value."""
    known = _METHODS.get(walk.engine)
    if known is None or not isinstance(call, exp.Func):
        return False
    name = str(arg(call, "this") if call.__class__ is exp.Anonymous else call.sql_name())
    return name.lower() in known or (walk.engine == "tsql" and _SHAPE.match(name) is not None)


def dotted_parts(node: Node) -> Name:
    """``a.b`` in front of a method, or nothing where it is no plain name."""
    if node.__class__ is exp.Identifier:
        return ((node.name, bool(arg(node, "quoted"))),)
    if node.__class__ is exp.Column:
        return column_parts(node)
    if node.__class__ is exp.Dot and arg(node, "expression").__class__ is exp.Identifier:
        head = dotted_parts(arg(node, "this"))
        return (*head, *dotted_parts(arg(node, "expression"))) if head else ()
    return ()


_OWN_SCHEMAS = frozenset({"main", "system", "pg_catalog"})
_OWN_FUNCTIONS = re.compile(
    r"(?:array|date|json|list|map|regexp|str|string|struct|to)_|len$|prefix$|suffix$|filter$|apply$|epoch|hash$|[lr]pad$|str[fp]time$",
    re.IGNORECASE,
)
"""Names of DuckDB's functions that the parser does not list."""


def may_be_macro(value: Node, call: Node) -> bool:
    """Whether DuckDB's ``a.f(b)`` may as well be the macro f of a schema a: no function of its own is called so."""
    name = str(arg(call, "this")) if call.__class__ is exp.Anonymous else ""
    own = not name or name.upper() in exp.FUNCTION_BY_NAME or _OWN_FUNCTIONS.match(name) is not None
    return not own and 0 < len(dotted_parts(value)) < _CATALOG_AND_SCHEMA


_CATALOG_AND_SCHEMA = 3


def names_before_method(value: Node) -> Iterator[Name]:
    """The columns in front of DuckDB's ``a.upper()``, which is ``upper(a)``: there the parser has plain names.

    https://duckdb.org/docs/stable/sql/functions/overview#function-chaining-via-the-dot-operator
    """
    parts = dotted_parts(value)
    if parts:
        if parts[0][0].lower() not in _OWN_SCHEMAS:
            yield parts
        return
    for inner in value.iter_expressions() if value.__class__ is not exp.Lambda else ():
        yield from names_before_method(inner)
