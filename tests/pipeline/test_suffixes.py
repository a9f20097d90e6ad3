"""Statements that differ in the dates and numbers within names alone: analysed once, each with its own names."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

import dialects
from benchmarks.warehouse import Warehouse, fill
from extractor import lineage, statements
from extractor.engines import Limits, ProcessEngine
from extractor.pipeline.outlines import OutlineReader, OutlineWriter
from extractor.pipeline.suffixes import Outlines, marked
from extractor.report import Report
from extractor.state import Store

POSTGRES, SNOWFLAKE = dialects.get("postgres"), dialects.get("snowflake")


def _outline(text: str, dialect: dialects.Dialect = POSTGRES) -> bytes:
    return lineage.dump(lineage.outline(text, dialect))


def test_what_is_shared_is_what_each_would_give():
    """All steps of a warehouse's jobs with suffixes, with the names of two runs and other literals."""
    rng, shared = random.Random(1), Outlines()
    names = [{"date": "20240301", "hex": "5a174a0cee86"}, {"date": "20240302", "hex": "08261ee110b7"}]
    seen = 0
    for job in Warehouse(seed=3, jobs=60).jobs:
        for step in job:
            one, other = (fill(step.text, rng, given) for given in names)
            first, second = marked(one, POSTGRES), marked(other, POSTGRES)
            if first is None or second is None:
                assert first is second is None
                continue
            seen += 1
            assert first.key == second.key
            shared.keep(first, _outline(one))
            assert shared.for_names(second) == _outline(other) != _outline(one)
    assert seen > 20


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("insert into t_20240301 select * from s_20240301", "insert into t_20240302 select * from s_20240301"),
        ("insert into t_20240301 select * from s", "insert into u_20240301 select * from s"),
        ("insert into t select * from s_20240301", "insert into t select * from s"),
        ("insert into t select a from read_csv('x_20240301')", "insert into t select b from read_csv('x_20240302')"),
    ],
)
def test_statements_that_are_not_alike_share_nothing(one, other):
    """Which suffixes are the same counts, and all that is no suffix."""
    first, second = marked(one, POSTGRES), marked(other, POSTGRES)
    assert first is not None
    assert second is None or first.key != second.key


def test_a_suffix_that_is_spelled_otherwise_in_the_outline_is_not_shared():
    """Where the spelling changes on the way, the names of another statement cannot be put in."""
    found = marked("insert into t_0ab12cd34 select * from s", SNOWFLAKE)
    assert found is not None
    shared = Outlines()
    shared.keep(found, b'1\n["t_0AB12CD34"]')
    assert shared.for_names(found) is None
    shared.keep(found, b'1\n["t_0ab12cd34x"]')
    assert shared.for_names(found) is None


def test_a_job_with_a_new_name_each_night_is_parsed_once(tmp_path):
    """Over batches and texts; every statement has an outline of its own, and one that fails costs nobody else."""
    texts = [f"insert into mart.x_{day} select a from raw.y_{day}" for day in range(20240301, 20240329)]
    texts += [f"insert into mart.x_{day} select from where raw.y_{day}" for day in range(20240301, 20240304)]
    prints = [statements.fingerprint(text, POSTGRES) for text in texts]
    report = Report(datetime.now(UTC))
    with Store.open(f"sqlite:///{tmp_path}/state.db") as store, ProcessEngine(Limits(), workers=1) as engine:
        writer = OutlineWriter(store, engine, POSTGRES, Limits(), report)
        for number, (fingerprint, text) in enumerate(zip(prints, texts, strict=True)):
            writer(fingerprint, text, None)
            if number == 9:
                writer.flush()
        writer.flush()
        reader = OutlineReader(store, POSTGRES, Limits())
        reader.fetch(prints)
        found = [reader.get(fingerprint) for fingerprint in prints]
    assert (report.distinct, report.parsed) == (31, 1 + 3)
    assert found[:28] == [lineage.outline(text, POSTGRES) for text in texts[:28]]
    assert all("PostgreSQL" in failure.reason for failure in found[28:])
