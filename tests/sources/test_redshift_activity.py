"""Redshift's user activity log."""

from __future__ import annotations

from datetime import UTC, datetime

from reading import LOGS, read

LOG = LOGS / "redshift-activity" / "useractivitylog_2026-03-02T02_00"


def test_statements_over_several_lines_are_whole() -> None:
    """A record runs to the next full head; ``LOG:`` inside it and blank lines do not end it."""
    first = read(LOG).records[0]
    assert first.sql == (
        "CREATE TEMP TABLE day_net AS\nSELECT shop_id, sum(net) AS net\n\n"
        "-- LOG: this line is part of the statement\nFROM raw.sales GROUP BY 1;"
    )


def test_heads_tell_database_user_session_and_time() -> None:
    """The outcome is unknown: the log is written before the statement runs."""
    first = read(LOG).records[0]
    assert (first.database, first.user, first.session) == ("wh", "etl", "wh/etl/40211")
    assert first.started_at == datetime(2026, 3, 2, 2, 0, 11, tzinfo=UTC)
    assert first.outcome.value == "unknown"


def test_prepare_and_execute_of_one_statement_count_once() -> None:
    """The same text of one process and transaction in one second is one execution; later it is another."""
    found = read(LOG)
    assert found.texts.count("insert into mart.net select * from day_net") == 2
    assert found.stats.repeats == 1
