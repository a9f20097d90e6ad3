r"""What the sandbox's catalog holds, read from a JSON or a CSV file.

JSON (``*.json``): one object.

    {
      "data_sources": [
        {
          "id": 12,
          "title": "Warehouse",
          "dbtype": "postgresql",
          "uri": "postgresql://dwh.example.com:5432/shop",
          "schemas": {
            "sales": {
              "orders": ["order_id", "customer_id", "amount"],
              "customers": {"customer_id": "bigint", "name": "varchar(80)"},
              "big_orders": {
                "type": "VIEW",
                "sql": "CREATE VIEW sales.big_orders AS SELECT ...",
                "columns": ["order_id", "amount"]
              }
            }
          }
        }
      ],
      "objects": [{"otype": "file", "key": "4.landing/orders.csv"}],
      "assets": [{"asset_id": "35xftecujtsjd", "data_source_id": 12, "table": "sales.orders"}]
    }

- A data source has ``id`` (an integer), ``title``, ``dbtype`` and ``uri``; ``connector_id`` makes it one of the
  connector framework's sources, which only the v2 data source call lists and which show no ``dbtype``;
  ``"deleted": true`` and ``"hidden": true`` are understood.
- A schema is named as it stands in a key: ``"sales"``, ``"DWH.MART"`` where the database is part of the schema
  name, and ``"\"HR.2031\""``, in quotes of its own, where one part holds a period.
- A table is named as it is, without quotes. Its value is the list of its columns in order, or an object from
  column name to type in order, or an object with ``columns`` (a list, or an object) beside any of ``type``
  (``TABLE``, ``VIEW``, ``SYNONYM`` ...), ``sql`` and ``base_table_key``.
- ``objects`` lists everything else that exists: files, directories, reports. ``otype`` and ``key`` as in the API.
- ``assets`` are those that Data Observability watches: an id and the name of the watched table, ``schema.table`` or
  ``db.schema.table``. ``data_source_id`` tells which data source it is in where the name alone does not.

CSV (``*.csv``): one line a column, with a header of ``ds_id,schema,table,column`` and, as far as they are wanted,
``type,table_type,ds_title,dbtype,uri``. A table without columns is one line with an empty ``column``; columns
stand in the order of the table.

Ids are given in the order of the file, from 1; a sandbox with a data folder keeps the id of a key it has seen.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from extractor.errors import ConfigError


class ColumnEntry(NamedTuple):
    """A column: its bare name, its type as the database spells it, and its 1-based position."""

    name: str
    column_type: str
    position: int


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table: its bare name and what the catalog shows of it."""

    name: str
    columns: tuple[ColumnEntry, ...]
    table_type: str = "TABLE"
    sql: str | None = None
    base_table_key: str | None = None


@dataclass(frozen=True, slots=True)
class SchemaEntry:
    """A schema, named as in a key."""

    name: str
    tables: tuple[TableEntry, ...]


@dataclass(frozen=True, slots=True)
class DataSourceEntry:
    """A data source; ``connector_id`` is set for those of the connector framework."""

    id: int
    title: str
    dbtype: str
    uri: str
    schemas: tuple[SchemaEntry, ...]
    connector_id: int | None = None
    deleted: bool = False
    hidden: bool = False


class AssetEntry(NamedTuple):
    """An asset of Data Observability: its id, its table's name, and the data source where it is told."""

    asset_id: str
    table: str
    data_source_id: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """All of it: the data sources, (otype, key) of what lies outside of them, and Data Observability's assets."""

    data_sources: tuple[DataSourceEntry, ...] = ()
    objects: tuple[tuple[str, str], ...] = field(default=())
    assets: tuple[AssetEntry, ...] = field(default=())


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Table(_Strict):
    columns: dict[str, str] = {}
    type: str = "TABLE"
    sql: str | None = None
    base_table_key: str | None = None

    @field_validator("columns", mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        return dict.fromkeys(value, "") if isinstance(value, list) else value


class _DataSource(_Strict):
    id: Annotated[int, Field(ge=0)]
    title: str = ""
    dbtype: str = ""
    uri: str = ""
    connector_id: int | None = None
    deleted: bool = False
    hidden: bool = False
    schemas: dict[str, dict[str, _Table]] = {}

    @field_validator("schemas", mode="before")
    @classmethod
    def _short_tables(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: _lengthened(tables) for name, tables in value.items()}


class _Object(_Strict):
    otype: str
    key: str


class _Asset(_Strict):
    asset_id: str
    table: str
    data_source_id: int | None = None


class _Catalog(_Strict):
    data_sources: list[_DataSource]
    objects: list[_Object] = []
    assets: list[_Asset] = []


def _lengthened(tables: Any) -> Any:
    """Every table in its long form, ``{"columns": ...}``."""
    if not isinstance(tables, dict):
        return tables
    return {name: table if _is_long(table) else {"columns": table} for name, table in tables.items()}


def _is_long(table: Any) -> bool:
    return isinstance(table, dict) and isinstance(table.get("columns"), (list, dict))


def read_catalog(path: Path) -> CatalogFile:
    """Read a catalog file; its ending decides the format.

    Raises:
        ConfigError: the file cannot be read or does not have the format; the message names the place.
    """
    try:
        catalog = _from_csv(path) if path.suffix.lower() == ".csv" else _from_json(path)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: the catalog file cannot be read: {error}") from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [f"  {'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems[:10]]
        raise ConfigError(f"{path}: this is not a catalog file:\n" + "\n".join(lines)) from None
    return catalog


def _from_json(path: Path) -> CatalogFile:
    model = _Catalog.model_validate(json.loads(path.read_text(encoding="utf-8")))
    return CatalogFile(
        data_sources=tuple(_source_entry(source) for source in model.data_sources),
        objects=tuple((o.otype, o.key) for o in model.objects),
        assets=tuple(AssetEntry(a.asset_id, a.table, a.data_source_id) for a in model.assets),
    )


def _source_entry(source: _DataSource) -> DataSourceEntry:
    schemas = tuple(
        SchemaEntry(name, tuple(_table_entry(table, t) for table, t in tables.items()))
        for name, tables in source.schemas.items()
    )
    return DataSourceEntry(
        id=source.id,
        title=source.title or f"Data source {source.id}",
        dbtype=source.dbtype,
        uri=source.uri,
        schemas=schemas,
        connector_id=source.connector_id,
        deleted=source.deleted,
        hidden=source.hidden,
    )


def _table_entry(name: str, table: _Table) -> TableEntry:
    columns = tuple(ColumnEntry(c, t, i) for i, (c, t) in enumerate(table.columns.items(), start=1))
    return TableEntry(name, columns, table.type, table.sql, table.base_table_key)


def _from_csv(path: Path) -> CatalogFile:
    sources: dict[int, dict[str, Any]] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in _csv_rows(lines, path):
            _add_row(sources, row, f"{path}:{number}")
    model = _Catalog.model_validate({"data_sources": list(sources.values())})
    return CatalogFile(tuple(_source_entry(source) for source in model.data_sources))


def _csv_rows(lines: Any, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(lines)
    missing = {"ds_id", "schema", "table", "column"} - set(reader.fieldnames or ())
    if missing:
        raise ConfigError(f"{path}: the header lacks {', '.join(sorted(missing))}")
    for row in reader:
        yield reader.line_num, {name: value or "" for name, value in row.items() if name}


def _add_row(sources: dict[int, dict[str, Any]], row: dict[str, str], place: str) -> None:
    if not row["ds_id"].strip().isdigit() or not row["schema"] or not row["table"]:
        raise ConfigError(f"{place}: ds_id must be a number, schema and table must not be empty")
    source = sources.setdefault(
        int(row["ds_id"]),
        {
            "id": int(row["ds_id"]),
            "title": row.get("ds_title", ""),
            "dbtype": row.get("dbtype", ""),
            "uri": row.get("uri", ""),
            "schemas": {},
        },
    )
    tables = source["schemas"].setdefault(row["schema"], {})
    table = tables.setdefault(row["table"], {"columns": {}, "type": row.get("table_type") or "TABLE"})
    if row["column"]:
        table["columns"][row["column"]] = row.get("type", "")
