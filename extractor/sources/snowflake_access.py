"""Snowflake's ACCESS_HISTORY: what each query read and wrote, by columns, without the query's text.

A row is written as the statement of SQL that does the same, and says so in a comment: ``directSources`` of each column
that was modified are what feeds it. Where QUERY_HISTORY is read too, the text there counts instead (see
``pipeline/walk.py``), so a query that both show counts once.
https://docs.snowflake.com/en/sql-reference/account-usage/access_history
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows, folded_names, text_at

_WITHOUT_SQL = "/* query of Snowflake's ACCESS_HISTORY, which holds no SQL */\n"
_TABLES = frozenset(
    {
        "table", "view", "materialized view", "external table", "event table", "dynamic table", "iceberg table",
        "hybrid table", "stream", "",
    }
)  # fmt: skip
_INSERT = "INSERT INTO {} ({}) SELECT {} FROM {}"
_INSERT_ALL = "INSERT INTO {} SELECT 1 FROM {}"
_Object = dict[str, Any]


def _shows(reading: Reading, _: list[str]) -> Shows:
    folded = folded_names()
    read_time = reading.clock.read

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        cells = folded(row)
        number = text_at(cells, "queryid") or ""
        modified, read = _objects(cells.get("objectsmodified")), _objects(cells.get("directobjectsaccessed"))
        if modified is None or read is None:
            return NOISE if number == "" else Shown(Part.NOISE, problem="its objects are no JSON: the row breaks off")
        sql = ";\n".join(_statements(modified, read))
        if not sql:
            return NOISE
        record = QueryRecord(
            _WITHOUT_SQL + sql,
            read_time(cells.get("querystarttime")),
            number,
            text_at(cells, "username"),
            outcome=QueryOutcome.OK,  # a query that failed has no row
            statement_id=number or None,
            cut=is_cut,
            origin=origin,
        )
        return Shown(Part.END if number else Part.WHOLE, record, number)

    return shows


def _objects(cell: Any) -> list[_Object] | None:
    """The objects in a cell, which may be JSON as a text; None where it is none."""
    if isinstance(cell, str | bytes):
        try:
            cell = orjson.loads(cell) if cell.strip() else []
        except orjson.JSONDecodeError:
            return None
    if cell is None:
        return []
    return [one for one in cell if isinstance(one, dict)] if isinstance(cell, list) else None


def _statements(modified: list[_Object], read: list[_Object]) -> Iterator[str]:
    """For each table that was written from others, an INSERT that shows which columns feed which."""
    for target in modified:
        name = _name(target)
        if not name or not _is_table(target):
            continue
        feeding = _feeding(target)
        fed = dict.fromkeys(source for sources in feeding.values() for source, _ in sources)
        if len(modified) == 1:
            fed.update(dict.fromkeys(filter(None, map(_name, filter(_is_table, read)))))
        if any(source != name for source in fed):
            yield _insert(name, feeding, list(fed))


def _feeding(target: _Object) -> dict[str, list[tuple[str, str]]]:
    """Each column that was written, with the (table, column) that feed it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for column in _list(target, "columns"):
        written = text_at(column, "columnName")
        sources = [
            (_name(one), text_at(one, "columnName") or "")
            for one in _list(column, "directSources")
            if _is_table(one) and _name(one) and text_at(one, "columnName")
        ]
        if written and sources:
            found[written] = sources
    return found


def _insert(target: str, feeding: dict[str, list[tuple[str, str]]], read: list[str]) -> str:
    alias = {table: f"t{number}" for number, table in enumerate(read, 1)}
    tables = " CROSS JOIN ".join(f"{table} AS {alias[table]}" for table in read)
    if not feeding:
        return _INSERT_ALL.format(target, tables)
    columns = ", ".join(map(_quoted, feeding))
    values = ", ".join(_value([f"{alias[table]}.{_quoted(name)}" for table, name in fed]) for fed in feeding.values())
    return _INSERT.format(target, columns, values, tables)


def _value(columns: list[str]) -> str:
    return columns[0] if len(columns) == 1 else f"CONCAT({', '.join(columns)})"


def _is_table(one: _Object) -> bool:
    return (text_at(one, "objectDomain") or "").lower() in _TABLES


def _name(one: _Object) -> str:
    """The name as SQL: the parts of ``objectName`` are as they are stored, with quotes where they need them."""
    return ".".join(_quoted(part) for part in _parts(text_at(one, "objectName") or ""))


def _parts(name: str) -> Iterable[str]:
    """The parts between periods; those in quotes may hold periods."""
    part, is_quoted = "", False
    for character in name:
        if character == '"':
            is_quoted = not is_quoted
        elif character == "." and not is_quoted:
            yield part
            part = ""
        else:
            part += character
    if part:
        yield part


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(value: _Object, name: str) -> list[_Object]:
    found = value.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


FORMAT = RowFormat(
    "snowflake-access-history",
    "Snowflake ACCESS_HISTORY, which holds no SQL text: what it tells of columns is taken",
    frozenset({"queryid", "directobjectsaccessed", "baseobjectsaccessed"}),
    _shows,
)
