"""A run that is killed at any moment costs nothing: the next one ends where an undisturbed one would have."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest

from fixtures.demo.rehearsal import Sandbox
from tests.demo.company import DEMO, Company, Graph, graph_of


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, float]:
    """The graph of a run that nobody disturbed, and the seconds it took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with Sandbox(folder / "sandbox", DEMO / "catalog.json") as alation:
        company = _company(folder / "company", alation)
        started = time.monotonic()
        done = company.run()
        took = time.monotonic() - started
        assert done.code == 0, done.output
        return graph_of(alation), took


@pytest.mark.parametrize(("seed", "kills"), [(0, 20), (1, 4), (2, 4)])
def test_killed_runs_leave_nothing_behind(
    undisturbed: tuple[Graph, float], tmp_path: Path, seed: int, kills: int
) -> None:
    """Runs killed at random moments, then a whole one: the same graph as undisturbed, no dataflow twice."""
    expected, took = undisturbed
    moments = random.Random(seed)
    with Sandbox(tmp_path / "sandbox", DEMO / "catalog.json") as alation:
        company = _company(tmp_path / "company", alation)
        for _ in range(kills):
            _kill_after(company, moments.uniform(0, took))
        done = company.run()
        assert done.code == 0, done.output
        graph = graph_of(alation)
    flows = [flow for flow, _, _ in graph.dataflows]
    assert len(flows) == len(set(flows))
    assert graph == expected


def _company(folder: Path, alation: Sandbox) -> Company:
    """Both nights, sent in many small requests, so that kills fall between and into them."""
    company = Company(folder, alation, nights=(1, 2))
    with (folder / "lineage.toml").open("a") as settings:
        settings.write("\n[upload]\nmax_paths = 8\n")
    return company


def _kill_after(company: Company, seconds: float) -> None:
    process = company.start("run")
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
