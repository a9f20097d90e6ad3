"""The files that start the command elsewhere: well formed, and with words that the command understands."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.shell import shell
from tests.pipeline.company import LOAD, configure, record, write_log

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def understood(words: list[str]) -> None:
    """The command has that name and those options."""
    shown = shell(words[0], "--help")
    assert shown.returncode == 0, shown.stderr
    options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", shown.stdout))
    assert {word for word in words[1:] if word.startswith("-")} <= options


def test_the_job_of_kubernetes_starts_the_command_without_rights() -> None:
    """Not as root, on a read-only file system, one at a time, and its arguments are those of `run`."""
    job = yaml.safe_load((DEPLOY / "kubernetes.yaml").read_text())
    spec = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert (job["kind"], job["spec"]["concurrencyPolicy"]) == ("CronJob", "Forbid")
    assert spec["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in spec["volumes"]}
    understood(container["args"])


def test_the_units_of_systemd_start_the_command() -> None:
    """The service runs `run`; the timer wakes it every night, also after a night when the machine was off."""
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # names of units have capitals
    unit.read([DEPLOY / "alation-lineage.service", DEPLOY / "alation-lineage.timer"])
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert Path(program).name == "alation-lineage"
    assert (unit["Service"]["Type"], unit["Timer"]["Persistent"]) == ("oneshot", "true")
    understood(words)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_itself_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` reads both, with a program that is on this machine."""
    for name in ("alation-lineage.service", "alation-lineage.timer"):
        unit = (DEPLOY / name).read_text().replace("/opt/lineage/bin/alation-lineage", sys.executable)
        (tmp_path / name).write_text(unit)
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "alation-lineage" in line]
    assert not ours


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_itself_finds_nothing_wrong_with_the_timer() -> None:
    """`systemd-analyze calendar` reads the time of the timer."""
    timer = configparser.ConfigParser(interpolation=None)
    timer.read(DEPLOY / "alation-lineage.timer")
    done = subprocess.run(
        ["systemd-analyze", "calendar", timer["Timer"]["OnCalendar"]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_action_compares_two_versions() -> None:
    """Its step calls `diff` with options that there are."""
    action = yaml.safe_load((DEPLOY / "github-lineage-diff.yml").read_text())
    (line,) = [step["run"] for step in action["jobs"]["diff"]["steps"] if step.get("id") == "diff"]
    program, *words = shlex.split(line.partition(">")[0])
    assert program == "alation-lineage"
    understood(words)


def airflow_dag() -> dict[str, Any]:
    """The command and the function of the DAG, without Airflow; `make test-airflow` runs it in a real one."""
    tree = ast.parse((DEPLOY / "airflow_dag.py").read_text())
    wanted = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.Assign) or (isinstance(node, ast.ImportFrom) and node.level == 0)
        if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("airflow"))
    ]
    found: dict[str, Any] = {"json": json}
    exec(compile(ast.Module(wanted, []), "airflow_dag.py", "exec"), found)  # our own file
    return found


def test_the_operators_of_the_dag_run_the_command_and_tell_its_counts(tmp_path: Path) -> None:
    """The Bash operator's line plans a log; the Python operator's function reads the report of that."""
    dag = airflow_dag()
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    configure(tmp_path, extra='catalog = { from_alation = false }\nunknown_tables = "upload"')
    report = tmp_path / "report.json"
    program = f"{sys.executable} -c 'from extractor.cli import main; main()'"
    params = {"program": program, "command": "plan", "config": tmp_path / "lineage.toml", "report": report}
    line = re.sub(r"{{ params\.(\w+) }}", lambda found: str(params[found[1]]), dag["RUN"])
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr
    told = dag["counts"](str(report))
    assert (told["records"], told["edges"], told["unparsed_share"], told["plan"]["add"]) == (1, 3, 0.0, 1)


def test_the_image_copies_what_there_is_and_ends_as_nobody_special() -> None:
    """Every file that it takes is in the repository, and its last user is not root."""
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users[-1] not in ("root", "0")


PLAIN = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""Without the rights of root, whom no permission of a file would stop."""


@pytest.mark.skipif(
    bool(PLAIN) and shutil.which(PLAIN[0]) is None, reason="root cannot lay down its rights: no setpriv"
)
def test_it_runs_without_rights_on_a_tree_that_it_cannot_write(tmp_path: Path) -> None:
    """As in a container: no rights, a read-only program, no home; only the folder of the data is written."""
    tree, data = tmp_path / "tree", tmp_path / "data"
    for package in ("extractor", "dialects"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    data.mkdir()
    write_log(data, "a.jsonl", [record(LOAD.format(day="x"))])
    configure(data, extra='catalog = { from_alation = false }\nunknown_tables = "upload"')
    for path in (tree, *tree.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tree), "HOME": "/nonexistent", "TMPDIR": str(data)}
    blocked = subprocess.run(
        [*PLAIN, sys.executable, "-c", "open('new', 'w')"], cwd=tree, capture_output=True, check=False
    )
    program = [sys.executable, "-c", "from extractor.cli import main; main()"]
    command = [*PLAIN, *program, "plan", "-c", str(data / "lineage.toml")]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)
    for path in (tree, *tree.rglob("*")):
        path.chmod(0o755)  # so that it can be taken away
    assert blocked.returncode != 0
    assert done.returncode == 0, done.stderr
    assert "planned: add 1" in done.stdout
