"""The sandbox's SQLite database, and the catalog in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, delete, event, func, insert, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from extractor.errors import ConfigError
from extractor.sandbox.catalog_file import CatalogFile, DataSourceEntry, SchemaEntry, TableEntry
from extractor.sandbox.tables import ASSETS, COLUMNS, DATA_SOURCES, METADATA, OBJECTS, SCHEMAS, TABLES

FILE_NAME = "sandbox.db"
_BATCH = 500


def open_store(data_dir: Path | None) -> Engine:
    """The database in a folder, which is made if need be; without a folder one in memory.

    Raises:
        ConfigError: the folder cannot be used.
    """
    if data_dir is None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{data_dir}: the sandbox cannot keep its data there: {error.strerror}") from None
        engine = create_engine(
            f"sqlite:///{data_dir / FILE_NAME}", connect_args={"check_same_thread": False, "timeout": 30}
        )
        event.listen(engine, "connect", _set_up)
    try:
        METADATA.create_all(engine)
    except DBAPIError as error:
        engine.dispose()
        raise ConfigError(
            f"{data_dir}: the sandbox cannot use the database {FILE_NAME} there ({error.orig}): name another folder, "
            "or remove the file, which forgets what the sandbox held."
        ) from None
    return engine


def _set_up(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def load_catalog(db: Connection, catalog: CatalogFile) -> None:
    """Make the catalog what the file says. A key that was there keeps its number; what is gone goes."""
    db.execute(delete(DATA_SOURCES))
    for source in catalog.data_sources:
        db.execute(insert(DATA_SOURCES).values(_data_source(source)))
    for table in (SCHEMAS, TABLES, COLUMNS):
        _replace(db, table, _ROWS[table.name](db, catalog))
    _replace(db, OBJECTS, _objects(catalog), identity=("otype", "folded"))
    db.execute(delete(ASSETS))
    for asset in catalog.assets:
        values = {"asset_id": asset.asset_id, "ds_id": asset.data_source_id, "named": asset.table.lower()}
        db.execute(sqlite_insert(ASSETS).values(values).on_conflict_do_nothing())


def _data_source(source: DataSourceEntry) -> dict[str, Any]:
    names = ("id", "title", "dbtype", "uri", "connector_id", "deleted", "hidden")
    return {name: getattr(source, name) for name in names}


def _replace(
    db: Connection, table: Table, rows: Iterator[dict[str, Any]], identity: tuple[str, ...] = ("folded",)
) -> None:
    """Make a table hold these rows, each under the number that its key had, or a new one."""
    columns = [table.c[name] for name in identity]
    known = {tuple(row[1:]): row[0] for row in db.execute(select(table.c.id, *columns))}
    following = (db.execute(select(func.max(table.c.id))).scalar_one() or 0) + 1
    seen: set[tuple[Any, ...]] = set()
    batch: list[dict[str, Any]] = []
    for row in rows:
        key = tuple(row[name] for name in identity)
        if key in seen:
            continue
        seen.add(key)
        number = known.get(key)
        if number is None:
            number, following = following, following + 1
        batch.append({"id": number, **row})
        if len(batch) == _BATCH:
            _upsert(db, table, batch)
            batch = []
    _upsert(db, table, batch)
    gone = [number for key, number in known.items() if key not in seen]
    for start in range(0, len(gone), _BATCH):
        db.execute(delete(table).where(table.c.id.in_(gone[start : start + _BATCH])))


def _upsert(db: Connection, table: Table, batch: list[dict[str, Any]]) -> None:
    if batch:
        statement = sqlite_insert(table)
        names = [name for name in batch[0] if name != "id"]
        changed = {name: statement.excluded[name] for name in names}
        db.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), batch)


def _schemas(_: Connection, catalog: CatalogFile) -> Iterator[dict[str, Any]]:
    for source in catalog.data_sources:
        for schema in source.schemas:
            yield {"ds_id": source.id, "name": _shown(schema.name), **_keyed(f"{source.id}.{schema.name}")}


def _tables(db: Connection, catalog: CatalogFile) -> Iterator[dict[str, Any]]:
    schemas = _numbers(db, SCHEMAS)
    for source, schema, table in _each_table(catalog):
        key = f"{source.id}.{schema.name}"
        yield {
            "ds_id": source.id,
            "schema_id": schemas[key.lower()],
            "schema_name": _shown(schema.name),
            "name": table.name,
            "table_type": table.table_type,
            "sql": table.sql,
            "base_table_key": table.base_table_key,
            **_keyed(f"{key}.{_quoted(table.name)}"),
        }


def _columns(db: Connection, catalog: CatalogFile) -> Iterator[dict[str, Any]]:
    schemas, tables = _numbers(db, SCHEMAS), _numbers(db, TABLES)
    for source, schema, table in _each_table(catalog):
        schema_key = f"{source.id}.{schema.name}"
        table_key = f"{schema_key}.{_quoted(table.name)}"
        for column in table.columns:
            yield {
                "ds_id": source.id,
                "schema_id": schemas[schema_key.lower()],
                "table_id": tables[table_key.lower()],
                "table_name": f"{_shown(schema.name)}.{table.name}".lower(),
                "name": column.name,
                "column_type": column.column_type,
                "nullable": True,
                "position": column.position,
                **_keyed(f"{table_key}.{_quoted(column.name)}"),
            }


def _objects(catalog: CatalogFile) -> Iterator[dict[str, Any]]:
    for otype, key in catalog.objects:
        yield {"otype": otype, **_keyed(key)}


def _each_table(catalog: CatalogFile) -> Iterator[tuple[DataSourceEntry, SchemaEntry, TableEntry]]:
    for source in catalog.data_sources:
        for schema in source.schemas:
            for table in schema.tables:
                yield source, schema, table


def _numbers(db: Connection, table: Table) -> dict[str, int]:
    return {row.folded: row.id for row in db.execute(select(table.c.folded, table.c.id))}


def _keyed(key: str) -> dict[str, str]:
    return {"key": key, "folded": key.lower()}


def _quoted(name: str) -> str:
    """A part of a key: in quotes when it holds a period (*Keys with Special Characters*)."""
    return f'"{name}"' if "." in name else name


def _shown(schema: str) -> str:
    """The name of a schema that is written as in a key: one quoted part loses its quotes."""
    inner = schema[1:-1]
    return inner if schema.startswith('"') and schema.endswith('"') and '"' not in inner else schema


_ROWS: dict[str, Callable[[Connection, CatalogFile], Iterator[dict[str, Any]]]] = {
    "schemas": _schemas,
    "tables": _tables,
    "columns": _columns,
}
