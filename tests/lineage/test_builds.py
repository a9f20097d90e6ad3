"""The compiled and the pure build of the parser give the same lineage."""

import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import sys
from tests.lineage.pure import PURE
if sys.argv[1] == "pure":
    exec(PURE)
from benchmarks.samples import samples
from tests.lineage.answers import answers
print("\\n".join([*answers(), *(f"{sample.place}: {sample.problem}" for sample in samples())]))
"""


def _run(build: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _SCRIPT, build], capture_output=True, text=True, check=True, cwd=root)
    return done.stdout


def test_the_pure_build_gives_what_the_installed_one_gives() -> None:
    """Every fixture has the same edges, reasons and outcomes in both, every sample is read in both or neither."""
    pure = _run("pure")
    assert pure
    assert pure == _run("installed")
