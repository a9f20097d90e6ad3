"""Logs without a header, of Greenplum and SAP HANA, and DuckDB's own: from fixtures, and from a DuckDB at work."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from reading import LOGS, read

GPDB = LOGS / "greenplum-csvlog" / "gpdb-2026-03-02_000000.csv"
TRAIL = LOGS / "hana-audit-trail" / "indexserver_hana01.30015.audit_trail.csv"
DUCKDB = LOGS / "duckdb-query-log"


def test_greenplums_commands_count_once_whatever_segments_and_slices_say() -> None:
    """The query stands on every row of its command, a failure on a slice and on the coordinator: one execution."""
    found = read(GPDB)
    assert found.stats.format == "greenplum-csvlog"
    assert {r.sql: r.outcome.value for r in found.records} == {
        'INSERT INTO mart.net\nSELECT shop_id, "Net €" FROM ext.sales;': "ok",
        "INSERT INTO mart.big SELECT 1/x FROM raw.big": "failed",
        "DELETE FROM mart.a WHERE x = $1": "unknown",
        "INSERT INTO mart.b SELECT 2": "cancelled",
    }
    assert (len(found.records), found.stats.repeats) == (4, 4)
    assert {(r.session.partition("@")[0], r.user) for r in found.records} == {("con12", "etl"), ("con13", "bob")}


def test_a_segments_log_gives_nothing_of_its_own(tmp_path: Path) -> None:
    """Where somebody collected the segments' logs, too, their rows are repeats."""
    log = tmp_path / "gpdb.csv"
    log.write_text(GPDB.read_text().replace(",seg-1,", ",seg3,"))
    found = read(log)
    assert not found.records
    assert found.stats.repeats == 10


def test_greenplums_history_knows_sessions_by_their_master() -> None:
    """Session numbers begin anew with each start of the master."""
    (path,) = (LOGS / "greenplum-queries-history").iterdir()
    found = read(path)
    assert found.outcomes == ["ok", "failed", "ok"]
    assert len({r.session for r in found.records}) == 2


def test_hanas_audit_trail_keeps_semicolons_and_lines_in_the_statement() -> None:
    """Without quotes only the number of values tells where the statement ends; one for each object counts once."""
    found = read(TRAIL, dialect="hana")
    assert found.texts == [
        'INSERT INTO MART.NET SELECT SHOP_ID, "Net €" FROM RAW.SALES',
        "DO BEGIN\n  INSERT INTO MART.A SELECT ';' FROM DUMMY;\n2026 = 1;\nEND",
        "INSERT INTO MART.NETT SELECT 1 FROM DUMMY",
    ]
    assert found.outcomes == ["ok", "ok", "failed"]
    assert (found.stats.repeats, found.stats.noise) == (1, 1)
    assert [r.session for r in found.records] == ["hana01/30015/200431"] * 2 + ["hana01/30015/200432"]


def test_duckdbs_entries_learn_their_connection_from_the_contexts(tmp_path: Path) -> None:
    """Two connections have a temporary table of one name; without the contexts the statements are there, too."""
    found = read(DUCKDB / "duckdb_log_entries.csv", dialect="duckdb")
    assert [r.session for r in found.records] == ["2", "2", "3"]
    assert found.stats.noise == 1
    alone = tmp_path / "duckdb_log_entries.csv"
    shutil.copy(DUCKDB / "duckdb_log_entries.csv", alone)
    assert [(r.sql, r.session) for r in read(alone).records] == [(text, "") for text in found.texts]


WORK = [
    "create table sales (shop int, net int)",
    'insert into sales\nselect 1, 2 -- a, "comment"\nfrom range(3)',
    "insert into sales select ?, 3",
    "create temp table t as select * from sales; ",
    "insert into sales select * from t",
    "insert into nowhere select 1",
    "update sales set net = 3 where shop = 1",
]


@pytest.mark.parametrize("store", ["file", "table"])
def test_a_duckdb_writes_what_was_run(tmp_path: Path, store: str) -> None:
    """The same workload on two connections comes back statement by statement, from the files and from an export."""
    database = duckdb.connect()
    where = f", storage = 'file', storage_config = {{'path': '{tmp_path}'}}" if store == "file" else ""
    database.execute(f"CALL enable_logging('QueryLog'{where})")
    for connection in (database.cursor(), database.cursor()):
        for text in WORK:
            try:
                connection.execute(text.replace("table sales", "or replace table sales"), [4] if "?" in text else None)
            except duckdb.CatalogException:
                assert "nowhere" in text
    if store == "table":
        target = tmp_path / "duckdb_log_entries.csv"
        database.execute(f"COPY (SELECT * FROM duckdb_logs WHERE type = 'QueryLog' ORDER BY context_id) TO '{target}'")
    database.close()
    found = read(tmp_path / "duckdb_log_entries.csv", dialect="duckdb")
    own = [r for r in found.records if not r.sql.startswith(("COPY", "CALL"))]
    sessions = sorted({r.session for r in own}, key=int)
    expected = [text.replace("table sales", "or replace table sales") for text in WORK]
    assert len(sessions) == 2
    for session in sessions:
        assert [r.sql.strip() for r in own if r.session == session] == [text.strip() for text in expected]
    assert not found.bad


SENT = [
    "create or replace table sales (shop int, net int)",
    "insert into sales\nselect 1, 2 -- a; comment\nfrom range(3)",
    "insert into sales (shop,\n net)\nvalues (1, 2)",
    "with x as (\nselect 1 as a\n)\ninsert into sales\nselect a, 2 from x",
    "create or replace table day as\nselect shop, 'a\nselect b' as t\nfrom sales\nunion all\nselect 2, 'x'",
    "update sales\nset net = 3\nwhere shop = 1",
    "select count(*)\nfrom sales",
    "select 2",
    "insert into nowhere select 1",
    "delete from sales\nwhere net in (\nselect 7\n)",
]


def test_duckdbs_statements_without_semicolons_are_told_apart(tmp_path: Path) -> None:
    """log_query_path writes bare statements: each comes back whole, and only where the source is a DuckDB."""
    log = tmp_path / "queries.log"
    with duckdb.connect() as database:
        database.execute(f"SET log_query_path = '{log}'")
        for text in SENT:
            try:
                database.execute(text)
            except duckdb.CatalogException:
                assert "nowhere" in text
    found = read(log, dialect="duckdb")
    assert found.stats.format == "duckdb-statements"
    assert found.texts == SENT
    assert read(log, dialect="tsql").stats.format == "sql-script"


def test_a_duckdb_script_stays_a_script(tmp_path: Path) -> None:
    """Statements that end with semicolons need no guess."""
    script = tmp_path / "load.txt"
    script.write_text("".join(f"{text.replace('-- a; comment', '')};\n" for text in SENT))
    assert read(script, dialect="duckdb").stats.format == "sql-script"
