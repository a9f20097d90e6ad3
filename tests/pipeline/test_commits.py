"""How often a run commits: by the batch, never by the statement; no clock is needed to see that."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, event

from extractor import pipeline
from extractor.report import Report
from tests.pipeline.company import configure, record, write_log

_CATALOG = "database,schema,table,column,position\nwh,raw,sales,net,1\nwh,mart,net,net,1\n"


def _planned(folder: Path, statements: int) -> tuple[int, Report]:
    """The commits and the report of a plan over so many distinct statements, each a dataflow of its own."""
    folder.mkdir()
    (folder / "catalog.csv").write_text(_CATALOG)
    rows = [record(f"insert into mart.net (net) select net + x{n} as net from raw.sales") for n in range(statements)]
    write_log(folder, "a.jsonl", rows)
    config = configure(folder, extra='catalog = { file = "catalog.csv" }')
    commits = 0

    def count(_: Connection) -> None:
        nonlocal commits
        commits += 1

    event.listen(Engine, "commit", count)
    try:
        report = pipeline.plan(config, out=folder / "plan.json", window=pipeline.Window(), progress=lambda _: None)
    finally:
        event.remove(Engine, "commit", count)
    return commits, report


def test_commits_go_by_the_batch(tmp_path):
    """Two hundred more statements, dataflows and events cost a handful of commits more; all are in the plan."""
    few, small = _planned(tmp_path / "few", 5)
    many, large = _planned(tmp_path / "many", 205)
    assert (small.plan["add"], large.plan["add"]) == (5, 205)
    assert (large.distinct, large.parsed) == (205, 205)
    assert few
    assert many - few <= 4
