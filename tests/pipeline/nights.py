"""Nights in a sandbox over HTTP: what the tests of reconcile, of undo and of a moved state share."""

from __future__ import annotations

from pathlib import Path

from sandbox_server import SandboxControl

from extractor import pipeline
from extractor.config import Config
from extractor.models import Node, segments_of
from tests.pipeline.company import configure, record, write_log

VIEW = "create or replace view mart.shops_v as select {columns} from raw.shops"
LOAD = "insert into mart.net (shop, net) select shop, net from raw.sales"
TOWNS = "insert into mart.towns (town, net) select town, 1 from raw.shops"
AT_ONCE = "[reconcile]\nverify_wait_s = 0\n"


def night(folder: Path, number: int, *statements: str) -> None:
    """The log of one night, in the order of the statements."""
    rows = [record(sql, f"2024-03-{number:02}T02:00:{n:02}Z", session=f"n{number}") for n, sql in enumerate(statements)]
    write_log(folder, f"night{number}.jsonl", rows)


def graph(alation: SandboxControl) -> tuple[list[tuple[str, str | None, str]], set[str]]:
    """All edges, and the ids of all dataflows."""
    return alation.edges(), set(alation.dataflows())


def at_once(folder: Path, alation: SandboxControl, namespace: str = "test") -> Config:
    """A configuration whose verify does not wait."""
    config = configure(folder, alation.url, top=AT_ONCE)
    return config.model_copy(update={"namespace": namespace})


def tables(alation: SandboxControl) -> set[tuple[str, str]]:
    """The edges between tables in Alation, by key without the data source."""
    edges = alation.graph()["edges"]
    return {(e["source"]["key"][3:], e["target"]["key"][3:]) for e in edges if e["source"]["otype"] == "table"}


def by_hand(alation: SandboxControl, *deleted: str) -> None:
    """Somebody deletes dataflows."""
    with alation.client() as client:
        client.wait(client.delete_dataflows(list(deleted)), 10, 0.05)


def add_by_hand(alation: SandboxControl, source: str, dataflow: str, target: str) -> None:
    """Somebody adds an edge through a dataflow."""
    with alation.client() as client:
        path = segments_of([Node("table", source)], dataflow, [Node("table", target)])
        client.wait(client.post_lineage([], [path]), 10, 0.05)


def undo(config: Config, number: int, *, agree: bool = True) -> tuple[list[str], tuple[str, ...]]:
    """Undo a run; what was shown before: actions, and dataflows that stay as a later run left them."""
    actions: list[str] = []
    left: list[str] = []

    def ask(meant: pipeline.Undo) -> bool:
        actions.extend(operation.action.value for operation in meant.plan.operations())
        left.extend(meant.left)
        return agree

    report = pipeline.undo(config, number, agree=ask, progress=lambda _: None)
    assert not report.failures
    return actions, tuple(left)


def runs_of(config: Config) -> list[int]:
    """The numbers of all runs, the latest first."""
    return [run.id for run in pipeline.show_state(config).runs]
