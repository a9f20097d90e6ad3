"""What the tests of all cluster engines share: logs with every kind of trouble, and the plan that they give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson

from benchmarks.log_bench import write_config
from benchmarks.log_generator import Shape, write_log
from extractor import pipeline
from extractor.config import load_config
from extractor.pipeline.derive import with_engine
from extractor.report import Report

FILES = 5


def write_logs(folder: Path, events: int = 1_500) -> None:
    """One generated log, dealt out to several files: sessions and temporary tables go from one to the next."""
    write_log(folder, Shape(events, select_share=0.4))
    write_config(folder, workers=1)
    config = folder / "lineage.toml"
    config.write_text(config.read_text("utf-8").replace('"log.jsonl"', '"logs/*.jsonl"'), "utf-8")
    (folder / "logs").mkdir()
    whole = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    whole.append(b'{"query": "insert into mart.x select 1", "timestamp": "2024-0\n')
    for number in range(FILES):
        share = whole[number * len(whole) // FILES : (number + 1) * len(whole) // FILES]
        (folder / "logs" / f"part-{number}.jsonl").write_bytes(b"".join(share))


def planned(folder: Path, engine: str | None, progress: Callable[[str], None] = lambda _: None) -> tuple[bytes, Report]:
    """The plan that an engine makes of the logs, without its own name and time, and the report beside it."""
    for old in folder.glob("state.db*"):
        old.unlink()
    config = with_engine(load_config(folder / "lineage.toml"), engine)
    report = pipeline.plan(config, out=folder / "plan.json", window=pipeline.Window(), progress=progress)
    made = orjson.loads((folder / "plan.json").read_bytes())
    for own in ("id", "made_at", "state_version"):
        del made[own]
    return orjson.dumps(made), report


def counts(report: Report) -> dict[str, object]:
    """What a report says of the input, whoever read it; times of day and of work left out."""
    told = report.to_json()
    files = sorted(told["files"], key=lambda file: file["path"])
    same = ("records", "statements", "edges", "problems", "failures", "warnings", "unknown_names", "notes")
    return {"files": files, **{name: told[name] for name in same}}
