"""The SQL fixtures: ``fixtures/sql/<dialect>/<kind>/<case>.sql`` with what is expected of it in ``.yml``.

``fixtures/sql/README.md`` says what may stand in a ``.yml``; anything else is refused with the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import dialects
import extractor

ROOT = Path(__file__).parents[2] / "fixtures" / "sql"

_TEXTS = frozenset({"default_database", "default_schema", "known_miss", "before", "refused", "open_columns"})
_LISTS = frozenset(
    {"temporary_tables", "sources", "targets", "columns", "indirect", "outcomes", "unused", "whole_rows"}
)
_OTHERS = frozenset({"schema", "tables", "feature"})
_EDGE = re.compile(r"\S.*\.[^>]*\S > (?:-|\S.*)\.[^>]*\S")


class WrongFixture(ValueError):
    """What stands in a fixture's .yml is not of its format; the message begins with the file's name."""


class Case(NamedTuple):
    """One fixture: its SQL, its dialect (the folder's name), its statement kind and what its .yml says."""

    name: str
    dialect: str
    sql: str
    expected: dict[str, Any]

    @property
    def kind(self) -> str:
        """The statement kind, which is the folder's name."""
        return self.name.split("/")[1]

    @property
    def rules(self) -> dialects.Dialect:
        """What is known of the fixture's dialect."""
        return dialects.get("" if self.dialect == "ansi" else self.dialect)

    @property
    def features(self) -> list[str]:
        """The features that the fixture shows, by their ids in features.yml."""
        named = self.expected.get("feature", [])
        return [named] if isinstance(named, str) else named

    @property
    def known_miss(self) -> str | None:
        """Why the engine is known to differ from the right answer, if it is."""
        return self.expected.get("known_miss")

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
    """All fixtures, in the order of their names.

    Raises:
        WrongFixture: a .yml holds what its format does not know.
    """
    for path in sorted(ROOT.rglob("*.sql")):
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        yield Case(name, name.split("/")[0], path.read_text("utf-8"), expectation(path.with_suffix(".yml")))


def expectation(path: Path) -> dict[str, Any]:
    """What a fixture's .yml says, checked.

    Raises:
        WrongFixture: an unknown key, an unknown feature, or a value of another form than README.md says.
    """
    found = load(path)
    if not isinstance(found, dict):
        raise WrongFixture(f"{path}: no mapping")
    if unknown := sorted(set(found) - _TEXTS - _LISTS - _OTHERS):
        raise WrongFixture(f"{path}: unknown: {', '.join(map(str, unknown))}")
    for key, value in found.items():
        if (problem := _problem(key, value)) is not None:
            raise WrongFixture(f"{path}: {key} {problem}")
    return found


def _problem(key: str, value: Any) -> str | None:
    if key in _TEXTS:
        return None if isinstance(value, str) and value.strip() else "is no text"
    if key in {"schema", "tables"}:
        tables = isinstance(value, dict) and all(isinstance(columns, dict) for columns in value.values())
        return None if tables else "is no mapping of tables to their columns"
    texts = [value] if key == "feature" and isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        return "is no list of texts"
    if key == "feature" and (unknown := [text for text in texts if text not in features()["features"]]):
        return f"is not in features.yml: {', '.join(unknown)}"
    if key in {"columns", "indirect"} and (odd := [text for text in texts if not _EDGE.fullmatch(text)]):
        return f"has no 'table.column > table.column' in {odd[0]!r}"
    return None


@cache
def features() -> dict[str, Any]:
    """``features.yml``: ``dialects``, and ``features`` with what each means."""
    found: dict[str, Any] = load(ROOT / "features.yml")
    return found


def load(path: Path) -> Any:
    """A YAML file; a key that stands in a mapping twice is an error.

    Raises:
        WrongFixture: it is no YAML, or holds a key twice.
    """
    try:
        return yaml.load(path.read_text("utf-8"), _OnceLoader)
    except (yaml.YAMLError, OSError) as error:
        raise WrongFixture(f"{path}: {error}") from None


class _OnceLoader(yaml.SafeLoader):
    """The safe loader, which also refuses a key that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise yaml.constructor.ConstructorError(None, None, f"{twice!r} is given twice", node.start_mark)
        return super().construct_mapping(node, deep)


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
