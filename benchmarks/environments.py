"""The environments: one for each build of the parser, and one for each peer that brings what others do not bear."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import ROOT, environment

NAMES = ("compiled", "pure", "datahub", "peers")
_HERE = Path(__file__).parent


class Pythons(NamedTuple):
    """The interpreter of each environment; a peer's is empty where it is left out."""

    compiled: str
    pure: str
    datahub: str = ""
    peers: str = ""

    def __getitem__(self, name: str) -> str:  # type: ignore[override]
        found: str = getattr(self, name)
        return found


def pythons(folder: Path, given: dict[str, str], names: Sequence[str] = NAMES) -> Pythons:
    """The interpreters, given ones as they are, the others made below ``folder`` where they are not yet.

    Raises:
        subprocess.CalledProcessError: pip could not install one of ours; a peer that cannot be had is left out.
    """
    found = {name: given.get(name) or "" for name in NAMES}
    for name in names:
        if found[name]:
            continue
        try:
            found[name] = _made(folder / name, _HERE / f"requirements-{name}.txt")
        except subprocess.CalledProcessError:
            if name in {"compiled", "pure"}:
                raise
            print(f"the environment {name} could not be made: its tools are left out", file=sys.stderr)
    return Pythons(**found)


def version_of(python: str, distribution: str) -> str:
    """The installed version, or ``-``."""
    code = f"from importlib.metadata import version; print(version({distribution!r}))"
    done = subprocess.run([python, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    return done.stdout.strip() or "-"


def _made(folder: Path, requirements: Path) -> str:
    python = folder / "bin" / "python"
    stamp = folder / "made-from"
    wanted = requirements.read_bytes()
    if wanted.startswith(b"-e ."):  # the project itself, whose own requirements may have changed
        wanted += (ROOT / "pyproject.toml").read_bytes()
    digest = hashlib.sha256(wanted).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
        return str(python)
    print(f"making the environment {folder.name}: once, about a minute", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", "-r", str(requirements)]
    subprocess.run(install, check=True, cwd=ROOT)
    stamp.write_text(digest, encoding="ascii")
    return str(python)
