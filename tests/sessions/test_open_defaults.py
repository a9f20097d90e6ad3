"""A database or schema that a variable sets: names that need it are open, and nothing is put in its place."""

from __future__ import annotations

import pytest

import dialects
from extractor import extract_lineage
from extractor.models import Outcome, QueryRecord, StatementLineage

LOAD = "INSERT INTO a SELECT x FROM b"


def ran(dialect: str, *sent: str) -> tuple[StatementLineage, ...]:
    """What statements of one session of the database own and the schema home gave."""
    records = [QueryRecord(sql, session="s", database="own", schema="home", sequence=at) for at, sql in enumerate(sent)]
    return extract_lineage(records, dialect=dialect).statements


def edges(statements: tuple[StatementLineage, ...]) -> list[str]:
    """The table edges, in order."""
    return [f"{e.source} > {e.target}" for s in statements for e in s.tables]


@pytest.mark.parametrize(
    ("dialect", "setting"),
    [
        ("sqlserver", "USE $(db)"),
        ("sqlserver", "USE [$(DatabaseName)]"),
        ("hive", "USE ${hiveconf:db}"),
        ("snowflake", "USE DATABASE &{db}"),
        ("snowflake", "USE SCHEMA IDENTIFIER($s)"),
        ("databricks", "USE CATALOG IDENTIFIER(:c)"),
        ("netezza", "SET CATALOG $DB"),
        ("netezza", "\\c :db"),
        ("oracle", "ALTER SESSION SET CURRENT_SCHEMA = &&owner"),
        ("db2", "SET CURRENT SCHEMA = :schema"),
        ("db2", "SET SCHEMA USER"),
        ("postgres", "SET search_path TO :schema, public"),
        ("teradata", "DATABASE ${db}"),
        ("mysql", "USE {{ db }}"),
        ("redshift", "USE {{ env }}_lake"),
    ],
)
def test_what_a_variable_sets_is_not_guessed(dialect: str, setting: str) -> None:
    """Neither the default of before nor the variable's own name is taken; full names mean what they say."""
    full = "s" if len(dialects.get(dialect).levels) == 2 else "d.s"
    statements = ran(dialect, setting, LOAD, f"INSERT INTO {full}.t SELECT x FROM {full}.u")
    assert [edge.removeprefix("own.").replace(" own.", " ") for edge in edges(statements)] == [f"{full}.u > {full}.t"]
    assert statements[1].outcome is Outcome.UNRESOLVED
    assert "does not show" in "".join(statements[1].notes) + statements[1].reason


def test_nothing_is_defined_or_dropped_under_an_open_name() -> None:
    """What a default would name may be another table."""
    statements = ran("sqlserver", "USE $(db)", "DROP TABLE a", "CREATE TABLE c (x int)", "TRUNCATE TABLE dbo.a")
    assert [(s.outcome, s.dropped, s.made) for s in statements[1:]] == [(Outcome.UNRESOLVED, (), ())] * 3


def test_temporary_tables_stay_known() -> None:
    """They need no database."""
    found = ran("sqlserver", "USE $(db)", "SELECT x INTO #t FROM src.dbo.b", "INSERT INTO d.dbo.t SELECT x FROM #t")
    assert edges(found) == ["src.dbo.b > d.dbo.t"]
    found = ran(
        "netezza", "SET CATALOG $D", "CREATE TEMP TABLE t AS SELECT * FROM d.s.b", "INSERT INTO d.s.a SELECT * FROM t"
    )
    assert edges(found) == ["d.s.b > d.s.a"]


def test_a_known_value_ends_it() -> None:
    """Another USE, a variable that the log has set, or the default of the session's beginning."""
    assert edges(ran("sqlserver", "USE $(db)", "USE dw", LOAD)) == ["dw.dbo.b > dw.dbo.a"]
    assert edges(ran("snowflake", "SET x = 'DW'", "USE DATABASE IDENTIFIER($x)", LOAD)) == ["DW.PUBLIC.b > DW.PUBLIC.a"]
    assert edges(ran("databricks", "USE IDENTIFIER('dw.mart')", LOAD)) == ["dw.mart.b > dw.mart.a"]
    assert edges(ran("postgres", "SET search_path TO x", "RESET search_path", LOAD)) == ["own.home.b > own.home.a"]
    assert edges(ran("vertica", "SET SEARCH_PATH TO x", "SET SEARCH_PATH TO DEFAULT", LOAD)) == [
        "own.home.b > own.home.a"
    ]
