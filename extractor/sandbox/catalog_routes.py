"""Catalog reads: data sources, schemas, tables and columns, with filters and paging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, func, select, true
from starlette.responses import JSONResponse

from extractor.sandbox.call import Call, Handler, refused, whole_number
from extractor.sandbox.paging import Page
from extractor.sandbox.tables import COLUMNS, DATA_SOURCES, SCHEMAS, TABLES

_NUMBERS: dict[str, Callable[[Any, int], ColumnElement[bool]]] = {
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
}
_TEXTS: dict[str, Callable[[Any, str], ColumnElement[bool]]] = {
    "contains": lambda column, value: func.instr(column, value) > 0,
    "icontains": lambda column, value: func.instr(func.lower(column), value.lower()) > 0,
    "startswith": lambda column, value: func.substr(column, 1, len(value)) == value,
    "istartswith": lambda column, value: func.substr(func.lower(column), 1, len(value)) == value.lower(),
    "endswith": lambda column, value: func.substr(column, -len(value)) == value,
    "iendswith": lambda column, value: func.substr(func.lower(column), -len(value)) == value.lower(),
    "iexact": lambda column, value: func.lower(column) == value.lower(),
}
_GENERAL = {"order_by", "limit", "skip", "fields", "values", "custom_fields", "exclude_deleted_ref"}
_FILTERS = {
    "schemas": {"id", "name", "ds_id"},
    "tables": {"id", "name", "ds_id", "schema_id", "schema_name"},
    "columns": {"id", "name", "ds_id", "schema_id", "table_id", "table_name"},
}


def listing(table: Table, shown: Callable[[Row[Any]], dict[str, Any]]) -> Handler:
    """A route that lists rows of a table; ``shown`` gives their form in the answer."""

    def show(call: Call) -> JSONResponse:
        condition = _condition(call, table)
        page = Page.of(call)
        total = call.db.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
        wanted = select(table).where(condition).order_by(_order(call, table), table.c.id)
        rows = call.db.execute(wanted.limit(page.limit).offset(page.skip)).all()
        return JSONResponse([_reduced(call, shown(row)) for row in rows], headers=page.headers(call, total))

    return show


def native_data_sources(call: Call) -> JSONResponse:
    """``GET /integration/v1/datasource/``: native and virtual sources, with their dbtype."""
    call.only_parameters({"include_undeployed", "include_hidden", "limit", "skip"})
    return _data_sources(call, DATA_SOURCES.c.connector_id.is_(None), _native)


def connector_data_sources(call: Call) -> JSONResponse:
    """``GET /integration/v2/datasource/``: sources of the connector framework, without dbtype."""
    call.only_parameters({"include_hidden", "exclude_suspended", "limit", "skip"})
    return _data_sources(call, DATA_SOURCES.c.connector_id.is_not(None), _of_connector)


def one_native(call: Call) -> JSONResponse:
    """``GET /integration/v1/datasource/{id}/``."""
    return _one_data_source(call, DATA_SOURCES.c.connector_id.is_(None), _native)


def one_of_connector(call: Call) -> JSONResponse:
    """``GET /integration/v2/datasource/{id}/``."""
    return _one_data_source(call, DATA_SOURCES.c.connector_id.is_not(None), _of_connector)


def schema_row(row: Row[Any]) -> dict[str, Any]:
    """A schema as Alation shows it."""
    return {
        **_common(row),
        "url": f"/schema/{row.id}/",
        "db_comment": None,
    }


def table_row(row: Row[Any]) -> dict[str, Any]:
    """A table as Alation shows it."""
    return {
        **_common(row),
        "url": f"/table/{row.id}/",
        "table_type": row.table_type,
        "schema_id": row.schema_id,
        "schema_name": row.schema_name,
        "sql": row.sql,
        "base_table_key": row.base_table_key,
        "partition_definition": None,
        "partition_columns": None,
        "table_comment": None,
    }


def column_row(row: Row[Any]) -> dict[str, Any]:
    """A column as Alation shows it: ``table_name`` is qualified and in lower case, the URL says attribute."""
    return {
        **_common(row),
        "url": f"/attribute/{row.id}/",
        "column_type": row.column_type,
        "column_comment": None,
        "nullable": row.nullable,
        "position": row.position,
        "index": {"isPrimaryKey": False, "isForeignKey": False, "referencedColumnId": None, "isOtherIndex": False},
        "schema_id": row.schema_id,
        "table_id": row.table_id,
        "table_name": row.table_name,
    }


def _common(row: Row[Any]) -> dict[str, Any]:
    words = {"title": "", "description": "", "custom_fields": []}
    return {"id": row.id, "name": row.name, **words, "ds_id": row.ds_id, "key": row.key}


def _condition(call: Call, table: Table) -> ColumnElement[bool]:
    conditions, unknown = [], []
    for parameter in dict.fromkeys(key for key, _ in call.params.multi_items()):
        if parameter in _GENERAL:
            continue
        condition = _filter(table, parameter, call.params.getlist(parameter))
        if condition is None:
            unknown.append(parameter)
        else:
            conditions.append(condition)
    if unknown:
        raise refused(400, 400006, f"Invalid query parameters: {sorted(unknown)}")
    return and_(true(), *conditions)


def _filter(table: Table, parameter: str, values: list[str]) -> ColumnElement[bool] | None:
    """One filter; None when the route does not know it or its value is none."""
    name, _, operator = parameter.partition("__")
    if name not in _FILTERS[table.name]:
        return None
    column = table.c[name]
    is_text = name.endswith("name")
    numbers = [] if is_text else [number for value in values if (number := whole_number(value)) is not None]
    if not is_text and len(numbers) < len(values):
        return None
    if not operator:
        return column.in_(values if is_text else numbers)
    if is_text and operator in _TEXTS:
        return _TEXTS[operator](column, values[-1])
    if not is_text and operator in _NUMBERS:
        return _NUMBERS[operator](column, numbers[-1])
    return None


def _order(call: Call, table: Table) -> Any:
    name = call.params.get("order_by", "id")
    column = table.c.get(name.removeprefix("-"))
    if column is None:
        raise refused(400, 400006, "Invalid query parameters: ['order_by']")
    return column.desc() if name.startswith("-") else column


def _reduced(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    wanted = call.params.get("fields") or call.params.get("values")
    return {name: row[name] for name in wanted.split(",") if name in row} if wanted else row


def _data_sources(call: Call, condition: ColumnElement[bool], shown: Callable[[Row[Any]], Any]) -> JSONResponse:
    for name in ("include_hidden", "include_undeployed", "exclude_suspended"):
        if call.params.get(name, "true").lower() not in {"true", "false"}:
            raise refused(400, 400006, f"Invalid query parameters: ['{name}']")
    if call.params.get("include_hidden", "").lower() != "true":
        condition = condition & ~DATA_SOURCES.c.hidden
    page = Page.of(call)
    rows = call.db.execute(select(DATA_SOURCES).where(condition).order_by(DATA_SOURCES.c.id)).all()
    chosen = rows[page.skip : page.skip + page.limit]
    return JSONResponse([shown(row) for row in chosen], headers=page.headers(call, len(rows)))


def _one_data_source(call: Call, condition: ColumnElement[bool], shown: Callable[[Row[Any]], Any]) -> JSONResponse:
    number = whole_number(str(call.path_params["number"]))
    row = call.db.execute(select(DATA_SOURCES).where(condition & (DATA_SOURCES.c.id == number))).one_or_none()
    if row is None:
        raise refused(404, 404000, f"Data source with id {call.path_params['number']} does not exist")
    return JSONResponse(shown(row))


def _native(row: Row[Any]) -> Mapping[str, Any]:
    return {
        **_data_source(row),
        "dbtype": row.dbtype,
        "dbname": None,
        "is_virtual": False,
        "deployment_setup_complete": True,
    }


def _of_connector(row: Row[Any]) -> Mapping[str, Any]:
    return {**_data_source(row), "connector_id": row.connector_id, "is_gone": row.deleted}


def _data_source(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "description": "",
        "uri": row.uri,
        "is_hidden": row.hidden,
        "deleted": row.deleted,
        "private": False,
    }


schemas = listing(SCHEMAS, schema_row)
tables = listing(TABLES, table_row)
columns = listing(COLUMNS, column_row)
