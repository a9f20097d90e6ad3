"""Columns that Alation's catalog does not hold come from DDL in the logs, from exports, from the live database."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
from sandbox_server import sandbox
from servers import postgres_server

from extractor.config import TOKEN_VARIABLE
from tests.pipeline.company import CATALOG, configure, record, run, write_log

STAR = "insert into mart.towns select * from raw.visits"
UPLOAD = 'unknown_tables = "upload"\n'


@pytest.fixture
def alation(tmp_path, monkeypatch):
    """A catalog in which ``raw.visits`` is known without its columns."""
    catalog = deepcopy(CATALOG)
    catalog["data_sources"][0]["schemas"]["raw"]["visits"] = []
    with sandbox(tmp_path, catalog=catalog) as running:
        monkeypatch.setenv(TOKEN_VARIABLE, running.token)
        yield running


def _columns(alation) -> set[tuple[str, str]]:
    return {(s, t) for s, _, t in alation.edges() if s.count(".") == 3}


def _export(folder: Path, *columns: str) -> None:
    rows = [f"raw,visits,{name},{n}" for n, name in enumerate(columns, 1)]
    (folder / "columns.csv").write_text(
        "table_schema,table_name,column_name,ordinal_position\n" + "\n".join(rows) + "\n"
    )


def test_a_star_over_a_table_without_columns_is_opened_by_an_export(tmp_path, alation):
    """The columns of the target are met by position."""
    write_log(tmp_path, "a.jsonl", [record(STAR)])
    run(configure(tmp_path, alation.url, UPLOAD))
    assert _columns(alation) == set()
    _export(tmp_path, "place", "amount")
    report = run(configure(tmp_path, alation.url, UPLOAD + 'schemas = { exports = ["columns.csv"] }\n'))
    assert report.warnings == []
    assert _columns(alation) == {
        ("12.raw.visits.place", "12.mart.towns.town"),
        ("12.raw.visits.amount", "12.mart.towns.net"),
    }


def test_tables_whose_columns_nobody_knows_are_ranked_by_what_that_costs(tmp_path, alation):
    """A star counts once, each column that may be of two tables once; a statement that loses nothing names none."""
    texts = [
        STAR,
        "insert into mart.net (shop, net) select a, b from raw.visits v join raw.unheard u on v.x = u.x",
        "insert into mart.net (shop, net) select s.shop, s.net from raw.sales s",
        "insert into mart.net (shop, net) select u.a, u.b from raw.unheard u",
    ]
    write_log(tmp_path, "a.jsonl", [record(text, session=f"s{n}") for n, text in enumerate(texts)])
    report = run(configure(tmp_path, alation.url, UPLOAD))
    assert [(p.what, p.count) for p in report.unlisted.ranked()] == [("wh.raw.visits", 3), ("wh.raw.unheard", 2)]
    assert report.to_json()["unlisted_tables"]["lines"][0]["what"] == "wh.raw.visits"


def test_ddl_in_the_logs_goes_before_an_export(tmp_path, alation):
    """What ran is newer than what was exported once."""
    _export(tmp_path, "old_place", "old_amount")
    rows = [record("create table raw.visits (place text, amount int)"), record(STAR, "2024-03-02T03:00:00Z")]
    write_log(tmp_path, "a.jsonl", rows)
    run(configure(tmp_path, alation.url, UPLOAD + 'schemas = { exports = ["columns.csv"] }\n'))
    assert ("12.raw.visits.place", "12.mart.towns.town") in _columns(alation)


def test_an_export_that_is_gone_is_a_warning_and_what_was_read_before_is_used(tmp_path, alation):
    """The night goes on; removing the setting forgets the export."""
    write_log(tmp_path, "a.jsonl", [record(STAR)])
    _export(tmp_path, "place", "amount")
    config = configure(tmp_path, alation.url, UPLOAD + 'schemas = { exports = ["columns.csv"] }\n')
    run(config)
    held = _columns(alation)
    (tmp_path / "columns.csv").unlink()
    report = run(config)
    assert "columns.csv" in report.warnings[0]
    assert "what an earlier run read is used" in report.warnings[0]
    assert _columns(alation) == held


def test_a_live_database_without_its_variable_is_a_warning(tmp_path, alation, monkeypatch):
    """It names the variable."""
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    write_log(tmp_path, "a.jsonl", [record(STAR)])
    report = run(configure(tmp_path, alation.url, UPLOAD + 'schemas = { live = "WAREHOUSE_URL" }\n'))
    assert "WAREHOUSE_URL, which is not set" in report.warnings[0]


@pytest.mark.servers
def test_a_live_database_tells_the_columns(tmp_path, alation, monkeypatch):
    """PostgreSQL's own catalog is read through SQLAlchemy; a wrong password is a warning that does not hold it."""
    import psycopg

    write_log(tmp_path, "a.jsonl", [record(STAR)])
    with postgres_server(tmp_path, {}) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("create schema raw")
            connection.execute("create table raw.visits (place text, amount int)")
            facts, name = connection.info, connection.info.dbname
            url = f"postgresql+psycopg://{facts.user}@{facts.host}:{facts.port}/{name}"
        monkeypatch.setenv("WAREHOUSE_URL", url)
        config = configure(tmp_path, alation.url, UPLOAD + 'schemas = { live = "WAREHOUSE_URL" }\n')
        assert run(config).warnings == []
        assert ("12.raw.visits.place", "12.mart.towns.town") in _columns(alation)
        monkeypatch.setenv("WAREHOUSE_URL", url.replace("@", ":s3cret@").replace(f"/{name}", "/nowhere"))
        (warning,) = run(config).warnings
        assert "cannot be read" in warning
        assert "s3cret" not in warning
