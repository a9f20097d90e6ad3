"""What a command costs: CPU time and memory of its process and of all that it starts."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
_HIGH_WATER = "VmHWM:"


class Usage(NamedTuple):
    """CPU time is that of the process and all processes it has waited for; memory is the largest resident size."""

    code: int
    cpu_s: float
    wall_s: float
    parent_mb: float
    child_mb: float
    output: str


class Spread(NamedTuple):
    """A figure of several rounds."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of at least one value."""
        found = sorted(values)
        return cls(found[0], median(found), found[-1])


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables for a process that is to import this checkout, with nothing of the caller's Python in it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ALATION_LINEAGE", "VIRTUAL_ENV"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", **(more or {})}


def measure(
    command: Sequence[str], *, folder: Path = ROOT, look_every_s: float = 0.05, timeout_s: float = 36_000.0
) -> Usage:
    """Run a command to its end and say what it cost; its memory is looked at every ``look_every_s``.

    Memory of children is known on Linux only. After ``timeout_s`` the command is killed, which its code says.
    """
    begun = time.perf_counter()
    errors = folder / "errors.txt" if folder != ROOT else Path(os.devnull)
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=stderr) as process,
    ):
        os.set_blocking(process.stdout.fileno(), False)  # type: ignore[union-attr]
        said: list[bytes] = []
        peaks: dict[int, float] = {}
        while True:
            said.append(process.stdout.read() or b"")  # type: ignore[union-attr]
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            for seen in (process.pid, *_children(process.pid)):
                peaks[seen] = max(peaks.get(seen, 0.0), peak_mb(seen))
            if time.perf_counter() - begun > timeout_s:
                process.kill()
            time.sleep(look_every_s)
        said.append(process.stdout.read() or b"")  # type: ignore[union-attr]
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    parent = peaks.pop(process.pid, 0.0)
    return Usage(
        process.returncode,
        used.ru_utime + used.ru_stime,
        wall,
        parent or used.ru_maxrss / 1024,
        max(peaks.values(), default=0.0),
        b"".join(said).decode("utf-8", "replace"),
    )


def answer_of(command: Sequence[str], *, folder: Path = ROOT) -> dict[str, Any]:
    """The JSON object that a measuring script prints as its last line.

    Raises:
        RuntimeError: it ended otherwise; the message holds the end of what it said.
    """
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-800:]}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def _children(pid: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def peak_mb(pid: int) -> float:
    """The largest resident size of a process so far, on Linux; elsewhere 0."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(_HIGH_WATER)), 0.0)
