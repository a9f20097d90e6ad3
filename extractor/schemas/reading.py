"""What the parts of a name mean in its source: which database, which schemas, and what is looked up for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.models import CatalogSchemaName
from extractor.schemas.interface import CatalogReader, NameParts


class Reading(NamedTuple):
    """A name's parts, "" where the name does not say them."""

    database: str
    schema: str
    table: str


class NameRules:
    """How names of one source are read and completed.

    Missing parts come from the source's database and schema, then from the dialect's default schema. A name of
    two parts is schema and table, unless its first part is no schema that the catalog holds but a database: then
    it is a bare name in that database.
    """

    def __init__(self, source: SourceSettings, dialect: Dialect, catalog: CatalogReader | None) -> None:
        held = catalog.schema_names() if catalog is not None else ()
        self.home = source.database
        self._schemas_held = {name.schema for name in held}
        self._databases_held = {name.database for name in held if name.database}
        self._has_catalog = bool(held)
        self._sole_schemas = _sole_schemas(held) if dialect.sole_schema else {}
        self.two_levels = len(dialect.levels) == 2
        self._dialect_schema = dialect.default_schema
        own = source.schema_ or self._database_as_schema()
        shared = dialect.public_synonyms if own else None
        self._default_schemas = tuple(dict.fromkeys(s for s in (own, dialect.default_schema, shared) if s))

    def readings(self, identity: tuple[str, ...]) -> tuple[Reading, ...]:
        """The readings of a name of one to three parts, the likeliest first."""
        database, schema, table = ("", "", *identity)[-3:]
        plain = Reading(database, schema, table)
        if database:  # the session's, put in front of database.table
            doubled = schema.lower() == database.lower() and self._is_database(schema)
            unheld = doubled and schema.lower() not in self._schemas_held
            return (plain, Reading(database, "", table)) if unheld else (plain,)
        if not schema or not self._is_database(schema):
            return (plain,)
        bare = Reading("" if self.two_levels else schema, "", table)
        return (plain, bare) if schema.lower() in self._schemas_held else (bare,)

    def candidates(self, reading: Reading) -> Iterator[NameParts]:
        """What is looked up for a reading, in order."""
        database = reading.database or self.home
        at_home = not reading.database or self.is_home(reading.database)
        for schema in self.schemas(reading) or (None,):
            yield NameParts(database, schema, reading.table)
            if at_home and database:
                yield NameParts("", schema, reading.table)
        if database and (sole := self._sole_schemas.get(database.lower())):
            yield NameParts(database, sole, reading.table)

    def schemas(self, reading: Reading) -> tuple[str, ...]:
        """The schemas a name may be in; the source's own schema speaks for the source's own database only."""
        if reading.schema:
            return (reading.schema,)
        if not reading.database or self.is_home(reading.database):
            return self._default_schemas
        return (self._dialect_schema,) if self._dialect_schema else ()

    def holds_schema(self, name: str) -> bool:
        """Whether the catalog holds tables of a schema of that name."""
        return name.lower() in self._schemas_held

    def is_home(self, database: str) -> bool:
        """Whether that is the source's own database."""
        return self.home is not None and self.home.lower() == database.lower()

    def holds_database(self, name: str) -> bool:
        """Whether the catalog holds tables of that database."""
        return name.lower() in self._databases_held

    def is_strange(self, database: str) -> bool:
        """Whether names of that database can be of another data source: it is neither the own one nor catalogued."""
        return bool(database) and self._has_catalog and not self.is_home(database) and not self.holds_database(database)

    def _is_database(self, name: str) -> bool:
        """Whether a first part is a database; with two levels only one that is no schema either."""
        if self.two_levels:
            return self._has_catalog and self.is_home(name) and name.lower() not in self._schemas_held
        return self.is_home(name) or name.lower() in self._databases_held

    def _database_as_schema(self) -> str | None:
        """Where names have two levels, the database is the schema (MySQL, Teradata, Hive), or no part of a name.

        The catalog tells which: Oracle's or Db2's database is no schema that it holds.
        """
        if self.home is None or not self.two_levels:
            return None
        return self.home if not self._has_catalog or self.home.lower() in self._schemas_held else None


def _sole_schemas(held: tuple[CatalogSchemaName, ...]) -> dict[str, str]:
    """The schema of each database that has one only."""
    counts = Counter(name.database for name in held)
    return {name.database: name.schema for name in held if counts[name.database] == 1}
