"""Which of somebody's columns hold what, by looking at the values: a mapping to put into a source's ``fields``."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from extractor.sources.columnar import first_rows
from extractor.sources.columns import choose_columns, fold
from extractor.sources.delimited import SEPARATORS
from extractor.sources.interface import InputFile, Sample
from extractor.sources.json_documents import objects_of
from extractor.sources.json_lines import is_one_a_line, objects_of_lines, sample_keys
from extractor.sources.opening import OpenFile
from extractor.sources.recognition import sample_of
from extractor.sources.rows import outcome_in_words
from extractor.sources.times import Clock

_ROWS = 200
_DEPTH = 4
_SQL = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:insert\s+(?:into|overwrite)|create\s+\w|merge\s+into|update\s+\S|delete\s+from"
    r"|select\b.|with\s+\S+.*?\bas\s*\(|drop\s+\w|alter\s+\w|truncate\s|copy\s|unload\s|exec(?:ute)?\s|call\s|use\s|set\s)",
    re.IGNORECASE | re.DOTALL,
)
_TIME_TEXT = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}[ T]|\d{10,19}(?:\.\d+)?\s*$")
_USUAL = (
    ("user", re.compile(r"user|usr|who|owner|login|principal|account|email")),
    ("session", re.compile(r"sess|conn|pid|spid|thread|sid$")),
    ("database", re.compile(r"database|^db|catalog")),
    ("schema", re.compile(r"schema")),
    ("statement_id", re.compile(r"(?:query|statement|stmt|request|job)id$")),
)
_EARLY = re.compile(r"start|begin|submit|created?")
_FEW = 20
Row = Mapping[str, Any]


class Proposal(NamedTuple):
    """A format to set and the fields to set with it; ``rows`` were looked at, ``statements`` of them hold SQL."""

    format: str
    fields: dict[str, str]
    rows: int
    statements: int

    def in_words(self) -> str:
        """The lines to put into the source's settings."""
        fields = ", ".join(f'{ours} = "{theirs}"' for ours, theirs in self.fields.items())
        return f'format = "{self.format}", fields = {{ {fields} }}'


def propose_fields(item: InputFile, encoding: str = "utf-8") -> Proposal | None:
    """A mapping for a file of rows in which no known layout was found; None where no column holds SQL.

    Raises:
        OSError: the file cannot be opened.
    """
    with OpenFile(item, encoding) as opened:
        sample = sample_of([opened], None)
    for name in ("parquet", "avro", "excel"):
        if (rows := first_rows(name, sample, _ROWS)) is not None:
            return _of_rows(name, [_flat(row) for row in rows])
    if sample.text.lstrip()[:1] in ("{", "["):
        is_lines = is_one_a_line(sample)
        objects = objects_of_lines(sample) if is_lines else objects_of(sample)
        return _of_rows("json-lines" if is_lines else "json", [_flat(value) for value in objects])
    return _of_table(sample)


def _of_table(sample: Sample) -> Proposal | None:
    """The proposal of the separator with which the most rows hold SQL in one column."""
    found = [one for separator in SEPARATORS if (one := _of_separated(sample, separator)) is not None]
    return max(found, key=lambda one: (one.statements, len(one.fields)), default=None)


def _of_separated(sample: Sample, separator: str) -> Proposal | None:
    try:
        lines = [line + "\n" for line in sample.lines[:_ROWS]]
        cells = [row for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:
        return None
    width = len(cells[0]) if cells else 0
    rows = [row for row in cells if len(row) == width]
    if width < 2 or len(rows) * 2 < len(cells):
        return None
    names = [name.strip() for name in rows[0]]
    has_header = len(set(names)) == width and not any(_looks_like_value(name) for name in names)
    keys = names if has_header else [str(n) for n in range(1, width + 1)]
    body = [dict(zip(keys, [cell.rstrip("\n") for cell in row], strict=True)) for row in rows[has_header:]]
    found = _of_rows("csv", body)
    is_chance = separator in ",;" and found is not None and len(found.fields) == 1  # those of the SQL itself
    return None if is_chance else found


def _looks_like_value(name: str) -> bool:
    """Whether a cell of the first row is a value rather than the name of a column."""
    return not name or len(name) > 60 or name[0].isdigit() or _SQL.match(name + " x") is not None


def _of_rows(name: str, rows: Sequence[Row]) -> Proposal | None:
    keys = sample_keys([dict(row) for row in rows])
    share = {key: _share(rows, key, _is_sql) for key in keys}
    sql = max(keys, key=lambda key: share[key], default=None)
    if sql is None or share[sql] < 0.3:
        return None
    fields = {"sql": sql}
    fields.update(_by_values(rows, [key for key in keys if key != sql]))
    by_name = choose_columns([key for key in keys if key not in fields.values()], {})
    fields |= {ours: theirs for ours, theirs in by_name.found.items() if ours not in fields}
    for ours, usual in _USUAL:
        left = (key for key in keys if key not in fields.values() and usual.search(fold(key.rpartition(".")[2])))
        if ours not in fields and (key := next(left, None)) is not None:
            fields[ours] = key
    return Proposal(name, fields, len(rows), sum(_is_sql(row.get(sql)) for row in rows))


def _by_values(rows: Sequence[Row], keys: list[str]) -> dict[str, str]:
    """The columns of the time and of the outcome, by what is in them."""
    found = {}
    times = [key for key in keys if _share(rows, key, _is_time) > 0.8]
    if times:
        found["time"] = next((key for key in times if _EARLY.search(key.lower())), times[0])
    outcomes = (key for key in keys if key not in found.values() and _share(rows, key, outcome_in_words) > 0.8)
    if (outcome := next(outcomes, None)) is not None:
        found["status"] = outcome
    return found


def _share(rows: Iterable[Row], key: str, holds: Callable[[Any], bool]) -> float:
    """Of the rows with a value there, how many have one of that sort."""
    values = [value for row in rows if (value := row.get(key)) not in (None, "", "\\N")]
    return sum(map(holds, values)) / len(values) if values else 0.0


def _is_sql(value: Any) -> bool:
    return isinstance(value, str) and _SQL.match(value) is not None


def _is_time(value: Any) -> bool:
    if isinstance(value, str):
        return _TIME_TEXT.match(value) is not None and Clock().read(value) is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value > 1e9 and Clock().read(value) is not None
    return Clock().read(value) is not None


def _flat(row: Row, prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """A row with what lies in objects under dotted names, as ``fields`` names it."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict) and depth < _DEPTH:
            flat.update(_flat(value, f"{prefix}{key}.", depth + 1))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
