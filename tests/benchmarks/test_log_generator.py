"""The generated log: its truth is what our own run finds, and the same seed gives the same log."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import pytest

from benchmarks.log_bench import write_config
from benchmarks.log_generator import Shape, read_truth, write_log
from benchmarks.plan_edges import agreement, edges_of_plan
from extractor import pipeline
from extractor.config import load_config


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small log with more loads than a real one has, so that each kind of job is in it."""
    folder = tmp_path_factory.mktemp("log")
    write_log(folder, Shape(events=2_000, select_share=0.4))
    return folder


def test_our_plan_holds_exactly_the_edges_that_the_log_was_made_with(folder):
    """Nothing of the truth is missing and nothing else is found, temporary and suffixed tables included."""
    write_config(folder, workers=1)
    plan = folder / "plan.json"
    pipeline.plan(load_config(folder / "lineage.toml"), out=plan, window=pipeline.Window(), progress=lambda _: None)
    truth = read_truth(folder)
    found = edges_of_plan(plan)
    assert found == truth
    assert (agreement(found, truth).recall, agreement(found, truth).precision) == (1.0, 1.0)
    assert any("stage." in source for source, _ in truth)


def test_a_seed_decides_every_byte(tmp_path, folder):
    """Equal shapes give equal files, another seed gives others."""
    write_log(tmp_path / "same", Shape(events=2_000, select_share=0.4))
    write_log(tmp_path / "other", Shape(events=2_000, select_share=0.4, seed=8))
    for name in ("log.jsonl", "catalog.csv", "truth.tsv"):
        assert (tmp_path / "same" / name).read_bytes() == (folder / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()


def test_sessions_of_loads_are_interleaved_and_carry_equal_names(folder):
    """One temporary name has several definitions in sessions that run at the same time."""
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]
    loads = [row["session_id"] for row in rows if row["user"] == "etl"]
    changes = sum(a != b for a, b in pairwise(loads))
    assert changes > len(loads) / 2
    creations = Counter(
        name for row in rows if "create temporary table" in row["query"] for name in [row["query"].split()[11]]
    )
    assert creations.most_common(1)[0][1] > 1


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_share_of_queries_is_as_asked(tmp_path, share):
    """Only what the share leaves over is loads, utilities and broken text."""
    write_log(tmp_path, Shape(events=1_000, select_share=share))
    users = Counter(json.loads(line)["user"] for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines())
    assert users.total() == 1_000
    assert (users["etl"] == 0) is (share == 1.0)


def test_a_missing_and_a_false_edge_are_counted():
    """Recall is lowered by what was not found, precision by what is not true."""
    found = agreement({("a.x", "b.x"), ("a.y", "b.z")}, {("a.x", "b.x"), ("a.y", "b.y"), ("a.q", "b.q")})
    assert (found.right, found.recall, found.precision) == (1, 1 / 3, 1 / 2)
