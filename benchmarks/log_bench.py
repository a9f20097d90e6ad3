"""The whole run over a query log: events a second, memory, the edges against the truth, and the peers beside it."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from benchmarks.environments import Pythons
from benchmarks.log_generator import DATABASE, Shape, read_truth, write_log
from benchmarks.measure import Spread, Usage, answer_of, measure
from benchmarks.plan_edges import agreement, edges_of_plan
from benchmarks.results import Table, figure, ratio, share

DIALECT = "postgres"
COMMAND = "from extractor.cli import main; main()"
PLAN = ("plan", "--quiet", "--out", "plan.json", "--json", "report.json")
_COULD_NOT_ANALYSE_ALL = 3
_CONFIG = """namespace = "bench"
[state]
url = "sqlite:///{state}"
[upload]
indirect = "none"
[limits]
workers = {workers}
[[source]]
name = "log"
paths = ["log.jsonl"]
dialect = "{dialect}"
data_source_id = 1
database = "{database}"
schema = "public"
unknown_tables = "upload"
catalog = {{ file = "catalog.csv" }}
"""


class Sizes(NamedTuple):
    """How many events each part takes; the samples are the beginning of the same log."""

    events: int
    sample: int
    datahub: int
    rounds: int


def write_config(folder: Path, *, workers: int, state: str = "state.db") -> None:
    """The configuration of a run over the generated log in ``folder``."""
    text = _CONFIG.format(state=state, workers=workers, dialect=DIALECT, database=DATABASE)
    (folder / "lineage.toml").write_text(text, encoding="utf-8")


def run_plan(python: str, folder: Path, *, fresh: bool, workers: int = 0, timeout_s: float = 36_000.0) -> Usage:
    """One ``alation-lineage plan`` over the log, in ``plan.json`` and ``report.json``.

    Raises:
        RuntimeError: it failed.
    """
    if fresh:
        for old in folder.glob("state.db*"):
            old.unlink()
    write_config(folder, workers=workers)
    used = measure([python, "-c", COMMAND, *PLAN], folder=folder, timeout_s=timeout_s)
    if used.code not in {0, _COULD_NOT_ANALYSE_ALL}:
        raise RuntimeError(f"plan ended with {used.code}: {(folder / 'errors.txt').read_text('utf-8')[-800:]}")
    return used


class LogBench:
    """One run of this benchmark in a folder of its own."""

    def __init__(self, folder: Path, pythons: Pythons, sizes: Sizes) -> None:
        self._folder = folder
        self._pythons = pythons
        self._sizes = sizes
        self._runs: dict[tuple[str, str], list[Usage]] = defaultdict(list)
        self._steps: dict[tuple[str, str], list[float]] = defaultdict(list)

    def tables(self) -> list[Table]:
        """Generate, measure in turns, and say what came out."""
        shutil.rmtree(self._folder, ignore_errors=True)
        sizes = self._sizes
        wanted = {
            "whole": Shape(sizes.events),
            "tenth": Shape(sizes.events // 10),
            "writes": Shape(sizes.events // 5, select_share=0.0),
            "sample": Shape(sizes.sample),
            "datahub": Shape(sizes.datahub),
        }
        written = {name: write_log(self._folder / name, shape) for name, shape in wanted.items()}
        self._events = {name: shape.events for name, shape in wanted.items()}
        self._megabytes = written["whole"]["bytes"] / 1e6
        for number in range(sizes.rounds):
            print(f"  log: round {number + 1} of {sizes.rounds}", flush=True)
            self._round()
        edges = [self._edges_of_ours()]
        for build in ("compiled", "pure"):
            self._plan(build, "tenth")
        if self._pythons.datahub:
            print("  log: DataHub", flush=True)
            edges.append(self._datahub())
        return [self._speeds(), self._yardsticks(), self._memory(), self._edges(edges)]

    def _round(self) -> None:
        for build in ("compiled", "pure"):
            self._plan(build, "whole")
            self._plan(build, "whole", fresh=False)
            self._plan(build, "writes")
            self._step(build, "parse", "log_parse", "sample")
            for step in ("read", "filter", "fingerprint"):
                self._step(build, step, "log_steps", "whole", step)
        if self._pythons.peers:
            self._step("peers", "openlineage-sql", "log_openlineage", "sample")

    def _plan(self, build: str, log: str, *, fresh: bool = True) -> None:
        used = run_plan(self._pythons[build], self._folder / log, fresh=fresh)
        self._runs[build, log if fresh else f"{log} again"].append(used)

    def _step(self, env: str, name: str, module: str, log: str, *more: str) -> None:
        path = str(self._folder / log / "log.jsonl")
        command = [self._pythons[env], "-m", f"benchmarks.contenders.{module}", path, DIALECT, *more]
        found = answer_of(command)
        self._steps[env, name].append(found["cpu_s"] / found["events"] * 1e6)

    def _datahub(self) -> tuple[str, int, set[tuple[str, str]], set[tuple[str, str]]]:
        folder = self._folder / "datahub"
        files = [str(folder / "log.jsonl"), str(folder / "catalog.csv")]
        command = [self._pythons.datahub, "-m", "benchmarks.contenders.log_datahub", *files, DATABASE, DIALECT]
        found = answer_of(command)
        self._steps["datahub", "DataHub"].append(found["cpu_s"] / found["events"] * 1e6)
        return "DataHub", found["events"], {(s, t) for s, t in found["edges"]}, read_truth(folder)

    def _edges_of_ours(self) -> tuple[str, int, set[tuple[str, str]], set[tuple[str, str]]]:
        folder = self._folder / "whole"
        return "alation-lineage", self._events["whole"], edges_of_plan(folder / "plan.json"), read_truth(folder)

    def _speeds(self) -> Table:
        rows = []
        for (build, log), runs in self._runs.items():
            name = log.removesuffix(" again")
            events = self._events[name]
            rate = Spread.of(events / run.cpu_s for run in runs)
            rows.append(
                [
                    f"{_LOGS[log]}, {build}",
                    f"{events:,}",
                    f"{rate.middle:,.0f} ({rate.low:,.0f}-{rate.high:,.0f})",
                    figure(Spread.of(run.cpu_s for run in runs), 2),
                    figure(Spread.of(run.wall_s for run in runs), 2),
                ]
            )
        head = ["alation-lineage plan, all but the upload", "events", "events / CPU s", "CPU s", "wall s"]
        note = f"The log has {self._megabytes:,.1f} MB. CPU time is that of the parent and its workers together."
        return Table("Log: the whole run", head, rows, note)

    def _yardsticks(self) -> Table:
        """Each thing beside our whole run in the same build, round by round."""
        rows = []
        for (env, name), costs in self._steps.items():
            build = env if env in {"compiled", "pure"} else "compiled"
            ours = [run.cpu_s / self._events["whole"] * 1e6 for run in self._runs[build, "whole"]]
            ratios = Spread.of(cost / our for cost, our in zip(costs, ours, strict=False))
            rows.append([f"{_STEPS.get(name, name)}, {env}", figure(Spread.of(costs), 1), ratio(ratios)])
            if name == "fingerprint":
                again = [run.cpu_s / self._events["whole"] * 1e6 for run in self._runs[build, "whole again"]]
                against = Spread.of(a / cost for a, cost in zip(again, costs, strict=False))
                rows.append(
                    [f"the same log again, {env}", figure(Spread.of(again), 1), f"{ratio(against)} of the step above"]
                )
        return Table("Log: beside it", ["what", "CPU µs / event", "of our whole run"], rows)

    def _memory(self) -> Table:
        rows = []
        for (build, log), runs in self._runs.items():
            parent, child = max(r.parent_mb for r in runs), max(r.child_mb for r in runs)
            events = self._events[log.removesuffix(" again")]
            rows.append([f"{_LOGS[log]}, {build}", f"{events:,}", f"{parent:,.0f}", f"{child:,.0f}"])
        return Table("Log: memory", ["run", "events", "parent MB", "largest worker MB"], rows)

    def _edges(self, found: list[tuple[str, int, set[tuple[str, str]], set[tuple[str, str]]]]) -> Table:
        rows = []
        for name, events, edges, truth in found:
            a = agreement(edges, truth)
            rows.append([name, f"{events:,}", f"{a.known:,}", f"{a.found:,}", share(a.recall), share(a.precision)])
        head = ["tool", "events", "true column edges", "found", "recall", "precision"]
        report = json.loads((self._folder / "whole" / "report.json").read_bytes())
        note = f"Statements by outcome: {json.dumps(report['statements'])}." if "statements" in report else ""
        return Table("Log: edges against the truth", head, rows, note)


_LOGS = {
    "whole": "a new log",
    "whole again": "the same log again",
    "writes": "a log without SELECT",
    "tenth": "a tenth of the log",
}
_STEPS = {
    "parse": "sqlglot parse of every text",
    "read": "our reading alone",
    "filter": "reading and filter",
    "fingerprint": "reading, filter and fingerprint",
}
