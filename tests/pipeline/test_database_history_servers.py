"""History read straight from real servers: PostgreSQL, MariaDB, DuckDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers import mariadb_server, postgres_server
from sqlalchemy import create_engine, text

from extractor import pipeline
from extractor.config import Config, load_config
from extractor.pipeline import Window

WORKLOAD = (
    "CREATE TABLE wh.sales (shop_id INT, net INT)",
    "CREATE TABLE wh.net (shop_id INT, net INT)",
    "CREATE TEMPORARY TABLE day AS SELECT shop_id, net FROM wh.sales",
    "INSERT INTO wh.net SELECT shop_id, net FROM day",
)
OWN = """
SELECT began AS start_time, session AS session_id, sql AS sql_text
FROM wh.history WHERE began >= :since AND began < :until
"""


def _config(folder: Path, url: str, query: str, dialect: str, more: str = "") -> Config:
    path = folder / "lineage.toml"
    path.write_text(
        f'[[source]]\nname = "h"\nurl = "{url}"\nquery = """{query}"""\ndialect = "{dialect}"\n'
        f'data_source_id = 12\nunknown_tables = "upload"\ncatalog = {{ from_alation = false }}\n{more}'
    )
    return load_config(path)


def _plan(config: Config) -> tuple[Any, str]:
    out = config.root / "plan.json"
    report = pipeline.plan(config, out=out, window=Window(), progress=lambda _: None)
    assert report.adds_up()
    assert not report.failures
    return report, out.read_text()


def _kept(url: str, time_type: str, at: datetime) -> None:
    """A table of a history, as somebody keeps one, in the database at the URL."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA wh"))
        connection.execute(text(f"CREATE TABLE wh.history (began {time_type}, session INT, sql VARCHAR(2000))"))
        for number, sql in enumerate(WORKLOAD):
            values = {"at": at + timedelta(seconds=number), "sql": sql}
            connection.execute(text("INSERT INTO wh.history VALUES (:at, 7, :sql)"), values)
    engine.dispose()


def _expect_own(folder: Path, url: str, query: str, dialect: str) -> None:
    config = _config(folder, url, query, dialect)
    report, made = _plan(config)
    assert report.to_json()["records"]["read"] == 4
    assert "12.wh.sales" in made
    assert "12.wh.net" in made
    assert "day" not in "".join(line for line in made.split('"') if line.startswith("12."))
    assert _plan(config)[0].to_json()["records"]["read"] == 0


@pytest.mark.servers
def test_postgresql_is_read_by_a_query_of_ones_own_and_by_its_statistics(tmp_path: Path) -> None:
    """Times with a zone are bound and read; pg_stat_statements gives each statement alone, without constants."""
    settings = {"shared_preload_libraries": "pg_stat_statements"}
    with postgres_server(tmp_path, settings) as server:
        facts = dict(part.split("=") for part in server.dsn.split())
        url = f"postgresql+psycopg://{facts['user']}@{facts['host']}:{facts['port']}/{facts['dbname']}"
        _kept(url, "TIMESTAMPTZ", datetime.now(UTC) - timedelta(hours=3))
        own = tmp_path / "own"
        own.mkdir()
        _expect_own(own, url, f"-- times: aware\n{OWN}", "postgres")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION pg_stat_statements"))
            connection.execute(text("CREATE TABLE wh.a (x INT)"))
            connection.execute(text("CREATE TABLE wh.b (x INT)"))
            connection.execute(text("INSERT INTO wh.a SELECT x FROM wh.b WHERE x > 41"))
        engine.dispose()
        _, made = _plan(_config(tmp_path, url, "postgresql-stat-statements", "postgres", 'database = "postgres"\n'))
        assert "12.wh.a" in made
        assert "12.wh.b" in made
        assert "41" not in made.split("wh.b WHERE", 1)[1][:20]


@pytest.mark.servers
def test_mariadb_is_read_by_its_general_log(tmp_path: Path) -> None:
    """log_output = TABLE: sessions and their databases are told apart, and temporary tables dissolved."""
    pytest.importorskip("pymysql", reason="the driver PyMySQL is not installed")
    with mariadb_server(["--general-log", "--log-output=TABLE", "--default-time-zone=+05:00"]) as socket:
        url = f"mysql+pymysql://root@localhost/?unix_socket={socket}"
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE wh"))
            for sql in WORKLOAD[:2]:
                connection.execute(text(sql))
        engine.dispose()
        of_wh = create_engine(url.replace("/?", "/wh?"))
        with of_wh.connect() as connection:
            connection.execute(text("CREATE TEMPORARY TABLE day AS SELECT shop_id, net FROM sales"))
            connection.execute(text("INSERT INTO net SELECT shop_id, net FROM day"))
        of_wh.dispose()
        config = _config(tmp_path, url, "mysql-general-log", "mariadb")
        _, made = _plan(config)
        keys = {part for part in made.split('"') if part.startswith("12.")}
        assert keys == {"12.wh.sales", "12.wh.net", "12.wh.sales.shop_id", "12.wh.sales.net"} | {
            "12.wh.net.shop_id",
            "12.wh.net.net",
        }
        again, _ = _plan(config)
        assert "lineage" not in again.to_json()["records"]


def test_duckdb_is_read_through_its_engine(tmp_path: Path) -> None:
    """A file of DuckDB, with times without a zone."""
    pytest.importorskip("duckdb_engine", reason="the driver duckdb-engine is not installed")
    _kept(f"duckdb:///{tmp_path}/h.duckdb", "TIMESTAMP", datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=3))
    _expect_own(tmp_path, "duckdb:///h.duckdb", OWN, "duckdb")
