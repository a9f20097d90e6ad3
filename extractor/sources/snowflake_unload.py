r"""Snowflake's QUERY_HISTORY as ``COPY INTO @stage`` writes CSV: without a header, and by default without quotes.

A comma, a line end or a backslash within a value stands behind a backslash; ``\N`` is null; with
FIELD_OPTIONALLY_ENCLOSED_BY texts are quoted instead. A record begins with its query id.
https://docs.snowflake.com/en/sql-reference/sql/create-file-format and .../account-usage/query_history
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.models import Origin, QueryRecord
from extractor.sources.columns import Columns, choose_columns, wished_columns
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.layouts_of_clouds import SNOWFLAKE
from extractor.sources.rows import RowReader

_HEAD = re.compile(rb'"?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"?,')
_CELL = re.compile(r'(?:"((?:[^"]+|"")*+)"|((?:[^,\\]+|\\.)*+\\?))(,|\Z)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_STATUS = frozenset({"SUCCESS", "FAIL", "INCIDENT", "RUNNING", "QUEUED", "BLOCKED", "FAILED_WITH_ERROR"})
_VIEW = (
    "query_id", "query_text", "database_id", "database_name", "schema_id", "schema_name", "query_type", "session_id",
    "user_name", "role_name", "warehouse_id", "warehouse_name", "warehouse_size", "warehouse_type", "cluster_number",
    "query_tag", "execution_status", "error_code", "error_message", "start_time", "end_time",
)  # fmt: skip
_FUNCTION = (
    "query_id", "query_text", "database_name", "schema_name", "query_type", "session_id", "user_name", "role_name",
    "warehouse_name", "warehouse_size", "warehouse_type", "cluster_number", "query_tag", "execution_status",
    "error_code", "error_message", "start_time", "end_time",
)  # fmt: skip
_UNKNOWN_ORDER = (
    'its columns are neither those of the view nor of the function: set fields to their places, as in sql = "2"'
)


def _cells(text: str) -> list[str | None]:
    """The values of a record; nothing where quotes do not fit."""
    cells: list[str | None] = []
    place, separator = 0, ","
    while separator:
        cell = _CELL.match(text, place)
        if cell is None:
            return []
        quoted, plain, separator = cell.groups()
        place = cell.end()
        if quoted is not None:
            cells.append(quoted.replace('""', '"'))
        else:
            cells.append(None if plain in ("\\N", "") else _ESCAPED.sub(r"\1", plain) if "\\" in plain else plain)
    return cells


def _order_of(cells: list[str | None]) -> tuple[str, ...] | None:
    """The names of the columns by where the status and a time stand, or None."""
    for names in (_VIEW, _FUNCTION):
        status, start = names.index("execution_status"), names.index("start_time")
        if len(cells) >= len(names) and cells[status] in _STATUS and (cells[start] or "")[4:5] == "-":
            return names + tuple(f"column {n}" for n in range(len(names), len(cells)))
    return None


def _judge(sample: Sample) -> Verdict:
    first = next((line for line in sample.lines if line.strip()), "")
    if not any(_HEAD.match(line.encode()) for line in sample.lines[:200]):
        return Verdict(0, "no line begins with a query id and a comma")
    certainty = 0.95 if _HEAD.match(first.encode()) else 0.6
    return Verdict(certainty, "its records begin with a query id of Snowflake, and it has no header")


class _Unload:
    """Gathers lines to records: each runs from one query id to the next."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._to_record: RowReader | None = None
        self._names: tuple[str, ...] = ()
        self._parts: list[bytes] = []
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)

    def items(self) -> Iterator[Item]:
        """The records in order; what stands before the first query id belongs to another file."""
        lines, is_lost = self._reading.lines, False
        for line in lines:
            if _HEAD.match(line):
                yield from self._complete()
                self._parts, self._size = [line], len(line)
                self._is_cut, is_lost = lines.is_cut, False
                self._origin = Origin(lines.file, lines.number)
            elif self._parts:
                self._size += len(line) + 1
                if self._size > self._reading.max_statement_bytes or lines.is_cut:
                    self._is_cut = True
                else:
                    self._parts.append(line)
            elif line and not is_lost:
                is_lost = True
                self._reading.stats.entries += 1
                yield self._reading.bad("the file begins inside a record")
        self._is_cut = self._is_cut or lines.is_damaged
        yield from self._complete()

    def _complete(self) -> Iterator[Item]:
        if not self._parts:
            return
        text = self._reading.text(b"\n".join(self._parts)).rstrip("\n")
        self._parts = []
        self._reading.stats.entries += 1
        item = self._item(_cells(text))
        if item is None:
            self._reading.stats.noise += 1
        else:
            yield item

    def _item(self, cells: list[str | None]) -> Item | None:
        if self._to_record is None:
            self._learn(cells)
        if self._to_record is None:
            return self._reading.bad(_UNKNOWN_ORDER, self._origin)
        if self._is_cut:
            cells = (cells + [None] * len(self._names))[: len(self._names)]
        if len(cells) != len(self._names):
            problem = f"the record does not have the {len(self._names)} columns of the others"
            return self._reading.bad(problem, self._origin)
        found = self._to_record(dict(zip(self._names, cells, strict=True)), self._origin.file, self._origin.line)
        if isinstance(found, QueryRecord):
            return found._replace(cut=True) if self._is_cut else found
        return self._reading.bad(found, self._origin) if found else None

    def _learn(self, cells: list[str | None]) -> None:
        """Names for the columns: the places that the source's fields give, else the order that Snowflake has."""
        wished, _ = wished_columns(self._reading.source.fields)
        places = {ours: place for ours, place in wished.items() if place.isdecimal()}
        if "sql" in places:
            self._names = tuple(str(n) for n in range(1, len(cells) + 1))
            self._to_record = RowReader(Columns(places), self._reading)
        elif (names := _order_of(cells)) is not None:
            self._names = names
            self._to_record = RowReader(choose_columns(names, {}, SNOWFLAKE), self._reading)


def _read(reading: Reading) -> Iterator[Item]:
    return _Unload(reading).items()


FORMAT = SourceFormat(
    "snowflake-unload", "Snowflake QUERY_HISTORY unloaded as CSV without a header", _judge, _read, lambda _: ""
)
