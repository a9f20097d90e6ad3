"""The SQL fixtures: ``fixtures/sql/<dialect>/<kind>/<case>.sql`` with what is expected of it in ``.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import extractor

ROOT = Path(__file__).parents[2] / "fixtures" / "sql"


class Case(NamedTuple):
    """One fixture: its SQL, its dialect and what its .yml says."""

    name: str
    dialect: str
    sql: str
    expected: dict[str, Any]

    def run(self, sql: str | None = None) -> extractor.Lineage:
        """The lineage of the fixture, or of another text in its place."""
        patterns = [re.compile(p, re.IGNORECASE) for p in self.expected.get("temporary_tables", [])]
        return extractor.extract_lineage(
            self.sql if sql is None else sql,
            dialect=None if self.dialect == "ansi" else self.dialect,
            schema=self.expected.get("schema"),
            default_database=self.expected.get("default_database"),
            default_schema=self.expected.get("default_schema"),
            temporary_tables=patterns,
        )


def cases() -> Iterator[Case]:
    """All fixtures, in the order of their names."""
    for path in sorted(ROOT.rglob("*.sql")):
        expected = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8")) or {}
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        yield Case(name, path.relative_to(ROOT).parts[0], path.read_text("utf-8"), expected)


def columns_of(lineage: extractor.Lineage, kind: str = "direct") -> set[str]:
    """Column edges as ``table.column > table.column``, in lower case; a bare query's target is ``-``."""
    return {
        f"{e.source_table}.{e.source_column} > {e.target_table or '-'}.{e.target_column}".lower()
        for e in lineage.columns
        if e.kind == kind
    }


def tables_of(names: tuple[extractor.TableName, ...]) -> set[str]:
    """Names of tables in lower case."""
    return {str(name).lower() for name in names}
