"""The questions before and after a run: check and explain."""

from __future__ import annotations

import pytest

from extractor import pipeline
from extractor.config import TOKEN_VARIABLE
from extractor.errors import ConfigError
from extractor.pipeline import Level
from tests.pipeline.company import LOAD, configure, record, run, write_log


def errors(config) -> str:
    """The errors that check finds."""
    return "\n".join(f.text for f in pipeline.check(config) if f.level is Level.ERROR)


def test_a_good_installation_has_no_findings_but_good_ones(tmp_path, alation):
    """Token, data source, catalog, key form and files are told."""
    write_log(tmp_path, "a.jsonl", [record("select 1")])
    findings = pipeline.check(configure(tmp_path, alation.url))
    assert {f.level for f in findings} == {Level.OK}
    told = "\n".join(f.text for f in findings)
    assert all(part in told for part in ("active", "'Warehouse'", "5 tables", "<ds_id>.<schema>.<table>", "1 file"))


def test_an_unknown_data_source_is_an_error(tmp_path, alation):
    """A number that the token does not see is told with where to look."""
    write_log(tmp_path, "a.jsonl", [record("select 1")])
    extra = '[[source]]\nname = "other"\npaths = ["logs"]\ndialect = "postgres"\ndata_source_id = 99'
    assert "no data source 99" in errors(configure(tmp_path, alation.url, extra=extra))


def test_a_wrong_token_is_an_error_that_says_what_to_do(tmp_path, alation, monkeypatch):
    """The message names the variable and never the token."""
    monkeypatch.setenv(TOKEN_VARIABLE, "wr0ng-token")
    told = errors(configure(tmp_path, alation.url))
    assert TOKEN_VARIABLE in told
    assert "wr0ng-token" not in told


def test_an_unreachable_server_is_an_error(tmp_path, alation):
    """The message names the host; that no table is known is not said, since nobody could be asked."""
    write_log(tmp_path, "a.jsonl", [record("select 1")])
    told = errors(configure(tmp_path, "http://127.0.0.1:9"))
    assert "127.0.0.1" in told
    assert "data source" not in told


def test_no_catalog_and_no_policy_is_an_error_not_an_empty_graph(tmp_path, alation):
    """Without tables every edge would be left out: said before a run."""
    extra = "catalog = { from_alation = false }"
    assert "every edge would be left out" in errors(configure(tmp_path, alation.url, extra=extra))


def test_an_unknown_dialect_and_paths_without_files_are_errors(tmp_path, alation):
    """Both are told at once, each with its source."""
    extra = '[[source]]\nname = "two"\npaths = ["nothing/*.log"]\ndialect = "klingon"\ndata_source_id = 12'
    told = errors(configure(tmp_path, alation.url, extra=extra))
    assert "klingon" in told
    assert "nothing" in told


def test_explain_shows_the_whole_way_of_a_statement(tmp_path, alation):
    """From the record to the dataflow and its job, by place and by fingerprint."""
    write_log(tmp_path, "a.jsonl", [record("select 1"), record(LOAD.format(day="x"), session="s9")])
    config = configure(tmp_path, alation.url)
    run(config)
    shown = pipeline.explain(config, "logs/a.jsonl:2")
    assert shown.matched
    (external_id,) = alation.dataflows()
    wanted = ("s9", "insert into mart.net", "wh.raw.sales.net -> wh.mart.net.net", "12.mart.net.net", external_id)
    assert all(part in shown.text for part in (*wanted, "present", "job"))
    fingerprint = shown.text.split("fingerprint  ")[1].split()[0]
    assert pipeline.explain(config, fingerprint).text == shown.text


def test_explain_shows_why_a_statement_went_no_further(tmp_path, alation):
    """A read, and a record that failed in the database, say so."""
    rows = [record("select 1"), record(LOAD.format(day="x"), outcome="failed")]
    write_log(tmp_path, "a.jsonl", rows)
    config = configure(tmp_path, alation.url, extra='fields = { outcome = "outcome" }')
    assert "read only" in pipeline.explain(config, "logs/a.jsonl:1").text
    assert "failed in the database" in pipeline.explain(config, "logs/a.jsonl:2").text


def test_explain_shows_how_a_name_was_looked_up(tmp_path, alation):
    """A table that the catalog lacks: what was tried, and what is near."""
    write_log(tmp_path, "a.jsonl", [record("insert into mart.nett select shop from raw.sales")])
    shown = pipeline.explain(configure(tmp_path, alation.url), "logs/a.jsonl:1").text
    assert "no key       wh.mart.nett" in shown
    assert "the source supplies database wh" in shown


def test_explain_of_a_place_without_a_statement_says_so(tmp_path, alation):
    """A file that no source reads is no success."""
    write_log(tmp_path, "a.jsonl", [record("select 1")])
    assert not pipeline.explain(configure(tmp_path, alation.url), "elsewhere.log:7").matched


def test_explain_refuses_what_is_no_place(tmp_path):
    """A word that is neither a place nor a fingerprint is a usage error."""
    with pytest.raises(ConfigError, match="FILE:LINE"):
        pipeline.explain(configure(tmp_path), "hello")
