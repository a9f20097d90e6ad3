"""Everything that the engine says of every fixture, one line of JSON each: ``python -m tests.lineage.answers``.

Two processes, builds or machines that say the same print the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.lineage.cases import cases


def answers() -> Iterator[str]:
    """One line for each fixture, in the order of their names: tables, edges with confidence and reason, outcomes."""
    for case in cases():
        found = case.run()
        said: dict[str, Any] = {
            "case": case.name,
            "sources": [str(table) for table in found.sources],
            "targets": [str(table) for table in found.targets],
            "tables": [[str(part) for part in edge] for edge in found.tables],
            "columns": [[str(part) for part in edge] for edge in found.columns],
            "outcomes": [[s.outcome.value, s.reason] for s in found.statements],
        }
        yield json.dumps(said, ensure_ascii=False)


if __name__ == "__main__":
    for line in answers():
        print(line)
