"""Engines that tests can run fixtures in. Each answers with the columns its own catalog lists."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.lineage.real.fixture import Parts, Runnable, Table


class Refused(Exception):
    """The engine does not take a fixture; the message is its own."""


class Sqlite:
    """SQLite in memory; other schemas are attached databases."""

    def columns(self, fixture: Runnable) -> list[list[str]]:
        """Of each table and view that the fixture makes, ``pragma table_info``."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        try:
            for schema in sorted({t.parts[0] for t in fixture.tables if len(t.parts) > 1} - {"main", "temp"}):
                connection.execute(f"ATTACH ':memory:' AS {schema}")
            connection.executescript(fixture.before)
            for table in fixture.tables:
                connection.execute(_definition(table, '"', "TEXT"))
            connection.executescript(fixture.text)
            return [self._listed(connection, name) for name in fixture.made]
        except sqlite3.Error as error:
            raise Refused(str(error)) from error
        finally:
            connection.close()

    def _listed(self, connection: sqlite3.Connection, name: Parts) -> list[str]:
        schema = f'"{name[-2]}".' if len(name) > 1 else ""
        return [row[1] for row in connection.execute(f'PRAGMA {schema}table_info("{name[-1]}")')]


class DuckDb:
    """DuckDB in memory; databases of three-part names are attached."""

    def columns(self, fixture: Runnable) -> list[list[str]]:
        """Of each table and view that the fixture makes, ``duckdb_columns()``."""
        import duckdb

        connection = duckdb.connect(":memory:")
        try:
            for statement in self._prelude(fixture):
                connection.execute(statement)
            connection.execute(fixture.text)
            return [self._listed(connection, name) for name in fixture.made]
        except duckdb.Error as error:
            raise Refused(str(error)) from error
        finally:
            connection.close()

    def _prelude(self, fixture: Runnable) -> Iterable[str]:
        databases = {t.parts[0] for t in fixture.tables if len(t.parts) == 3} - {"memory"}
        yield from (f"ATTACH ':memory:' AS {name}" for name in sorted(databases))
        schemas = {".".join(t.parts[:-1]) for t in fixture.tables if len(t.parts) > 1}
        schemas |= {fixture.schema} if fixture.schema else set()
        yield from (f"CREATE SCHEMA IF NOT EXISTS {name}" for name in sorted(schemas))
        if fixture.schema:
            yield f"SET schema = '{fixture.schema}'"
        yield fixture.before or "SELECT 1"
        yield from (_definition(table, '"', "VARCHAR") for table in fixture.tables)

    def _listed(self, connection: Any, name: Parts) -> list[str]:
        query = (
            "SELECT column_name FROM duckdb_columns() WHERE lower(table_name) = lower(?) "
            "AND (? = '' OR lower(schema_name) = lower(?)) ORDER BY column_index"
        )
        schema = name[-2] if len(name) > 1 else ""
        return [row[0] for row in connection.execute(query, [name[-1], schema, schema]).fetchall()]


class Postgres:
    """A running PostgreSQL; each fixture is a transaction that is rolled back."""

    def __init__(self, dsn: str) -> None:
        import psycopg

        self.connection = psycopg.connect(dsn)

    def columns(self, fixture: Runnable) -> list[list[str]]:
        """Of each table and view that the fixture makes, ``pg_attribute``."""
        return self._answers(fixture, self._listed)

    def usage(self, fixture: Runnable) -> list[set[str] | None]:
        """Of each view that the fixture makes, ``information_schema.view_column_usage`` as ``table.column``.

        Tables and materialized views are not in it: they give None.
        """
        return self._answers(fixture, self._used)

    def _answers(self, fixture: Runnable, ask: Any) -> list[Any]:
        import psycopg

        try:
            for schema in sorted({t.parts[-2] for t in fixture.tables if len(t.parts) > 1} | {"public"}):
                self.connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            if fixture.schema:
                self.connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{fixture.schema}"')
                self.connection.execute(f'SET LOCAL search_path TO "{fixture.schema}"')
            self.connection.execute(fixture.before)
            for table in fixture.tables:
                self.connection.execute(_definition(table, '"', "text"))
            self.connection.execute(fixture.text)
            return [ask(name) for name in fixture.made]
        except psycopg.Error as error:
            raise Refused(str(error)) from error
        finally:
            self.connection.rollback()

    def _listed(self, name: Parts) -> list[str]:
        rows = self.connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
            "ORDER BY attnum",
            [_joined(name)],
        )
        return [row[0] for row in rows]

    def _used(self, name: Parts) -> set[str] | None:
        kind = self.connection.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", [_joined(name)])
        if kind.fetchone() != ("v",):
            return None
        rows = self.connection.execute(
            "SELECT u.table_name || '.' || u.column_name FROM information_schema.view_column_usage u "
            "JOIN pg_class c ON c.oid = %s::regclass AND c.relname = u.view_name "
            "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = u.view_schema",
            [_joined(name)],
        )
        return {row[0].lower() for row in rows}


class MariaDb:
    """A running MariaDB, spoken to with its own client; each fixture has databases of its own."""

    DATABASE = "fixture_db"

    def __init__(self, socket: Path) -> None:
        self._command = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "--batch", "--silent"]

    def columns(self, fixture: Runnable) -> list[list[str]]:
        """Of each table and view that the fixture makes, ``information_schema.columns``."""
        own = fixture.schema or self.DATABASE
        databases = sorted({own, *(t.parts[-2] for t in fixture.tables if len(t.parts) > 1)})
        prelude = [f"CREATE DATABASE `{name}`" for name in databases]
        prelude += [
            f"USE `{own}`",
            fixture.before or "SELECT 1",
            *(_definition(table, "`", "VARCHAR(100)") for table in fixture.tables),
        ]
        try:
            self._run(";\n".join(prelude) + ";\n" + fixture.text.rstrip().rstrip(";") + "\n;\n")
            return [self._listed(name, own) for name in fixture.made]
        finally:
            self._run(";".join(f"DROP DATABASE IF EXISTS `{name}`" for name in databases))

    def _listed(self, name: Parts, own: str) -> list[str]:
        schema = name[-2] if len(name) > 1 else own
        answer = self._run(
            f"SELECT column_name FROM information_schema.columns WHERE table_name = '{name[-1]}' "
            f"AND table_schema = '{schema}' ORDER BY ordinal_position"
        )
        return answer.splitlines()

    def _run(self, script: str) -> str:
        done = subprocess.run(self._command, input=script, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise Refused(done.stderr.strip())
        return done.stdout


def _definition(table: Table, quote: str, text_type: str) -> str:
    name = ".".join(f"{quote}{part}{quote}" for part in table.parts)
    columns = ", ".join(f"{quote}{column}{quote} {kind or text_type}" for column, kind in table.columns)
    return f"CREATE TABLE {name} ({columns})"


def _joined(name: Parts) -> str:
    return ".".join(f'"{part}"' if part.lower() != part else part for part in name)
