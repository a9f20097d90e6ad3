"""A Dask cluster as the engine: two worker processes on this machine."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.engines import Limits, engine_named
from extractor.errors import ConfigError
from tests.engines.clusters import FILES, counts, planned, write_logs

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with logs and a configuration."""
    folder = tmp_path_factory.mktemp("logs")
    write_logs(folder)
    return folder


@pytest.fixture(scope="module")
def at_home(logs: Path):
    """The plan and the counts that this machine's own processes give."""
    made, report = planned(logs, None)
    return made, counts(report)


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    """Two workers, each a process of its own."""
    with (
        warnings.catch_warnings(),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as running,
    ):
        yield running


def _name(cluster: distributed.LocalCluster) -> str:
    return cluster.scheduler_address.replace("tcp://", "dask://")


def _workers(cluster: distributed.LocalCluster) -> dict[str, int]:
    with distributed.Client(cluster, set_as_default=False) as client:
        return client.run(os.getpid)


def test_a_dask_cluster_gives_the_same_plan_byte_for_byte(logs, at_home, cluster):
    """Also the same counts and problems: where a log is read and a statement analysed is of no account."""
    made, report = planned(logs, _name(cluster))
    assert (made, counts(report)) == at_home
    assert len(report.files) == FILES
    assert report.statements["not parsed"]
    assert report.records["unreadable"] == 1


def test_a_worker_that_dies_changes_nothing(logs, at_home, cluster):
    """What it was at is done again by another, and the plan is the same."""
    before = _workers(cluster)

    def kill_one() -> None:
        time.sleep(0.2)
        os.kill(next(iter(before.values())), signal.SIGKILL)

    killer = threading.Thread(target=kill_one)

    def told(line: str) -> None:
        if line.endswith("reading"):
            killer.start()

    made, report = planned(logs, _name(cluster), told)
    killer.join()
    assert (made, counts(report)) == at_home
    cluster_of_two = distributed.Client(cluster, set_as_default=False)
    with cluster_of_two:
        cluster_of_two.wait_for_workers(2, timeout=60)
    assert set(_workers(cluster).values()) != set(before.values())


def test_results_come_in_the_order_of_the_items(cluster):
    """However long each takes, and however many there are; they are drawn as they are needed."""
    drawn: list[int] = []

    def items() -> Iterator[float]:
        for number in range(20):
            drawn.append(number)
            yield 0.05 if number % 3 == 0 else 0.0

    with engine_named(_name(cluster), Limits()) as engine:
        results = engine.each(_slept, items())
        assert next(results) == 0.05
        assert len(drawn) < 20
        assert list(results) == [0.0, 0.0, *([0.05, 0.0, 0.0] * 5), 0.05, 0.0]


def _slept(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_a_cluster_that_is_not_there_is_told(monkeypatch):
    """With its address, and before anything else is done."""
    monkeypatch.setattr("extractor.engines.dask_cluster._CONNECT_S", 1)
    with (
        pytest.raises(ConfigError, match=r"no Dask scheduler answers at 127\.0\.0\.1:9"),
        _opened("dask://127.0.0.1:9"),
    ):
        pass


def _opened(name: str):
    return engine_named(name, Limits())
