"""The sessions' state: defaults and temporary tables of each, and what all of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from dialects import Dialect
from extractor.lineage.model import Name
from extractor.models import QueryRecord, SchemaLookup, TableName
from extractor.sessions.memory import Bases, Bounded, MadeTables, Rows, Temporaries, Temporary, key_of
from extractor.sessions.names import Defaults, Names, choose
from extractor.sessions.parts import Parts

_SESSIONS = 3_000
_TABLES = 50_000
_BASES = 20_000
_MADE = 50_000
_SCRATCH = 50_000
_RESULTS = 8
_ROUTINES = 20_000


class EmptiedBefore(Protocol):
    """The tables that stood empty when the log begins, as earlier logs tell."""

    def take(self, table: TableName, at: datetime | None) -> bool:
        """Whether the table is empty at that time; it is not any longer afterwards."""


class Session:
    """One session of the database: its defaults, and the temporary tables only it sees.

    ``rows`` are what the statement that is applied now gives, ``results`` those of the latest statements.
    """

    __slots__ = ("defaults", "given", "own", "results", "rows", "temporaries", "user", "variables")

    def __init__(self, database: str | None, path: tuple[str, ...]) -> None:
        self.defaults = Defaults(database, path)
        self.given = (database, path)
        self.temporaries = Temporaries()
        self.variables: dict[str, Name] = {}
        self.user: tuple[object, ...] = ()
        self.own = ""
        self.rows: Rows | None = None
        self.results: tuple[Rows | None, ...] = ()

    def gave(self, rows: Rows | None) -> None:
        """A statement gave these rows; None where it gave none, or nobody knows."""
        self.results = (*self.results, rows)[-_RESULTS:]

    def result(self, number: int) -> Rows | None:
        """What the last statement (-1) or one before it gave; None where that is no rows of a query or not known."""
        return self.results[number] if -len(self.results) <= number < 0 else None

    def named(self, name: Name) -> Name:
        """``name``, or what the variable it consists of holds; empty for a variable of unknown value."""
        if len(name) == 1 and name[0][0].startswith("$") and not name[0][1]:
            key = name[0][0][1:].lower()
            if key[:1] == "?":  # Databricks: IDENTIFIER(x), where x need not be a variable
                return self.variables.get(key[1:], ((name[0][0][2:], False),))
            return self.variables.get(key, ())
        return name

    def take_user(self, record: QueryRecord, has_schema: Callable[[str], bool]) -> None:
        """Look bare names up in the user's own schema first, where there is one and the record says no other."""
        user = (record.user, record.schema, record.search_path)
        if user != self.user:
            self.user = user
            named = record.user if not (record.schema or record.search_path) else None
            self.own = self.defaults.own = named if named and has_schema(named) else ""

    def take_defaults(self, database: str | None, path: tuple[str, ...]) -> None:
        """A record may say where it ran; that counts when it differs from what records said before."""
        if (database, path) != self.given and (database or path):
            self.defaults = Defaults(database or self.defaults.database, path or self.defaults.path, self.own)
            self.given = (database, path)


class Knowledge:
    """What all sessions of one source share: the dialect, the schema, what DDL has taught, name patterns."""

    def __init__(
        self,
        dialect: Dialect,
        schema: SchemaLookup | None,
        patterns: Sequence[re.Pattern[str]],
        others: Sequence[SchemaLookup] = (),
        is_alone: Callable[[TableName], bool] | None = None,
        emptied: EmptiedBefore | None = None,
    ) -> None:
        self.dialect = dialect
        self._names = Names(dialect)
        self.parts = Parts(is_alone)
        self._emptied_before = emptied
        self.bases = Bases(_BASES)
        self.made = MadeTables(_MADE)
        self.emptied: Bounded[TableName, bool] = Bounded(_TABLES)
        self._schema = schema
        self._others = tuple(others)
        self._patterns = tuple(patterns)
        self._learned: Bounded[tuple[str, ...], tuple[str, ...]] = Bounded(_TABLES)
        self._synonyms: Bounded[tuple[str, ...], TableName] = Bounded(_TABLES)
        self._shared = Temporaries(_SCRATCH)
        self._routines: Bounded[tuple[str, ...], Rows] = Bounded(_ROUTINES)
        self._variables = dialect.parser in ("tsql", "fabric")
        self._told_by_name = self._variables or bool(dialect.temporary.prefixes or dialect.temporary.schemas)

    def table(self, name: Name, session: Session) -> TableName:
        """What ``name`` means in ``session``: a table, also where the name is a synonym of it."""
        defaults = session.defaults
        if defaults.own and len(name) == 1 and self._exists(own := self.made_table(name, session)):
            return self._synonyms.get(key_of(own)) or own
        if len(name) > 1 or (len(defaults.path) <= 1 and not defaults.search and not self.dialect.public_synonyms):
            found = self._names.current(name, defaults)
        else:
            found = choose(self._names.candidates(name, defaults), self._exists)
        return (self._synonyms.get(key_of(found)) or found) if self._synonyms.items else found

    def made_table(self, name: Name, session: Session) -> TableName:
        """The table that CREATE makes: in the current schema, whatever the rest of the path holds."""
        own = session.defaults.own
        return self._names.current(((own, False), *name) if own and len(name) == 1 else name, session.defaults)

    def written(self, name: Name, session: Session) -> TableName:
        """The table that a change of rows goes to, a partition's own; Snowflake's search path is for queries alone."""
        only_current = session.defaults.search and self.dialect.parser == "snowflake"
        return self.made_table(name, session) if only_current else self.parts.whole_of(self.table(name, session))

    def stand_for(self, names: tuple[Name, ...], session: Session) -> None:
        """Let the first of ``names`` stand for the second; without a second it stands for itself again."""
        if session.defaults.own and len(names[0]) == 1:
            own = self.made_table(names[0], session)
        else:
            own = choose(self._names.candidates(names[0], session.defaults), self._exists)
        if len(names) > 1:
            self._synonyms.put(key_of(own), self.table(names[1], session))
        else:
            self._synonyms.pop(key_of(own))

    def make_routine(self, name: Name, rows: Rows | None, session: Session) -> None:
        """Remember what a function gives; None where its body does not tell."""
        key = key_of(self.made_table(name, session))
        if rows is None:
            self._routines.pop(key)
        else:
            self._routines.put(key, rows)

    def routine(self, name: Name, session: Session) -> Rows | None:
        """What the function of that name gives, where its body was seen."""
        if not self._routines.items:
            return None
        found = (self._routines.get(key_of(one)) for one in self._names.candidates(name, session.defaults))
        return next((rows for rows in found if rows is not None), None)

    def _exists(self, table: TableName) -> bool:
        key = key_of(table)
        if self._learned.get(key) is not None or (self._synonyms.items and self._synonyms.get(key) is not None):
            return True
        lookups = self._others if self._schema is None else (self._schema, *self._others)
        return any(lookup.knows(table) is True or lookup.columns_of(table) is not None for lookup in lookups)

    def columns_of(self, table: TableName) -> tuple[str, ...] | None:
        """The table's columns: the given schema's, else what DDL has taught, else what the others tell, in order."""
        found = self._schema.columns_of(table) if self._schema is not None else None
        if not found and self._learned.items:
            found = self._learned.get(key_of(table))
        if not found and self._others:
            found = next((columns for other in self._others if (columns := other.columns_of(table))), None)
        return found

    def learn(self, table: TableName, columns: tuple[str, ...]) -> None:
        """Remember the columns of a table."""
        if columns:
            self._learned.put(key_of(table), columns)

    def empty(self, table: TableName) -> None:
        """A permanent table holds nothing from now on; what fills it next gives it a whole new content."""
        self.made.pop(table)
        self.emptied.put(table, True)

    def refill(self, table: TableName, at: datetime | None) -> bool:
        """Whether a table that gets rows now was empty until then."""
        before = self._emptied_before is not None and self._emptied_before.take(table, at)
        return self.emptied.pop(table) is not None or before

    def forget_within(self, place: tuple[str, ...]) -> None:
        """Forget all that was taught about the tables of a schema or database."""
        prefix = tuple(part.lower() for part in place)
        for table in self.made.within(prefix):
            self.made.pop(table)
        for key in [key for key in self._learned.items if key[: len(prefix)] == prefix]:
            self._learned.pop(key)

    def forget(self, table: TableName) -> tuple[str, ...] | None:
        """Forget what DDL taught about a table, and return it."""
        return self._learned.pop(key_of(table)) if self._learned.items else None

    def matches_pattern(self, table: TableName) -> bool:
        """Whether a table is a scratch table by its name."""
        return any(pattern.search(str(table)) for pattern in self._patterns)

    def is_temporary(self, table: TableName, name: Name) -> bool:
        """Whether a table is temporary by its name alone."""
        if self._told_by_name:
            written = tuple([part for part, _ in name])
            if (self._variables and written[-1].startswith("@")) or self.dialect.is_temporary_name(written):
                return True
            if self._in_passing_database(table):
                return True
        return bool(self._patterns) and self.matches_pattern(table)

    def temporary_name(self, name: Name) -> Name:
        """Where a temporary table lives that is made under ``name``."""
        rule = self.dialect.temporary
        return ((rule.schemas[0], False), *name) if rule.own_schema and len(name) == 1 else name

    def is_open(self, name: Name, session: Session) -> bool:
        """Whether ``name`` needs a database or schema in front that the session set to what no text shows."""
        lacks = bool(session.defaults.unknown and name) and session.defaults.lacks(name, self.dialect)
        return lacks and self.find_temporary(name, session) is None

    def find_temporary(self, name: Name, session: Session) -> Temporary | None:
        """The temporary table that ``name`` means: the session's own first, then those known by a pattern."""
        if not (session.temporaries.full or self._shared.full):
            return None
        bare = len(name) == 1
        for table in self._names.candidates(name, session.defaults):
            found = session.temporaries.find(table, bare=bare) or self._shared.find(table, bare=False)
            if found is not None:
                return found
        return None

    def put_temporary(self, temporary: Temporary, session: Session) -> None:
        """Keep a temporary table where its kind is visible."""
        (self._shared if self._is_shared(temporary) else session.temporaries).put(temporary)

    def pop_temporary(self, name: Name, session: Session) -> Temporary | None:
        """Forget a temporary table and return it."""
        found = self.find_temporary(name, session)
        if found is None:
            return None
        return (self._shared if self._is_shared(found) else session.temporaries).pop(found.table, bare=False)

    def _is_shared(self, temporary: Temporary) -> bool:
        """Whether all sessions see it: known by a pattern, or ``##global`` of SQL Server and its kin."""
        is_global = self.dialect.lexical.blocks == "tsql" and temporary.table.identity[-1].startswith("##")
        is_local = temporary.table.identity[-1].startswith("#")
        return temporary.by_pattern or is_global or (not is_local and self._in_passing_database(temporary.table))

    def _in_passing_database(self, table: TableName) -> bool:
        return len(table.identity) > 2 and table.identity[-3].lower() in self.dialect.temporary.databases


def new_sessions() -> Bounded[str, Session]:
    """The open sessions, the longest idle forgotten first."""
    return Bounded(_SESSIONS)
