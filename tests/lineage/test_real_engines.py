"""The columns that we derive for views are those of the engines' own catalogs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import mariadb_server, postgres_server

import dialects
from extractor.lineage import outline
from extractor.lineage.model import Select, Write
from tests.lineage.cases import Case, cases
from tests.lineage.real.engines import DuckDb, MariaDb, Postgres, Refused, Sqlite
from tests.lineage.real.fixture import Runnable, Table, is_checked, runnable

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
            ours -= set(case.expected.get("whole_rows", []))
            assert not ours - used
            assert used - ours == used & set(case.expected.get("unused", []))


EXPRESSIONS = """
date_part('year', d) | extract(year from d) | c[1] | cast(a + 1 as int4) | substr(b, 1) | substring(b from 1)
a::text | strpos(b, 'a') | position('a' in b) | trim(b) | ltrim(b) | (array_agg(a) over ())[1] | now()
current_date | -a | b || 'x' | to_char(d, 'YY') | interval '1 day' | (select max(a) from t) | left(b, 1)
nullif(a, 1) | array(select 1) | a is null | char_length(b) | ceiling(a) | ceil(a) | date_trunc('day', d) | 'x'
'x'::text | not a = 1 | least(a, 2) | cast(b as varchar(3)) | power(a, 2) | random() | 1::numeric(3, 2)
case when a > 0 then 1 else a end | pg_catalog.lower(b) | case when a > 0 then 1 end | d at time zone 'utc'
b collate "C" | j ->> 'a' | array[1, 2] | coalesce(a, 1)::bigint | exists (select 1) | a % 2 | unnest(c)
generate_series(1, 2) | overlay(b placing 'x' from 1) | md5(b) | row_number() over () | to_timestamp(a) | (b)
json_build_object('a', a) | concat(a, b) | regexp_replace(b, 'a', 'b') | localtimestamp | current_user
timestamp '2020-01-01' | make_date(2020, 2, 3) | rpad(b, 3) | 1.5::double precision
"""


@pytest.mark.servers
def test_postgresql_names_expressions_as_we_do(postgres: Postgres) -> None:
    """A column without an alias gets the engine's name, and none where the engine has none for it."""
    tables = (Table(("t",), (("a", "integer"), ("b", "text"), ("c", "integer[]"), ("d", "timestamp"), ("j", "jsonb"))),)
    wrong: dict[str, tuple[str, str]] = {}
    for expression in re.split(r" \| |\n", EXPRESSIONS.strip()):
        text = f"create view v as select {expression} from t"
        (write,) = outline(text, dialects.get("postgres")).statements
        assert isinstance(write, Write)
        assert isinstance(write.query, Select)
        ours = write.query.projections[0].name
        ((theirs,),) = postgres.columns(Runnable("", tables, None, text, (("v",),), ()))
        if ours != theirs.replace("?column?", ""):
            wrong[expression] = (ours, theirs)
    assert not wrong
