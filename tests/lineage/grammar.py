"""Queries whose lineage is known by construction: text and lineage grow together, and the engine is never asked.

Each piece carries what it reads: a column the base columns whose values flow into it, a query the tables that it
names and the base columns that only decide about its rows. The rules are those of the project: what decides about
the rows of a query, or of any query in it, is indirect for all its columns; all that stands in a projected expression
is direct; set operations map by position; a merged column of USING comes from both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hypothesis import strategies as st

Base = frozenset[tuple[str, str]]
NOTHING: Base = frozenset()
T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

TABLES = {
    "orders": ("id", "customer", "amount", "placed"),
    "customers": ("id", "name", "country"),
    "sales.items": ("order_id", "sku", "amount"),
    "stock": ("sku", "depot", "height"),
}
TARGET = "mart.result"
_ALIASES = ("x", "y", "q", "orders", "stock", "name", "r1")
_NAMES = ("id", "amount", "name", "total", "sku", "k1", "k2", "v", "height", "w")
_CTES = ("step", "orders", "base", "stock", "last_one")


@dataclass(frozen=True)
class Column:
    """A column that a query puts out, or an expression."""

    name: str
    direct: Base = NOTHING


@dataclass(frozen=True)
class Query:
    """A query's text, its columns, the tables that it reads, and what decides about its rows."""

    sql: str
    columns: tuple[Column, ...]
    reads: frozenset[str] = frozenset()
    decides: Base = NOTHING
    head: str = ""

    @property
    def whole(self) -> str:
        """The text with the WITH clause in front."""
        return self.head + self.sql


@dataclass(frozen=True)
class Relation:
    """What FROM holds: its text, its name in the query, its columns, and whether a star over it can be opened."""

    sql: str
    name: str
    columns: tuple[Column, ...]
    is_known: bool


@dataclass(frozen=True)
class Rules:
    """What one dialect writes differently.

    ``early_aliases``: WHERE and later expressions of the select list see its names. ``nested_ctes``: WITH may stand
    in front of any query, and behind INSERT INTO. ``table_as``: what may stand before the alias of a table.
    ``silent_recursion``: a CTE of two branches that names itself is recursive without a word of it.
    """

    early_aliases: bool = False
    nested_ctes: bool = True
    table_as: str = "as "
    minus: str = "except"
    silent_recursion: bool = False


@dataclass
class Grammar:
    """Draws queries over TABLES.

    ``schema`` says whether the engine is told their columns. What could then be a column of an unknown table as well
    as something else of that name is not drawn.
    """

    draw: Any
    schema: bool
    rules: Rules
    ctes: dict[str, Query] = field(default_factory=dict)
    around: frozenset[str] = frozenset()

    def chance(self, times: int = 3) -> bool:
        """True once in so many times."""
        return bool(self.draw(st.integers(1, times)) == times)

    def one(self, values: Sequence[T]) -> T:
        """One of the values."""
        found: T = self.draw(st.sampled_from(values))
        return found

    def query(self, depth: int, *, is_outer: bool = False) -> Query:
        """A query with or without WITH in front."""
        before = dict(self.ctes)
        heads: list[str] = []
        if depth and (self.rules.nested_ctes or is_outer) and self.chance():
            drawn = self.draw(st.lists(st.sampled_from(_CTES), min_size=1, max_size=2, unique=True))
            heads = [self.cte(name, depth) for name in drawn]
        found = self.union(depth)
        self.ctes = before
        return replace(found, head=f"with {', '.join(heads)} ") if heads else found

    def cte(self, name: str, depth: int) -> str:
        """Define a CTE, with or without a list of columns; what it reads counts once it is read itself."""
        around = self.around
        self.around |= {name} if self.rules.silent_recursion else set()
        body = self.query(depth - 1)
        self.around = around
        listed = ""
        if self.chance():
            names = self.names(len(body.columns))
            body = replace(body, columns=tuple(replace(c, name=n) for c, n in zip(body.columns, names, strict=True)))
            listed = f" ({', '.join(names)})"
        self.ctes[name] = body
        return f"{name}{listed} as ({body.whole})"

    def names(self, size: int) -> list[str]:
        """So many different names."""
        found: list[str] = self.draw(st.lists(st.sampled_from(_NAMES), min_size=size, max_size=size, unique=True))
        return found

    def union(self, depth: int) -> Query:
        """One SELECT, or two put together by position."""
        first = self.select(depth, None)
        if not depth or not self.chance(4) or len(first.columns) > 4:
            return first
        second = self.select(depth - 1, len(first.columns))
        operator = self.one(("union all", "union", "intersect", self.rules.minus))
        pairs = zip(first.columns, second.columns, strict=True)
        columns = tuple(Column(a.name, a.direct | b.direct) for a, b in pairs)
        text = f"{first.sql} {operator} {second.sql}"
        return Query(text, columns, first.reads | second.reads, first.decides | second.decides)

    def select(self, depth: int, arity: int | None) -> Query:
        """SELECT ... FROM ... WHERE ... GROUP BY ..."""
        scope = Scope(self, depth)
        sources = scope.join()
        where = scope.where()
        if self.chance(4):
            items, columns, tail = scope.grouped(arity)
        else:
            items, columns, tail = (*scope.items(arity), "")
        text = f"select {items} from {sources}{where}{tail}"
        return Query(text, tuple(columns), frozenset(scope.reads), scope.decides)


class Scope:
    """The relations of one SELECT, and what is made of them."""

    def __init__(self, grammar: Grammar, depth: int, outer: Sequence[Relation] = ()) -> None:
        self.grammar = grammar
        self.depth = depth
        self.relations: list[Relation] = []
        self.merged: dict[str, Column] = {}
        self.decides: Base = NOTHING
        self.reads: set[str] = set()
        self.outer = outer

    # FROM

    def join(self) -> str:
        """The FROM clause; fills the relations."""
        grammar = self.grammar
        text = self.add()
        while len(self.relations) < 3 and grammar.chance(2):
            before = list(self.relations)
            added = self.add()
            kind = grammar.one(("join", "left join", "right join", "full join", "cross join", ",", "using"))
            if kind == "using" and len(before) == 1 and (shared := self.shared(before[0], self.relations[-1])):
                text += f" join {added} using ({shared})"
            elif kind in {"cross join", ","} or kind == "using":
                text += f"{',' if kind == ',' else ' cross join'} {added}"
            else:
                (left, a), (right, b) = (self.reference(r, qualified=True) for r in (before, self.relations[-1:]))
                self.decides |= a.direct | b.direct
                text += f" {kind} {added} on {left} = {right}"
        return text

    def shared(self, left: Relation, right: Relation) -> str:
        """A name that both have, whose merged column is noted; empty where there is none or columns are not known."""
        if not (left.is_known and right.is_known):
            return ""
        mine, theirs = ({c.name: c for c in r.columns} for r in (left, right))
        name = next((n for n in mine if n in theirs), "")
        if name:
            one, other = mine[name], theirs[name]
            self.merged[name] = Column(name, one.direct | other.direct)
            self.decides |= one.direct | other.direct
        return name

    def add(self) -> str:
        """One more relation under a name of its own; its text."""
        grammar = self.grammar
        taken = {r.name for r in (*self.relations, *self.outer)}
        query: Query | None = None
        choice = grammar.draw(st.integers(0, 3))
        if choice == 3 and self.depth:
            query = grammar.query(self.depth - 1)
            text, own = f"({query.whole})", ""
        elif choice == 2 and grammar.ctes:
            own = text = grammar.one(sorted(grammar.ctes))
            query = grammar.ctes[own]
        else:
            text = grammar.one([t for t in TABLES if t not in grammar.ctes and t not in grammar.around])
            own = text.rpartition(".")[2]
        self.reads |= query.reads if query else {text}
        self.decides |= query.decides if query else NOTHING
        columns = query.columns if query else tuple(Column(c, frozenset({(text, c)})) for c in TABLES[text])
        if own and own not in taken and grammar.chance(2):
            name = own
        else:
            name = grammar.one([a for a in _ALIASES if a not in taken and (a != "name" or grammar.schema)])
            text += f" {grammar.one(('', grammar.rules.table_as))}{name}"
        self.relations.append(Relation(text, name, columns, query is not None or grammar.schema))
        return text

    # expressions

    def reference(self, among: Sequence[Relation] | None = None, *, qualified: bool = False) -> tuple[str, Column]:
        """A column of one of the relations, qualified or not where that is clear."""
        relations = self.relations if among is None else among
        relation = self.grammar.one(relations)
        column = self.grammar.one(relation.columns)
        if among is None and column.name in self.merged and relation in self.relations[:2]:
            if self.is_clear(column.name, self.relations[2:], 0):
                return column.name, self.merged[column.name]
            return f"{relation.name}.{column.name}", column
        qualified = qualified or relation not in self.relations or self.grammar.chance(2)
        if not qualified and self.is_clear(column.name, self.relations, 1):
            return column.name, column
        return f"{relation.name}.{column.name}", column

    def is_clear(self, name: str, relations: Sequence[Relation], times: int) -> bool:
        """Whether so many of the relations have the name, and the columns of all are known (or there is one only)."""
        alone = len(self.relations) == 1 and not self.grammar.rules.early_aliases
        if not alone and not all(r.is_known for r in self.relations):
            return False
        return sum(c.name == name for r in relations for c in r.columns) == times

    def expression(self, depth: int = 2) -> tuple[str, Column]:
        """A value made of columns; what it says of its lineage has no name."""
        grammar = self.grammar
        kind = grammar.draw(st.integers(0, 9)) if depth else 0
        if kind == 9 and self.depth:
            return self.scalar()
        if kind <= 3 or kind == 9:
            return self.reference()
        if kind == 4:
            return grammar.one(("1", "'text'", "null", "count(*)")), Column("")
        one, a = self.expression(depth - 1)
        if kind == 5:
            return f"{grammar.one(('coalesce', 'sum', 'upper', 'max'))}({one})", a
        other, b = self.expression(depth - 1)
        both = Column("", a.direct | b.direct)
        shapes = ("({} + {})", "case when {} = 1 then {} end", "sum({}) over (partition by {})", "concat({}, {})")
        return grammar.one(shapes).format(one, other), both

    def scalar(self) -> tuple[str, Column]:
        """A scalar subquery, with or without a reference to the row outside."""
        inner = Scope(self.grammar, 0, (*self.outer, *self.relations))
        sources = inner.join()
        value, column = inner.reference()
        condition = inner.correlation()
        self.reads |= inner.reads
        self.decides |= inner.decides
        return f"(select max({value}) from {sources}{condition})", column

    def correlation(self) -> str:
        """A condition between a column of this query and one of a query around it."""
        (left, a), (right, b) = self.reference(self.relations), self.reference(self.outer)
        self.decides |= a.direct | b.direct
        return f" where {left} = {right}"

    # the rest of the clauses

    def where(self) -> str:
        """A condition, or none."""
        grammar = self.grammar
        kind = grammar.draw(st.integers(0, 5))
        if kind < 3:
            return ""
        text, column = self.reference()
        if kind == 3:
            self.decides |= column.direct
            return f" where {text} > 10"
        inner = Scope(grammar, 0, (*self.outer, *self.relations))
        sources = inner.join()
        if kind == 4:
            condition = inner.correlation()
            self.decides |= inner.decides
            found = f" where exists (select 1 from {sources}{condition})"
        else:
            value, other = inner.reference()
            self.decides |= column.direct | other.direct | inner.decides
            found = f" where {text} in (select {value} from {sources})"
        self.reads |= inner.reads
        return found

    def items(self, arity: int | None) -> tuple[str, list[Column]]:
        """The select list: stars where they can be opened, else expressions with names."""
        grammar = self.grammar
        if arity is None and not self.merged and grammar.chance(3):
            columns = [c for r in self.relations for c in r.columns]
            if all(r.is_known for r in self.relations) and len({c.name for c in columns}) == len(columns):
                return "*", columns
            if grammar.one(self.relations).is_known:
                relation = next(r for r in self.relations if r.is_known)
                return f"{relation.name}.*", list(relation.columns)
        size = arity or grammar.draw(st.integers(1, 4))
        texts, found = [], []
        for name in grammar.names(size):
            text, column = self.expression()
            texts.append(f"{text} as {name}")
            found.append(replace(column, name=name))
        return ", ".join(texts), found

    def grouped(self, arity: int | None) -> tuple[str, list[Column], str]:
        """A select list of one key and aggregates, with GROUP BY and perhaps HAVING."""
        grammar = self.grammar
        key, column = self.reference(qualified=not self.grammar.schema)
        self.decides |= column.direct
        names = grammar.names(arity or grammar.draw(st.integers(1, 3)))
        texts, found = [f"{key} as {names[0]}"], [replace(column, name=names[0])]
        for name in names[1:]:
            text, value = self.reference()
            texts.append(f"{grammar.one(('sum', 'min', 'count'))}({text}) as {name}")
            found.append(replace(value, name=name))
        tail = f" group by {key}"
        if grammar.chance():
            text, value = self.reference(qualified=not self.grammar.schema)
            self.decides |= value.direct
            tail += f" having max({text}) > 0"
        return ", ".join(texts), found, tail


@dataclass(frozen=True)
class Statement:
    """A statement, the schema that the engine is told, and the lineage that is right."""

    sql: str
    schema: dict[str, dict[str, None]]
    sources: set[str]
    targets: set[str]
    direct: set[str]
    indirect: set[str]


@st.composite
def statements(draw: Any, rules: Rules) -> Statement:
    """A query, alone or in an INSERT or CREATE."""
    grammar = Grammar(draw, draw(st.booleans()), rules)
    query = grammar.query(draw(st.integers(0, 3)), is_outer=True)
    schema = {table: dict.fromkeys(columns) for table, columns in TABLES.items()} if grammar.schema else {}
    kind = draw(st.integers(0, 5))
    names = [c.name for c in query.columns]
    if kind == 0:
        return _statement(query.whole, schema, query, names, "-")
    if kind == 1:
        return _statement(f"create table {TARGET} as {query.whole}", schema, query, names, TARGET)
    others = [f"c{number}" for number in range(len(names))]
    listed = ", ".join(others)
    if kind == 2:
        return _statement(f"create view {TARGET} ({listed}) as {query.whole}", schema, query, others, TARGET)
    first, rest = ("", query.whole) if rules.nested_ctes else (query.head, query.sql)
    if kind == 3:
        return _statement(f"{first}insert into {TARGET} ({listed}) {rest}", schema, query, others, TARGET)
    if kind == 4:
        told = {**schema, TARGET: dict.fromkeys(others)}
        return _statement(f"{first}insert into {TARGET} {rest}", told, query, others, TARGET)
    return _statement(f"{first}insert into {TARGET} {rest}", schema, query, names, TARGET)


def _statement(sql: str, schema: dict[str, dict[str, None]], query: Query, names: list[str], target: str) -> Statement:
    direct, indirect = set(), set()
    for name, column in zip(names, query.columns, strict=True):
        direct |= {f"{table}.{source} > {target}.{name}" for table, source in column.direct}
        indirect |= {f"{table}.{source} > {target}.{name}" for table, source in query.decides - column.direct}
    targets = set() if target == "-" else {target}
    return Statement(sql, schema, set(query.reads), targets, direct, indirect)
