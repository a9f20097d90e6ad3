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
        company = Company(folder / "company", alation, nights=(1, 2))
        started = time.monotonic()
        done = company.run()
        took = time.monotonic() - started
        assert done.code == 0, done.output
        return graph_of(alation), took


@pytest.mark.parametrize("seed", range(4))
def test_killed_runs_leave_nothing_behind(undisturbed: tuple[Graph, float], tmp_path: Path, seed: int) -> None:
    """Five runs killed at random moments, then a whole one: the same graph as undisturbed, no dataflow twice."""
    expected, took = undisturbed
    moments = random.Random(seed)
    with Sandbox(tmp_path / "sandbox", DEMO / "catalog.json") as alation:
        company = Company(tmp_path / "company", alation, nights=(1, 2))
        for _ in range(5):
            _kill_after(company, moments.uniform(0, took))
        done = company.run()
        assert done.code == 0, done.output
        graph = graph_of(alation)
    flows = [flow for flow, _, _ in graph.dataflows]
    assert len(flows) == len(set(flows))
    assert graph == expected


def _kill_after(company: Company, seconds: float) -> None:
    process = company.start("run")
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
