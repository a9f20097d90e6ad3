"""What one lowering walk carries with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from sqlglot import exp

from dialects import Dialect
from extractor.lineage.model import Cte, Name, Query, Select, Statement, Values, Write

Node = Any
"""A node of the parser's tree. Its classes differ between the parser's two builds, so they are not named here."""
_Item = TypeVar("_Item")
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)


class Names(NamedTuple):
    """What the surroundings of a statement know of names, all in lower case.

    ``variables`` are no columns. ``records`` are loop variables, whose fields are columns of a query; ``values`` are
    variables that hold the one column of a query. ``inside`` tells that the statement stands in the body of a
    routine, where SELECT INTO fills variables (but for T-SQL). ``tables`` are names that stand for another table
    (``inserted`` in a trigger).
    """

    variables: frozenset[str] = frozenset()
    records: Mapping[str, Query] = MappingProxyType({})
    inside: bool = False
    tables: Mapping[str, Name] = MappingProxyType({})
    values: Mapping[str, Query] = MappingProxyType({})


@dataclass(slots=True)
class Walk:
    """One walk over one statement: the dialect, and the writes met inside of it (data-modifying CTEs, OUTPUT).

    ``text`` is what was parsed, where names are taken from it. ``engine`` is the parser's name of the dialect, by
    which most rules of syntax go; ``knows_no_names`` tells that a plain reference can only be a column, and
    ``marks_variables`` that it is one beside variables too (those of Snowflake's queries are ``:x``); ``names_casts``
    that a cast bears the name of its column. ``visible`` are the CTEs before the one that is being lowered: what it
    writes may read them. ``touched`` is what the last change put out (OUTPUT).

    ``query``, ``values`` and ``statement`` lower what stands inside of something else: expressions hold queries
    and queries hold expressions, so they reach one another through the walk.
    """

    dialect: Dialect
    query: Callable[[Node, Walk], Query]
    values: Callable[[Node, Walk], Values]
    statement: Callable[[Node, Walk], tuple[Statement, ...]]
    names: Names
    writes: list[Write] = field(default_factory=list)
    windows: dict[str, Node] = field(default_factory=dict)
    visible: tuple[Cte, ...] = ()
    text: str = ""
    touched: Select | None = None
    names_casts: bool = True
    engine: str = field(init=False)
    knows_no_names: bool = field(init=False)
    marks_variables: bool = field(init=False)

    def __post_init__(self) -> None:
        self.engine = self.dialect.parser
        self.knows_no_names = not (self.names.variables or self.names.records or self.names.values)
        marks = not self.knows_no_names and self.engine == "snowflake"
        self.marks_variables = marks and _FROM.search(self.text) is not None


def arg(node: Node, key: str) -> Node:
    """The argument ``key`` of ``node`` or None, whatever the class of the node knows. False is as good as None."""
    value = node.args.get(key)
    return None if value is False else value


def args_of(node: Node, key: str) -> list[Node]:
    """The list argument ``key`` of ``node``, empty when it is absent."""
    return node.args.get(key) or []


def text_of(node: Node) -> str:
    """The bare text of an identifier, literal, column or alias; empty for None."""
    if node.__class__ is exp.Identifier:
        return str(node.args["this"])
    if node is None or isinstance(node, list | bool):
        return ""
    return node if isinstance(node, str) else str(node.name)


def unique(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """``items`` in their order, each once."""
    return tuple(dict.fromkeys(items))
