"""The catalog of one data source, read name by name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Engine, case, func, select

from extractor.models import CatalogColumn, CatalogSchemaName, CatalogTable
from extractor.state.catalog_tables import catalog_columns, catalog_schemas, catalog_tables
from extractor.state.catalog_versions import CatalogVersion, reading
from extractor.state.upsert import slices

_ASKED_BEFORE_ALL = 60
_TABLES_IN_MEMORY = 20_000
_COLUMNS_IN_MEMORY = 40_000


class _Named(NamedTuple):
    """A table with the folded names of where it lies."""

    database: str | None
    schema: str
    table: CatalogTable


class StoredCatalog:
    """The current catalog of one data source, as it was when this reader was made; see `CatalogReader`.

    Who asks for many names of a small catalog is answered from memory: one query for all instead of one for each.
    """

    def __init__(self, engine: Engine, version: CatalogVersion) -> None:
        self.version = version
        self._engine = engine
        self._asked = 0
        self._named: dict[str, list[_Named]] | None = None
        self._columns: dict[str, tuple[CatalogColumn, ...]] | None = None

    def is_empty(self) -> bool:
        """Whether no table is held."""
        return self.version.tables == 0

    def table(self, parts: tuple[str | None, str | None, str]) -> list[CatalogTable]:
        """The tables called ``(database, schema, table)`` in any case, at most 20; None stands for any."""
        self._asked += 1
        if self._named is None and self._asked > _ASKED_BEFORE_ALL and self.version.tables <= _TABLES_IN_MEMORY:
            self._named = self._read_all()
        if self._named is not None:
            database, schema = [None if part is None else part.lower() for part in parts[:2]]
            held = self._named.get(parts[2].lower(), ())
            return [n.table for n in held if database in (None, n.database) and schema in (None, n.schema)][:20]
        t = catalog_tables.c
        query = self._tables().where(t.name_folded == parts[2].lower(), *_within(parts[0], parts[1]))
        return self._read(query.order_by(t.key).limit(20))

    def by_key(self, key: str) -> list[CatalogTable]:
        """The tables of that key, whatever its case."""
        t = catalog_tables.c
        return self._read(self._tables().where(t.key_folded == key.lower()).order_by(t.key).limit(20))

    def by_ids(self, numbers: Collection[int]) -> dict[int, CatalogTable]:
        """The tables with these ids of Alation's."""
        t = catalog_tables.c
        return {
            table.table_id: table
            for part in slices(numbers)
            for table in self._read(self._tables().where(t.table_id.in_(part)).order_by(t.key))
            if table.table_id is not None
        }

    def columns(self, table_key: str) -> tuple[CatalogColumn, ...]:
        """The columns of the table with exactly that key, by position."""
        if self._named is not None and self.version.columns <= _COLUMNS_IN_MEMORY:
            if self._columns is None:
                self._columns = self._read_all_columns()
            return self._columns.get(table_key, ())
        t, c = catalog_tables.c, catalog_columns.c
        query = (
            select(c.position, c.name, c.key)
            .join_from(catalog_tables, catalog_columns, c.table_ref == t.id)
            .where(t.version_id == self.version.id, t.key_folded == table_key.lower(), t.key == table_key)
            .order_by(c.position, c.name)
        )
        with reading(self._engine) as connection:
            return tuple(
                CatalogColumn(key or f"{table_key}.{name}", table_key, name, position)
                for position, name, key in connection.execute(query)
            )

    def schema_names(self) -> tuple[CatalogSchemaName, ...]:
        """The schemas held, at most 20,000, the largest first."""
        s = catalog_schemas.c
        query = (
            select(s.database_folded, s.schema_folded, s.in_key, s.tables)
            .where(s.version_id == self.version.id)
            .order_by(s.tables.desc(), s.database_folded, s.schema_folded)
            .limit(20_000)
        )
        with reading(self._engine) as connection:
            return tuple(CatalogSchemaName(*row) for row in connection.execute(query))

    def names_like(self, parts: tuple[str | None, str | None, str], limit: int = 2000) -> tuple[str, ...]:
        """Names of tables in that schema, those with the same first letter first."""
        t = catalog_tables.c
        wanted = parts[2].lower()[:1]
        query = (
            select(t.name)
            .where(t.version_id == self.version.id, *_within(parts[0], parts[1]))
            .order_by(case((func.substr(t.name_folded, 1, 1) == wanted, 0), else_=1), t.name_folded)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))

    def _read_all(self) -> dict[str, list[_Named]]:
        """All tables by folded name, in the order in which the database gives them one by one."""
        t = catalog_tables.c
        query = self._tables().add_columns(t.database_folded, t.schema_folded, t.name_folded).order_by(t.key)
        found: dict[str, list[_Named]] = {}
        with reading(self._engine) as connection:
            for *row, database, schema, name in connection.execute(query):
                found.setdefault(name, []).append(_Named(database, schema, CatalogTable(*row)))
        return found

    def _read_all_columns(self) -> dict[str, tuple[CatalogColumn, ...]]:
        """The columns of all tables by the table's key."""
        t, c = catalog_tables.c, catalog_columns.c
        query = (
            select(t.key, c.position, c.name, c.key)
            .join_from(catalog_tables, catalog_columns, c.table_ref == t.id)
            .where(t.version_id == self.version.id)
            .order_by(t.key, c.position, c.name)
        )
        found: dict[str, list[CatalogColumn]] = {}
        with reading(self._engine) as connection:
            for table, position, name, key in connection.execute(query):
                found.setdefault(table, []).append(CatalogColumn(key or f"{table}.{name}", table, name, position))
        return {table: tuple(columns) for table, columns in found.items()}

    def _tables(self) -> Any:
        t = catalog_tables.c
        return select(t.key, t.schema_name, t.name, t.table_id, t.table_type, t.base_table_key).where(
            t.version_id == self.version.id
        )

    def _read(self, query: Any) -> list[CatalogTable]:
        with reading(self._engine) as connection:
            return [CatalogTable(*row) for row in connection.execute(query)]


def _within(database: str | None, schema: str | None) -> list[Any]:
    t = catalog_tables.c
    conditions = []
    if schema is not None:
        conditions.append(t.schema_folded == schema.lower())
    if database is not None:
        conditions.append(t.database_folded == database.lower())
    return conditions
