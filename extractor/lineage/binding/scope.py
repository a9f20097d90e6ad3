"""Where a column reference points, among the relations that are visible to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from extractor.lineage.binding.engine import VIRTUAL, Engine
from extractor.lineage.binding.relations import (
    ELIMINATED,
    NOTHING,
    ONLY,
    SHAPED,
    UNKNOWN_COLUMNS,
    UNLISTED,
    Column,
    OpenTable,
    Origins,
    Relation,
    RowFields,
    degrade,
    one_origin,
)
from extractor.lineage.model import Name, Part, Projection

# What Impala calls the parts of a collection in FROM.
_ITEMS = frozenset({"item", "pos"})


class Entry(NamedTuple):
    """One visible relation: its alias (or last name), and its name as it was written, if it may be named by it.

    ``hidden`` relations are no part of ``*``; ``renamed`` tells that the alias is its own (``FROM t AS x``).
    """

    alias: str
    relation: Relation
    name: Name = ()
    hidden: bool = False
    renamed: bool = False

    def path(self) -> tuple[str, ...]:
        """What a column may be qualified with in full: the whole name of a table, also one that is written in short."""
        if self.renamed:
            return ()
        written = tuple(p.lower() for p, _ in self.name)
        base = self.relation.base()
        whole = tuple(p.lower() for p in base.table.parts) if base is not None else written
        return whole if whole[-len(written) :] == written else written


class _Views(NamedTuple):
    """The relations of a scope that have known columns, and those that may have others as well.

    ``torn`` tells that two of the latter take any name, so that none of them can be told to have it.
    """

    listed: list[Entry]
    opens: list[Relation]
    torn: bool


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


class Scope:
    """The relations of one SELECT, and the scope around it for correlated references.

    ``merged`` are the columns that joins have made of two; ``projected`` are columns of the select list that later
    expressions may name, until they are looked through, ``made`` the fields of those that are structs; ``note`` takes
    what could not be resolved.
    """

    __slots__ = (
        "_aliases", "_behind", "_note", "_relations", "_views", "engine", "entries", "made", "merged", "parent",
        "projected",
    )  # fmt: skip

    def __init__(self, parent: Scope | None, engine: Engine, note: Callable[[str], None]) -> None:
        self.parent = parent
        self.entries: list[Entry] = []
        self.merged: dict[str, Origins] = {}
        self.engine = engine
        self._note = note
        self._relations: dict[str, Relation] = {}
        self._aliases: dict[str, Origins] = {}
        self.projected: list[tuple[Projection, Origins]] = []
        self.made: dict[str, tuple[tuple[str, Origins], ...]] = {}
        self._behind: dict[str, Origins | None] = {}
        self._views: _Views | None = None

    def add(self, entry: Entry) -> None:
        """One more relation that is visible from now on; of two with one alias the first is meant."""
        self.entries.append(entry)
        self._relations.setdefault(entry.alias, entry.relation)
        self._behind.clear()
        self._views = None

    def resolve(self, ref: Name, aliases: bool | None = None) -> Origins:  # noqa: FBT001 - called for every name
        """The origins of a reference; nothing (and a note) when it is unknown or ambiguous.

        ``aliases`` says whether it may name a column of the select list; the engine's rule for the list where it
        is not given.
        """
        width = len(ref)
        if width == 2:
            relation = self._relations.get(ref[0][0].lower())
            if relation is not None:
                return relation.qualified(ref[1][0])
        elif width == 1:
            name, quoted = ref[0]
            key = name.lower()
            found = self.here(key, name, self.engine.lateral if aliases is None else aliases, quoted)
            return found if found is not None else self._around(key, name, quoted)
        elif width == 3 and not ref[1][0]:  # (row).field
            return self._field(ref[0], ref[2])
        found = self._qualified(ref)
        if found is not None:
            return found
        shaped = self._struct(ref)
        if shaped is None:
            self._note(f"column {_text(ref)} belongs to no relation of the query")
        return shaped if shaped is not None else NOTHING

    def _around(self, key: str, name: str, quoted: bool) -> Origins:  # noqa: FBT001 - as `here`
        """The origins of a bare name that nothing here has: of the queries around, or of a table that must have it."""
        scope = self.parent
        while scope is not None:
            found = scope.here(key, name, False, quoted)
            if found is not None:
                return found
            scope = scope.parent
        found = self._unlisted(key, name)
        if found is None and key[:1] not in "$@:" and (quoted or key not in self.engine.pseudo):
            self._note(f"column {name} belongs to no relation of the query")
        return found or NOTHING

    def here(self, key: str, name: str, aliases: bool, quoted: bool) -> Origins | None:  # noqa: FBT001 - for every name
        """The origins of a bare name within this scope alone; None when nothing here can have it."""
        if key in self.merged:
            return self.merged[key]
        views = self._views
        if views is None:
            views = self._view()
        if views.listed:
            if len(views.listed) == 1:
                only = views.listed[0].relation
                found = only.index.get(key)
                if found is not None:
                    return found[0].origins if len(found) == 1 else only.known(key, name)
                visible = []
            else:
                holders = [e for e in views.listed if key in e.relation.index]
                visible = ([e for e in holders if not e.hidden] or holders) if len(holders) > 1 else holders
            if len(visible) == 1:
                return visible[0].relation.known(key, name)
            if visible:
                self._note(f"column {name} is ambiguous: {', '.join(sorted(e.alias or '?' for e in visible))}")
                return NOTHING
        if aliases and (made := self.alias(key) if self.projected else self._aliases.get(key)) is not None:
            return made
        if key in VIRTUAL or (not quoted and key in self.engine.pseudo):
            return NOTHING
        if key[:1] == "$":
            return self._position(key)
        if key in _ITEMS:
            nested = [e for e in self.entries if e.relation.nested]
            if len(nested) == 1:
                return nested[0].relation.find(key, name)
        if name not in self._behind:
            self._behind[name] = self._open(key, name, views)
        return self._behind[name]

    def _view(self) -> _Views:
        listed: list[Entry] = []
        visible: list[Relation] = []
        hidden: list[Relation] = []
        for entry in self.entries:
            relation = entry.relation
            if relation.index:
                listed.append(entry)
            if relation.opens and not relation.shy:
                (hidden if entry.hidden else visible).append(relation)
        visible = visible or hidden
        torn = len(visible) > 1 and len([1 for relation in visible if relation.takes_any]) > 1
        self._views = found = _record(_Views, (listed, visible, torn))
        return found

    def alias(self, key: str) -> Origins | None:
        """The origins of the first column of the select list with that name, of those that stand before."""
        for projection, origins in self.projected:
            name = projection.name.lower()
            for ref in projection.flow.refs:  # upper(name) AS name: the name means the column
                if len(ref) == 1 and ref[0][0].lower() == name:
                    break
            else:
                self._aliases.setdefault(name, origins)
        self.projected.clear()
        return self._aliases.get(key)

    def _open(self, key: str, name: str, views: _Views) -> Origins | None:
        """The origins of a name that no relation is known to have."""
        if len(self.entries) == 1 and self.entries[0].alias != key and not self.entries[0].relation.shy:
            if not views.opens:
                return None
            only = views.opens[0].items[0]
            if only.__class__ is OpenTable and len(views.opens[0].items) == 1:  # as below, in one step
                return one_origin(only.base, name, ONLY)
            return degrade(views.opens[0].find(key, name), ONLY)
        whole: Entry | None = None
        if key in self._relations:
            for entry in self.entries:
                if entry.alias == key:
                    if entry.relation.shy or (entry.renamed and self.engine.rows):  # a whole row by its alias
                        return entry.relation.whole()
                    whole = whole or entry
        answers = [] if views.torn else _answers(views.opens, key, name)
        if len(answers) == 1:
            return degrade(answers[0], ONLY if len(self.entries) == 1 else ELIMINATED)
        if whole is not None:
            return whole.relation.whole()
        if answers or views.torn:
            self._note(f"column {name} is ambiguous: {UNKNOWN_COLUMNS}")
            return NOTHING
        shy = [e for e in self.entries if e.relation.shy and e.relation.opens]
        if len(shy) == 1 and not views.opens and (len(self.entries) == 1 or not shy[0].relation.index):
            return shy[0].relation.find(key, name)
        return None

    def _position(self, key: str) -> Origins | None:
        if not key[1:].isdigit() or len(self.entries) != 1:
            return None
        return self.entries[0].relation.at(int(key[1:]))

    def _unlisted(self, key: str, name: str) -> Origins | None:
        """A statement that ran has its columns: with one table, its known schema must be out of date."""
        if key in self.engine.pseudo or key[0] in "$@:":
            return None
        if len(self.entries) == 1 and self.entries[0].relation.listed is not None:
            return one_origin(self.entries[0].relation.listed, name, UNLISTED)
        return None

    def column(self, ref: Name) -> Column | None:
        """The column itself that a reference names, if it is one that a query below has made."""
        if len(ref) == 1:
            relations = [e.relation for e in self.entries]
        else:
            named = self.relation(ref[:-1])
            relations = [named] if named is not None else []
        found = [column for relation in relations for column in relation.index.get(ref[-1][0].lower(), ())]
        return found[0] if len(found) == 1 else None

    def _qualified(self, ref: Name) -> Origins | None:
        """The relation is named by one, two or three leading parts; what follows the column are nested fields."""
        scope: Scope | None = self
        last = len(ref) - 1
        while scope is not None:
            for width in range(1, min(last, 4) + 1):
                relation = scope.relation(ref[:width])
                if relation is None:
                    continue
                name = ref[width][0]
                if width == last:
                    return relation.qualified(name)
                key = name.lower()
                if name[:1] == "$" and name[1:].isdigit():
                    return relation.at(int(name[1:])) or NOTHING
                if key in VIRTUAL and key not in relation.index:
                    return NOTHING
                deeper = ref[width:]
                found = _dotted(relation, deeper) or _field_of(relation, deeper) or relation.find(key, name)
                if found is not None:
                    return found
            scope = scope.parent
        return None

    def relation(self, qualifier: Name) -> Relation | None:
        """The relation that a qualifier names: an alias, or the last parts of a table's name."""
        wanted = tuple(part.lower() for part, _ in qualifier)
        if len(wanted) == 1:
            found = self._relations.get(wanted[0])
            if found is not None or "." not in wanted[0]:
                return found
            wanted = tuple(wanted[0].split("."))  # Hive: `geo.town`.name
        for entry in self.entries:
            if entry.path()[-len(wanted) :] == wanted:
                return entry.relation
        return self._relations.get(".".join(wanted))

    def _field(self, row: Part, field: Part) -> Origins:
        """``(x).f``: a column of the relation x, else a field of the column x."""
        found = self._qualified((row, field))
        if found is None:
            found = next((f for e in self.entries if (f := _field_of(e.relation, (row, field))) is not None), None)
        return found if found is not None else self.resolve((row,))

    def _struct(self, ref: Name) -> Origins | None:
        """``column.field``: the column where the schema has it, else (in engines with such fields) the one table."""
        name, quoted = ref[0]
        key = name.lower()
        scope: Scope | None = self
        while scope is not None:
            for entry in scope.entries:
                found = _dotted(entry.relation, ref) or _field_of(entry.relation, ref)
                if found is not None:
                    return found
            if any(key in e.relation.index for e in scope.entries) or key in scope.merged:
                return scope.here(key, name, False, quoted)
            if scope.engine.lateral and (made := scope.alias(key)) is not None:
                return next((o for field, o in scope.made.get(key, ()) if field == ref[1][0].lower()), made)
            scope = scope.parent
        if not self.engine.structs:
            return None
        return degrade(self.here(key, name, False, True), SHAPED)


def _answers(relations: list[Relation], key: str, name: str) -> list[Origins]:
    """What the relations have under that name, no more than two of them."""
    found: list[Origins] = []
    for relation in relations:
        answer = relation.find(key, name)
        if answer is not None:
            found.append(answer)
            if len(found) > 1:
                break
    return found


def _dotted(relation: Relation, ref: Name) -> Origins | None:
    """The column whose known name has dots in it, as ClickHouse's nested ones do."""
    if len(ref) < 2 or not relation.index:
        return None
    key = _text(ref).lower()
    return relation.known(key, key) if key in relation.index else None


def _field_of(relation: Relation, ref: Name) -> Origins | None:
    """``column.field`` of a struct that a query below has made."""
    columns = relation.index.get(ref[0][0].lower(), []) if len(ref) > 1 else []
    if len(columns) != 1 or not columns[0].fields:
        return None
    wanted = ref[1][0].lower()
    fields = columns[0].fields
    known = next((origins for name, origins in fields if name == wanted), None)
    return fields.field(ref[1][0]) if known is None and isinstance(fields, RowFields) else known


def _text(ref: Name) -> str:
    return ".".join(part for part, _ in ref)
