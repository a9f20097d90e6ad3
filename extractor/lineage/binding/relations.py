"""What a query yields while it is bound: columns with their origins, and places where a star stays open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from extractor.lineage.binding.engine import VIRTUAL
from extractor.models import TableName

CERTAIN, QUALIFIED, ONLY, ELIMINATED, BY_NAME, STARRED, SHAPED, UNLISTED = range(8)

CONFIDENCE: tuple[tuple[float, str], ...] = (
    (1.0, "the schema has the column"),
    (0.95, "qualified by its table"),
    (0.9, "the only table it can come from"),
    (0.85, "no other relation has it"),
    (0.85, "paired with the target by name"),
    (0.75, "through a star over a table whose columns are not known"),
    (0.6, "a field of a nested column, by its shape"),
    (0.5, "the known schema of its table does not list it"),
)
"""Confidence and reason of an edge, by the weakest step that led to it."""

UNNAMED = "a table is named by"
"""How the note begins of a query that reads a relation whose name is not in the text."""

UNKNOWN_COLUMNS = "its tables' columns are not known"
"""How the note ends of a column that could belong to several tables, since nobody knows their columns."""


class Base:
    """A table (or file) at the end of an edge.

    Two bases are the same only if they are one object; edges are made distinct by the table's name in the end.
    """

    __slots__ = ("table",)

    def __init__(self, table: TableName) -> None:
        self.table = table


class Origin(NamedTuple):
    """A column of a base, with the code of the weakest step that led there."""

    base: Base
    column: str
    code: int


Origins = frozenset[Origin]
NOTHING: Origins = frozenset()


def one_origin(base: Base, column: str, code: int) -> Origins:
    """The origins of what comes from one column alone."""
    return frozenset((_record(Origin, (base, column, code)),))


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


class Column(NamedTuple):
    """One output column; ``name`` is empty when nothing can refer to it. ``fields``, where they are known, by name."""

    name: str
    origins: Origins
    fields: tuple[tuple[str, Origins], ...] = ()


class RowFields(tuple[tuple[str, Origins], ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """The fields of a column that is a whole row: those that are known, and what stands for all others.

    ``beside`` flows into each of them.
    """

    opens: tuple[Open, ...] = ()
    beside: Origins = NOTHING

    def __bool__(self) -> bool:
        return bool(len(self) or self.opens)

    def field(self, name: str) -> Origins | None:
        """The origins of a field whose name is not among the known ones."""
        for place in self.opens:
            found = place.find(name.lower(), name)
            if found is not None:
                return found | self.beside
        return None


def row_fields(relation: Relation, beside: Origins) -> RowFields:
    """The columns of ``relation`` as the fields of one column."""
    found = RowFields((i.name.lower(), i.origins | beside) for i in relation.items if isinstance(i, Column) and i.name)
    found.opens, found.beside = tuple(relation.opens), beside
    return found


def column_of(name: str, origins: Origins) -> Column:
    """A column without known fields."""
    return _record(Column, (name, origins, ()))


class Open(Protocol):
    """A place in a select list that stands for columns we do not know; ``takes_any``: every name may be here."""

    @property
    def takes_any(self) -> bool:
        """Whether `find` has an answer for any name."""

    def find(self, key: str, name: str) -> Origins | None:
        """Where a column of that name comes from, or None when it cannot be here."""


class OpenTable:
    """All columns of a table whose columns are not known."""

    __slots__ = ("base",)
    takes_any = True

    def __init__(self, base: Base) -> None:
        self.base = base

    def find(self, key: str, name: str) -> Origins | None:
        """Any name may be a column of it; positions in a file are no names."""
        return (
            NOTHING
            if key[:1] == "$" and key[1:].isdigit()
            else frozenset((_record(Origin, (self.base, name, QUALIFIED)),))
        )


class OpenBeside:
    """An open place into whose every column something else flows as well."""

    __slots__ = ("beside", "inner", "takes_any")

    def __init__(self, inner: Open, beside: Origins) -> None:
        self.inner = inner
        self.beside = beside
        self.takes_any = inner.takes_any

    def find(self, key: str, name: str) -> Origins | None:
        """As the place within, and what flows beside it."""
        found = self.inner.find(key, name)
        return found | self.beside if found is not None else None


class OpenRows:
    """Whatever a table function yields: it all comes from the arguments."""

    __slots__ = ("origins",)
    takes_any = True

    def __init__(self, origins: Origins) -> None:
        self.origins = origins

    def find(self, key: str, name: str) -> Origins | None:
        """Every column comes from the arguments."""
        del key, name
        return self.origins


class OpenStar:
    """An open place seen through ``*``, without the columns left out and with the new names of others."""

    __slots__ = ("_found", "gone", "inner", "renamed", "takes_any")

    def __init__(self, inner: Open, gone: frozenset[str] = frozenset(), renamed: dict[str, str] | None = None) -> None:
        self.inner = inner
        self.gone = gone
        self.renamed = renamed or {}
        self.takes_any = inner.takes_any and not (gone or renamed)
        self._found: dict[str, Origins | None] = {}

    def find(self, key: str, name: str) -> Origins | None:
        """The column below the star, if the star lets it through."""
        if name not in self._found:
            self._found[name] = self._below(key, name)
        return self._found[name]

    def _below(self, key: str, name: str) -> Origins | None:
        if key in self.renamed:
            old = self.renamed[key]
            return degrade(self.inner.find(old.lower(), old), STARRED)
        if key in self.gone:
            return None
        return degrade(self.inner.find(key, name), STARRED)


class OpenMade:
    """What a model adds to the columns that it is given: its own columns come from all of them.

    BigQuery, "The ML.PREDICT function", "Output".
    """

    __slots__ = ("inner", "origins")
    takes_any = True

    def __init__(self, inner: tuple[Open, ...], origins: Origins) -> None:
        self.inner = inner
        self.origins = origins

    def find(self, key: str, name: str) -> Origins | None:
        """A column that the model makes, or one of the unknown columns that it passes on."""
        if not key.startswith(("predicted_", "ml_", "probability", "nearest_", "centroid_", "is_anomaly")):
            for place in self.inner:
                found = place.find(key, name)
                if found is not None:
                    return found
        return self.origins


class OpenUnion:
    """The unknown columns of a set operation: each branch is asked by name."""

    __slots__ = ("relations",)
    takes_any = False

    def __init__(self, relations: tuple[Relation, ...]) -> None:
        self.relations = relations

    def find(self, key: str, name: str) -> Origins | None:
        """What all branches have under that name."""
        found = [origins for r in self.relations if (origins := r.find(key, name)) is not None]
        return frozenset().union(*found) if found else None


_NO_COLUMNS: dict[str, list[Column]] = {}


class Relation:
    """The output of a query or a table.

    ``reads`` maps every table read to whether it stands in a FROM clause (or feeds a column); ``indirect`` are
    the columns that decided about rows; ``listed`` is the base whose known schema gave the columns; ``shy``
    relations (rows of a function) answer for unknown columns only when they are asked by their alias;
    ``nested`` are the items of an array or map.
    """

    __slots__ = ("_asked", "index", "indirect", "items", "listed", "nested", "opens", "reads", "shy")

    index: dict[str, list[Column]]
    """The columns by their name in lower case; made when it is first asked for."""

    def __init__(
        self,
        items: Iterable[Column | Open],
        reads: dict[Base, bool] | None = None,
        indirect: Origins = NOTHING,
        *,
        listed: Base | None = None,
        shy: bool = False,
        nested: bool = False,
    ) -> None:
        self.items: list[Column | Open] = list(items)
        self.opens: list[Open] = [item for item in self.items if item.__class__ is not Column]  # type: ignore[misc]
        if len(self.opens) == len(self.items):
            self.index = _NO_COLUMNS
        self.reads = reads if reads is not None else {}
        self.indirect = indirect
        self.listed = listed
        self.shy = shy
        self.nested = nested
        self._asked: dict[str, Origins] = {}

    def __getattr__(self, name: str) -> dict[str, list[Column]]:
        if name != "index":
            raise AttributeError(name)
        index: dict[str, list[Column]] = {}
        for item in self.items:
            if isinstance(item, Column) and (name := item[0]):
                alone = [item]
                same = index.setdefault(name.lower(), alone)
                if same is not alone:
                    same.append(item)
        self.index = index
        return index

    @property
    def takes_any(self) -> bool:
        """Whether `find` has an answer for any name."""
        return len(self.opens) == 1 and self.opens[0].takes_any

    def base(self) -> Base | None:
        """The table that this is, where it is one as a whole."""
        if self.listed is not None:
            return self.listed
        only = self.items[0] if len(self.items) == 1 else None
        return only.base if isinstance(only, OpenTable) else None

    def known(self, key: str, name: str) -> Origins | None:
        """The origins of a column known by name; nothing when two different columns share it."""
        found = self.index.get(key)
        if found is None:
            return None
        if len(found) != 1:
            exact = [c for c in found if c.name == name] or found
            return exact[0].origins if all(c.origins == exact[0].origins for c in exact) else NOTHING
        return found[0].origins

    def find(self, key: str, name: str) -> Origins | None:
        """The origins of a column, known or behind the one open place."""
        return self.known(key, name) if key in self.index else self._behind(key, name)

    def _behind(self, key: str, name: str) -> Origins | None:
        """The origins of a column that is not known."""
        if len(self.opens) == 1:
            only = self.opens[0].find(key, name)
            if only is not None:
                return only
        answers = []
        for place in self.opens:
            found = place.find(key, name)
            if found is not None:
                answers.append(found)
        if len(answers) == 1:
            return answers[0]
        if not answers and self.listed is not None:
            return one_origin(self.listed, name, UNLISTED)
        return NOTHING if answers else None

    def qualified(self, name: str) -> Origins:
        """The origins of the column that a reference means whose qualifier is this relation; nothing if it has none."""
        found = self._asked.get(name)
        if found is None:
            key = name.lower()
            if key[:1] == "$" and key[1:].isdigit():
                found = self.at(int(key[1:])) or NOTHING
            elif key in self.index:
                found = self.known(key, name) or NOTHING
            elif key in VIRTUAL:
                found = NOTHING
            elif len(self.opens) == 1:
                found = self.opens[0].find(key, name) or self._behind(key, name) or NOTHING
            else:
                found = self._behind(key, name) or NOTHING
            self._asked[name] = found
        return found

    def at(self, position: int) -> Origins | None:
        """The origins of the column at that position, counted from 1, if only known columns stand up to it."""
        items = self.items[:position]
        if not items or len(items) < position or not all(isinstance(i, Column) for i in items):
            return None
        last = items[-1]
        return last.origins if isinstance(last, Column) else None

    def whole(self) -> Origins:
        """The origins of all known columns."""
        found: set[Origin] = set()
        for item in self.items:
            if isinstance(item, Column | OpenRows):
                found |= item.origins
        return frozenset(found)


def degrade(origins: Origins | None, code: int) -> Origins | None:
    """``origins`` with none of them surer than ``code``."""
    if not origins:
        return origins
    if len(origins) == 1:
        (only,) = origins
        base, column, held = only
        return origins if held >= code else one_origin(base, column, code)
    return frozenset(o if o.code >= code else Origin(o.base, o.column, code) for o in origins)


def row_origins(flows: list[Origins], position: int, width: int, everything: Origins) -> Origins:
    """What feeds one of the ``width`` columns of a table function: each flow yields one column or more, in its turn."""
    if len(flows) > width:
        return everything
    first, last = max(0, len(flows) - width + position), min(position, len(flows) - 1)
    return NOTHING.union(*flows[first : last + 1])


def with_names(relation: Relation, names: tuple[str, ...]) -> Relation:
    """A column list after an alias: names by position, as far as positions are known."""
    items: list[Column | Open] = []
    position = 0
    for position, item in enumerate(relation.items):
        if not isinstance(item, Column) or position >= len(names):
            break
        items.append(item._replace(name=names[position]))
    rest = names[len(items) :]
    if rest and len(relation.items) > len(items):
        items.extend(Column(name, NOTHING) for name in rest)
    else:
        items.extend(relation.items[len(items) :])
    return Relation(items, relation.reads, relation.indirect, shy=relation.shy)


_NUMBERED = {"duckdb": "_", "sqlite": ":"}
"""What stands between a column's name and its number where a name is there more than once; elsewhere it may not be."""


def numbered(relation: Relation, engine: str) -> Relation:
    """The columns under the names that the engine gives those of a derived table or view: ``a``, ``a_1``, ``a_2``."""
    mark = _NUMBERED.get(engine)
    if mark is None or all(len(same) == 1 for same in relation.index.values()):
        return relation
    seen: dict[str, int] = {}
    items: list[Column | Open] = []
    for item in relation.items:
        if isinstance(item, Column) and item.name:
            key = item.name.lower()
            count = seen[key] = seen.get(key, -1) + 1
            items.append(Column(f"{item.name}{mark}{count}", item.origins) if count else item)
        else:
            items.append(item)
    return Relation(items, relation.reads, relation.indirect, shy=relation.shy)
