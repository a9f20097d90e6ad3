"""What mysqlbinlog prints of a binary log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reading import LOGS, read

STATEMENTS = LOGS / "mysql-binlog" / "statements.sql"
ROWS = LOGS / "mysql-binlog" / "rows.sql"


def test_the_last_command_of_a_query_event_is_its_statement() -> None:
    """Settings before it are none; its lines are kept, also such as look like the tool's own."""
    assert read(STATEMENTS).texts == [
        "BEGIN",
        "insert into mart.net\n# at 99\nselect shop_id, '/*!*/; é' as note\n\nfrom raw.sales",
        "insert into log select * from day_net",
    ]


def test_time_session_database_and_outcome_come_from_the_event_and_its_settings() -> None:
    """SET TIMESTAMP is the start; the database is printed where it changes; error_code tells what was broken off."""
    _, first, second = read(STATEMENTS).records
    assert first.started_at == datetime(2026, 3, 2, 2, 0, 11, 250_000, tzinfo=UTC)
    assert (first.session, first.schema, first.outcome.value) == ("42", "wh", "ok")
    assert (second.session, second.schema, second.outcome.value) == ("43", "wh", "cancelled")


def test_rows_hold_no_sql_but_the_text_of_their_statement_may_stand_before_them() -> None:
    """Rows_query of MySQL, Annotate_rows of MariaDB; images of rows are noise."""
    found = read(ROWS)
    assert found.texts == ["BEGIN", "insert into mart.net\n\nselect 1, 2", "delete from mart.net\nwhere a = 1"]
    assert [record.session for record in found.records] == ["42", "42", ""]


def test_a_statement_that_breaks_off_is_cut(tmp_path: Path) -> None:
    """Without its terminator it is not whole."""
    log = tmp_path / "x.sql"
    log.write_bytes(STATEMENTS.read_bytes().partition(b"from raw.sales")[0])
    assert [record.cut for record in read(log).records] == [False, True]
