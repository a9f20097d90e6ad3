"""Rows of a catalog file: CSV, JSON lines or a JSON array, plain or gzip, or Parquet, read as a stream.

One row is one column, as ``information_schema.columns`` has it: database (or table_catalog), schema
(table_schema), table (table_name), column (column_name), position (ordinal_position), and, as far as they are
known, key, table_type, base_table_key and ds_id; names count in any case. A row without a column is a table
alone. Objects as Alation's own table and column calls give them are understood too.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from extractor.errors import CatalogError
from extractor.keys.catalog_parquet import is_parquet, parquet_rows
from extractor.models import BadRecord, Origin

_FIELDS = {
    "database": ("database", "table_catalog", "catalog", "database_name", "catalog_name"),
    "schema": ("schema", "table_schema", "schema_name", "owner"),
    "table": ("table", "table_name"),
    "column": ("column", "column_name"),
    "position": ("position", "ordinal_position", "column_id"),
    "key": ("key",),
    "table_type": ("table_type",),
    "base_table_key": ("base_table_key",),
    "ds_id": ("ds_id", "data_source_id"),
}
_KNOWN = {name for names in _FIELDS.values() for name in names} | {"name", "column_type"}
_TEXTS = ("database", "schema", "table", "column", "key", "table_type", "base_table_key")
_CHUNK = 1 << 16
_LONGEST_VALUE = 1 << 24


class FileRow(NamedTuple):
    """One row of a catalog file: a column of a table, or with an empty ``column`` the table alone.

    ``position`` is 0 when the row does not say it, ``ds_id`` None. ``key`` is the column's own, or the table's
    when there is no column. ``table`` is empty for a column of Alation's, whose key says it.
    """

    database: str
    schema: str
    table: str
    column: str
    position: int
    key: str
    table_type: str
    base_table_key: str
    ds_id: int | None
    origin: Origin


def read_catalog_file(path: Path) -> Iterator[FileRow | BadRecord]:
    """The rows of a catalog file in order; a row that cannot be read is a `BadRecord` with its line.

    Raises:
        CatalogError: the file cannot be opened, or breaks off.
    """
    try:
        if is_parquet(path):
            yield from _shaped(parquet_rows(path, _KNOWN), path)
            return
        with _opened(path) as stream:
            yield from _shaped(_rows(stream), path)
    except (OSError, EOFError, zlib.error) as error:
        raise CatalogError(f"{path}: the catalog file cannot be read: {error}") from None


def _opened(path: Path) -> IO[str]:
    with path.open("rb") as probe:
        packed = probe.read(2) == b"\x1f\x8b"
    binary: Any = gzip.GzipFile(path) if packed else io.FileIO(path)
    return io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _shaped(rows: Iterator[tuple[int, dict[str, Any] | str]], path: Path) -> Iterator[FileRow | BadRecord]:
    for number, read in rows:
        origin = Origin(str(path), number)
        yield BadRecord(read, origin) if isinstance(read, str) else _row(read, origin)


def _rows(stream: IO[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    line, first = 1, stream.readline(_LONGEST_VALUE)
    while first and not first.strip():
        line, first = line + 1, stream.readline(_LONGEST_VALUE)
    if first.lstrip().startswith("["):
        return _array(first, line, stream)
    if first.lstrip().startswith("{"):
        return _lines(first, line, stream)
    return _csv(first, line, stream)


def _csv(header: str, above: int, stream: IO[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    separator = max(",;\t|", key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
    reader = csv.reader(stream, delimiter=separator)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield above + reader.line_num, f"the row is no CSV: {error}"
            continue
        if values and len(values) != len(names):
            yield above + reader.line_num, f"the row has {len(values)} values, the header {len(names)}"
        elif values:
            yield above + reader.line_num, dict(zip(names, values, strict=True))


def _lines(first: str, line: int, stream: IO[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    text = first
    while text:
        if text.strip():
            yield line, _object(text)
        line, text = line + 1, stream.readline(_LONGEST_VALUE)


def _object(text: str) -> dict[str, Any] | str:
    try:
        read = orjson.loads(text.encode("utf-8", "surrogateescape"))
    except orjson.JSONDecodeError as error:
        return f"the line is no JSON: {error}"
    return _lower(read) if isinstance(read, dict) else "the line is no JSON object"


def _array(first: str, line: int, stream: IO[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The objects of one JSON array, whatever its size; past a damaged one nothing can be read."""
    decoder = JSONDecoder()
    text = first[first.index("[") + 1 :]
    while True:
        stripped = text.lstrip(" \t\r\n,")
        line += text[: len(text) - len(stripped)].count("\n")
        if stripped.startswith("]"):
            return
        try:
            read, end = decoder.raw_decode(stripped)
        except JSONDecodeError as error:
            more = stream.read(_CHUNK)
            if not more or len(stripped) > _LONGEST_VALUE:
                yield line, f"the array breaks off or is damaged: {error.msg}"
                return
            text = stripped + more
            continue
        yield line, _lower(read) if isinstance(read, dict) else "the array holds something that is no object"
        line += stripped[:end].count("\n")
        text = stripped[end:]


def _lower(read: dict[str, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in read.items()}


def _row(read: dict[str, Any], origin: Origin) -> FileRow | BadRecord:
    named = _alation(read) if "key" in read and "name" in read else read
    values = {field: _first(named, names) for field, names in _FIELDS.items()}
    if any(is_damaged(str(value)) for value in values.values()):
        return BadRecord("a name holds bytes that are no UTF-8, or a NUL", origin)
    try:
        position = int(float(values["position"] or 0))
        ds_id = int(values["ds_id"]) if values["ds_id"] != "" else None
    except (ValueError, TypeError, OverflowError):
        return BadRecord("the position or the ds_id is no whole number", origin)
    if not values["table"] and not values["key"]:
        return BadRecord("the row names no table", origin)
    texts = {name: str(values[name]) for name in _TEXTS}
    return FileRow(**texts, position=position, ds_id=ds_id, origin=origin)


def _alation(read: dict[str, Any]) -> dict[str, Any]:
    """An object of Alation's table or column call, in the names of a row; a column's table is in its key."""
    if "column_type" in read or "table_id" in read:
        kept = {name: read.get(name) for name in ("key", "position", "ds_id")}
        return {**kept, "column": read["name"]}
    return {**{name: v for name, v in read.items() if name != "name"}, "table": read["name"]}


def _first(read: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value = read.get(name)
        if value is not None and value != "":
            return value
    return ""


def is_damaged(text: str) -> bool:
    """Whether a text holds a NUL, or a surrogate that stands for bytes that are no UTF-8."""
    return "\x00" in text or (not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text))
