"""A table's name, looked up in the catalog of its data source."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.models import CatalogColumn, CatalogTable, TableName
from extractor.schemas.bounded import Bounded
from extractor.schemas.elsewhere import Elsewhere, Place, split_server
from extractor.schemas.interface import CatalogReader, NameParts
from extractor.schemas.reading import NameRules, Reading
from extractor.schemas.rule import KeyRule, key_rule
from extractor.schemas.shards import folds, shards_of
from extractor.settings_of_places import MapSettings

_NAMES_REMEMBERED = 50_000
_COLUMNS_REMEMBERED = 60_000
_MOST_PARTS = 4
"""Server, database, schema and table: no engine has names of more, but for the domains of Oracle's links."""
_SHARDS_LOOKED_AT = 2_000
_SHARDS_SHOWN = 5


class Found(NamedTuple):
    """What the catalog says of one name.

    ``status``: ``one`` table; ``several``, of which none may be picked; ``none``; ``foreign``: the name lies
    outside of this data source; ``incomplete``: a part is missing and nothing supplies it. ``tried`` lists what
    was looked up, in order. ``parts`` are the name's parts for a key that has to be built, None where they are
    not all known. ``ds_id`` is the data source that was looked in. ``folded`` is the rule by which the name counts as
    a part of the table, "" when it is the table's own. ``place`` is the server and database of which no data source
    is known.
    """

    status: Literal["one", "several", "none", "foreign", "incomplete"]
    reason: str
    tables: tuple[CatalogTable, ...] = ()
    tried: tuple[NameParts, ...] = ()
    parts: tuple[str, ...] | None = None
    ds_id: int | None = None
    folded: str = ""
    place: Place | None = None


class TableColumns(NamedTuple):
    """A table's columns by position, and by their names in lower case."""

    ordered: tuple[CatalogColumn, ...]
    by_name: dict[str, tuple[CatalogColumn, ...]]


class CatalogNames:
    """Finds the tables that names of one source mean, and their columns; answers are remembered, bounded.

    A name with fewer parts than the key takes the source's database and schema, then the dialect's default
    schema. Where nothing supplies a part, the only table of that name is taken, and several are ambiguous.
    """

    def __init__(
        self,
        source: SourceSettings,
        dialect: Dialect,
        catalog: CatalogReader | None,
        *,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.catalog = catalog if catalog is not None and not catalog.is_empty() else None
        self.rule: KeyRule = key_rule(source, dialect, self.catalog)
        self._ds_id = source.data_source_id
        self._dialect = dialect
        self._names = NameRules(source, dialect, self.catalog)
        self._elsewhere = elsewhere
        self._folds = source.parts_of_tables.partitions == "fold"
        self._shards = [re.compile(pattern) for pattern in source.parts_of_tables.shards]
        self._found: Bounded[tuple[str, ...], Found] = Bounded(_NAMES_REMEMBERED)
        self._columns: Bounded[str, TableColumns] = Bounded(_COLUMNS_REMEMBERED)

    def find(self, table: TableName) -> Found:
        """What the catalog says of ``table``; only its identity counts."""
        found = self._found.get(table.identity)
        return found if found is not None else self._found.put(table.identity, self._look_up(table.identity))

    def holds_schema(self, name: str) -> bool:
        """Whether the catalog holds tables of a schema of that name."""
        return self._names.holds_schema(name)

    def is_no_part(self, table: TableName) -> bool:
        """Whether a partition counts as a table of its own: the catalog holds it, or parts are kept."""
        found = self.find(table)
        return not self._folds or (found.status in ("one", "several") and not found.folded)

    def columns(self, table_key: str) -> TableColumns:
        """The columns of the table with that key; empty when the catalog holds none."""
        columns = self._columns.get(table_key)
        if columns is None:
            columns = self._read_columns(table_key)
            self._columns.put(table_key, columns, len(columns.ordered) + 1)
        return columns

    def find_mapped(self, identity: tuple[str, ...], entry: MapSettings) -> Found:
        """What the catalog says of a name of another source that ``entry`` maps to this data source."""
        database, schema, table = ("", "", *identity)[-3:]
        if entry.as_database is not None or entry.database is not None:  # which says that it is this database
            held = database if self._names.holds_database(database) else self._names.home or database
            database = entry.as_database or held if self.rule.database_part else ""
        parts = (schema, table) if self._names.two_levels else (database, schema, table)
        return self._in_this(parts)

    def _look_up(self, identity: tuple[str, ...]) -> Found:
        written = identity
        server, identity = split_server(identity, self._dialect)
        if len(written) > _MOST_PARTS and self._dialect.parser != "oracle":
            reason = f"the name has {len(written)} parts, more than names of {self._dialect.title} have"
            return Found("incomplete", reason, ds_id=self._ds_id)
        place = Place(server, ("", "", *identity)[-3])
        if not server and (not place.database or self._names.is_home(place.database)):
            return self._in_this(identity)
        entry = self._elsewhere.entry(place) if self._elsewhere is not None else None
        if entry is not None and self._elsewhere is not None:
            return self._elsewhere.names(entry).find_mapped(identity, entry)
        if server:
            reason = f"the name is of {place}, and no [[map]] says which data source that is"
            return Found("foreign", reason, ds_id=self._ds_id, place=place)
        found = self._in_this(identity)
        if found.status == "foreign" or (found.status == "none" and self._names.is_strange(place.database)):
            return found._replace(place=place)
        return found

    def _in_this(self, identity: tuple[str, ...]) -> Found:
        """The name, looked up in the catalog of this data source, as it stands and as a part of a table."""
        readings = self._names.readings(identity[-3:])
        if not readings[0].table:
            return Found("incomplete", "the name is empty", ds_id=self._ds_id)
        tried: list[NameParts] = []
        found = self._of_readings(readings, tried) or (self._folded(readings, tried) if self._folds else None)
        if found is None and (foreign := self._foreign(readings[0].database)):
            found = Found("foreign", foreign, tried=tuple(tried))
        return (found or self._nothing(readings[0], tuple(tried)))._replace(ds_id=self._ds_id)

    def _of_readings(self, readings: tuple[Reading, ...], tried: list[NameParts]) -> Found | None:
        for parts in (parts for reading in readings for parts in self._names.candidates(reading)):
            tried.append(parts)
            rows = self._resolve(self.catalog.table(parts)) if self.catalog is not None else ()
            if rows:
                return _decide(rows, tuple(tried))
        return None

    def _folded(self, readings: tuple[Reading, ...], tried: list[NameParts]) -> Found | None:
        """The table that the name is a part of: what the catalog holds, or what the engine's own notation says."""
        own = len(tried)
        sure: Found | None = None
        for fold in folds(readings[0].table, self._dialect, self._shards):
            bases = tuple(reading._replace(table=fold.table) for reading in readings)
            found = self._of_readings(bases, tried)
            if found is not None:
                return found._replace(folded=fold.rule, reason=f"{fold.rule} of the table; {found.reason}")
            if fold.is_sure and sure is None:
                sure = self._nothing(bases[0], tuple(tried))._replace(folded=fold.rule)
        return sure or self._wildcard(readings, tried[:own])

    def _wildcard(self, readings: tuple[Reading, ...], tried: list[NameParts]) -> Found | None:
        """The tables by date that a wildcard covers, where the catalog holds them and not one table for all."""
        if self.catalog is None or not readings[0].table.endswith("*"):
            return None
        for parts in tried:
            covered = shards_of(parts.table, self.catalog.names_like(parts, _SHARDS_LOOKED_AT))
            rows = [row for name in covered[:_SHARDS_SHOWN] for row in self.catalog.table(parts._replace(table=name))]
            if len(covered) == 1 and len(rows) == 1:
                return Found("one", "the only table that the wildcard covers", tuple(rows), tuple(tried))
            if rows:
                reason = f"the wildcard covers {len(covered)} tables of the catalog, and none stands for them all"
                return Found("several", reason, tuple(rows), tuple(tried))
        return None

    def _read_columns(self, table_key: str) -> TableColumns:
        number = table_key.partition(".")[0]
        if number != str(self._ds_id) and self._elsewhere is not None:
            other = self._elsewhere.names_of(number)
            if other is not None:
                return other.columns(table_key)
        read = self.catalog.columns(table_key) if self.catalog is not None else ()
        return TableColumns(read, _by_name(read))

    def _resolve(self, rows: list[CatalogTable]) -> tuple[CatalogTable, ...]:
        """Follow synonyms to their base tables; what is one key to Alation is one table."""
        bases = [self._base(row) for row in rows]
        return tuple(dict.fromkeys(bases))

    def _base(self, synonym: CatalogTable) -> CatalogTable:
        """The table at the end of a chain of synonyms; one that has no end, for it is a circle, stays what it is."""
        table, passed = synonym, {synonym.key}
        while table.base_table_key and self.catalog is not None:
            key = table.base_table_key
            own = key if key.startswith(f"{self._ds_id}.") else f"{self._ds_id}.{key}"
            rows = self.catalog.by_key(own)
            if len(rows) != 1:
                break
            table = rows[0]
            if table.key in passed:
                return synonym
            passed.add(table.key)
        return table

    def _foreign(self, database: str) -> str:
        """Why a name of that database cannot be one of this data source, or nothing."""
        if not database or self.rule.database_part or self._names.is_home(database):
            return ""
        if self._names.home is None:
            return (
                f"the name is of database {database!r}, the keys of data source {self._ds_id} have no database part, "
                f'and the source does not say which database it is: add database = "{database}" to its '
                "[[source]] if it is this one"
            )
        home = self._names.home
        return f"the name is of database {database!r}, and data source {self._ds_id} is database {home!r} alone"

    def _nothing(self, reading: Reading, tried: tuple[NameParts, ...]) -> Found:
        schemas, database = self._names.schemas(reading), reading.database or self._names.home
        if not schemas:
            return Found(
                "incomplete",
                "the name has no schema, and nothing supplies one: set schema in its [[source]]",
                tried=tried,
            )
        if self.rule.database_part and not database:
            return Found(
                "incomplete",
                "the name has no database, and nothing supplies one: set database in its [[source]]",
                tried=tried,
            )
        prefix = (database,) if self.rule.database_part and database else ()
        reason = f"the catalog of data source {self._ds_id} holds no such table"
        if self.catalog is None:
            reason = f"there is no catalog of data source {self._ds_id}"
        return Found("none", reason, tried=tried, parts=(*prefix, schemas[0], reading.table))


def _decide(rows: tuple[CatalogTable, ...], tried: tuple[NameParts, ...]) -> Found:
    if len(rows) == 1:
        reason = "the only table of that name" if None in tried[-1] else "found in the catalog"
        return Found("one", reason, rows, tried)
    shown = ", ".join(row.key for row in rows[:5]) + (" ..." if len(rows) > 5 else "")
    if len({row.key.lower() for row in rows}) == 1:
        reason = f"names that differ only in case, which Alation cannot tell apart: {shown}"
    else:
        reason = f"several tables match: {shown}"
    return Found("several", reason, rows, tried)


def _by_name(columns: tuple[CatalogColumn, ...]) -> dict[str, tuple[CatalogColumn, ...]]:
    named: dict[str, tuple[CatalogColumn, ...]] = {}
    for column in columns:
        folded = column.name.lower()
        named[folded] = (*named.get(folded, ()), column)
    return named
