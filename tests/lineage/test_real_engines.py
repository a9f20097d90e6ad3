"""The columns that we derive for views are those of the engines' own catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import mariadb_server, postgres_server

from tests.lineage.cases import Case, cases
from tests.lineage.real.engines import DuckDb, MariaDb, Postgres, Refused, Sqlite
from tests.lineage.real.fixture import is_checked, runnable

CHECKED = [c for c in cases() if c.dialect in ("postgres", "mysql", "mariadb", "duckdb", "sqlite") and is_checked(c)]


def of(*names: str) -> pytest.MarkDecorator:
    """The fixtures of some dialects as parameters of a test."""
    found = [case for case in CHECKED if case.dialect in names]
    assert found
    return pytest.mark.parametrize("case", found, ids=[case.name for case in found])


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A connection to a fresh server."""
    with postgres_server(tmp_path_factory.mktemp("pg"), {}) as server:
        engine = Postgres(server.dsn)
        yield engine
        engine.connection.close()


@pytest.fixture(scope="module")
def mariadb() -> Iterator[MariaDb]:
    """A fresh server on a socket."""
    with mariadb_server() as socket:
        yield MariaDb(Path(socket))


def check(case: Case, engine: Sqlite | DuckDb | Postgres | MariaDb) -> None:
    """Run a fixture and compare; one that its .yml calls refused must be so."""
    fixture = runnable(case)
    if "refused" in case.expected:
        with pytest.raises(Refused):
            engine.columns(fixture)
        return
    listed = engine.columns(fixture)
    if "open_columns" in case.expected:
        assert None in fixture.derived
        return
    for name, derived, columns in zip(fixture.made, fixture.derived, listed, strict=True):
        assert derived is not None, f"the columns of {name} stay open, the engine has {columns}"
        theirs = [column.lower() for column in columns]
        ours = [column.lower() for column in derived]
        made_up = [their for our, their in zip(ours, theirs, strict=False) if not our]
        assert [our or "?" for our in ours] == [t if o else "?" for o, t in zip(ours, theirs, strict=True)]
        assert not set(made_up) & set(filter(None, ours))


@of("sqlite")
def test_sqlite_lists_the_columns_that_we_derive(case: Case) -> None:
    """``pragma table_info`` of every view and table that a fixture makes from a query."""
    check(case, Sqlite())


@of("duckdb")
def test_duckdb_lists_the_columns_that_we_derive(case: Case) -> None:
    """``duckdb_columns()`` of every view and table that a fixture makes from a query."""
    check(case, DuckDb())


@pytest.mark.servers
@of("mysql", "mariadb")
def test_mariadb_lists_the_columns_that_we_derive(case: Case, mariadb: MariaDb) -> None:
    """``information_schema.columns`` of every view and table that a fixture makes from a query."""
    check(case, mariadb)


@pytest.mark.servers
@of("postgres")
def test_postgresql_lists_the_columns_that_we_derive(case: Case, postgres: Postgres) -> None:
    """``pg_attribute`` of every view, materialized view and table that a fixture makes from a query."""
    check(case, postgres)


@pytest.mark.servers
@of("postgres")
def test_postgresql_says_the_same_source_columns(case: Case, postgres: Postgres) -> None:
    """Direct and indirect sources are ``view_column_usage``, but for columns that the text names without use.

    The catalog also lists what a derived table or CTE selects and nobody reads (``unused`` in a fixture), and does
    not list the columns that a whole row carries (``whole_rows``).
    """
    if "refused" in case.expected:
        return
    fixture = runnable(case)
    lineage = case.run(fixture.text)
    for name, used in zip(fixture.made, postgres.usage(fixture), strict=True):
        if used is not None:
            ours = {
                f"{e.source_table.parts[-1]}.{e.source_column}".lower()
                for e in lineage.columns
                if e.target_table is not None and e.target_table.parts[-1] == name[-1]
            }
            through_rows = set(case.expected.get("whole_rows", []))
            assert (ours - through_rows) | set(case.expected.get("unused", [])) == used
