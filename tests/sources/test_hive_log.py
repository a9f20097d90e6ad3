"""HiveServer2's log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reading import LOGS, read

LOG = LOGS / "hive-server-log" / "hiveserver2.log"


def test_compiling_and_executing_count_once_and_lines_stay() -> None:
    """The text runs to the next line with a time; words of a head inside it are part of it."""
    found = read(LOG)
    assert found.texts == [
        (
            "INSERT OVERWRITE TABLE mart.net\nSELECT shop_id, 'é', "
            "-- Executing command(queryId=x): y\n\n net FROM raw.sales"
        ),
        "insert into nett select 1",
        "use mart",
        "insert into log select 1",
    ]
    assert found.bad == []


def test_a_failure_belongs_to_the_query_of_its_thread() -> None:
    """Completion alone is success, after a failure it says nothing; without either the outcome is unknown."""
    assert read(LOG).outcomes == ["ok", "failed", "failed", "unknown"]


def test_the_session_is_in_the_name_of_the_thread_and_the_id_is_the_query_s() -> None:
    """Both forms of lines, with T and with a blank in the time, in the zone of the server."""
    first, _, third, _ = read(LOG, time_zone="Europe/Berlin").records
    assert first.session == "0a1b2c3d-0000-1111-2222-333344445555"
    assert first.statement_id == "hive_20260302020011_ab"
    assert first.started_at == datetime(2026, 3, 2, 1, 0, 11, 100_000, tzinfo=UTC)
    assert third.started_at == datetime(2026, 3, 2, 1, 0, 15, 1_000, tzinfo=UTC)


def test_a_log_that_begins_inside_a_statement_tells_it_once(tmp_path: Path) -> None:
    """Its rest enters no statement."""
    log = tmp_path / "x.log"
    log.write_bytes(b"\n".join(LOG.read_bytes().split(b"\n")[2:]))
    found = read(log)
    assert len(found.bad) == 1
    assert found.texts[0].startswith("INSERT OVERWRITE")
