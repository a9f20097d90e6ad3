"""The compiled and the pure build of the parser give the same lineage."""

import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import importlib.machinery, sys
if sys.argv[1] == "pure":
    class Pure:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if not name.startswith("sqlglot"):
                return None
            finder = importlib.machinery.FileFinder
            loader = (importlib.machinery.SourceFileLoader, [".py"])
            for entry in path or sys.path:
                spec = finder(entry, loader).find_spec(name)
                if spec is not None:
                    return spec
            return None
    sys.meta_path.insert(0, Pure)
from tests.lineage.answers import answers
print("\\n".join(answers()))
"""


def _run(build: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _SCRIPT, build], capture_output=True, text=True, check=True, cwd=root)
    return done.stdout


def test_the_pure_build_gives_what_the_installed_one_gives() -> None:
    """Every fixture has the same tables, edges, reasons and outcomes in both, byte for byte."""
    pure = _run("pure")
    assert pure
    assert pure == _run("installed")
