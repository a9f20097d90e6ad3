"""The files that start the command elsewhere: well formed, and with words that the command understands."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

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
