"""Keys for the rows of a catalog file that does not give them."""

from __future__ import annotations

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.errors import UnwritableKey
from extractor.keys.catalog_file import FileRow
from extractor.keys.parts import catalog_row, split_schema
from extractor.keys.quoting import write_key
from extractor.models import BadRecord, CatalogColumn, CatalogTable
from extractor.schemas.bounded import Bounded
from extractor.schemas.rule import key_rule
from extractor.state.catalog import CatalogRow

_TABLES_COUNTED = 10_000

Named = tuple[CatalogRow | None, CatalogColumn | None]


class FileKeys:
    """Gives each row of a file its table with a key, and its column.

    The file's own keys win. Else the key is ``<ds_id>.[<db>.]<schema>.<table>`` by the source's setting or the
    dialect's rule. Without a database part all rows have to be of one database: the source's, or that of the
    first row that names one.
    """

    def __init__(self, source: SourceSettings, dialect: Dialect) -> None:
        self._ds_id = source.data_source_id
        self._with_database = key_rule(source, dialect, None).database_part
        self._database_counts = len(dialect.levels) > 2
        self._database = source.database or ""
        self._last_positions: Bounded[str, int] = Bounded(_TABLES_COUNTED)

    def named(self, row: FileRow) -> Named | BadRecord:
        """The row's table (None when the row is a column of Alation's) and its column (None when it has none)."""
        if row.ds_id is not None and row.ds_id != self._ds_id:
            return BadRecord(f"the row is of data source {row.ds_id}, not {self._ds_id}", row.origin)
        try:
            if row.key and row.column:
                return self._keyed_column(row)
            table = self._table(row)
            column = f"{table.table.key}.{write_key([row.column])}" if row.column else ""
        except UnwritableKey as error:
            return BadRecord(str(error), row.origin)
        if not column:
            return table, None
        key = table.table.key
        return table, CatalogColumn(column, key, row.column, self._position(key, row.position))

    def _keyed_column(self, row: FileRow) -> Named:
        """A column whose own key is given: its table's is what stands before the column's name."""
        table_key = _without_column(row.key, row.column)
        table = None
        if row.table:
            table = catalog_row(CatalogTable(table_key, row.schema, row.table), database=row.database)
        return table, CatalogColumn(row.key, table_key, row.column, self._position(table_key, row.position))

    def _table(self, row: FileRow) -> CatalogRow:
        kind = row.table_type or "TABLE"
        base = row.base_table_key or None
        if row.key:
            return catalog_row(CatalogTable(row.key, row.schema, row.table, None, kind, base), database=row.database)
        database, schema = self._named_schema(row)
        if not schema:
            raise UnwritableKey(f"the row names no schema for the table {row.table!r}")
        prefix = (database,) if self._with_database else ()
        table = CatalogTable(
            write_key([self._ds_id, *prefix, schema, row.table]),
            write_key([*prefix, schema]),
            row.table,
            None,
            kind,
            base,
        )
        return CatalogRow(database, schema, 0, table)

    def _named_schema(self, row: FileRow) -> tuple[str, str]:
        """The row's database and schema; a schema called ``DB.SCHEMA`` is cut where keys have both."""
        quoted = row.schema.startswith('"') and row.schema.endswith('"')
        parts = split_schema(row.schema) if quoted or (self._with_database and not row.database) else (row.schema,)
        database = row.database or (parts[-2] if len(parts) > 1 else self._database)
        schema = parts[-1] if parts else ""
        if self._with_database:
            if not database:
                raise UnwritableKey(
                    f"the keys of data source {self._ds_id} have a database part, and the row names no database"
                )
            return database, schema
        if not self._database_counts:
            return "", schema
        self._database = self._database or database
        if database.lower() != self._database.lower():
            raise UnwritableKey(
                f"the row is of database {database!r}, and data source {self._ds_id} "
                f"is database {self._database!r} alone"
            )
        return database, schema

    def _position(self, table_key: str, given: int) -> int:
        """The given position, else the next one of that table."""
        return self._last_positions.put(table_key, given or (self._last_positions.get(table_key) or 0) + 1)


def _without_column(key: str, column: str) -> str:
    """What stands before the column's name in its key; in text, since the name may hold a double quote."""
    for end in (f".{column}", f'."{column}"'):
        if key.lower().endswith(end.lower()) and len(key) > len(end):
            return key[: -len(end)]
    raise UnwritableKey(f"the key {key!r} is not that of a column {column!r}")
