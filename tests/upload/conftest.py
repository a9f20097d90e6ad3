"""A fresh state and a fresh service for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lineage_service import LineageService

from extractor.state import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state that knows nothing yet."""
    with Store.open(f"sqlite:///{tmp_path}/state.db") as opened:
        yield opened


@pytest.fixture
def service() -> LineageService:
    """An Alation that holds nothing yet."""
    return LineageService()
