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
