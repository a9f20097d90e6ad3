"""A sandbox of its own for each test, and the demo's company in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.demo.rehearsal import Sandbox
from tests.demo.company import DEMO, Company


@pytest.fixture
def alation(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox process on a free port of loopback, with the demo's catalog."""
    with Sandbox(tmp_path / "sandbox", DEMO / "catalog.json") as running:
        yield running


@pytest.fixture
def company(tmp_path: Path, alation: Sandbox) -> Company:
    """The demo's company after its first night."""
    return Company(tmp_path / "company", alation)
