"""verify, plan --against alation, undo and the commands of the state, as a user meets them: real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox_server import SandboxControl, sandbox

from tests.pipeline.company import CATALOG, LOAD, configure, record, write_log

TOWNS = "insert into mart.towns (town, net) select town, 1 from raw.shops"


@pytest.fixture
def alation(tmp_path):
    """A sandbox, and an installation for it in the same folder."""
    with sandbox(tmp_path, catalog=CATALOG) as running:
        configure(tmp_path, running.url, top="[reconcile]\nverify_wait_s = 0\n")
        write_log(tmp_path, "a.jsonl", [record(LOAD), record(TOWNS)])
        yield running


def call(folder: Path, alation: SandboxControl, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the installation's folder."""
    return subprocess.run(
        [sys.executable, "-c", "from extractor.cli import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, **alation.environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_looking_undoing_and_moving(tmp_path, alation):
    """Exit code 4 on a difference and 0 without one; undo asks; the state can be shown, exported and rebuilt."""
    assert call(tmp_path, alation, "run", "-q").returncode == 0
    clean = call(tmp_path, alation, "verify")
    assert (clean.returncode, "2 dataflows compared, 0 different" in clean.stdout) == (0, True)
    assert call(tmp_path, alation, "plan", "-q", "--against", "alation").returncode == 0
    with alation.client() as client:
        client.wait(client.delete_dataflows([min(alation.dataflows())]), 10, 0.05)
    broken = call(tmp_path, alation, "verify", "--json", "-")
    assert (broken.returncode, len(json.loads(broken.stdout)["differences"])) == (4, 1)
    against = call(tmp_path, alation, "plan", "--against", "alation", "-o", "plan.json")
    assert against.returncode == 4
    assert "is not in Alation" in against.stdout
    assert call(tmp_path, alation, "apply", "plan.json", "-q").returncode == 0
    assert call(tmp_path, alation, "verify", "-q").stdout == ""
    assert call(tmp_path, alation, "state", "export", "state.jsonl").returncode == 0
    refused = call(tmp_path, alation, "state", "import", "state.jsonl")
    assert (refused.returncode, "holds dataflows already" in refused.stderr) == (3, True)
    shown = json.loads(call(tmp_path, alation, "state", "show", "--json").stdout)
    assert (shown["dataflows"], shown["known"]) == ({"present": 2}, 2)
    first = str(shown["runs"][-1]["id"])
    asked = call(tmp_path, alation, "undo", first)
    assert (asked.returncode, "--yes" in asked.stderr, len(alation.dataflows())) == (2, True, 2)
    assert "remove 2" in asked.stdout
    assert call(tmp_path, alation, "undo", first, "--yes").returncode == 0
    assert alation.dataflows() == {}
    words = call(tmp_path, alation, "state", "show").stdout
    assert "undo     done" in words
    assert "undo     declined" in words


def test_a_lost_state_is_rebuilt(tmp_path, alation):
    """Without a state, rebuild takes over what is ours, and the next run sends nothing."""
    call(tmp_path, alation, "run", "-q")
    for part in tmp_path.glob("lineage-state.db*"):
        part.unlink()
    rebuilt = call(tmp_path, alation, "state", "rebuild")
    assert (rebuilt.returncode, rebuilt.stdout) == (0, "2 dataflows taken over from Alation, 0 known before\n")
    writes = len(alation.writes())
    assert call(tmp_path, alation, "run", "-q").returncode == 0
    assert len(alation.writes()) == writes


@pytest.mark.parametrize("name", ["show", "export", "import", "rebuild"])
def test_every_command_of_the_state_has_help_with_an_example(tmp_path, alation, name):
    """The help of a command shows how it is called."""
    shown = call(tmp_path, alation, "state", name, "--help")
    assert (shown.returncode, f"alation-lineage state {name}" in " ".join(shown.stdout.split())) == (0, True)
