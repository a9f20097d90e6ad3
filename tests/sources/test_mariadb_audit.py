"""The audit plugin of MariaDB, also on RDS, and Aurora's advanced audit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reading import LOGS, read

LOG = LOGS / "mariadb-audit" / "server_audit.log"
AURORA = LOGS / "mariadb-audit" / "aurora.log"


def test_backslashes_are_undone_once_and_commas_and_quotes_inside_do_not_end_the_text() -> None:
    """The quoting is the plugin's own, not CSV's."""
    assert read(LOG).texts[0] == (
        "insert into mart.net\nselect 'a', \"b\", 'c:\\\\x', 'O''Neil, 5',0\n\t-- é\nfrom raw.sales"
    )


def test_the_error_number_tells_the_outcome() -> None:
    """0 is success, an interruption is a cancellation, the rest are failures."""
    assert read(LOG).outcomes[:3] == ["ok", "failed", "cancelled"]


def test_tables_that_a_statement_touched_are_repeats_and_logins_are_noise() -> None:
    """One line a table with the number of the query; connections carry no SQL."""
    stats = read(LOG).stats
    assert (stats.repeats, stats.noise) == (4, 4)


def test_what_execute_immediate_ran_counts_once_and_a_procedure_shows_its_body_before_its_call() -> None:
    """The text that was run is written under the number of the EXECUTE; a body has numbers of its own."""
    texts = read(LOG).texts
    assert texts.count('insert into sales select 9,1,"y"') == 1
    assert not any(text.startswith("execute") for text in texts)
    assert texts.index("insert into wh.sales select 5,6") < texts.index("call p()")


def test_a_text_of_the_default_limit_is_cut(tmp_path: Path) -> None:
    """1,024 bytes are suspect, unless a longer text was there before: then the limit is another one."""
    assert [record.cut for record in read(LOG).records] == [False] * 6 + [True, False]
    log = tmp_path / "x.log"
    line = "20260302 02:00:11,db1,etl,h,42,5,QUERY,wh,'{}',0\n"
    log.write_text(line.format("insert into a select '{}'".format("x" * 2000)) + line.format("x" * 1024))
    assert [record.cut for record in read(log).records] == [False, False]
    log.write_text(line.format("x" * 1022 + "é") + line.format("\\n" * 1000 + "x" * 24))
    assert [record.cut for record in read(log).records] == [True, True]


def test_user_database_time_session_and_number_come_from_the_fields() -> None:
    """A connection number that comes back is another session."""
    first, *_, last = read(LOG, time_zone="Europe/Berlin").records
    assert (first.user, first.schema, first.session, first.statement_id) == ("etl", "wh", "42", "5")
    assert first.started_at == datetime(2026, 3, 2, 1, 0, 11, tzinfo=UTC)
    assert (last.user, last.schema, last.session) == ("app", None, "42#2")


def test_aurora_writes_microseconds_and_orders_by_the_number_of_the_query() -> None:
    """Line ends that were not escaped are kept; a session in several files keeps its key."""
    first, second, third = read(AURORA).records
    assert first.started_at == datetime(2026, 3, 2, 2, 0, 11, 123456, tzinfo=UTC)
    assert second.sql == "insert into net\nselect shop_id\nfrom t"
    assert (first.sequence, second.sequence) == (7, 8)
    assert third.user == "rdsadmin"


def test_a_text_that_breaks_off_is_cut(tmp_path: Path) -> None:
    """A line without its end, before another event or at the end of the log, is not whole."""
    log = tmp_path / "x.log"
    head = "20260302 02:00:11,db1,etl,h,42,5,QUERY,wh,'"
    log.write_text(f"{head}delete from a\n{head}delete from b',0\n{head}delete from c\n")
    assert [(r.sql, r.cut) for r in read(log).records] == [
        ("delete from a", True),
        ("delete from b", False),
        ("delete from c", True),
    ]
