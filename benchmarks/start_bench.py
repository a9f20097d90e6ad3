"""Start-up: what `--version` and `--help` take, beside an interpreter that does nothing."""

from __future__ import annotations

from collections import defaultdict

from benchmarks.environments import Pythons
from benchmarks.measure import Spread, Usage, measure
from benchmarks.results import Table, figure

_COMMAND = "from extractor.cli import main; main()"


def measure_start(pythons: Pythons, *, rounds: int) -> list[Table]:
    """Run each in turns."""
    commands = {
        "python -c pass": ["-c", "pass"],
        "alation-lineage --version": ["-c", _COMMAND, "--version"],
        "alation-lineage --help": ["-c", _COMMAND, "--help"],
        "alation-lineage dialects": ["-c", _COMMAND, "dialects"],
    }
    found: dict[str, list[Usage]] = defaultdict(list)
    for _ in range(rounds + 1):
        for name, words in commands.items():
            used = measure([pythons.compiled, *words], look_every_s=0.002)
            if used.code:
                raise RuntimeError(f"{name} ended with {used.code}")
            found[name].append(used)
    rows = [
        [name, figure(Spread.of(u.wall_s for u in runs[1:])), figure(Spread.of(u.cpu_s for u in runs[1:]))]
        for name, runs in found.items()
    ]
    note = (
        "The first run of each, which may write byte code, does not count. What may be imported is a test's business."
    )
    return [Table("Start-up", ["command", "wall s", "CPU s"], rows, note)]
