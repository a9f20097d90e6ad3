"""The demo's company in a folder of its own, the real command line over it, and what the sandbox then holds."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from fixtures.demo.rehearsal import Sandbox, command

DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "demo"


class Done(NamedTuple):
    """How a command ended: its exit code, what it printed, and its JSON report where it wrote one."""

    code: int
    output: str
    report: dict[str, Any]


class Company:
    """A folder with a `lineage.toml`, log files, a state; and the sandbox its lineage goes to."""

    def __init__(self, folder: Path, alation: Sandbox, *, nights: tuple[int, ...] = (1,)) -> None:
        self.folder = folder
        self.alation = alation
        folder.mkdir(parents=True)
        shutil.copy(DEMO / "lineage.toml", folder)
        for night in nights:
            self.add_night(night)

    def add_night(self, number: int) -> None:
        """One more night's files arrive."""
        shutil.copytree(DEMO / f"night{number}", self.folder / f"night{number}")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command as a process, its output in a pipe."""
        return subprocess.Popen(
            command(*arguments),
            cwd=self.folder,
            env={**self.alation.environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def call(self, *arguments: str, **environment: str) -> Done:
        """Run a command to its end."""
        process = self.start(*arguments, **environment)
        output, _ = process.communicate()
        return Done(process.returncode, output, {})

    def run(self, *arguments: str, **environment: str) -> Done:
        """`alation-lineage run`, with its report."""
        target = self.folder / "report.json"
        target.unlink(missing_ok=True)
        done = self.call("run", "--json", str(target), *arguments, **environment)
        report = json.loads(target.read_text()) if target.exists() else {}
        return done._replace(report=report)


class Graph(NamedTuple):
    """What an Alation holds: each dataflow's id, title and content, and every edge (source, dataflow, target)."""

    dataflows: list[tuple[str, str, str]]
    edges: frozenset[tuple[str, str, str]]

    @property
    def tables(self) -> set[tuple[str, str]]:
        """(source, target) of the edges between tables, in lower case."""
        return {(a[6:], b[6:]) for a, _, b in self.edges if a.startswith("table ") and b.startswith("table ")}

    @property
    def columns(self) -> set[tuple[str, str]]:
        """(source, target) of the edges between columns, in lower case."""
        return {(a[7:], b[7:]) for a, _, b in self.edges if a.startswith("column ") and b.startswith("column ")}


def graph_of(alation: Sandbox) -> Graph:
    """Everything the sandbox holds, without its own numbers."""
    with alation.reader() as reader:
        held = reader.get("/sandbox/graph")
    flows = [(str(f["external_id"]), str(f["title"]), str(f["content"])) for f in held["dataflows"]]
    edges = [(_spelled(e["source"]), str(e["dataflow"]), _spelled(e["target"])) for e in held["edges"]]
    assert len(set(edges)) == len(edges)
    return Graph(sorted(flows), frozenset(edges))


def jobs_of(alation: Sandbox) -> list[str]:
    """The status of every job that the sandbox ever had, oldest first."""
    with alation.reader() as reader:
        return [str(job["status"]) for job in reader.get("/sandbox/jobs")]


def _spelled(node: dict[str, Any]) -> str:
    return f"{node['otype']} {node['key']}".lower()


def expected_tables(*, night: int) -> set[tuple[str, str]]:
    """The table edges worked out by hand, up to and including a night, in lower case."""
    pairs = (line.split(" -> ") for line in _worked_out("expected_tables.txt", night))
    return {(source, target) for source, target in pairs}


def expected_columns(*, night: int) -> set[tuple[str, str]]:
    """The direct column edges worked out by hand, up to and including a night, in lower case."""
    edges: set[tuple[str, str]] = set()
    table = ""
    for line in _worked_out("expected_columns.txt", night):
        column, arrow, sources = line.strip().partition(" <- ")
        if arrow:
            prefix = table.partition(".")[0]
            edges |= {(f"{prefix}.{source}", f"{table}.{column}") for source in sources.split(", ")}
        else:
            table = column
    return edges


def _worked_out(file: str, night: int) -> list[str]:
    text = (DEMO / file).read_text().lower()
    if night == 1:
        text = text.partition("# night 2")[0]
    return [line for line in text.splitlines() if not line.startswith("#")]
