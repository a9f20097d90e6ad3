"""Columns as a live database tells them, through SQLAlchemy's reflection; the driver is the user's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from sqlalchemy import Engine, create_engine, inspect, make_url
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from dialects import Dialect
from extractor.errors import CatalogError

Row = tuple[str, str, str, str, int]
"""Database, schema, table, column, position from 1."""


def read_live(variable: str, wanted: Sequence[str], dialect: Dialect, database: str | None) -> Iterator[Row]:
    """The columns of all tables and views of a database, which is called ``database``, else as its URL has it.

    ``variable`` is the environment variable that holds the SQLAlchemy URL. Without ``wanted`` schemas all are read
    but the dialect's own system schemas.

    Raises:
        CatalogError: there is no such variable, no driver, or the database does not answer; no secret is in it.
    """
    engine = _engine(variable)
    try:
        yield from _rows(engine, {name.lower() for name in wanted}, dialect, database or engine.url.database or "")
    except SQLAlchemyError as error:
        raise CatalogError(f"the database of {variable} cannot be read: {_told(error, engine)}") from None
    finally:
        engine.dispose()


def _engine(variable: str) -> Engine:
    text = os.environ.get(variable, "").strip()
    if not text:
        raise CatalogError(
            f"the setting live names the variable {variable}, which is not set: it holds a SQLAlchemy URL"
        )
    try:
        return create_engine(make_url(text), hide_parameters=True)
    except ModuleNotFoundError as error:
        raise CatalogError(f"the database of {variable} needs the driver {error.name}: install it") from None
    except (ArgumentError, ValueError, SQLAlchemyError):
        raise CatalogError(f"the variable {variable} holds no URL that SQLAlchemy can read") from None


def _rows(engine: Engine, wanted: set[str], dialect: Dialect, called: str) -> Iterator[Row]:
    inspector = inspect(engine)
    for schema in inspector.get_schema_names():
        if schema.lower() not in wanted if wanted else schema.lower() in dialect.system_schemas:
            continue
        found = inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY, scope=ObjectScope.DEFAULT)
        for (_, table), columns in found.items():
            for position, column in enumerate(columns, 1):
                yield called, schema, table, column["name"], position


def _told(error: SQLAlchemyError, engine: Engine) -> str:
    """The driver's own words without the password, should it quote it."""
    words = " ".join(str(getattr(error, "orig", None) or error).split())
    password = engine.url.password
    return words.replace(str(password), "***") if password else words
