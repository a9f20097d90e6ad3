"""The recorded logs of the demo can be recorded anew with a real server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from extractor.config import SourceSettings
from extractor.models import QueryRecord
from extractor.sources import find_inputs, read_file
from tests.demo.company import DEMO

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        not (shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))),
        reason="PostgreSQL server is not installed",
    ),
]
SOURCE = SourceSettings(name="warehouse", paths=["night*/postgres"], dialect="postgres", data_source_id=12)


def test_server_writes_the_same_statements_again(tmp_path: Path) -> None:
    """A fresh recording holds the statements of the committed one, with their outcomes, as often as there."""
    script = DEMO / "record_postgres.py"
    subprocess.run([sys.executable, str(script), "--into", str(tmp_path)], check=True, stdin=subprocess.DEVNULL)
    recorded = _statements(tmp_path)
    assert recorded == _statements(DEMO)
    assert sum(recorded.values()) > 60


def _statements(root: Path) -> Counter[tuple[str, str, str | None]]:
    records = (record for found in find_inputs(SOURCE, root) for record in read_file(found.path, SOURCE))
    return Counter((r.sql, r.outcome.value, r.user) for r in records if isinstance(r, QueryRecord))
