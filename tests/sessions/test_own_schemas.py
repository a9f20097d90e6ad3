"""Bare names of users who have a schema of their own."""

from __future__ import annotations

import pytest

import dialects
from extractor.lineage import outline
from extractor.models import QueryRecord, TableName
from extractor.sessions import Sessions

HELD = {"amy.orders", "amy.report", "home.orders", "home.parts", "dev.amy.orders", "dev.amy.report", "dev.public.parts"}
LOAD = "INSERT INTO report SELECT x FROM orders"


class Held:
    """A catalog of tables, without columns."""

    def columns_of(self, table: TableName) -> tuple[str, ...] | None:
        """No columns."""
        del table

    def knows(self, table: TableName) -> bool | None:
        """Whether the table is held."""
        return str(table).lower() in HELD


def edges(dialect: str, user: str | None, *sent: str, schema: str | None = None, default: str = "") -> list[str]:
    """The table edges of a user's session in the database dev."""
    rules = dialects.get(dialect)
    default = default or rules.default_schema or "home"
    sessions = Sessions(
        rules,
        schema=Held(),
        default_database="dev",
        default_schema=default,
        has_schema=lambda name: name.lower() == "amy",
    )
    found = []
    for at, sql in enumerate(sent):
        record = QueryRecord(sql, session="s", user=user, schema=schema, sequence=at)
        found += sessions.apply(record, str(at), outline(sql, rules))
    return [f"{e.source} > {e.target}".lower() for one in found for e in one.tables if e.target is not None]


@pytest.mark.parametrize(
    ("dialect", "own"),
    [
        ("postgres", "dev.amy"),
        ("redshift", "dev.amy"),
        ("vertica", "dev.amy"),
        ("ase", "dev.amy"),
        ("oracle", "dev.amy"),
    ],
)
def test_the_users_own_tables_come_first(dialect: str, own: str) -> None:
    """PostgreSQL's search path begins there, ASE looks for the user's tables, Oracle's schema is the user."""
    assert edges(dialect, "AMY", LOAD) == [f"{own}.orders > {own}.report"]


def test_other_tables_are_where_they_were() -> None:
    """What the own schema does not hold is in the default one, and so is all of users without a schema."""
    assert edges("postgres", "amy", "INSERT INTO report SELECT x FROM parts") == ["dev.public.parts > dev.amy.report"]
    assert edges("postgres", "bob", LOAD) == ["dev.public.orders > dev.public.report"]
    assert edges("postgres", None, LOAD) == ["dev.public.orders > dev.public.report"]
    assert edges("sqlserver", "amy", LOAD) == ["dev.dbo.orders > dev.dbo.report"]


def test_a_new_table_is_made_in_the_own_schema() -> None:
    """And found there afterwards."""
    sent = ["CREATE TABLE fresh AS SELECT x FROM public.parts", "INSERT INTO public.parts SELECT x FROM fresh"]
    assert edges("greenplum", "amy", *sent) == ["dev.public.parts > dev.amy.fresh", "dev.amy.fresh > dev.public.parts"]


def test_what_the_session_says_counts() -> None:
    """A search path without "$user", a schema that is set, or one that the record names."""
    assert edges("postgres", "amy", "SET search_path = mart", LOAD) == ["dev.mart.orders > dev.mart.report"]
    assert edges("postgres", "amy", 'SET search_path = "$user", mart', LOAD) == ["dev.amy.orders > dev.amy.report"]
    assert edges("postgres", "amy", "SET search_path = mart", "RESET search_path", LOAD) == [
        "dev.amy.orders > dev.amy.report"
    ]
    assert edges("oracle", "amy", "ALTER SESSION SET CURRENT_SCHEMA = home", LOAD) == [
        "dev.home.orders > dev.home.report"
    ]
    assert edges("postgres", "amy", LOAD, schema="mart") == ["dev.mart.orders > dev.mart.report"]


def test_what_lies_in_tempdb_is_temporary() -> None:
    """By its full name or after USE; every session sees it."""
    sent = ["SELECT x INTO tempdb..work FROM dev..orders", "INSERT INTO dev..report SELECT x FROM tempdb..work"]
    assert edges("ase", None, *sent) == ["dev.dbo.orders > dev.dbo.report"]
    sent = [
        "USE tempdb",
        "SELECT x INTO work FROM dev..orders",
        "USE dev",
        "INSERT INTO report SELECT x FROM tempdb..work",
    ]
    assert edges("sqlserver", None, *sent) == ["dev.dbo.orders > dev.dbo.report"]
