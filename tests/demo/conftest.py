"""A sandbox of its own for each test, and the demo's company in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fixtures.demo.rehearsal import Sandbox
from tests.demo.company import DEMO, Company, Done, Graph, graph_of


@pytest.fixture
def alation(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox process on a free port of loopback, with the demo's catalog."""
    with Sandbox(tmp_path / "sandbox", DEMO / "catalog.json") as running:
        yield running


@pytest.fixture
def company(tmp_path: Path, alation: Sandbox) -> Company:
    """The demo's company after its first night."""
    return Company(tmp_path / "company", alation)


class FirstNight(NamedTuple):
    """How the run over the first night ended, and what Alation held after it."""

    done: Done
    graph: Graph


@pytest.fixture(scope="package")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> FirstNight:
    """One run over the first night, for every test that only looks at it."""
    folder = tmp_path_factory.mktemp("first")
    with Sandbox(folder / "sandbox", DEMO / "catalog.json") as alation:
        done = Company(folder / "company", alation).run()
        return FirstNight(done, graph_of(alation))
