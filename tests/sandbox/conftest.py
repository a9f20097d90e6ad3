"""A sandbox with a small catalog and a caller of its own, for each test."""

from __future__ import annotations

import pytest
from rawcall import CATALOG, Caller
from sandbox_server import sandbox


@pytest.fixture
def control(tmp_path):
    """A running sandbox."""
    with sandbox(tmp_path, CATALOG) as running:
        yield running


@pytest.fixture
def raw(control):
    """A caller of it."""
    return Caller(control)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A caller of one sandbox for all tests of a module that leave it as it was."""
    with sandbox(tmp_path_factory.mktemp("shared"), CATALOG) as running:
        yield Caller(running)
