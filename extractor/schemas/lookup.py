"""A table's name, looked up in the catalog of its data source."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.models import CatalogColumn, CatalogTable, TableName
from extractor.schemas.bounded import Bounded
from extractor.schemas.interface import CatalogReader, NameParts
from extractor.schemas.reading import NameRules, Reading
from extractor.schemas.rule import KeyRule, key_rule

_NAMES_REMEMBERED = 50_000
_COLUMNS_REMEMBERED = 60_000
_SYNONYM_HOPS = 5


class Found(NamedTuple):
    """What the catalog says of one name.

    ``status``: ``one`` table; ``several``, of which none may be picked; ``none``; ``foreign``: the name lies
    outside of this data source; ``incomplete``: a part is missing and nothing supplies it. ``tried`` lists what
    was looked up, in order. ``parts`` are the name's parts for a key that has to be built, None where they are
    not all known.
    """

    status: Literal["one", "several", "none", "foreign", "incomplete"]
    reason: str
    tables: tuple[CatalogTable, ...] = ()
    tried: tuple[NameParts, ...] = ()
    parts: tuple[str, ...] | None = None


class TableColumns(NamedTuple):
    """A table's columns by position, and by their names in lower case."""

    ordered: tuple[CatalogColumn, ...]
    by_name: dict[str, tuple[CatalogColumn, ...]]


class CatalogNames:
    """Finds the tables that names of one source mean, and their columns; answers are remembered, bounded.

    A name with fewer parts than the key takes the source's database and schema, then the dialect's default
    schema. Where nothing supplies a part, the only table of that name is taken, and several are ambiguous.
    """

    def __init__(self, source: SourceSettings, dialect: Dialect, catalog: CatalogReader | None) -> None:
        self.catalog = catalog if catalog is not None and not catalog.is_empty() else None
        self.rule: KeyRule = key_rule(source, dialect, self.catalog)
        self._ds_id = source.data_source_id
        self._names = NameRules(source, dialect, self.catalog)
        self._found: Bounded[tuple[str, ...], Found] = Bounded(_NAMES_REMEMBERED)
        self._columns: Bounded[str, TableColumns] = Bounded(_COLUMNS_REMEMBERED)

    def find(self, table: TableName) -> Found:
        """What the catalog says of ``table``; only its identity counts."""
        found = self._found.get(table.identity)
        return found if found is not None else self._found.put(table.identity, self._look_up(table.identity))

    def columns(self, table_key: str) -> TableColumns:
        """The columns of the table with that key; empty when the catalog holds none."""
        columns = self._columns.get(table_key)
        if columns is None:
            read = self.catalog.columns(table_key) if self.catalog is not None else ()
            columns = self._columns.put(table_key, TableColumns(read, _by_name(read)), len(read) + 1)
        return columns

    def _look_up(self, identity: tuple[str, ...]) -> Found:
        if len(identity) > 3 and any(identity[:-3]):
            return Found("foreign", f"the name begins with the server {identity[0]!r}, not this data source")
        readings = self._names.readings(identity[-3:])
        if not readings[0].table:
            return Found("incomplete", "the name is empty")
        tried: list[NameParts] = []
        for parts in (parts for reading in readings for parts in self._names.candidates(reading)):
            tried.append(parts)
            rows = self._resolve(self.catalog.table(parts)) if self.catalog is not None else ()
            if rows:
                return _decide(rows, tuple(tried))
        if foreign := self._foreign(readings[0].database):
            return Found("foreign", foreign, tried=tuple(tried))
        return self._nothing(readings[0], tuple(tried))

    def _resolve(self, rows: list[CatalogTable]) -> tuple[CatalogTable, ...]:
        """Follow synonyms to their base tables; what is one key to Alation is one table."""
        bases = [self._base(row) for row in rows]
        return tuple(dict.fromkeys(bases))

    def _base(self, table: CatalogTable) -> CatalogTable:
        for _ in range(_SYNONYM_HOPS):
            if not table.base_table_key or self.catalog is None:
                break
            key = table.base_table_key
            own = key if key.startswith(f"{self._ds_id}.") else f"{self._ds_id}.{key}"
            rows = self.catalog.by_key(own)
            if len(rows) != 1 or rows[0] == table:
                break
            table = rows[0]
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
