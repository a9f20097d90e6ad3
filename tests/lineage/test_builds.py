"""The compiled and the pure build of the parser give the same lineage."""

import json
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import importlib.machinery, json, sys
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
from tests.lineage.cases import cases, columns_of, tables_of
found = {}
for case in cases():
    lineage = case.run()
    found[case.name] = [sorted(tables_of(lineage.sources)), sorted(columns_of(lineage)),
                        sorted(columns_of(lineage, "indirect")), [s.outcome.value for s in lineage.statements]]
print(json.dumps(found))
"""


def _run(build: str) -> dict[str, object]:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _SCRIPT, build], capture_output=True, text=True, check=True, cwd=root)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_pure_build_gives_what_the_installed_one_gives() -> None:
    """Every fixture has the same tables, columns and outcomes in both."""
    assert _run("pure") == _run("installed")
