"""The same statements give the same output, byte for byte, whatever the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_fixture_gives_the_same_bytes_in_another_process() -> None:
    """Neither the seed of hashing nor addresses in memory show in the order of anything."""
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "tests.lineage.answers"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            timeout=250,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0]
    assert outputs[0] == outputs[1]
