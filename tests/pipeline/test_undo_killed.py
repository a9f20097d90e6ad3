"""An undoing that is killed with SIGKILL, and the same command again: the end is that of one that nobody disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sandbox_server import sandbox

from extractor import pipeline
from extractor.config import TOKEN_VARIABLE, load_config
from tests.pipeline.company import CATALOG, configure, record, run, write_log

PROGRAM = (sys.executable, "-c", "from extractor.cli.app import main; main()")
FIRST = [
    "insert into mart.net (shop, net) select shop, net from raw.sales",
    "create or replace view mart.shops_v as select shop, town from raw.shops",
]
SECOND = [
    "create or replace view mart.shops_v as select shop, day as town from raw.sales",
    "drop table mart.net",
    "insert into mart.towns (town, net) select town, 1 from raw.shops",
]
MOMENTS = ["POST", "DELETE", "restored"]


@pytest.fixture(scope="module")
def alation(tmp_path_factory):
    """A sandbox for all moments; each has a namespace of its own."""
    with pytest.MonkeyPatch.context() as patch, sandbox(tmp_path_factory.mktemp("sandbox"), catalog=CATALOG) as running:
        patch.setenv(TOKEN_VARIABLE, running.token)
        yield running
        running.clear_faults()


def ours(alation, namespace: str) -> list[tuple[str, str]]:
    """The edges of a namespace."""
    return sorted((s, t) for s, name, t in alation.edges() if name.startswith(f"api/{namespace}/"))


def undoing(folder: Path, number: int) -> subprocess.Popen[bytes]:
    """A process that undoes a run."""
    command = [*PROGRAM, "undo", str(number), "--yes", "--config", str(folder / "lineage.toml")]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[2], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


@pytest.mark.sweep
@pytest.mark.parametrize("moment", MOMENTS)
def test_an_undoing_that_is_killed_is_finished_by_the_same_command(tmp_path, alation, moment):
    """Killed before, between and after its requests, with a limit that would hold its removals back in a run."""
    top = "[reconcile]\nremovals_always = 0\nmax_removed_share = 0.0\nverify_wait_s = 0\n"
    configure(tmp_path, alation.url, top=top)
    text = (tmp_path / "lineage.toml").read_text().replace('namespace = "test"', f'namespace = "{moment.lower()}"')
    (tmp_path / "lineage.toml").write_text(text)
    config = load_config(tmp_path / "lineage.toml")
    alation.clear_faults()
    for number, statements in enumerate((FIRST, SECOND), start=1):
        rows = [record(sql, f"2024-03-0{number}T02:00:0{n}Z") for n, sql in enumerate(statements)]
        write_log(tmp_path, f"night{number}.jsonl", rows)
        pipeline.run(config, window=pipeline.Window(), progress=lambda _: None, allow_removals=True)
        if number == 1:
            before = ours(alation, config.namespace)
    second = pipeline.show_state(config).runs[0].id
    assert ours(alation, config.namespace) != before
    kill_at(moment, tmp_path, alation, second)
    alation.clear_faults()
    again = undoing(tmp_path, second)
    _, told = again.communicate(timeout=120)
    assert again.returncode == 0, told.decode()
    assert ours(alation, config.namespace) == before
    assert not pipeline.verify(config).differences
    if moment != "POST":
        return
    for log in tmp_path.glob("logs/*"):
        log.write_text("")
    run(config)
    assert ours(alation, config.namespace) == before
    third = undoing(tmp_path, second)
    _, told = third.communicate(timeout=120)
    assert "undone already" in told.decode()


def kill_at(moment: str, folder: Path, alation, number: int) -> None:
    """Kill an undoing while Alation works on its first request of a method, or before it sends any."""
    path = "/integration/v2/"
    if moment == "restored":
        path = "/integration/v1/createAPIAccessToken/"  # the token is asked for after the state has changed
    alation.forget_requests()
    alation.fault("slow", method=None if moment == "restored" else moment, path=path, value=1)
    process = undoing(folder, number)
    for _ in range(600):
        if alation.requests(None if moment == "restored" else moment, path):
            break
        time.sleep(0.1)
    else:
        pytest.fail("the request never came")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    time.sleep(1)  # what Alation has begun it ends
