"""The sandbox of the tests that run whole commands."""

from __future__ import annotations

import pytest
from sandbox_server import sandbox

from extractor.config import TOKEN_VARIABLE
from tests.pipeline.company import CATALOG


@pytest.fixture
def alation(tmp_path, monkeypatch):
    """A sandbox whose token is in the environment."""
    with sandbox(tmp_path, catalog=CATALOG) as running:
        monkeypatch.setenv(TOKEN_VARIABLE, running.token)
        yield running
