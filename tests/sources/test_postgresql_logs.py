"""PostgreSQL's three forms of log, from fixtures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from reading import LOGS, read

CSV = LOGS / "postgresql-csvlog"
JSON = LOGS / "postgresql-jsonlog"
TEXT = LOGS / "postgresql-stderr"


def test_csvlog_gives_each_execution_once_with_its_outcome() -> None:
    """Parse, bind and execute, LOG and ERROR, temporary files: each execution is one record with its end."""
    found = read(CSV / "v15_26_columns.csv")
    by_text = {record.sql.split("\n")[0]: record.outcome.value for record in found.records}
    assert by_text == {
        "INSERT INTO mart.net": "unknown",
        "select * from nope": "failed",
        "INSERT INTO mart.nett SELECT 1": "failed",
        "CREATE TABLE rpt.day AS SELECT 1": "ok",
        "UPDATE mart.net SET net = $1": "ok",
        "INSERT INTO mart.big SELECT * FROM raw.big": "cancelled",
        "INSERT INTO mart.filled SELECT * FROM raw.sales WHERE shop_id = $1": "unknown",
    }
    assert len(found.records) == 7


def test_a_line_inside_a_statement_that_looks_like_a_record_stays_inside() -> None:
    """A statement over several lines is whole, whatever its lines look like."""
    first = read(CSV / "v15_26_columns.csv").records[0]
    assert first.sql == (
        'INSERT INTO mart.net\nSELECT shop_id, "Net €"\n'
        "-- 2026-03-02 02:00:11.402 UTC [4711] LOG:  statement: not a record\nFROM raw.sales;"
    )
    assert first.origin is not None
    assert first.origin.line == 3


def test_csvlog_tells_session_user_database_and_a_stable_id() -> None:
    """The session id is PostgreSQL's own, and with the line number it identifies the record."""
    first = read(CSV / "v15_26_columns.csv").records[0]
    assert (first.session, first.user, first.database, first.schema) == ("65e2882b.1267", "etl", "wh", None)
    assert (first.sequence, first.statement_id) == (3, "65e2882b.1267/3")
    assert first.started_at == datetime(2026, 3, 2, 2, 0, 11, 402000, tzinfo=UTC)


@pytest.mark.parametrize("name", ["v12_23_columns.csv", "v13_24_columns.csv", "all_quoted.csv"])
def test_csvlog_of_every_width_is_read(name: str) -> None:
    """23 and 24 columns, and a file in which a tool quoted every field, read like 26 columns do."""
    found = read(CSV / name)
    assert found.stats.format == "postgresql-csvlog"
    assert found.texts == ["INSERT INTO mart.a SELECT 1"]
    assert found.records[0].started_at == datetime(2026, 3, 2, 2, 0, 11, 402000, tzinfo=UTC)


def test_a_broken_csvlog_row_costs_itself_alone() -> None:
    """A row that breaks off inside its quotes is cut or bad; the rows after it are whole."""
    found = read(CSV / "broken_row.csv")
    assert [(r.sql, r.cut) for r in found.records] == [
        ("INSERT INTO mart.a SELECT 1", False),
        ("INSERT INTO mart.b SELE", True),
        ("INSERT INTO mart.c SELECT 3", False),
        ("INSERT INTO mart.d\nSELECT 4", False),
    ]
    assert [bad.origin.line for bad in found.bad] == [4]


def test_jsonlog_marks_failed_statements() -> None:
    """Jsonlog gives the same as csvlog does."""
    found = read(JSON / "night.json")
    assert list(zip(found.texts, found.outcomes, strict=True)) == [
        ("INSERT INTO mart.net\nSELECT 1;", "ok"),
        ("INSERT INTO mart.nett SELECT 1", "failed"),
    ]


def test_jsonlog_wrapped_by_an_operator_is_read() -> None:
    """The record under ``record`` with csvlog's names is the same log."""
    found = read(JSON / "cloudnativepg.json")
    assert found.stats.format == "postgresql-jsonlog"
    assert list(zip(found.texts, found.outcomes, strict=True)) == [("INSERT INTO mart.net SELECT 1", "failed")]


def test_stderr_strips_one_tab_of_each_further_line() -> None:
    """One tab marks a further line; a second one is the statement's own."""
    first = read(TEXT / "default_prefix.log").records[0]
    assert first.sql == (
        "CREATE TEMP TABLE day_net AS\nSELECT shop_id,\n\tsum(net) AS net\n\n"
        "2026-03-02 02:00:11.402 UTC [4711] LOG:  statement: not a record\nFROM raw.sales GROUP BY 1;"
    )


def test_stderr_marks_failed_and_cancelled_statements_that_were_logged_before() -> None:
    """ERROR and STATEMENT end the statement that log_statement wrote before, and count it once."""
    found = read(TEXT / "default_prefix.log")
    assert sorted(zip(found.texts[1:], found.outcomes[1:], strict=True)) == [
        ("INSERT INTO mart.net SELECT * FROM day_net WHERE shop_id = $1", "unknown"),
        ("INSERT INTO mart.nett SELECT 1", "failed"),
        ("INSERT INTO mart.other SELECT 1", "cancelled"),
        ("SELCT 1", "failed"),
    ]


def test_a_statement_line_that_follows_no_error_is_a_repeat() -> None:
    """STATEMENT after ``temporary file`` neither fails the statement nor counts it again."""
    found = read(TEXT / "default_prefix.log")
    assert found.texts.count("INSERT INTO mart.net SELECT * FROM day_net WHERE shop_id = $1") == 1


def test_stderr_learns_user_and_database_from_the_connection() -> None:
    """The default prefix has neither; the line that authorizes the connection has both."""
    first = read(TEXT / "default_prefix.log").records[0]
    assert (first.session, first.user, first.database) == ("4711", "etl", "wh")


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("rds.log", ["INSERT INTO mart.net SELECT 1"]),
        ("pgbadger_prefix.log", ["INSERT INTO mart.net SELECT 1", "INSERT INTO mart.two SELECT 2"]),
        ("german.log", ["INSERT INTO mart.net SELECT 1", "INSERT INTO mart.ok SELECT 1"]),
        ("application.log", ["INSERT INTO mart.net SELECT 1"]),
        ("unknown_prefix.log", ["INSERT INTO mart.net SELECT 1"]),
    ],
)
def test_prefixes_are_guessed(name: str, texts: list[str]) -> None:
    """Cloud prefixes, an application name that holds LOG:, another language, an unknown prefix: user and all."""
    found = read(TEXT / name)
    assert found.texts == texts
    assert {(r.session, r.user, r.database) for r in found.records} == {("4711", "etl", "wh")}


def test_translated_errors_fail_their_statement() -> None:
    """FEHLER and ANWEISUNG mean what ERROR and STATEMENT mean; CET is an hour before UTC."""
    found = read(TEXT / "german.log")
    assert found.outcomes == ["failed", "ok"]
    assert found.records[0].started_at == datetime(2026, 3, 2, 1, 0, 11, 402000, tzinfo=UTC)


def test_a_given_prefix_is_used(tmp_path: Path) -> None:
    """``log_line_prefix`` of the source tells parts that no guess could: state, padding, session."""
    log = tmp_path / "x.log"
    log.write_text(
        "65e2882b.1267|      etl|wh|00000|2026-03-02 02:00:11.402 UTC|LOG:  statement: INSERT INTO a SELECT 1\n"
        "65e2882b.1267|      etl|wh|57014|2026-03-02 02:00:12.402 UTC|ERROR:  stopped\n"
        "65e2882b.1267|      etl|wh|57014|2026-03-02 02:00:12.402 UTC|STATEMENT:  INSERT INTO a SELECT 1\n"
    )
    found = read(log, log_line_prefix="%c|%9u|%d|%e|%m|")
    assert [(r.session, r.user, r.outcome.value) for r in found.records] == [("65e2882b.1267", "etl", "cancelled")]


def test_auto_explain_repeats_are_not_counted_again() -> None:
    """The plan and the duration of one statement are one execution."""
    found = read(TEXT / "pgbadger_prefix.log")
    assert found.texts.count("INSERT INTO mart.two SELECT 2") == 1
    assert found.stats.repeats == 1


def test_lines_of_others_between_messages_belong_to_no_statement() -> None:
    """A shell's output in the log ends no statement and enters none."""
    found = read(TEXT / "default_prefix.log")
    assert not any("archive_command" in text for text in found.texts)


def test_one_session_failing_leaves_the_others_alone(tmp_path: Path) -> None:
    """Two sessions run the same text; only the one whose ERROR follows has failed."""
    log = tmp_path / "x.log"
    log.write_text(
        "2026-03-02 02:00:11.402 UTC [1] LOG:  statement: INSERT INTO a SELECT 1\n"
        "2026-03-02 02:00:11.403 UTC [2] LOG:  statement: INSERT INTO a SELECT 1\n"
        "2026-03-02 02:00:11.404 UTC [2] ERROR:  no\n"
        "2026-03-02 02:00:11.404 UTC [2] STATEMENT:  INSERT INTO a SELECT 1\n"
    )
    found = read(log)
    assert {r.session: r.outcome.value for r in found.records} == {"1": "unknown", "2": "failed"}


def test_a_log_without_sql_says_so(tmp_path: Path) -> None:
    """A PostgreSQL log in which nobody logs statements is read, and its emptiness told."""
    log = tmp_path / "x.log"
    log.write_text("2026-03-02 02:00:11.402 UTC [1] LOG:  checkpoint starting: time\n" * 3)
    found = read(log)
    assert found.stats.format == "postgresql-stderr"
    assert "no statements found" in found.stats.problem


def test_many_sessions_keep_memory_bounded(tmp_path: Path) -> None:
    """More sessions than are held back at a time: every statement still comes out once."""
    log = tmp_path / "x.log"
    lines = (f"2026-03-02 02:00:11.402 UTC [{n}] LOG:  statement: INSERT INTO a SELECT {n}\n" for n in range(12_000))
    log.write_text("".join(lines))
    found = read(log)
    assert len(set(found.texts)) == len(found.texts) == 12_000


def test_a_statement_logged_after_it_ran_began_earlier() -> None:
    """The time of a line with a duration is the end of the statement; the record has its start."""
    update = next(r for r in read(CSV / "v15_26_columns.csv").records if r.sql.startswith("UPDATE"))
    assert update.started_at == datetime(2026, 3, 2, 2, 0, 14, 1500, tzinfo=UTC)


def test_durations_never_turn_the_order_of_a_session_around(tmp_path: Path) -> None:
    """In a log of whole seconds a long statement would seem to begin before the short one that came first."""
    log = tmp_path / "x.log"
    log.write_text(
        "2026-03-02 02:00:14 UTC [7] LOG:  duration: 10.0 ms  statement: CREATE TEMP TABLE t AS SELECT 1\n"
        "2026-03-02 02:00:14 UTC [7] LOG:  duration: 900.0 ms  statement: INSERT INTO a SELECT * FROM t\n"
    )
    times = [r.started_at for r in read(log).records if r.started_at]
    assert len(times) == 2
    assert times == sorted(times)


def test_a_process_id_that_comes_back_is_another_session(tmp_path: Path) -> None:
    """After its disconnection, or a new connection, a pid names a new session; other sessions keep theirs."""
    log = tmp_path / "x.log"
    log.write_text(
        "2026-03-02 02:00:11.402 UTC [7] LOG:  statement: CREATE TEMP TABLE t AS SELECT 1\n"
        "2026-03-02 02:00:12.402 UTC [7] LOG:  disconnection: session time: 0:00:09.000 user=etl database=wh host=x\n"
        "2026-03-02 02:00:13.402 UTC [8] LOG:  statement: INSERT INTO a SELECT 1\n"
        "2026-03-02 02:00:14.402 UTC [7] LOG:  connection authorized: user=rpt database=wh\n"
        "2026-03-02 02:00:15.402 UTC [7] LOG:  statement: INSERT INTO a SELECT * FROM t\n"
        "2026-03-02 02:00:16.402 UTC [7] LOG:  connection authorized: user=etl database=wh\n"
        "2026-03-02 02:00:17.402 UTC [7] LOG:  statement: INSERT INTO b SELECT * FROM t\n"
    )
    found = sorted((r.started_at, r.session, r.user) for r in read(log).records if r.started_at)
    assert [(session, user) for _, session, user in found] == [("7", None), ("8", None), ("7#2", "rpt"), ("7#3", "etl")]


def test_a_statement_full_of_times_costs_no_more_than_its_length(tmp_path: Path) -> None:
    """Under an unknown prefix, a statement with thousands of times on one line is read like any other."""
    rows = ", ".join("('2026-03-02 02:00:11')" for _ in range(40_000))
    log = tmp_path / "x.log"
    log.write_text(
        f"<<7 2026-03-02 02:00:11 UTC>> LOG:  statement: INSERT INTO a VALUES {rows}\n{rows}\n" * 2
        + "<<7 2026-03-02 02:00:12 UTC>> LOG:  statement: DELETE FROM a\n"
    )
    assert len(read(log).records) == 3
