"""The fixture tables of names: as written in SQL, with their context and catalog, and the key that comes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[2] / "fixtures" / "keys"


class Situation(NamedTuple):
    """One data source with its settings and catalog; ``tables`` is None where there is no catalog.

    ``before`` are the statements that the session sent before it used the names.
    """

    engine: str
    settings: dict[str, Any]
    tables: list[dict[str, Any]] | None
    before: tuple[str, ...] = ()


class Row(NamedTuple):
    """One name: the SQL, the session's database and schema, the key (None for none), how it came about, and why."""

    sql: str
    database: str | None
    schema: str | None
    key: str | None
    how: str
    rule: str


def situations() -> Iterator[tuple[Situation, list[Row]]]:
    """All fixtures, in the order of their engines."""
    for file in sorted(FOLDER.glob("*.json")):
        for one in json.loads(file.read_text(encoding="utf-8"))["situations"]:
            source = {"name": "s", "paths": ["logs"], **one["source"]}
            settings = {"source": [source], "map": one.get("map", []), "file_system": one.get("file_system", [])}
            before = tuple(one.get("before", ()))
            yield Situation(file.stem, settings, one["catalog"], before), [Row(*row) for row in one["names"]]
