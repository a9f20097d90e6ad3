"""pgaudit and auto_explain in PostgreSQL's logs, from fixtures; and what else stands in a log twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import LOGS, Read, read

AUDITS = sorted((LOGS / "postgresql-pgaudit").iterdir())
PLANS = sorted((LOGS / "postgresql-auto-explain").iterdir())
BATCH = "INSERT INTO mart.a SELECT 1; DELETE FROM mart.a WHERE net = 0"
WITH_VALUES = "INSERT INTO mart.net\nSELECT shop_id, net FROM raw.sales WHERE shop_id = $1"
AUDITED = [
    ('CREATE TABLE mart.day AS\nSELECT shop_id, "Net €", \'a,"b"\' AS note\nFROM raw.sales', "unknown"),
    (BATCH, "unknown"),
    (BATCH, "unknown"),
    ("DO $$ BEGIN INSERT INTO mart.a SELECT 9; DELETE FROM mart.b; END $$", "unknown"),
    ("INSERT INTO mart.a SELECT 9", "unknown"),
    ("DELETE FROM mart.b", "unknown"),
    (WITH_VALUES, "unknown"),
    (WITH_VALUES, "unknown"),
    ("PREPARE fill (int) AS INSERT INTO mart.f SELECT $1", "unknown"),
    ("INSERT INTO mart.f SELECT $1", "unknown"),
    ("SELECT f()", "failed"),
    ("INSERT INTO mart.log VALUES (77); SELECT 1", "failed"),
    ("INSERT INTO mart.twice SELECT 2", "unknown"),
    ("INSERT INTO mart.cancelled SELECT 1", "cancelled"),
]
PLANNED = "INSERT INTO mart.net\nSELECT shop_id, \"Net €\", 'a < b & c \\ (cost=' FROM raw.sales WHERE shop_id = $1"


def _in_order(found: Read) -> list[tuple[str, str]]:
    records = sorted(found.records, key=lambda r: (r.started_at, r.sequence))
    return [(r.sql, r.outcome.value) for r in records]


@pytest.mark.parametrize("path", AUDITS, ids=lambda p: p.name)
def test_pgaudit_gives_each_execution_once_in_every_carrier(path: Path) -> None:
    """Objects, parts of a string, tables made, functions called and the statement log add nothing to an execution."""
    found = read(path)
    assert _in_order(found) == AUDITED
    assert (found.stats.repeats, found.stats.noise) == (12, 1)


@pytest.mark.parametrize("path", AUDITS, ids=lambda p: p.name)
def test_pgaudit_tells_user_database_and_one_session(path: Path) -> None:
    """What stands around the audit record is the log's own."""
    found = read(path)
    assert {(r.user, r.database) for r in found.records} == {("etl", "wh")}
    assert len({r.session for r in found.records}) == 1


def test_a_damaged_audit_record_is_no_statement(tmp_path: Path) -> None:
    """An AUDIT message that is not pgaudit's is a message like any other."""
    log = tmp_path / "x.log"
    head = "2026-03-02 02:00:11 UTC [4711] LOG:  AUDIT: "
    log.write_text(
        "".join(f"{head}{rest}\n" for rest in ("SESSION,x,1,READ", 'SESSION,1,1,READ,SELECT,,,"SEL', "hello", ""))
    )
    found = read(log)
    assert [r.sql for r in found.records] == ["SEL"]
    assert found.stats.noise == 3


@pytest.mark.parametrize("path", PLANS, ids=lambda p: p.name)
def test_plans_in_every_form_give_each_execution_once(path: Path) -> None:
    """TEXT, JSON, XML and YAML: a text run twice is two, the plans of one string's statements are one."""
    assert _in_order(read(path)) == [
        (PLANNED, "ok"),
        (PLANNED, "ok"),
        (BATCH, "ok"),
        (BATCH, "ok"),
        ("INSERT INTO mart.f SELECT $1", "ok"),
        ("SELECT f()", "ok"),
        ("INSERT INTO mart.log SELECT 7", "ok"),
    ]


def test_csv_rows_in_a_text_log_are_read() -> None:
    """While a server is told to write the other form, rows of the csvlog stand between the messages."""
    found = read(LOGS / "postgresql-stderr" / "with_csv_rows.log")
    assert sorted(zip(found.texts, found.outcomes, strict=True)) == [
        ('INSERT INTO mart."Net"\nSELECT shop_id\nFROM raw.sales', "unknown"),
        ("INSERT INTO mart.after\nSELECT 1", "unknown"),
        ("INSERT INTO mart.before SELECT 1", "unknown"),
        ("INSERT INTO nope SELECT 1", "failed"),
    ]
    assert found.stats.noise == 1


def test_the_error_of_a_parallel_worker_is_its_leaders(tmp_path: Path) -> None:
    """The leader tells the same error: the statement counts once."""
    row = (
        '2026-03-02 02:00:12.200 UTC,"etl","wh",{pid},"",65e2882b.{pid},{n},"SELECT",2026-03-02 02:00:10 UTC,'
        '5/22,0,ERROR,22012,"division by zero",,,,,"parallel worker","CREATE TABLE a AS SELECT 1/x FROM b",,,"psql",'
        '"{what}",{leader},0\n'
    )
    log = tmp_path / "x.csv"
    worker = row.format(pid=4712, n=1, what="parallel worker", leader=4711)
    log.write_text(worker + row.format(pid=4711, n=3, what="client backend", leader=""))
    assert [(r.sql, r.session) for r in read(log).records] == [("CREATE TABLE a AS SELECT 1/x FROM b", "65e2882b.4711")]
    log = tmp_path / "x.log"
    text = (
        "2026-03-02 02:00:12 UTC [{0}] {1} ERROR:  division by zero\n"
        "2026-03-02 02:00:12 UTC [{0}] {1} STATEMENT:  CREATE TABLE a AS SELECT 1/x FROM b\n"
    )
    log.write_text(text.format(4712, "parallel worker") + text.format(4711, "client backend"))
    assert [r.session for r in read(log, log_line_prefix="%t [%p] %b ").records] == ["4711"]


def test_cloud_sqls_audit_log_joins_chunks_and_counts_once() -> None:
    """Its entries hold pgaudit's fields; chunks of a long text come in any order; a missing one makes it cut."""
    found = read(LOGS / "cloudsql-pgaudit" / "data_access.json")
    assert found.stats.format == "cloudsql-pgaudit"
    assert [(r.sql, r.cut) for r in found.records] == [
        ("CREATE TABLE mart.day AS\nSELECT shop_id, net FROM raw.sales", False),
        ("INSERT INTO mart.net SELECT shop_id, net FROM raw.sales WHERE net > 0", False),
        ("INSERT INTO mart.part SELECT sho", True),
    ]
    assert {(r.session, r.user, r.database) for r in found.records} == {("2209692", "etl", "wh")}
    assert (found.stats.repeats, found.stats.noise) == (2, 1)
