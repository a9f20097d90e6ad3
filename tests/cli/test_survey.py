"""``sources stats``: what a user runs first."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from extractor.cli.app import app

ROWS = [
    {"query": "insert into a select 1;select 2", "ts": "2026-03-02T02:10:00Z", "session": "s1", "status": "ok"},
    {"query": "create or replace view v as select 1", "ts": "2026-03-02T02:50:00Z", "session": "s1", "user": "etl"},
    {"query": "with w as (select 1) select 2", "ts": "2026-03-02T03:50:00Z", "session": "s2", "status": "failed"},
    {"query": None, "ts": "2026-03-02T03:51:00Z"},
]  # fmt: skip


def _stats(folder: Path, *more: str) -> str:
    (folder / "night.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS) + "{broken\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = CliRunner().invoke(app, ["sources", "stats", str(folder), *more])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_files_formats_outcomes_sessions_hours_and_kinds_are_counted(tmp_path: Path) -> None:
    """Every record is in the outcomes or unreadable, and every statement has a kind."""
    found = json.loads(_stats(tmp_path, "--json"))
    assert found["formats"] == {"json-lines": 1, "not readable": 1}
    assert found["outcomes"] == {"ok": 1, "unknown": 1, "failed": 1}
    assert (found["records"], found["unreadable"], found["sessions"]) == (5, 2, 2)
    assert found["hours"] == {"2026-03-02 02h": 2, "2026-03-02 03h": 1}
    assert found["statements"] == {"INSERT": 1, "SELECT": 2, "CREATE VIEW": 1}
    (log,) = [file for file in found["files"] if file["format"]]
    assert (log["entries"], log["records"], log["noise"], log["unreadable"]) == (5, 3, 1, 1)


def test_the_survey_fits_a_screen_and_names_what_nobody_can_read(tmp_path: Path) -> None:
    """A file that is no log is a line with what it is."""
    text = _stats(tmp_path)
    assert "night.jsonl: json-lines; 1 unreadable, 1 without SQL" in text
    assert "it is a PNG image" in text
    assert "from 2026-03-02 02:10:00 to 2026-03-02 03:50:00 UTC" in text


def test_a_path_that_is_not_there_fails_with_its_name(tmp_path: Path) -> None:
    """Silence would pass for an empty night."""
    done = CliRunner().invoke(app, ["sources", "stats", str(tmp_path / "nowhere")])
    assert done.exit_code != 0
    assert "nowhere" in done.output


def test_the_ready_queries_are_listed_and_shown() -> None:
    """A list to choose from, one text to change, and words for a name that is none."""
    runner = CliRunner()
    assert "snowflake-query-history" in runner.invoke(app, ["sources", "queries"]).stdout
    assert "FROM system.query_log" in runner.invoke(app, ["sources", "queries", "clickhouse-query-log"]).stdout
    assert "ready are" in str(runner.invoke(app, ["sources", "queries", "no-such"]).exception)
