"""Where a column reference points, among the relations that are visible to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from extractor.lineage.binding.relations import (
    ELIMINATED,
    NOTHING,
    ONLY,
    SHAPED,
    UNKNOWN_COLUMNS,
    UNLISTED,
    Column,
    Origin,
    Origins,
    Relation,
    degrade,
)
from extractor.lineage.model import Name, Part

_PSEUDO = frozenset(
    {
        "current_date", "current_time", "current_timestamp", "current_user", "session_user", "system_user",
        "localtime", "localtimestamp", "current_schema", "current_database", "current_role", "sysdate", "systimestamp",
        "sysdatetime", "getdate", "rownum", "default", "true", "false", "null", "sqlerrm", "sqlcode", "sqlstate",
    }
)  # fmt: skip
_USER = frozenset({"user"})
_OWN_PSEUDO = {
    "oracle": frozenset({"level", "uid", "user", "connect_by_isleaf", "connect_by_iscycle"}),
    "postgres": frozenset({"user", "found"}),
    "redshift": frozenset({"user", "found"}),
    "tsql": _USER,
    "fabric": _USER,
    "teradata": frozenset({"user", "date", "time", "database", "account", "role", "profile", "session", "sampleid"}),
    "": _USER,
}


def pseudo_columns(engine: str) -> frozenset[str]:
    """The names that stand for values of the session when they are not quoted, by the parser's name of the engine."""
    return _PSEUDO | _OWN_PSEUDO.get(engine, frozenset())


VIRTUAL = frozenset(
    [
        "rowid",
        "ora_rowscn",
        "ctid",
        "xmin",
        "xmax",
        "cmin",
        "cmax",
        "tableoid",
        "gp_segment_id",
        "input__file__name",
        "block__offset__inside__file",
        "row__id",
        "grouping__id",
        "_partitiontime",
        "_partitiondate",
        "_table_suffix",
        "_file_name",
        "_metadata",
        "metadata$filename",
        "metadata$file_row_number",
        "_change_type",
        "_change_timestamp",
        "_change_version_id",
        "_change_ordinal",
        "_commit_version",
        "_commit_timestamp",
        "metadata$action",
        "metadata$isupdate",
        "metadata$row_id",
        "$action",
        "$path",
        "$file_size",
        "$partition",
        "_rowid_",
        "metadata$file_last_modified",
        "metadata$start_scan_time",
        "metadata$file_content_key",
    ]
)
"""Columns that engines make up beside those of the table: catalogs do not hold them."""


# What Impala calls the parts of a collection in FROM.
_ITEMS = frozenset({"item", "pos"})


class Entry(NamedTuple):
    """One visible relation: its alias (or last name) and its whole name.

    ``hidden`` relations are no part of ``*``; ``renamed`` tells that the alias is its own (``FROM t AS x``).
    """

    alias: str
    path: tuple[str, ...]
    relation: Relation
    hidden: bool = False
    renamed: bool = False


class Scope:
    """The relations of one SELECT, and the scope around it for correlated references.

    ``aliases`` are the columns of the select list that later expressions may name; ``lateral`` says whether the
    engine lets the select list itself do so, ``structs`` whether ``a.b`` can be a field of a column, ``rows`` whether
    the alias of a table can stand for its whole row.
    """

    __slots__ = ("aliases", "entries", "lateral", "merged", "note", "parent", "pseudo", "rows", "structs")

    def __init__(
        self,
        parent: Scope | None,
        note: Callable[[str], None],
        *,
        lateral: bool = False,
        structs: bool = False,
        pseudo: frozenset[str] = _PSEUDO,
        rows: bool = True,
    ) -> None:
        self.parent = parent
        self.entries: list[Entry] = []
        self.merged: dict[str, Origins] = {}
        self.aliases: dict[str, Origins] = {}
        self.lateral = lateral
        self.structs = structs
        self.pseudo = pseudo
        self.rows = rows
        self.note = note

    def resolve(self, ref: Name, *, aliases: bool | None = None) -> Origins:
        """The origins of a reference; nothing (and a note) when it is unknown or ambiguous.

        ``aliases`` says whether it may name a column of the select list; the engine's rule for the list where it
        is not given.
        """
        aliases = self.lateral if aliases is None else aliases
        if len(ref) == 1:
            name, quoted = ref[0]
            return self._bare(name.lower(), name, aliases=aliases, quoted=quoted)
        if len(ref) == 3 and not ref[1][0]:  # (row).field
            return self._field(ref[0], ref[2])
        found = self._qualified(ref)
        if found is not None:
            return found
        shaped = self._struct(ref)
        if shaped is None:
            self.note(f"column {_text(ref)} belongs to no relation of the query")
        return shaped if shaped is not None else NOTHING

    def _bare(self, key: str, name: str, *, aliases: bool, quoted: bool) -> Origins:
        scope: Scope | None = self
        while scope is not None:
            found = scope.here(key, name, aliases=aliases and scope is self, quoted=quoted)
            if found is not None:
                return found
            scope = scope.parent
        found = self._unlisted(key, name)
        if found is None and key[:1] not in "$@:" and (quoted or key not in self.pseudo):
            self.note(f"column {name} belongs to no relation of the query")
        return found or NOTHING

    def here(self, key: str, name: str, *, aliases: bool, quoted: bool) -> Origins | None:
        """The origins of a bare name within this scope alone; None when nothing here can have it."""
        if key in self.merged:
            return self.merged[key]
        holders = [e for e in self.entries if key in e.relation.index]
        visible = ([e for e in holders if not e.hidden] or holders) if len(holders) > 1 else holders
        if len(visible) == 1:
            return visible[0].relation.known(key, name)
        if visible:
            self.note(f"column {name} is ambiguous: {', '.join(sorted(e.alias or '?' for e in visible))}")
            return NOTHING
        if aliases and key in self.aliases:
            return self.aliases[key]
        if (key in self.pseudo and not quoted) or key in VIRTUAL:
            return NOTHING
        if key[:1] == "$":
            return self._position(key)
        nested = [e for e in self.entries if e.relation.nested]
        if key in _ITEMS and len(nested) == 1:
            return nested[0].relation.find(key, name)
        return self._open(key, name)

    def _open(self, key: str, name: str) -> Origins | None:
        if len(self.entries) == 1 and self.entries[0].alias != key and not self.entries[0].relation.shy:
            return degrade(self.entries[0].relation.find(key, name), ONLY) if self.entries[0].relation.opens else None
        rows = [e for e in self.entries if e.alias == key and (e.relation.shy or (e.renamed and self.rows))]
        if rows:  # a whole row by its alias
            return rows[0].relation.whole()
        candidates = [e for e in self.entries if e.relation.opens and not e.relation.shy]
        visible = [e for e in candidates if not e.hidden] or candidates
        answers = [f for e in visible if (f := e.relation.find(key, name)) is not None]
        if len(answers) == 1:
            single = len(self.entries) == 1
            return degrade(answers[0], ONLY if single else ELIMINATED)
        whole = [e for e in self.entries if e.alias == key]
        if whole:
            return whole[0].relation.whole()
        if answers:
            self.note(f"column {name} is ambiguous: {UNKNOWN_COLUMNS}")
            return NOTHING
        shy = [e for e in self.entries if e.relation.shy and e.relation.opens]
        if len(shy) == 1 and not candidates and (len(self.entries) == 1 or not shy[0].relation.index):
            return shy[0].relation.find(key, name)
        return None

    def _position(self, key: str) -> Origins | None:
        if not key[1:].isdigit() or len(self.entries) != 1:
            return None
        return _at(self.entries[0].relation, int(key[1:]))

    def _unlisted(self, key: str, name: str) -> Origins | None:
        """A statement that ran has its columns: with one table, its known schema must be out of date."""
        if key in self.pseudo or key[0] in "$@:":
            return None
        if len(self.entries) == 1 and self.entries[0].relation.listed is not None:
            return frozenset((Origin(self.entries[0].relation.listed, name, UNLISTED),))
        return None

    def column(self, ref: Name) -> Column | None:
        """The column itself that a reference names, if it is one that a query below has made."""
        entry = self.entry(ref[:-1]) if len(ref) > 1 else None
        entries = self.entries if len(ref) == 1 else [entry] if entry is not None else []
        found = [column for e in entries for column in e.relation.index.get(ref[-1][0].lower(), ())]
        return found[0] if len(found) == 1 else None

    def _qualified(self, ref: Name) -> Origins | None:
        """The relation is named by one, two or three leading parts; what follows the column are nested fields."""
        scope: Scope | None = self
        last = len(ref) - 1
        while scope is not None:
            for width in range(1, min(last, 4) + 1):
                entry = scope.entry(ref[:width])
                if entry is not None:
                    name = ref[width][0]
                    if name[:1] == "$" and name[1:].isdigit():
                        return _at(entry.relation, int(name[1:])) or NOTHING
                    key = name.lower()
                    if key in VIRTUAL and key not in entry.relation.index:
                        return NOTHING
                    deeper = ref[width:] if width < last else ()
                    found = (_dotted(entry, deeper) or _field_of(entry, deeper)) if deeper else None
                    found = found or entry.relation.find(key, name)
                    if found is not None or width == last:
                        return found if found is not None else NOTHING
            scope = scope.parent
        return None

    def entry(self, qualifier: Name) -> Entry | None:
        """The relation that a qualifier names: an alias, or the last parts of a table's name."""
        if len(qualifier) == 1:
            alias = qualifier[0][0].lower()
            for entry in self.entries:
                if entry.alias == alias:
                    return entry
            return None
        wanted = tuple(part.lower() for part, _ in qualifier)
        for entry in self.entries:
            if entry.path[-len(wanted) :] == wanted:
                return entry
        joined = ".".join(wanted)
        return next((e for e in self.entries if e.alias == joined), None)

    def _field(self, row: Part, field: Part) -> Origins:
        """``(x).f``: a column of the relation x, else a field of the column x."""
        found = self._qualified((row, field))
        return found if found is not None else self._bare(row[0].lower(), row[0], aliases=self.lateral, quoted=row[1])

    def _struct(self, ref: Name) -> Origins | None:
        """``column.field``: the column where the schema has it, else (in engines with such fields) the one table."""
        name, quoted = ref[0]
        key = name.lower()
        scope: Scope | None = self
        while scope is not None:
            for entry in scope.entries:
                found = _dotted(entry, ref) or _field_of(entry, ref)
                if found is not None:
                    return found
            if any(key in e.relation.index for e in scope.entries) or key in scope.merged:
                return scope.here(key, name, aliases=False, quoted=quoted)
            if scope.lateral and key in scope.aliases:
                return scope.aliases[key]
            scope = scope.parent
        if not self.structs:
            return None
        return degrade(self.here(key, name, aliases=False, quoted=True), SHAPED)


def _at(relation: Relation, position: int) -> Origins | None:
    items = relation.items[:position]
    if len(items) < position or not all(isinstance(i, Column) for i in items):
        return None
    last = items[-1]
    return last.origins if isinstance(last, Column) else None


def _dotted(entry: Entry, ref: Name) -> Origins | None:
    """The column whose known name has dots in it, as ClickHouse's nested ones do."""
    key = _text(ref).lower()
    return entry.relation.known(key, key) if len(ref) > 1 and key in entry.relation.index else None


def _field_of(entry: Entry, ref: Name) -> Origins | None:
    """``column.field`` of a struct that a query below has made."""
    columns = entry.relation.index.get(ref[0][0].lower(), []) if len(ref) > 1 else []
    if len(columns) != 1 or not columns[0].fields:
        return None
    wanted = ref[1][0].lower()
    return next((origins for name, origins in columns[0].fields if name == wanted), None)


def _text(ref: Name) -> str:
    return ".".join(part for part, _ in ref)
