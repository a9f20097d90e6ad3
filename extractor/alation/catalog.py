"""Catalog reads: data sources, schemas, tables and columns. Source: *Relational Integration API*, *Pagination*.

Rows are asked for in the order of their ids, each page after the largest id of the one before, so that an
extraction that runs meanwhile makes no row slip between two pages. A server that is too old for these routes (they
answer 404) is read through their first version (*Accessing Relational Database type Data Objects*).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from extractor.alation.wire import CATALOG_ROLE, Wire
from extractor.errors import Rejected
from extractor.models import CatalogColumn, CatalogTable

LOG = logging.getLogger(__name__)
LARGEST_PAGE = 1000


class DataSource(NamedTuple):
    """A data source. ``dbtype`` is None for those of the connector framework, whose ``uri`` tells the engine."""

    id: int
    title: str
    dbtype: str | None
    uri: str
    deleted: bool = False


class CatalogSchema(NamedTuple):
    """A schema; where the database is part of the key, ``name`` holds both, as in ``DB.SCHEMA``."""

    schema_id: int
    name: str
    key: str


def data_sources(wire: Wire) -> list[DataSource]:
    """All data sources that the token may see, native and of connectors, by id.

    Raises:
        AlationError: neither of the two routes can be read.
    """
    found: dict[int, DataSource] = {}
    refusals: list[Rejected] = []
    for route, params in (
        ("/integration/v1/datasource/", {"include_undeployed": "true", "include_hidden": "true"}),
        ("/integration/v2/datasource/", {"include_hidden": "true"}),
    ):
        try:
            for row in _rows(wire, route, params):
                source = _data_source(row)
                if source is not None:
                    found.setdefault(source.id, source)
        except Rejected as error:
            refusals.append(error)
    if len(refusals) == 2:
        raise refusals[0]
    return [found[number] for number in sorted(found)]


def schemas(wire: Wire, ds_id: int) -> Iterator[CatalogSchema]:
    """The schemas of a data source."""
    for row in _rows_by_id(wire, "/integration/v2/schema/", ds_id):
        if _is_named(row):
            yield CatalogSchema(row["id"], row["name"], row["key"])


def tables(wire: Wire, ds_id: int) -> Iterator[CatalogTable]:
    """The tables and views of a data source."""
    for row in _rows_by_id(wire, "/integration/v2/table/", ds_id):
        if _is_named(row):
            yield CatalogTable(
                key=row["key"],
                schema_name=str(row.get("schema_name") or ""),
                name=row["name"],
                table_id=row["id"],
                table_type=str(row.get("table_type") or "TABLE"),
                base_table_key=row.get("base_table_key") or None,
            )


def columns(
    wire: Wire, ds_id: int, *, after: int | None = None, table_id: int | None = None
) -> Iterator[CatalogColumn]:
    """The columns of a data source, in the order of their ids; sort by ``position`` within a table.

    Only those whose id is larger than ``after``, and only those of one table, where that is said.
    """
    more = {} if table_id is None else {"table_id": table_id}
    for row in _rows_by_id(wire, "/integration/v2/column/", ds_id, after, more):
        if _is_named(row):
            position = row.get("position")
            yield CatalogColumn(
                key=row["key"],
                table_key=table_key_of(row["key"], row["name"]),
                name=row["name"],
                position=position if isinstance(position, int) else 0,
                column_id=row["id"],
                table_id=row["table_id"] if isinstance(row.get("table_id"), int) else None,
            )


def column_ids(wire: Wire, ds_id: int, *, skip: int, limit: int) -> list[int] | None:
    """Ids of columns of a data source, in their order; None where the server is too old to tell."""
    params: dict[str, str | int] = {"ds_id": ds_id, "order_by": "id", "limit": limit, "skip": skip}
    route = "/integration/v2/column/"
    try:
        rows = _objects(wire.call("GET", route, role=CATALOG_ROLE, params=params).json(), route)
    except Rejected as error:
        if error.status != 404 or error.code == "404000":
            raise
        return None
    return [row["id"] for row in rows if isinstance(row.get("id"), int)]


def table_key_of(column_key: str, column: str) -> str:
    """The key of the table: the column's own key without the column's name at its end."""
    for end in (f".{column}", f'."{column}"'):
        if column_key.lower().endswith(end.lower()):
            return column_key[: -len(end)]
    if column_key.endswith('"'):
        return column_key[: column_key.rfind('."')]
    return column_key.rpartition(".")[0]


def _rows(wire: Wire, route: str, params: dict[str, str]) -> Iterator[dict[str, Any]]:
    asked: dict[str, str | int] = {**params, "limit": LARGEST_PAGE, "skip": 0}
    for page in wire.pages(route, role=CATALOG_ROLE, params=asked):
        yield from _objects(page, route)


def _rows_by_id(
    wire: Wire, route: str, ds_id: int, last: int | None = None, more: Mapping[str, int] | None = None
) -> Iterator[dict[str, Any]]:
    while True:
        params: dict[str, str | int] = {"ds_id": ds_id, "order_by": "id", "limit": LARGEST_PAGE, **(more or {})}
        if last is not None:
            params["id__gt"] = last
        try:
            response = wire.call("GET", route, role=CATALOG_ROLE, params=params)
        except Rejected as error:
            if error.status != 404 or error.code == "404000":
                raise
            # The server is too old for this route; the first version of it knows neither order nor id__gt.
            old = {name: value for name, value in params.items() if name not in {"order_by", "id__gt"}}
            found = _rows_by_skip(wire, route.replace("/v2/", "/v1/"), old)
            yield from (row for row in found if last is None or row.get("id", 0) > last)
            return
        rows = _objects(response.json(), route)
        ids = [row["id"] for row in rows if isinstance(row.get("id"), int)]
        yield from (row for row in rows if last is None or row.get("id", 0) > last)
        if not response.headers.get("x-next-page") or not ids or (last is not None and max(ids) <= last):
            return
        last = max(ids)


def _rows_by_skip(wire: Wire, route: str, params: dict[str, str | int]) -> Iterator[dict[str, Any]]:
    """Page after page until one brings nothing new: how large pages are is the server's choice."""
    seen: set[Any] = set()
    skip = 0
    while True:
        rows = _objects(wire.call("GET", route, role=CATALOG_ROLE, params={**params, "skip": skip}).json(), route)
        new = [row for row in rows if row.get("id") not in seen]
        if not new:
            return
        seen.update(row.get("id") for row in new)
        skip += len(rows)
        yield from new


def _objects(page: Any, route: str) -> list[dict[str, Any]]:
    if not isinstance(page, list):
        raise Rejected(f"GET {route}: Alation answers with something other than a list of objects.", status=200)
    return [row for row in page if isinstance(row, dict)]


def _is_named(row: dict[str, Any]) -> bool:
    named = isinstance(row.get("id"), int) and isinstance(row.get("key"), str) and isinstance(row.get("name"), str)
    if not named:
        LOG.warning("the catalog gave an object without id, key or name, which is passed over (id %s)", row.get("id"))
    return named


def _data_source(row: dict[str, Any]) -> DataSource | None:
    if not isinstance(row.get("id"), int):
        return None
    return DataSource(
        id=row["id"],
        title=str(row.get("title") or ""),
        dbtype=row.get("dbtype") or None,
        uri=str(row.get("uri") or ""),
        deleted=bool(row.get("deleted") or row.get("is_gone")),
    )
