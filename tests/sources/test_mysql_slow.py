"""The slow query log of MySQL, MariaDB and Percona Server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reading import LOGS, read

FOLDER = LOGS / "mysql-slow"


def test_blank_lines_and_comments_inside_a_statement_belong_to_it() -> None:
    """Only a line that is a head in full ends a statement; its last semicolon is the log's."""
    texts = read(FOLDER / "mysql8.log").texts
    assert texts[0] == "INSERT INTO mart.net SELECT shop_id, SUM(net)\n\n# the net of a day\nFROM raw.sales GROUP BY 1"
    assert texts[1] == "insert into log values ('use x;\n# Query of the night\n')"


def test_the_time_is_that_of_set_timestamp() -> None:
    """SET timestamp is the start, also among other settings; ``# Time`` is when the entry was written."""
    times = [record.started_at for record in read(FOLDER / "mysql8.log").records]
    assert times[:2] == [datetime(2026, 3, 2, 2, 0, 11, tzinfo=UTC), datetime(2026, 3, 2, 2, 0, 14, tzinfo=UTC)]


def test_without_set_timestamp_the_time_of_the_head_counts() -> None:
    """Old servers write ``# Time`` alone, with two-digit years."""
    assert read(FOLDER / "rotated.log").records[1].started_at == datetime(2010, 3, 2, 2, 0, 14, tzinfo=UTC)


def test_sessions_and_users_are_told_by_either_head() -> None:
    """``Id`` or ``Thread_id``, in either order of the heads; an administrator command is noise and ends one."""
    assert [(r.session, r.user) for r in read(FOLDER / "percona.log").records] == [("42", "etl")] * 3
    assert [r.session for r in read(FOLDER / "mariadb.log").records] == ["4", "4", "5"]
    assert read(FOLDER / "mysql8.log").stats.noise == 2


def test_the_database_is_the_schema_or_the_last_use_of_the_log() -> None:
    """The server writes ``use`` only where the database is another one than that of the entry before."""
    assert [r.schema for r in read(FOLDER / "mysql8.log").records] == ["wh", "wh", "stage"]
    assert [r.schema for r in read(FOLDER / "mariadb.log").records] == [None, "wh", "wh"]


def test_failed_and_killed_statements_are_marked_where_the_log_tells() -> None:
    """Percona's Last_errno and Killed, MySQL's Errno; MariaDB tells nothing."""
    assert read(FOLDER / "percona.log").outcomes == ["ok", "failed", "cancelled"]
    assert read(FOLDER / "mysql8.log").outcomes == ["unknown", "unknown", "failed"]
    assert set(read(FOLDER / "mariadb.log").outcomes) == {"unknown"}


def test_several_statements_of_one_entry_and_a_missing_semicolon_are_kept() -> None:
    """An entry is one record, with all that was sent."""
    assert read(FOLDER / "mariadb.log").texts[1:] == [
        "insert into sales select * from day_net; delete from day_net",
        "insert into sales select 'é'",
    ]


def test_a_log_that_begins_inside_an_entry_is_read_from_its_settings(tmp_path: Path) -> None:
    """Where the head is missing but SET timestamp is there, the statement is whole."""
    log = tmp_path / "x.log"
    log.write_bytes(b"\n".join((FOLDER / "mysql8.log").read_bytes().split(b"\n")[7:]))
    found = read(log)
    assert len(found.records) == 3
    assert (found.records[0].session, found.records[0].sql[:20]) == ("", "INSERT INTO mart.net")
    assert len(read(FOLDER / "rotated.log").bad) == 1


def test_two_heads_in_a_row_are_two_entries(tmp_path: Path) -> None:
    """An entry without a statement does not lend its user to the next one."""
    log = tmp_path / "x.log"
    head = "# User@Host: {0}[{0}] @ localhost []\n# Query_time: 1  Lock_time: 0  Rows_sent: 0  Rows_examined: 0\n"
    log.write_text(head.format("a") + head.format("b") + "SET timestamp=1772416811;\ndelete from t;\n")
    found = read(log)
    assert [record.user for record in found.records] == ["b"]
    assert found.stats.noise == 1
