"""Distinct statements to measure: from files that the user names, from our fixtures, or made from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import dialects
from benchmarks.measure import ROOT
from benchmarks.warehouse import Warehouse
from extractor import statements

FIXTURES = ROOT / "fixtures" / "sql"
Schema = Mapping[str, Sequence[str]]


class Statement(NamedTuple):
    """One text with what a tool may know about it; ``dialect`` is our name of it."""

    name: str
    text: str
    dialect: str
    schema: Schema

    def as_json(self) -> dict[str, Any]:
        """What contenders are told, with the parser's own name of the dialect."""
        parser = dialects.get(self.dialect).parser if self.dialect else ""
        schema = {name: list(columns) for name, columns in self.schema.items()}
        return {"text": self.text, "dialect": self.dialect or None, "sqlglot": parser or None, "schema": schema}


def fixtures() -> list[Statement]:
    """Our own fixtures that are one statement, each with its schema; some tools take no scripts."""
    found = []
    for path in sorted(FIXTURES.rglob("*.sql")):
        expected = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8")) or {}
        name = path.relative_to(FIXTURES)
        dialect = "" if name.parts[0] == "ansi" else name.parts[0]
        schema = {table: tuple(columns or ()) for table, columns in (expected.get("schema") or {}).items()}
        pieces = statements.split(path.read_text("utf-8"), dialects.get(dialect))
        if len(pieces) == 1:
            found.append(Statement(name.as_posix(), pieces[0].text, dialect, schema))
    return distinct(found)


def generated(number: int, *, seed: int = 7) -> list[Statement]:
    """Loads of an invented warehouse, of the sizes that such loads have in life."""
    warehouse = Warehouse(seed=seed, jobs=50)
    schema = {table.name: table.columns for table in warehouse.raw}
    loads = warehouse.loads(random.Random(f"{seed} loads"), number)
    return [Statement(f"load {n}", text, "postgres", _used(schema, text)) for n, text in enumerate(loads, 1)]


def big_load(*, columns: int, branches: int) -> str:
    """One load that joins so many branches by UNION ALL, each through common tables of so many columns."""
    return Warehouse(seed=7, jobs=1).load(random.Random(7), columns=columns, branches=branches)


def from_files(paths: Iterable[Path], *, dialect: str | None, schema_file: Path | None) -> list[Statement]:
    """All statements of the ``.sql`` files, each text once.

    The dialect is the given one, else the name of the first folder below the path that is a dialect's. The schema
    file is a JSON object: dotted table name to a list of columns.

    Raises:
        dialects.UnknownDialect: neither the option nor a folder tells a file's dialect.
    """
    told = json.loads(schema_file.read_bytes()) if schema_file else {}
    schema = {name: tuple(columns) for name, columns in told.items()}
    found = []
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*.sql")):
            name = dialect if dialect is not None else _dialect_of(file)
            for n, piece in enumerate(statements.split(file.read_text("utf-8", "replace"), dialects.get(name)), 1):
                found.append(Statement(f"{file.name}:{n}", piece.text, name, _used(schema, piece.text)))
    return distinct(found)


def distinct(found: Iterable[Statement]) -> list[Statement]:
    """The statements, each text of a dialect once, in their order."""
    return list({(s.dialect, s.text): s for s in reversed(list(found))}.values())[::-1]


def _dialect_of(file: Path) -> str:
    for part in file.parts[-2::-1]:
        if part in dialects.names():
            return part
    raise dialects.UnknownDialect(f"{file}: no folder of its path is named for a dialect; give --dialect")


def _used(schema: Schema, text: str) -> dict[str, Sequence[str]]:
    """The tables whose last part occurs in the text: what a tool would look up for it."""
    words = set(_words(text.lower()))
    return {name: columns for name, columns in schema.items() if name.rpartition(".")[2].lower() in words}


def _words(text: str) -> Iterator[str]:
    word = []
    for character in text:
        if character.isalnum() or character in "_$#":
            word.append(character)
        elif word:
            yield "".join(word)
            word.clear()
    if word:
        yield "".join(word)
