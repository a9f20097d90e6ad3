"""The general query log of MySQL and MariaDB."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reading import LOGS, read

OLD = LOGS / "mysql-general" / "mariadb.log"
NEW = LOGS / "mysql-general" / "mysql8.log"


def test_a_statement_over_several_lines_is_whole() -> None:
    """An argument runs to the next head; blank lines, indents and words of heads inside it do not end it."""
    assert read(OLD).texts[0] == (
        "INSERT INTO mart.net\nSELECT shop_id,\n\t\tSUM(net) -- 42 Query of a comment\n\nFROM raw.sales GROUP BY 1"
    )


def test_blank_times_are_those_of_the_line_before_and_days_have_two_digit_years() -> None:
    """The time is left out while the second does not change; the hour may have one digit."""
    found = {record.origin.line: record.started_at for record in read(OLD).records if record.origin}
    assert found[5] == found[12] == datetime(2026, 3, 2, 2, 0, 11, tzinfo=UTC)
    assert found[31] == datetime(2026, 3, 2, 10, 5, tzinfo=UTC)


def test_times_without_a_zone_are_in_the_zone_of_the_source_and_others_keep_theirs() -> None:
    """Old forms are the server's local time; ISO forms carry Z or an offset."""
    first = read(OLD, time_zone="Europe/Berlin").records[0]
    assert first.started_at == datetime(2026, 3, 2, 1, 0, 11, tzinfo=UTC)
    prepared = next(r for r in read(NEW, time_zone="Europe/Berlin").records if "?" in r.sql)
    assert prepared.started_at == datetime(2026, 3, 2, 2, 0, 15, 1, tzinfo=UTC)


def test_user_and_database_come_from_connect_and_stay_in_their_session() -> None:
    """Connect, Init DB and USE tell the database; the database of one session does not leak into another."""
    found = {
        record.sql.partition("\n")[0]: (record.session, record.user, record.schema) for record in read(OLD).records
    }
    assert found["INSERT INTO mart.net"] == ("42", "etl", "wh")
    assert found['insert into log select 3, "v"'] == ("42", "etl", "mart")
    assert found["insert into t select 'a'"] == ("43", "app", "stage")


def test_a_connection_number_that_comes_back_after_a_restart_is_another_session() -> None:
    """The banner of a restart ends all sessions."""
    last = read(OLD).records[-1]
    assert (last.session, last.user, last.schema) == ("42#2", "other", "stage")


def test_changing_the_user_or_resetting_begins_a_new_session() -> None:
    """Temporary tables are gone then; the database of a reset connection stays."""
    found = [(r.session, r.user, r.schema) for r in sorted(read(NEW).records, key=lambda r: r.sequence)]
    assert found == [("8", "etl", "wh"), ("8", "etl", "wh"), ("8#2", "loader", "stage"), ("8#3", "loader", "stage")]


def test_prepare_and_execute_count_once_for_each_execution() -> None:
    """The execution with its values is taken, in SQL and in the protocol; what is prepared alone is taken as it is."""
    found = read(OLD)
    assert [t for t in found.texts if t.startswith("insert into")] == [
        'insert into log select 3, "v"',
        "insert into t select 'a'",
        "insert into t select 'b'",
    ]
    assert found.stats.repeats == 3
    assert "execute gone" in found.texts
    assert "insert into mart.log select ?, ?" in read(NEW).texts


def test_the_outcome_is_unknown() -> None:
    """The log is written on arrival."""
    assert set(read(OLD).outcomes) == {"unknown"}


def test_a_statement_longer_than_the_limit_is_cut() -> None:
    """A statement beyond the limit is marked, the others are not."""
    found = read(OLD, max_statement_bytes=60)
    assert [record.cut for record in found.records][:3] == [True, True, False]


def test_a_log_that_begins_inside_a_statement_tells_it_once(tmp_path: Path) -> None:
    """Lines before the first head are one bad record."""
    log = tmp_path / "x.log"
    log.write_bytes(b"\n".join(OLD.read_bytes().split(b"\n")[5:]))
    found = read(log)
    assert len(found.bad) == 1
    assert found.texts[0].startswith("create temporary table")


def test_numbers_of_prepared_statements_are_no_part_of_the_text(tmp_path: Path) -> None:
    """Servers before 5.1 write ``[1]`` in front of a prepared statement."""
    log = tmp_path / "x.log"
    log.write_text(
        "070302  2:00:11\t      7 Prepare     \t[1] delete from a where b = ?\n"
        "\t\t      7 Execute     \t[1] delete from a where b = 3\n"
    )
    assert read(log).texts == ["delete from a where b = 3"]
