"""`extract` and `graph`: every form of output, the page, and the dialect that nobody told."""

from __future__ import annotations

import json

import pytest
from shell import shell

from extractor.cli.guessing import guess_by_format, guess_by_text

SQL = "insert into mart.net (shop) select shop from raw.sales; select shop from mart.net"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("text", "raw.sales.shop -> mart.net.shop"),
        ("json", '"source_column": "shop"'),
        ("mermaid", "t0 --> t1"),
        ("dot", "t0 -> t1 ["),
        ("openlineage", '"columnLineage"'),
        ("html", "Content-Security-Policy"),
    ],
)
def test_every_form(form, words):
    """Each form of output holds the edge, and standard output holds nothing else."""
    done = shell("extract", "-", "-d", "postgres", "-f", form, stdin=SQL)
    assert (done.returncode, done.stderr) == (0, "")
    assert words in done.stdout


def test_a_page_beside_the_tree(tmp_path):
    """--html writes the page with the statements' SQL, credentials taken out, and the tree is printed all the same."""
    (tmp_path / "a.sql").write_text("COPY mart.net FROM 's3://b/k' CREDENTIALS 'aws_secret_access_key=hunter22';")
    done = shell("extract", "a.sql", "-d", "redshift", "--html", "out/page.html", cwd=tmp_path)
    assert done.returncode == 0
    assert "s3://b/k" in done.stdout
    page = (tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert "COPY mart.net" in page
    assert "hunter22" not in page


def test_colours_only_where_they_are_wanted(monkeypatch):
    """A pipe gets none."""
    assert "\x1b" not in shell("extract", "-", stdin=SQL, FORCE_COLOR="1").stdout


def test_a_guessed_dialect_is_said():
    """The guess and its reason stand on standard error; the same text with the dialect gives the same lineage."""
    text = "create table mart.net as select s.id::int as id from raw.sales as s where s.day >= now()"
    done = shell("extract", "-", stdin=text)
    assert done.stderr.startswith("dialect: postgres, since it has casts with ::")
    assert done.stdout == shell("extract", "-", "-d", "postgres", stdin=text).stdout


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("SELECT TOP 5 [Name] INTO #t FROM [dbo].[Orders] WITH (NOLOCK)", "sqlserver"),
        ("INSERT INTO `shop`.`net` SELECT IFNULL(a, 0) FROM `raw`.`x` ON DUPLICATE KEY UPDATE a = 1", "mysql"),
        (
            "CREATE OR REPLACE TABLE `my-proj.mart.net` AS SELECT SAFE_CAST(x AS INT64) y FROM `my-proj.raw.s`",
            "bigquery",
        ),
        ("CREATE OR REPLACE TRANSIENT TABLE m AS SELECT v:a::int a FROM s, LATERAL FLATTEN(input => s.v)", "snowflake"),
        ("INSERT INTO m SELECT NVL(a, 0) FROM s, t WHERE s.id = t.id(+) AND ROWNUM < 5", "oracle"),
        ("CREATE TABLE m DISTKEY(a) SORTKEY(b) AS SELECT a, b FROM s", "redshift"),
        ("CREATE VOLATILE TABLE m AS (SEL a FROM s) WITH DATA PRIMARY INDEX (a) ON COMMIT PRESERVE ROWS", "teradata"),
        ("INSERT OVERWRITE TABLE m PARTITION (d) SELECT x FROM s LATERAL VIEW explode(a) t AS x", "hive"),
        ("CREATE TABLE m ENGINE = MergeTree ORDER BY a AS SELECT toDate(b) a FROM s FINAL", "clickhouse"),
        ("INSERT INTO m SELECT * FROM read_parquet('x.parquet')", "duckdb"),
        ("INSERT INTO m SELECT a FROM s", "generic"),
    ],
)
def test_dialects_are_guessed_by_what_is_theirs(text, dialect):
    """Words and signs that belong to an engine tell it; where there are none the text is taken as standard SQL."""
    assert guess_by_text(text).name == dialect


def test_logs_tell_their_engine():
    """A format that only one engine writes is its dialect; a CSV file is nobody's."""
    assert guess_by_format("postgresql-csvlog").name == "postgres"
    assert guess_by_format("percona-audit-json").name == "mysql"
    assert [guess_by_format(name) for name in ("csv", "sql-script", "json-lines", "alation-push", "")] == [None] * 5


def test_graph_shows_the_state(tmp_path):
    """After a plan nothing is in Alation yet; the graph is empty, and says so in its document."""
    (tmp_path / "lineage.toml").write_text(
        'namespace = "t"\n[[source]]\npaths = ["a.sql"]\ndialect = "postgres"\ndata_source_id = 1\n'
        'unknown_tables = "upload"\ncatalog = { from_alation = false }\n'
    )
    (tmp_path / "a.sql").write_text(SQL)
    planned = shell("plan", "--html", "plan.html", "--quiet", cwd=tmp_path)
    assert planned.returncode == 0
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert '"key":["1.raw.sales","1.mart.net"]' in page
    shown = shell("graph", "--format", "json", cwd=tmp_path)
    assert json.loads(shown.stdout)["tables"] == []
    assert shell("graph", "--out", "x/g.html", "-f", "html", cwd=tmp_path).returncode == 0
    assert (tmp_path / "x" / "g.html").stat().st_size > 500_000


def test_a_page_that_cannot_be_written_fails_the_plan(tmp_path):
    """The report still comes; the exit code is 3 and says what was not written."""
    (tmp_path / "lineage.toml").write_text(
        '[[source]]\npaths = ["a.sql"]\ndialect = "postgres"\ndata_source_id = 1\n'
        'unknown_tables = "upload"\ncatalog = { from_alation = false }\n'
    )
    (tmp_path / "a.sql").write_text(SQL)
    done = shell("plan", "--html", ".", cwd=tmp_path)
    assert done.returncode == 3
    assert "failed: the page cannot be written to ." in done.stdout
    assert "planned: add 1" in done.stdout
