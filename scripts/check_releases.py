#!/usr/bin/env python3
"""The fixtures on every minor release of sqlglot that pyproject.toml allows, with its pure and its compiled parser.

Which releases there are is asked of the package index each time, so a new one is tested as soon as it is out: the
newest of each minor, and the oldest that is allowed. For each, every fixture must give what stands beside it, and
both parsers must give the same bytes. Prints one line for each build; the exit code is 1 where something differs.

usage: check_releases.py [RELEASE ...]     in the environment that `make test` made
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "build" / "sqlglot"
BUILDS = {"pure": ("sqlglot",), "compiled": ("sqlglot", "sqlglotc")}
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
LOADED = "import sqlglot, sqlglot.parser as p; print(sqlglot.__version__, p.__file__.endswith('.py'))"


def main(wanted: list[str]) -> int:
    """Check the releases, all that are allowed or those named."""
    failed = 0
    for release in wanted or wanted_of(released(), allowed()):
        said: dict[str, str] = {}
        for build in BUILDS:
            folder = installed(release, build)
            summary, passed = tested(folder)
            said[build] = output([sys.executable, "-m", "tests.lineage.answers"], folder)
            print(f"sqlglot {release}, {build}: {summary}", flush=True)
            failed += not passed
        if len(set(said.values())) > 1:
            print(f"sqlglot {release}: its builds differ:\n{first_difference(*said.values())}", flush=True)
            failed += 1
    return min(failed, 1)


def allowed() -> SpecifierSet:
    """The range of releases in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (found,) = (r for r in map(Requirement, project["dependencies"]) if r.name == "sqlglot")
    return found.specifier


def released() -> list[Version]:
    """Every release that the package index has."""
    listed = output([*PIP, "index", "versions", "sqlglot"])
    (line,) = (line for line in listed.splitlines() if line.startswith("Available versions:"))
    return [Version(text) for text in line.partition(":")[2].split(",")]


def wanted_of(releases: list[Version], within: SpecifierSet) -> list[str]:
    """The newest release of each minor within the range, and the oldest release of all, from the oldest on."""
    found = sorted(v for v in releases if v in within)
    if not found:
        raise SystemExit(f"no release of sqlglot is within {within}")
    newest = {v.release[:2]: v for v in found}
    return [str(v) for v in sorted({found[0], *newest.values()})]


def installed(release: str, build: str) -> Path:
    """The folder that holds that build of the release; asked of the package index where it is not there yet."""
    folder = KEPT / f"{release}-{build}"
    if not folder.exists():
        making = KEPT / "making"
        shutil.rmtree(making, ignore_errors=True)
        packages = [f"{package}=={release}" for package in BUILDS[build]]
        output([*PIP, "install", "-q", "--no-deps", "--only-binary", ":all:", "--target", str(making), *packages])
        making.rename(folder)
    loaded = output([sys.executable, "-c", LOADED], folder).split()
    if loaded != [release, str(build == "pure")]:
        raise SystemExit(f"{folder} gives {loaded}")
    return folder


def tested(folder: Path) -> tuple[str, bool]:
    """The closing line of the fixtures' tests with the sqlglot of the folder, and whether they passed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "auto",
        "-p",
        "no:cacheprovider",
        "tests/lineage/test_fixtures.py",
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.stdout.rstrip().rpartition("\n")[2], done.returncode == 0


def output(command: list[str], folder: Path | None = None) -> str:
    """What the command prints; its errors are the user's to read."""
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout


def environment(folder: Path | None) -> dict[str, str]:
    """The environment of this process, with the modules of the folder in front of those installed."""
    path = os.pathsep.join(map(str, filter(None, (folder, ROOT))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def first_difference(one: str, other: str) -> str:
    """The first fixture of which two outputs say different things, as both say it."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    return "\n".join(next((pair for pair in pairs if pair[0] != pair[1]), ("one is shorter than the other",)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
