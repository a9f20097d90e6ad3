"""The versions of a data source's catalog: what one is, how it is read, how it goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, delete, select

from extractor.state.catalog_tables import catalog_columns, catalog_schemas, catalog_tables, catalog_versions
from extractor.state.connect import in_words

_WHERE = "with the catalogs"
_LAYERS = {
    "keys": ("alation", "file", "database"),
    "export": ("export",),
    "live": ("live",),
    "mapping": ("mapping",),
}
"""Each layer of a data source is replaced on its own: what keys are taken from, what only tells columns, and
what stands in for a catalog that is not Alation's own."""


class CatalogVersion(NamedTuple):
    """One state of one layer of a data source's catalog; ``detail`` says where it is from.

    ``origin`` is ``alation``, ``file`` or ``database`` (the layer ``keys``); ``export``, ``live`` and ``mapping``
    are layers of their own. ``last_column_id`` is the largest that Alation gave, ``columns_given`` how many it has
    up to that one, and ``full_at`` when all was read; they are None where only the whole can be read.
    """

    id: int
    ds_id: int
    origin: str
    detail: str
    fetched_at: datetime
    tables: int
    columns: int
    last_column_id: int | None = None
    full_at: datetime | None = None
    columns_given: int | None = None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with; errors of the database come as `StateError`."""
    with in_words(_WHERE), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction to write in, committed at its end; errors of the database come as `StateError`."""
    with in_words(_WHERE), engine.execution_options(write=True).begin() as connection:
        yield connection


def layer_of(origin: str) -> str:
    """The layer that a version of that origin belongs to."""
    return next(layer for layer, origins in _LAYERS.items() if origin in origins)


def remove_versions(
    connection: Connection, ds_id: int, layer: str, *, but: int | None, unfinished_only: bool = False
) -> None:
    """Remove versions of a layer of a data source with their rows: all, all ``but`` one, or the unfinished ones."""
    v, t = catalog_versions.c, catalog_tables.c
    old = select(v.id).where(v.ds_id == ds_id, v.origin.in_(_LAYERS[layer]))
    old = old.where(v.id != but) if but is not None else old
    old = old.where(~v.is_current) if unfinished_only else old
    ids = list(connection.scalars(old))
    if not ids:
        return
    refs = select(t.id).where(t.version_id.in_(ids))
    connection.execute(delete(catalog_columns).where(catalog_columns.c.table_ref.in_(refs)))
    connection.execute(delete(catalog_tables).where(t.version_id.in_(ids)))
    connection.execute(delete(catalog_schemas).where(catalog_schemas.c.version_id.in_(ids)))
    connection.execute(delete(catalog_versions).where(v.id.in_(ids)))


def version_of(row: Row[Any]) -> CatalogVersion:
    """A row of ``catalog_versions`` as a record."""
    return CatalogVersion(
        row.id,
        row.ds_id,
        row.origin,
        row.detail,
        row.fetched_at,
        row.tables,
        row.columns,
        row.last_column_id,
        row.full_at,
        row.columns_given,
    )
