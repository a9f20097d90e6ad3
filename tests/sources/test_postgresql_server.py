"""The logs of a real PostgreSQL server, in its three forms at once."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from reading import Read, read
from servers import Server, postgres_binaries, postgres_server

pytestmark = pytest.mark.servers

SIMPLE = [
    "CREATE SCHEMA mart",
    "CREATE TABLE mart.sales (shop int, net numeric)",
    (
        "CREATE TEMP TABLE day_net AS\nSELECT shop,\n\tsum(net) AS \"Net €\",\n\n'it''s \"x\"' AS note\n"
        "-- a comment\nFROM mart.sales GROUP BY 1"
    ),
    "INSERT INTO mart.sales SELECT shop, 1 FROM day_net; DELETE FROM mart.sales WHERE net = 0",
    "DO $$ BEGIN INSERT INTO mart.sales VALUES (1, 2); END $$",
]
FAILING = ["INSERT INTO mart.nowhere SELECT 1", "SELCT 1"]
WITH_VALUES = "INSERT INTO mart.sales\nSELECT shop + %s, net FROM mart.sales WHERE net > %s"
AS_SENT = "INSERT INTO mart.sales\nSELECT shop + $1, net FROM mart.sales WHERE net > $2"
FAILING_WITH_VALUES = "INSERT INTO mart.sales SELECT 1 / %s"


def _work(server: Server) -> None:
    """A workload: simple and extended protocol, several in one, prepared, failing, cancelled."""
    with psycopg.connect(server.dsn, autocommit=True, application_name="night [x] LOG: run") as connection:
        for statement in SIMPLE:
            connection.execute(statement)
        for statement in FAILING:
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
        for value in range(3):
            connection.execute(WITH_VALUES, (value, 5))
        with pytest.raises(psycopg.Error):
            connection.execute(FAILING_WITH_VALUES, (0,))
        connection.execute("PREPARE fill (int) AS INSERT INTO mart.sales SELECT $1, 2")
        connection.execute("EXECUTE fill(3)")
        connection.execute("SET statement_timeout = 50")
        with pytest.raises(psycopg.Error):
            connection.execute("INSERT INTO mart.sales SELECT 1, 1 FROM pg_sleep(20)")
        connection.execute("RESET statement_timeout")


def _three(folder: Path, **settings: str) -> dict[str, Read]:
    """What each of the three forms holds of our application's sessions."""
    log = folder / "log"
    return {path.suffix: read(path, **settings) for path in sorted(log.iterdir()) if path.stat().st_size}


def _ended(found: Read) -> list[tuple[str, str]]:
    return [(r.sql, r.outcome.value) for r in found.records]


EXPECTED_BEFORE = [
    *[(text, "unknown") for text in SIMPLE],
    *[(text, "failed") for text in FAILING],
    *[(AS_SENT, "unknown")] * 3,
    ("INSERT INTO mart.sales SELECT 1 / $1", "failed"),
    ("PREPARE fill (int) AS INSERT INTO mart.sales SELECT $1, 2", "unknown"),
    ("INSERT INTO mart.sales SELECT $1, 2", "unknown"),
    ("SET statement_timeout = 50", "unknown"),
    ("INSERT INTO mart.sales SELECT 1, 1 FROM pg_sleep(20)", "cancelled"),
    ("RESET statement_timeout", "unknown"),
]


def test_statements_logged_before_they_run_end_the_same_in_each_form(tmp_path: Path) -> None:
    """``log_statement = all``: text, CSV and JSON give the same statements, failed and cancelled ones marked."""
    settings = {"log_destination": "stderr,csvlog,jsonlog", "log_statement": "all", "log_connections": "on"}
    with postgres_server(tmp_path, settings) as server:
        _work(server)
    found = _three(tmp_path)
    assert set(found) == {".log", ".csv", ".json"}
    for form, one in found.items():
        assert _ended(one) == EXPECTED_BEFORE, form
        assert one.bad == [], form
        assert {(r.user, r.database) for r in one.records} == {("tester", "postgres")}, form
        assert all(r.started_at is not None for r in one.records), form


def test_statements_logged_after_they_ran_are_ok_or_failed(tmp_path: Path) -> None:
    """``log_min_duration_statement = 0``: parse, bind and execute are one record, and what is logged succeeded."""
    settings = {
        "log_destination": "stderr,csvlog,jsonlog",
        "log_min_duration_statement": "0",
        "log_line_prefix": "%m [%p] %q%u@%d ",
    }
    with postgres_server(tmp_path, settings) as server:
        _work(server)
    expected = sorted((text, "ok" if outcome == "unknown" else outcome) for text, outcome in EXPECTED_BEFORE)
    for form, one in _three(tmp_path).items():
        assert sorted(_ended(one)) == expected, form


def test_both_logs_and_plans_count_each_execution_once(tmp_path: Path) -> None:
    """Statement log, duration log and auto_explain together: still one record an execution, plus what ran inside."""
    settings = {
        "log_destination": "stderr,csvlog,jsonlog",
        "log_statement": "all",
        "log_min_duration_statement": "0",
        "shared_preload_libraries": "auto_explain",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_nested_statements": "on",
        "log_line_prefix": "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    }
    with postgres_server(tmp_path, settings) as server:
        _work(server)
    expected = sorted((text, "ok" if outcome == "unknown" else outcome) for text, outcome in EXPECTED_BEFORE)
    inside = ("INSERT INTO mart.sales VALUES (1, 2)", "ok")
    for form, one in _three(tmp_path).items():
        assert sorted(_ended(one)) == sorted([*expected, inside]), form


def test_a_german_server_is_understood(tmp_path: Path) -> None:
    """With messages in another language the words differ, the statements do not."""
    settings = {"log_destination": "stderr,csvlog,jsonlog", "log_statement": "all", "lc_messages": "C.UTF-8"}
    with postgres_server(tmp_path, {**settings, "log_line_prefix": "%m [%p] %u@%d "}, language="de") as server:
        _work(server)
    if "Anweisung:" not in "".join(path.read_text() for path in (tmp_path / "log").iterdir()):
        pytest.skip("PostgreSQL's server is installed without its translations")
    for form, one in _three(tmp_path).items():
        assert _ended(one) == EXPECTED_BEFORE, form


@pytest.mark.parametrize(
    "prefix",
    [
        "%t:%r:%u@%d:[%p]:",
        "%m [%p]: [%l-1] db=%d,user=%u ",
        "%t-%c-",
        "%m [%p] %q%u@%d/%a ",
        "< %m >",
        "%m %-6c %10u %d %e %b ",
        "%n [%p] %u %d %i %v %x %Q %s %h ",
        "[%p] %%x %u@%d ",
    ],
)
def test_any_prefix_is_read_when_it_is_given(tmp_path: Path, prefix: str) -> None:
    """What the server writes with a prefix is read with that prefix: the same statements with the same ends."""
    settings = {"log_destination": "stderr", "log_statement": "all", "log_line_prefix": prefix}
    with postgres_server(tmp_path, settings) as server:
        _work(server)
    (log,) = (tmp_path / "log").iterdir()
    found = read(log, log_line_prefix=prefix)
    assert _ended(found) == EXPECTED_BEFORE
    if "%u" in prefix and "%d" in prefix:
        assert {(r.user, r.database) for r in found.records} == {("tester", "postgres")}
    if "%n" in prefix or "%t" in prefix or "%m" in prefix:
        assert all(r.started_at is not None and r.started_at.year > 2000 for r in found.records)


@pytest.mark.parametrize("prefix", ["%t:%r:%u@%d:[%p]:", "%t-%c-", "%m [%p] %u@%d/%a ", "%u|%d|%m|%p|"])
def test_a_prefix_is_guessed_from_what_the_server_writes(tmp_path: Path, prefix: str) -> None:
    """Without the setting the statements and their ends are the same, for common prefixes and an unheard-of one."""
    settings = {"log_destination": "stderr", "log_statement": "all", "log_line_prefix": prefix}
    with postgres_server(tmp_path, settings) as server:
        _work(server)
    (log,) = (tmp_path / "log").iterdir()
    assert _ended(read(log)) == EXPECTED_BEFORE


def _apart(
    folder: Path, settings: dict[str, str], variants: dict[str, str], prepare: str = ""
) -> dict[str, dict[str, Read]]:
    """The workload with each variant of a session's settings, in a database of its name: what each log holds of it."""
    settings = {"log_destination": "stderr,csvlog,jsonlog", "log_line_prefix": "%m [%p] %q%u@%d ", **settings}
    with postgres_server(folder, settings) as server:
        for name, options in variants.items():
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            own = server.dsn.replace("dbname=postgres", f"dbname={name}")
            if prepare:
                with psycopg.connect(own, autocommit=True) as connection:
                    connection.execute(prepare)
            _work(server._replace(dsn=f"{own} options='{options}'"))
    found = _three(folder)
    return {
        carrier: {name: one._replace(records=[r for r in one.records if r.database == name]) for name in variants}
        for carrier, one in found.items()
    }


def test_plans_in_each_form_tell_what_ran(tmp_path: Path) -> None:
    """auto_explain alone tells the statements that ran to their end, those inside others too, in each of its forms."""
    settings = {
        "shared_preload_libraries": "auto_explain",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_nested_statements": "on",
    }
    forms = {f"in_{form}": f"-c auto_explain.log_format={form}" for form in ("text", "json", "xml", "yaml")}
    utility = ("CREATE SCHEMA", "CREATE TABLE", "DO", "PREPARE", "SET", "RESET")
    planned = [(text, "ok") for text, end in EXPECTED_BEFORE if end == "unknown" and not text.startswith(utility)]
    failed = [(text, end) for text, end in EXPECTED_BEFORE if end != "unknown"]
    expected = sorted([*planned, *failed, ("INSERT INTO mart.sales VALUES (1, 2)", "ok")])
    for carrier, by_form in _apart(tmp_path, settings, forms).items():
        for form, one in by_form.items():
            assert sorted(_ended(one)) == expected, (carrier, form)


def test_pgaudit_beside_other_logs_counts_each_execution_once(tmp_path: Path) -> None:
    """Audit log alone, with the statement log, with durations: the same statements, with what ran inside them."""
    binaries = postgres_binaries()
    if binaries is not None and not (binaries.parent / "lib" / "pgaudit.so").exists():
        pytest.skip("pgaudit is not installed beside PostgreSQL's server")
    settings = {
        "shared_preload_libraries": "pgaudit",
        "pgaudit.log": "all",
        "pgaudit.log_relation": "on",
        "pgaudit.log_parameter": "on",
    }
    beside = {"alone": "", "statements": "-c log_statement=all", "durations": "-c log_min_duration_statement=0"}
    for carrier, by_setting in _apart(tmp_path, settings, beside, prepare="CREATE EXTENSION pgaudit").items():
        for name, one in by_setting.items():
            end = "ok" if name == "durations" else "unknown"
            top = [(text, end if outcome == "unknown" else outcome) for text, outcome in EXPECTED_BEFORE]
            inside = [("INSERT INTO mart.sales VALUES (1, 2)", "unknown"), ("CREATE EXTENSION pgaudit", "unknown")]
            assert sorted(_ended(one)) == sorted([*top, *inside]), (carrier, name)
            assert one.bad == [], carrier
