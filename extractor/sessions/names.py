"""Full names: what a name in a statement means in its session."""

from __future__ import annotations

from collections.abc import Callable

from dialects import Dialect
from extractor.lineage.model import Name, Part
from extractor.models import EndKind, TableName

_REMEMBERED = 10_000


class Defaults:
    """A session's defaults: the database and the schemas that bare names are looked for in, in their order.

    ``own`` is the schema of the user's name, where bare names are looked for first, or "". ``search`` is a path through
    several databases; its empty name stands for the current schema. ``unknown`` is ``database`` or ``schema`` while
    that one is set to what the text does not show.
    """

    __slots__ = ("database", "own", "path", "search", "unknown")

    def __init__(self, database: str | None, path: tuple[str, ...], own: str = "") -> None:
        self.own = own
        self.database = database
        self.path = path
        self.search: tuple[Name, ...] = ()
        self.unknown = ""

    def lose(self, what: str, dialect: Dialect) -> None:
        """Know the database, or the schema, no longer; without ``what``, the one that a bare USE sets."""
        what = what or dialect.use_sets
        self.path, self.search, self.own = (), (), ""
        if what == "database" and len(dialect.levels) > 2:
            self.database, self.unknown = None, "database"
        else:
            self.unknown = self.unknown or "schema"

    def lacks(self, name: Name, dialect: Dialect) -> bool:
        """Whether it cannot be told what ``name`` means, since what would stand in front of it is not known."""
        if not self.unknown or name[-1][0][:1] in ("#", "@"):
            return False
        return len(name) == 1 or (self.unknown == "database" and len(name) < len(dialect.levels))

    def follow(self, names: tuple[Name, ...], dialect: Dialect) -> None:
        """Look bare names up in these schemas, from now on.

        ``$current`` and ``$public`` are Snowflake's (https://docs.snowflake.com/en/sql-reference/name-resolution);
        elsewhere the first entry is the current schema.
        """
        if dialect.parser == "snowflake":
            self.search = tuple(_entry(name) for name in names)
            return
        self.own = self.own if any(name[-1][0].lower() == "$user" for name in names) else ""
        names = tuple(name for name in names if name[-1][0].lower() != "$user")
        self.search = names if any(len(name) > 1 for name in names) else ()
        if self.search:
            self.use(names[0], "schema", dialect)
        else:
            self.path = tuple(name[-1][0] for name in names)
            self.unknown = self.unknown.replace("schema", "")

    def use(self, parts: Name, what: str, dialect: Dialect) -> None:
        """Apply USE (database, schema, or what a bare USE means in the dialect)."""
        names = [part for part, _ in parts]
        if what == "schema":
            self.own = ""
        if len(names) >= 2:
            self.database, self.path, self.unknown = names[-2], (names[-1],), ""
            return
        if what == "project":  # of the present dataset
            self.database = names[0]
            return
        what = what or dialect.use_sets
        if what == "database" and len(dialect.levels) > 2:
            self.database, self.path, self.unknown = names[0], (), ""
            if dialect.default_schema:
                self.path = (dialect.default_schema,)
        else:
            self.path = (names[0],)
            self.unknown = self.unknown.replace("schema", "")


def _entry(name: Name) -> Name:
    known: dict[str, Name] = {"$current": (), "$public": (("PUBLIC", False),)}
    return known.get(name[0][0].lower(), name)


def full_parts(name: Name, defaults: Defaults, schema: str | None, dialect: Dialect) -> tuple[Part, ...]:
    """``name`` with the defaults in front, as many as its engine's names have room for."""
    database = defaults.database
    if len(name) == 3 and name[0][0].lower() == dialect.home_database and not database:
        name = name[1:]
    if not schema and not database and (len(name) < 3 or all(part for part, _ in name)):
        return name
    parts = list(name)
    if len(dialect.levels) <= 2 and not (database and schema):
        schema, database = schema or database, None
    if len(parts) == 1 and schema:
        parts.insert(0, (schema, False))
    if len(parts) == 3 and not parts[1][0]:  # database..table
        middle = _unsaid_schema(parts[0], schema, defaults, dialect)
        parts[1:2] = [(middle, False)] if middle else []
    if len(parts) == dialect.max_parts > 3 and parts[1][0] and not parts[2][0] and dialect.default_schema:
        parts[2] = (dialect.default_schema, False)  # server.database..table
    bare = len(parts) == 2 or (len(parts) == 1 and not schema)
    if bare and database and (len(parts) == 2 or len(dialect.levels) > 1):
        parts.insert(0, (database, False))
    return tuple(parts)


def _unsaid_schema(named: Part, schema: str | None, defaults: Defaults, dialect: Dialect) -> str | None:
    """The schema of ``database..table``: the user's own one in T-SQL, as far as it is of that database.

    Elsewhere it is the database's default one (https://docs.snowflake.com/en/sql-reference/name-resolution).
    """
    here = (defaults.database or "").lower() == named[0].lower() or not dialect.default_schema
    own = dialect.parser in ("tsql", "fabric") and here
    return schema or dialect.default_schema if own else dialect.default_schema or schema


def table_name(parts: tuple[Part, ...], dialect: Dialect, kind: EndKind = "table") -> TableName:
    """The table's name: identity by the dialect's folding, parts as they are written."""
    if kind != "table":
        spelled = tuple(part for part, _ in parts)
        return TableName(spelled, spelled, kind)
    return TableName(dialect.identity(parts), tuple([part for part, _ in parts]))


class Names:
    """What names mean by a session's defaults. The tables meant lately are remembered, each as one object."""

    __slots__ = ("_dialect", "_tables")

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._tables: dict[tuple[Name, str | None, str | None], TableName] = {}

    def candidates(self, name: Name, defaults: Defaults) -> list[TableName]:
        """The tables a name can mean: one, or one for each schema of the search path."""
        public = self._dialect.public_synonyms
        if len(name) == 1 and defaults.search:
            return [self.current((*entry, *name), defaults) for entry in defaults.search]
        if len(name) > 1 or (len(defaults.path) <= 1 and not public):
            return [self.current(name, defaults)]
        found = [self._table(name, defaults, schema) for schema in defaults.path or (None,)]
        if public:
            found.append(self.current(((public, False), *name), defaults))
        return found

    def current(self, name: Name, defaults: Defaults) -> TableName:
        """The table of that name in the current schema, which is where CREATE puts it."""
        return self._table(name, defaults, defaults.path[0] if defaults.path else None)

    def _table(self, name: Name, defaults: Defaults, schema: str | None) -> TableName:
        asked = (name, defaults.database, schema)
        found = self._tables.get(asked)
        if found is None:
            if len(self._tables) >= _REMEMBERED:
                self._tables.clear()
            found = table_name(full_parts(name, defaults, schema, self._dialect), self._dialect)
            self._tables[asked] = found
        return found


def choose(found: list[TableName], known: Callable[[TableName], bool]) -> TableName:
    """The first candidate that is known to exist, else the first."""
    if len(found) > 1:
        for table in found:
            if known(table):
                return table
    return found[0]
