"""What a run may not die of: hostile statements, and kills at any moment.

    python -m benchmarks.torture [--kills 20] [--python compiled=PATH --python pure=PATH]

Each hostile statement stands in a log before an ordinary one, whose lineage must be in the plan whatever happens to
the first. The kill loop ends a run over a generated log by SIGKILL again and again, lets the last one finish, and
compares its plan with the truth. Ends with 1 when something did not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpus import big_load
from benchmarks.environments import pythons
from benchmarks.log_bench import COMMAND, PLAN, run_plan, write_config
from benchmarks.log_generator import Shape, read_truth, write_log
from benchmarks.measure import ROOT, environment
from benchmarks.plan_edges import agreement, edges_of_plan
from benchmarks.results import Table, share

_GOOD = "create table mart.net as select s.shop, s.net from raw.sales as s"
_GOOD_EDGES = {("raw.sales.shop", "mart.net.shop"), ("raw.sales.net", "mart.net.net")}
_CATALOG = "database,schema,table,column,position\nwh,raw,sales,shop,1\nwh,raw,sales,net,2\n"
_LONGEST_S, _LARGEST_MB, _PATIENCE_S = 2.0, 300.0, 300.0  # patience is of the wall clock: the machine may be busy


def hostile() -> Iterator[tuple[str, str]]:
    """(name, text) of statements that have broken parsers."""
    yield "nothing (for comparison)", "create table t as select 1 as a"
    yield (
        "325 KB of columns",
        f"create table t as select {', '.join(f's.column_{n} as c{n}' for n in range(14_000))} from s",
    )
    yield "424 columns through 40 views of a CASE", _wide(424, 40)
    yield "10,000 brackets", f"create table t as select {'(' * 10_000}s.a{')' * 10_000} as a from s"
    yield "140 brackets", f"create table t as select {'(' * 140}s.a{')' * 140} as a from s"
    yield "50,000 literals", f"insert into t select s.a from s where s.a in ({', '.join(map(str, range(50_000)))})"
    yield "50,000 rows of VALUES", f"insert into t values {', '.join(f'({n}, {n})' for n in range(50_000))}"
    yield "60 unions of common tables of 200 columns", big_load(columns=200, branches=60)
    yield "2,000 unions", "create table t as " + " union all ".join(f"select a, b from s{n}" for n in range(2_000))
    yield (
        "300 joins",
        "create table t as select s0.a from s0 " + " ".join(f"join s{n} on s{n}.a = s{n - 1}.a" for n in range(1, 300)),
    )
    yield "500 nested functions", f"create table t as select {'upper(' * 500}s.a{')' * 500} as a from s"
    yield "60 nested subqueries", f"create table t as {'select a from (' * 60}select a from s{') as q' * 60}"
    yield "5,000 terms", f"create table t as select {' + '.join(['s.a'] * 5_000)} as a from s"
    yield (
        "3,000 branches of CASE",
        "create table t as select case "
        + " ".join(f"when s.a = {n} then s.b" for n in range(3_000))
        + " end as a from s",
    )
    yield "1 MB in a string", f"create table t as select '{'x' * 1_000_000}' as a, s.b from s"
    yield "1 MB in a string that never ends", f"create table t as select s.a from s where b = '{'x' * 1_000_000}"
    yield "100,000 dots", f"create table t as select {'.'.join(['a'] * 100_000)} from s"
    yield "20,000 brackets that never close", f"create table t as select {'(' * 20_000}"


def _wide(columns: int, deep: int) -> str:
    """Chained common tables; each column of each is a CASE over three of the one before."""
    names = [f"c{n}" for n in range(columns)]
    parts = [f"v0 as (select {', '.join(f's.{n}' for n in names)} from s)"]
    for level in range(1, deep):
        cases = (
            f"case when {n} > {names[at - 1]} then {names[at - 2]} else {n} end as {n}" for at, n in enumerate(names)
        )
        parts.append(f"v{level} as (select {', '.join(cases)} from v{level - 1})")
    return f"create table t as with {', '.join(parts)} select * from v{deep - 1}"


def torture_statements(folder: Path, python: str, build: str) -> tuple[Table, list[str]]:
    """Run each hostile statement with an ordinary one after it; the table, and what did not hold."""
    rows: list[list[str]] = []
    broken: list[str] = []
    idle_s = 0.0
    for name, text in hostile():
        print(f"  {build}: {name}", flush=True)
        write_hostile(folder, text)
        try:
            used = run_plan(python, folder, fresh=True, workers=1, timeout_s=_PATIENCE_S)
        except RuntimeError as problem:
            broken.append(f"{name}, {build}: {problem}")
            rows.append([name, f"{len(text):,}", "the run did not end well", f"over {_PATIENCE_S:g}", "-"])
            continue
        outcome = _outcome_of_first(json.loads((folder / "report.json").read_bytes()))
        rows.append([name, f"{len(text):,}", outcome, f"{used.cpu_s:.2f}", f"{used.child_mb:,.0f}"])
        idle_s = idle_s or used.cpu_s
        if not edges_of_plan(folder / "plan.json") >= _GOOD_EDGES:
            broken.append(f"{name}, {build}: the ordinary statement after it has no lineage")
        if used.child_mb > _LARGEST_MB:
            broken.append(f"{name}, {build}: {used.child_mb:,.0f} MB, the goal is {_LARGEST_MB:,.0f}")
        if used.cpu_s - idle_s > _LONGEST_S:
            broken.append(f"{name}, {build}: {used.cpu_s - idle_s:.1f} CPU s, the goal is {_LONGEST_S}")
    head = ["statement", "characters", "its outcome", "CPU s of the run", "worker MB"]
    return Table(f"Hostile statements, {build}", head, rows), broken


def write_hostile(folder: Path, text: str) -> None:
    """A log of that statement and an ordinary one, with the ordinary one's catalog."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "catalog.csv").write_text(_CATALOG, encoding="utf-8")
    lines = [{"query": t, "timestamp": f"2024-03-01T00:00:0{n}Z"} for n, t in enumerate((text, _GOOD))]
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def _outcome_of_first(report: dict[str, dict[str, int]]) -> str:
    """The outcome of the hostile statement: what is left when the ordinary one's is taken away."""
    counts = {name: count for name, count in report["records"].items() if name != "read" and count}
    counts["lineage"] = counts.get("lineage", 0) - 1
    return ", ".join(name for name, count in counts.items() if count > 0) or "none"


def kill_loop(folder: Path, python: str, *, kills: int, events: int) -> tuple[Table, list[str]]:
    """Kill runs at random moments, the workers with them or not; the last plan must be the truth."""
    shutil.rmtree(folder, ignore_errors=True)
    write_log(folder, Shape(events))
    whole_s = run_plan(python, folder, fresh=True).wall_s
    for old in folder.glob("state.db*"):
        old.unlink()
    write_config(folder, workers=0)
    rng = random.Random(7)
    killed = 0
    for number in range(kills):
        killed += _killed(python, folder, after_s=rng.uniform(0.05, whole_s), group=bool(number % 2))
    run_plan(python, folder, fresh=False)
    found = agreement(edges_of_plan(folder / "plan.json"), read_truth(folder))
    row = [f"{kills}", f"{killed}", f"{events:,}", share(found.recall), share(found.precision)]
    head = ["runs ended", "before they were done", "events", "recall of the last plan", "precision"]
    is_whole = found.found == found.known == found.right
    return Table("Kills", head, [row]), [] if is_whole else [f"after {killed} kills the plan is not the truth: {found}"]


def _killed(python: str, folder: Path, *, after_s: float, group: bool) -> bool:
    """Start a run and kill it, with its workers or alone; whether it was still running."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        [python, "-c", COMMAND, *PLAN], cwd=folder, env=environment(), start_new_session=True, **quiet
    )
    time.sleep(after_s)
    was_running = process.poll() is None
    if was_running:
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
    return was_running


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torture", description="Hostile statements and kills.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PATH")
    given = parser.parse_args()
    own = dict(pair.partition("=")[::2] for pair in given.python)
    found = pythons(given.work, own, ("compiled", "pure"))
    broken: list[str] = []
    for build in ("compiled", "pure"):
        table, problems = torture_statements(given.work / "hostile", found[build], build)
        print(table.markdown(), flush=True)
        broken += problems
    table, problems = kill_loop(given.work / "kills", found.compiled, kills=given.kills, events=given.events)
    print(table.markdown())
    for problem in (*broken, *problems):
        print(f"did not hold: {problem}")
    sys.exit(1 if broken or problems else 0)


if __name__ == "__main__":
    main()
