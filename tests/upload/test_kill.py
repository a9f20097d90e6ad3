"""A process that is killed while it applies a plan over real HTTP, and what the next one makes of it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from dataflow_samples import flow
from sandbox_server import SandboxControl, sandbox

from extractor.models import Dataflow, Node
from extractor.state import Status, Store, edge_identity, node_identity

HERE = Path(__file__).parent
MOMENTS = [round(random.Random(seed).uniform(0, 1), 2) for seed in range(3)]


def nights() -> list[list[Dataflow]]:
    """Two nights: the second changes some dataflows, supersedes some, and adds some."""
    first = [flow(f"load{n}", {f"t{n}": ["a"], f"t{n}.k": ["a.k"]}) for n in range(8)]
    first += [flow(f"view{n}a", {f"v{n}": ["a"]}, defines=True) for n in range(4)]
    second = [flow(f"load{n}", {f"t{n}": ["b"], f"t{n}.k": ["b.k"]}, hours=24) for n in range(4)]
    second += [flow(f"view{n}b", {f"v{n}": ["b"]}, hours=24, defines=True) for n in range(4)]
    return [first, second]


def named(end: dict[str, Any]) -> str:
    """An end of an edge as the state identifies it."""
    return node_identity(Node(end["otype"], end["key"]))


def start(alation: SandboxControl, url: str, night: int) -> subprocess.Popen[bytes]:
    """A process that plans and applies one night."""
    command = [sys.executable, str(HERE / "night_process.py"), url, alation.url, str(alation.user_id), str(night)]
    places = os.pathsep.join([str(HERE.parents[1]), str(HERE.parent), str(HERE)])
    environment = {**os.environ, **alation.environment(), "PYTHONPATH": places}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


@pytest.mark.parametrize("after_s", MOMENTS, ids=str)
def test_a_killed_process_leaves_what_the_next_one_finishes(tmp_path: Path, after_s: float) -> None:
    """After a kill -9 at any moment one full run gives exactly what an undisturbed run gives, nothing twice."""
    url = f"sqlite:///{tmp_path}/state.db"
    with sandbox(tmp_path) as alation:
        alation.fault("slow", path="/integration/v2/", value=0.05)
        for number in range(2):
            first = start(alation, url, number)
            assert first.stdout is not None
            assert first.stdout.readline() == b"begun\n"
            time.sleep(after_s)
            first.send_signal(signal.SIGKILL)
            first.communicate()
            second = start(alation, url, number)
            second.communicate()
            assert second.returncode == 0
        before, after = nights()
        expected = {d.external_id: d for d in before if "view" not in d.external_id} | {d.external_id: d for d in after}
        wanted = sorted((s, d.external_id, t) for d in expected.values() for s, t in map(edge_identity, d.edges))
        graph = alation.graph()["edges"]
        held = [(named(e["source"]), e["dataflow"], named(e["target"])) for e in graph]
        assert sorted(held) == wanted
        assert set(alation.dataflows()) == set(expected)
    with Store.open(url) as store:
        assert {row.external_id: row.status for row in store.owned("test")} == dict.fromkeys(expected, Status.PRESENT)
