"""A new catalog of one data source in the making."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, exists, func, insert, or_, select, update

from extractor.errors import CatalogError
from extractor.models import CatalogColumn, CatalogTable
from extractor.state.catalog_tables import catalog_columns, catalog_schemas, catalog_tables, catalog_versions
from extractor.state.catalog_versions import CatalogVersion, layer_of, reading, remove_versions, version_of, writing
from extractor.state.upsert import insert_or_ignore, slices

_KEYS_REMEMBERED = 20_000
_TABLES_ADOPTED = 5_000


class CatalogRow(NamedTuple):
    """A table with the parts of its name: the database ("" when not known), the schema, and how its key has them.

    ``in_key`` is the number of parts that the key gives the schema: 2 for ``DB.SCHEMA``, else 1; 0 when the
    key is not of whom the catalog is from, but was written by the source's rule.
    """

    database: str
    schema: str
    in_key: int
    table: CatalogTable


class CatalogRefresh:
    """A new catalog of one data source in the making: tables first, then their columns, in batches.

    It becomes visible with `finish`, all of it at once; until then readers see the old one. What an unfinished
    refresh left behind is removed by the next one. Every method raises `CatalogError` when another refresh of the
    same data source was begun meanwhile and took this one's place.
    """

    def __init__(self, engine: Engine, version_id: int) -> None:
        self._engine = engine
        self._version_id = version_id
        self._refs: dict[str, int] = {}

    def add_tables(self, rows: Sequence[CatalogRow]) -> None:
        """Add a batch of tables; one that is there already, by its exact key, is passed over."""
        if rows:
            with writing(self._engine) as connection:
                self._data_source(connection)
                connection.execute(insert_or_ignore(connection, catalog_tables), [self._values(row) for row in rows])

    def add_columns(self, columns: Sequence[CatalogColumn]) -> list[CatalogColumn]:
        """Add a batch of columns and return those whose table is not held."""
        if not columns:
            return []
        with writing(self._engine) as connection:
            self._data_source(connection)
            self._find_refs(connection, {column.table_key for column in columns})
            known = [column for column in columns if column.table_key in self._refs]
            if known:
                connection.execute(
                    insert_or_ignore(connection, catalog_columns),
                    [
                        {
                            "table_ref": self._refs[column.table_key],
                            "position": column.position,
                            "name": column.name,
                            "key": None if column.key == _plain_key(column) else column.key,
                        }
                        for column in known
                    ],
                )
        return [column for column in columns if column.table_key not in self._refs]

    def changed_tables(self, before: CatalogVersion, most: int) -> list[int | None]:
        """The ids of the tables that ``before`` does not hold just as they are here, at most so many."""
        old, new = catalog_tables.alias("old"), catalog_tables.alias("new")
        same = exists().where(old.c.version_id == before.id, *_same(old, new))
        query = select(new.c.table_id).where(new.c.version_id == self._version_id, ~same).limit(most)
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def columns_left_behind(self, before: CatalogVersion, read_again: Collection[int]) -> int:
        """How many columns ``before`` holds of tables that are not here just as they are there, or are read again."""
        old, new = catalog_tables.alias("old"), catalog_tables.alias("new")
        same = exists().where(new.c.version_id == self._version_id, *_same(old, new))
        left = or_(~same, old.c.table_id.in_(read_again)) if read_again else ~same
        of_left = select(old.c.id).where(old.c.version_id == before.id, left)
        counted = select(func.count()).select_from(catalog_columns).where(catalog_columns.c.table_ref.in_(of_left))
        with reading(self._engine) as connection:
            return int(connection.scalar(counted) or 0)

    def finish(
        self,
        *,
        last_column_id: int | None = None,
        columns_given: int | None = None,
        full_at: datetime | None = None,
        adopting: CatalogVersion | None = None,
    ) -> CatalogVersion:
        """Make this the catalog of its data source and remove the one before it, in one transaction.

        With ``adopting``, tables that are in that version just as they are here, and for which no columns were added,
        keep the columns that they have there.
        """
        with writing(self._engine) as connection:
            ds_id = self._data_source(connection)
            if adopting is not None:
                self._adopt(connection, adopting)
            self._summarise(connection)
            connection.execute(
                update(catalog_versions)
                .where(catalog_versions.c.id == self._version_id)
                .values(last_column_id=last_column_id, columns_given=columns_given, full_at=full_at)
            )
            version = version_of(
                connection.execute(select(catalog_versions).where(catalog_versions.c.id == self._version_id)).one()
            )
            remove_versions(connection, ds_id, layer_of(version.origin), but=self._version_id)
            return version

    def _adopt(self, connection: Connection, before: CatalogVersion) -> None:
        """Move the unchanged tables of another version here, in place of their copies without columns."""
        old, new = catalog_tables.alias("old"), catalog_tables.alias("new")
        told = exists().where(catalog_columns.c.table_ref == new.c.id)
        pairs = (
            select(old.c.id, new.c.id)
            .where(old.c.version_id == before.id, new.c.version_id == self._version_id, *_same(old, new), ~told)
            .limit(_TABLES_ADOPTED)
        )
        t = catalog_tables.c
        while found := connection.execute(pairs).all():
            for part in slices(found):
                connection.execute(delete(catalog_tables).where(t.id.in_([mine for _, mine in part])))
                moved = update(catalog_tables).where(t.id.in_([theirs for theirs, _ in part]))
                connection.execute(moved.values(version_id=self._version_id))

    def _data_source(self, connection: Connection) -> int:
        """The id of the data source, as long as this refresh is its latest."""
        v = catalog_versions.c
        ds_id: int | None = connection.scalar(select(v.ds_id).where(v.id == self._version_id))
        if ds_id is None:
            raise CatalogError(
                "another refresh of the same data source was begun while this one ran, and this one was given up: "
                "run one refresh at a time"
            )
        return ds_id

    def _values(self, row: CatalogRow) -> dict[str, Any]:
        table = row.table
        return {
            "version_id": self._version_id,
            "key_folded": table.key.lower(),
            "key": table.key,
            "database_folded": row.database.lower(),
            "schema_folded": row.schema.lower(),
            "name_folded": table.name.lower(),
            "in_key": row.in_key,
            "schema_name": table.schema_name,
            "name": table.name,
            "table_id": table.table_id,
            "table_type": table.table_type,
            "base_table_key": table.base_table_key,
        }

    def _find_refs(self, connection: Connection, keys: set[str]) -> None:
        """Learn the row ids of tables: by exact key, else by the only key that differs in case alone."""
        if len(self._refs) > _KEYS_REMEMBERED:
            self._refs.clear()
        wanted = sorted(key for key in keys if key not in self._refs)
        t = catalog_tables.c
        for part in slices(wanted):
            found = connection.execute(
                select(t.id, t.key, t.key_folded).where(
                    t.version_id == self._version_id, t.key_folded.in_({key.lower() for key in part})
                )
            ).all()
            exact = {row.key: row.id for row in found}
            folded: dict[str, list[int]] = {}
            for row in found:
                folded.setdefault(row.key_folded, []).append(row.id)
            for key in part:
                ids = [exact[key]] if key in exact else folded.get(key.lower(), [])
                if len(ids) == 1:
                    self._refs[key] = ids[0]

    def _summarise(self, connection: Connection) -> None:
        t, c = catalog_tables.c, catalog_columns.c
        grouped = (t.version_id, t.database_folded, t.schema_folded, t.in_key)
        connection.execute(
            insert(catalog_schemas).from_select(
                ["version_id", "database_folded", "schema_folded", "in_key", "tables"],
                select(*grouped, func.count()).where(t.version_id == self._version_id).group_by(*grouped),
            )
        )
        mine = select(t.id).where(t.version_id == self._version_id)
        tables = select(func.count()).select_from(catalog_tables).where(t.version_id == self._version_id)
        columns = select(func.count()).select_from(catalog_columns).where(c.table_ref.in_(mine))
        connection.execute(
            update(catalog_versions)
            .where(catalog_versions.c.id == self._version_id)
            .values(is_current=True, tables=tables.scalar_subquery(), columns=columns.scalar_subquery())
        )


def _same(old: Any, new: Any) -> list[Any]:
    """That two rows are one table, with nothing changed."""
    equal = [
        old.c[name] == new.c[name] for name in ("key_folded", "key", "in_key", "schema_name", "name", "table_type")
    ]
    return [*equal, *(old.c[name].is_not_distinct_from(new.c[name]) for name in ("table_id", "base_table_key"))]


def _plain_key(column: CatalogColumn) -> str:
    return f"{column.table_key}.{column.name}"
