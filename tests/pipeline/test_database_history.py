"""History read straight from a database: what is read when, what is remembered, and what is told."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from extractor import pipeline
from extractor.config import Config, load_config
from extractor.errors import ConfigError, SecretInConfig
from extractor.pipeline import Level, Window
from extractor.report import Report
from extractor.sources.databases import query_of, ready_queries
from extractor.sources.databases.drain import spans_of
from extractor.state import Store

NOW = datetime.now(UTC)
OWN = """
    SELECT started AS start_time, session AS session_id, who AS user_name, sql AS sql_text, state AS status
    FROM history WHERE ended >= :since AND ended < :until ORDER BY started
"""


def _configuration(folder: Path, url: str, query: str = OWN, more: str = "", dialect: str = "sqlite") -> Config:
    path = folder / "lineage.toml"
    path.write_text(
        f'[[source]]\nname = "h"\nurl = "{url}"\nquery = """{query}"""\ndialect = "{dialect}"\n'
        f'data_source_id = 12\nunknown_tables = "upload"\ncatalog = {{ from_alation = false }}\n{more}'
    )
    return load_config(path)


def _plan(config: Config, window: Window | None = None) -> tuple[Report, str]:
    """A plan, and its text."""
    out = config.root / "plan.json"
    report = pipeline.plan(config, out=out, window=window or Window(), progress=lambda _: None)
    assert report.adds_up()
    return report, out.read_text()


class _History:
    """A table of a history, in a file of SQLite."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE history (started, ended, session, who, sql, state)")

    def add(self, sql: str, at: datetime, state: str = "success") -> None:
        """One statement that ended at a time."""
        naive = at.replace(tzinfo=None).isoformat(" ", "microseconds")
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute("INSERT INTO history VALUES (?, ?, 's1', 'etl', ?, ?)", (naive, naive, sql, state))


@pytest.fixture
def history(tmp_path: Path) -> _History:
    """A history without rows."""
    return _History(tmp_path / "h.db")


def _ago(**past: float) -> datetime:
    return datetime.now(UTC) - timedelta(**past)


URL = "sqlite:///h.db"
TEXT = "-- times: text\n" + OWN


def test_a_history_is_read_from_where_the_last_run_ended(tmp_path: Path, history: _History) -> None:
    """Each row once: what was read is passed over, what came late is not missed, what failed counts as that."""
    config = _configuration(tmp_path, URL, TEXT, "history = { first_days = 3 }\n")
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(days=2))
    history.add("INSERT INTO mart.old SELECT * FROM raw.a", _ago(days=4))
    history.add("INSERT INTO mart.b SELECT * FROM raw.b", _ago(minutes=5))
    history.add("INSERT INTO mart.bad SELECT * FROM raw.b", _ago(minutes=4), "failed")
    report, made = _plan(config)
    assert "12.mart.a" in made
    assert "12.mart.old" not in made
    assert "12.mart.bad" not in made
    assert report.to_json()["records"] == {"read": 3, "lineage": 2, "failed in the database": 1}
    history.add("INSERT INTO mart.late SELECT * FROM raw.c", _ago(minutes=20))
    history.add("INSERT INTO mart.new SELECT * FROM raw.d", _ago(seconds=0))
    report, made = _plan(config)
    assert report.to_json()["records"] == {"read": 2, "lineage": 2}
    assert all(name in made for name in ("12.mart.a", "12.mart.b", "12.mart.late", "12.mart.new"))
    report, _ = _plan(config)
    assert report.to_json()["records"] == {"read": 0}


def test_a_run_that_dies_has_kept_nothing(tmp_path: Path, history: _History) -> None:
    """Whenever it dies: the next run reads the same rows, and knows the same dataflows."""
    config = _configuration(tmp_path, URL, TEXT)
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(hours=2))
    told: list[str] = []

    def dies(words: Any) -> None:
        told.append(str(words))
        if len(told) in deaths:
            raise KeyboardInterrupt

    deaths = {2, 40, 120, 250}
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as store:
        for death in sorted(deaths):
            told.extend(["passed over"] * (death - 1 - len(told)))
            with pytest.raises(KeyboardInterrupt):
                pipeline.plan(config, out=None, window=Window(), progress=dies)
            assert store.watermark("h") is None
            deaths.remove(death)
            told.clear()
    report, made = _plan(config)
    assert report.to_json()["records"] == {"read": 1, "lineage": 1}
    assert report.plan["add"] == 1
    assert "12.mart.a" in made


def test_a_window_reads_its_span_and_moves_nothing(tmp_path: Path, history: _History) -> None:
    """A piece of history is read whole, again and again, and the next night begins where it would have."""
    config = _configuration(tmp_path, URL, TEXT, "history = { first_days = 1 }\n")
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(days=20))
    history.add("INSERT INTO mart.b SELECT * FROM raw.b", _ago(days=10))
    window = Window(_ago(days=21), _ago(days=19))
    for _ in range(2):
        report, made = _plan(config, window)
        assert report.to_json()["records"].get("lineage") == 1
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as store:
        assert store.watermark("h") is None
    assert "12.mart.b" not in made


def test_another_database_is_read_anew(tmp_path: Path, history: _History) -> None:
    """How far one database was read says nothing of another."""
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(days=3))
    _plan(_configuration(tmp_path, URL, TEXT))
    _History(tmp_path / "other.db").add("INSERT INTO mart.z SELECT * FROM raw.z", _ago(days=3))
    _, made = _plan(_configuration(tmp_path, "sqlite:///other.db", TEXT))
    assert "12.mart.z" in made


def test_an_undone_run_is_read_again(tmp_path: Path, history: _History) -> None:
    """Undoing a run takes back how far it has read."""
    config = _configuration(tmp_path, URL, TEXT)
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(hours=2))
    _plan(config)
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as store:
        assert store.watermark("h") is not None
        store.restore(store.runs()[0].id, store.begin_run("undo"))
        assert store.watermark("h") is None


def test_a_query_without_times_is_read_whole_each_time(tmp_path: Path, history: _History) -> None:
    """A snapshot has no watermark; what it holds is known already and adds nothing."""
    config = _configuration(tmp_path, URL, "SELECT sql AS sql_text FROM history")
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(days=300))
    for _ in range(2):
        report, made = _plan(config)
        assert report.to_json()["records"] == {"read": 1, "lineage": 1}
    assert report.plan["add"] == 1
    assert "12.mart.a" in made


def test_names_of_columns_can_be_mapped(tmp_path: Path, history: _History) -> None:
    """``fields`` says which column is which, as for files."""
    query = "-- times: text\nSELECT started AS a, sql AS b FROM history WHERE ended >= :since AND ended < :until"
    config = _configuration(tmp_path, URL, query, 'fields = { sql = "b", started_at = "a" }\n')
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(hours=2))
    assert "12.mart.a" in _plan(config)[1]


def test_the_query_may_lie_in_a_file(tmp_path: Path, history: _History) -> None:
    """A path that ends with .sql, beside the configuration."""
    (tmp_path / "history.sql").write_text(TEXT)
    history.add("INSERT INTO mart.a SELECT * FROM raw.a", _ago(hours=2))
    assert "12.mart.a" in _plan(_configuration(tmp_path, URL, "history.sql"))[1]


def test_a_database_that_does_not_answer_fails_its_source_alone(tmp_path: Path) -> None:
    """One failure in the report, with what the driver says; check says the same."""
    config = _configuration(tmp_path, "sqlite:///no/such/folder/h.db", TEXT)
    report = pipeline.plan(config, out=None, window=Window(), progress=lambda _: None)
    told = str(report.to_json())
    assert "the history of h cannot be read" in told
    assert any("unable to open" in f.text for f in pipeline.check(config) if f.level is Level.ERROR)


def test_check_asks_the_database(tmp_path: Path, history: _History) -> None:
    """A query that the database takes is told; one that it refuses is an error with its words."""
    told = [f.text for f in pipeline.check(_configuration(tmp_path, URL, TEXT)) if f.level is Level.OK]
    assert any("sqlite:///h.db answers to own-query" in line for line in told)
    wrong = _configuration(tmp_path, URL, TEXT.replace("FROM history", "FROM nowhere"))
    assert any("no such table: nowhere" in f.text for f in pipeline.check(wrong) if f.level is Level.ERROR)


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("snowflake://u@account/db", "pip install snowflake-sqlalchemy"),
        ("redshift+redshift_connector://u@h/db", "pip install"),
        ("bigquery://project", "pip install sqlalchemy-bigquery"),
        ("databricks://u@h", "pip install databricks-sqlalchemy"),
        ("teradatasql://u@h", "pip install teradatasqlalchemy"),
        ("oracle+oracledb://u@h", "pip install oracledb"),
        ("mssql+pyodbc://u@h/db", "pip install pyodbc"),
        ("netezza+nzpy://u@h/db", "pip install"),
        ("hana://u@h", "pip install sqlalchemy-hana"),
        ("db2+ibm_db://u@h/db", "pip install"),
        ("trino://u@h", "pip install 'trino[sqlalchemy]'"),
        ("clickhouse+native://u@h/db", "pip install"),
        ("vertica+vertica_python://u@h/db", "pip install"),
    ],
)
def test_a_missing_driver_is_told_with_the_package_to_install(tmp_path: Path, url: str, package: str) -> None:
    """A word that can be typed, for each engine."""
    found = [f.text for f in pipeline.check(_configuration(tmp_path, url, TEXT)) if f.level is Level.ERROR]
    assert any("needs a package that is not installed" in line and package in line for line in found)


def test_the_password_is_a_reference_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in the file is refused; one of a variable appears in no message, whatever the driver says."""
    for url in ("postgresql+psycopg://u:s3cret@127.0.0.1:9/db", "snowflake://u@a/db?token=s3cret"):
        with pytest.raises(SecretInConfig) as refused:
            _configuration(tmp_path, url, TEXT)
        assert "s3cret" not in str(refused.value)
    with pytest.raises(SecretInConfig):
        _configuration(tmp_path, URL, TEXT, 'history = { connect = { password = "s3cret" } }\n')
    config = _configuration(tmp_path, "postgresql+psycopg://u:${WH_PASSWORD}@127.0.0.1:9/db", TEXT)
    assert any("WH_PASSWORD is not set" in f.text for f in pipeline.check(config))
    monkeypatch.setenv("WH_PASSWORD", "s3cret")
    told = "\n".join(f.text for f in pipeline.check(config))
    assert "postgresql+psycopg://u:***@127.0.0.1:9/db" in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('url = "sqlite:///h.db"\n', "url and query belong together"),
        ('paths = ["a"]\nurl = "sqlite:///h.db"\nquery = "q"\n', "give either paths, or url"),
        ("", "give either paths, or url"),
    ],
)
def test_a_source_has_one_place(tmp_path: Path, lines: str, words: str) -> None:
    """Files, or a database with its query."""
    path = tmp_path / "lineage.toml"
    path.write_text(f'[[source]]\ndialect = "sqlite"\ndata_source_id = 1\n{lines}')
    with pytest.raises(ConfigError, match=words):
        load_config(path)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("snowflake-history", "ready are athena-cloudtrail"),
        ("SELECT 1 WHERE a > :since", "write both"),
        ("missing.sql", "cannot be read"),
        ("-- times: stars\nSELECT 1", "times is 'stars'"),
    ],
)
def test_a_wrong_query_is_told(tmp_path: Path, query: str, words: str) -> None:
    """Before anything runs, with what can be written instead."""
    with pytest.raises(ConfigError, match=words):
        query_of(query, tmp_path)


def test_every_ready_query_is_complete() -> None:
    """A title, a vendor's page, a format that is known, and a span of time unless it is a snapshot."""
    from extractor.sources import format_named

    assert len(ready_queries()) >= 25
    for name, query in ready_queries().items():
        assert query.title != "own query", name
        assert query.page.startswith("https://"), name
        assert format_named(query.format) is not None, name
        assert query.is_snapshot is (name == "postgresql-stat-statements"), name
        text(query.sql).compile()  # its parameters can be bound


def test_the_columns_of_every_ready_query_are_those_of_its_format() -> None:
    """What tells the format, or at least the text of the statement, is among what the query gives."""
    from extractor.sources.columns import choose_columns, fold
    from extractor.sources.known_row_formats import ROW_FORMATS
    from extractor.sources.layouts import LAYOUTS

    signs = {known.name: known.signs for known in (*LAYOUTS, *ROW_FORMATS)}
    for name, query in ready_queries().items():
        last = query.sql.rpartition("\nSELECT")[2] if "UNION" in query.sql else query.sql.partition("SELECT")[2]
        listed = last.partition("\nFROM ")[0] if "* FROM" not in last else last.partition("  FROM")[0]
        found = {fold(word) for word in re.findall(r"\w+(?=\"?\s*(?:,|\Z|\n))", listed)}
        if query.format == "json-lines":
            assert choose_columns(found, {}).found.keys() >= {"sql", "session"}, name
        else:
            assert signs[query.format] <= found, (name, signs[query.format] - found)


@pytest.mark.parametrize(
    ("hours", "page", "overlap"), [(5.0, 60.0, 30.0), (0.2, 60.0, 30.0), (3.0, 7.0, 90.0), (1.0, 60.0, 0.0)]
)
def test_spans_leave_nothing_out_and_nothing_twice(hours: float, page: float, overlap: float) -> None:
    """They follow each other, are no longer than a page, and the overlap begins where one does."""
    until = NOW
    spans = list(spans_of(until - timedelta(hours=hours), until, timedelta(minutes=overlap), timedelta(minutes=page)))
    assert (spans[0].since, spans[-1].until) == (until - timedelta(hours=hours), until)
    assert all(a.until == b.since for a, b in pairwise(spans))
    assert all(s.until - s.since <= timedelta(minutes=page) for s in spans)
    assert all(s.is_overlap is (s.since >= until - timedelta(minutes=overlap)) for s in spans)
    if overlap and hours * 60 > overlap:
        assert any(s.since == until - timedelta(minutes=overlap) for s in spans)


def test_any_type_of_a_driver_becomes_json() -> None:
    """Times, exact numbers, bytes, large objects, numbers beyond 64 bits, halves of surrogate pairs."""
    import io
    import json
    from decimal import Decimal

    from extractor.sources.databases.drain import encoded

    row = {"a": NOW, "b": Decimal("12.50"), "c": b"x\xff", "d": io.StringIO("text"), "e": 2**70, "f": "\ud800", 1: None}
    found = json.loads(encoded(row))
    assert (found["b"], found["d"], found["e"], found["1"]) == ("12.50", "text", 2**70, None)
    assert datetime.fromisoformat(found["a"]) == NOW
    assert found["c"].startswith("x")
