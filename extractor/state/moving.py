"""A state as a file of JSON lines, to move an installation or to look at with other tools.

The first line is ``{"format": "alation-lineage state", "version": 1, ...}``, each other one
``{"table": NAME, "row": {...}}``, the last one ``{"end": NUMBER_OF_ROWS}``. Times are ISO 8601 in UTC. Texts of
statements, outlines and catalogs are not in it: the next run makes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Connection, Float, Integer, LargeBinary, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from extractor.errors import StateError
from extractor.state import tables
from extractor.state.blobs import unpack_edges
from extractor.state.history import backfill_windows
from extractor.state.records import Status
from extractor.state.tables import Instant
from extractor.state.upsert import batches

FORMAT = "alation-lineage state"
VERSION = 1
_MOVED = (
    tables.runs,
    tables.nodes,
    tables.dataflows,
    tables.edges,
    tables.known,
    tables.targets,
    tables.nights,
    tables.temporary_nodes,
    tables.journal,
    backfill_windows,
)
_BY_NAME = {table.name: table for table in _MOVED}
_NUMBERED = (tables.runs, tables.nodes, tables.dataflows)


def write_file(connection: Connection, target: Path) -> int:
    """Write the state, readable by its owner alone (it holds SQL), and give the number of rows.

    Raises:
        StateError: the file cannot be written.
    """
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)  # a file that was there keeps its own rights otherwise
            count = -2  # the first line and the last are no rows
            for line in _lines(connection):
                file.write(line + b"\n")
                count += 1
    except OSError as error:
        raise StateError(f"the state cannot be written to {target}: {error.strerror}") from None
    return count


def read_file(connection: Connection, source: Path) -> int:
    """Put the rows of a file into a state that holds none, and give their number.

    Raises:
        StateError: the file is none, is cut or wrong somewhere (with the line), or the state is not empty.
    """
    for table in (tables.known, tables.dataflows):
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise StateError(
                "the state holds dataflows already: import into a new one (state.url), or move this one away"
            )
    for table in reversed(_MOVED):
        connection.execute(table.delete())
    try:
        with source.open("rb") as lines:
            count = _insert(connection, _rows(lines, source))
    except OSError as error:
        raise StateError(f"{source} cannot be read: {error.strerror}") from None
    except IntegrityError:
        raise StateError(f"{source}: its rows do not belong together, nothing was imported") from None
    _count_on(connection)
    return count


def _lines(connection: Connection) -> Iterator[bytes]:
    """The lines of the file, without line breaks."""
    spaces = select(tables.known.c.namespace).distinct().order_by(tables.known.c.namespace)
    head = {"format": FORMAT, "version": VERSION, "namespaces": list(connection.scalars(spaces))}
    yield orjson.dumps({**head, "exported_at": datetime.now(UTC)})
    count = 0
    for table in _MOVED:
        query = select(table).order_by(*table.primary_key.columns)
        for row in connection.execute(query, execution_options={"yield_per": 500}).mappings():
            count += 1
            yield orjson.dumps({"table": table.name, "row": _shown(table, row)})
    yield orjson.dumps({"end": count})


def _insert(connection: Connection, rows: Iterable[tuple[Table, dict[str, Any]]]) -> int:
    count = 0
    for batch in batches(rows, 500):
        for table in _MOVED:
            if values := [row for of, row in batch if of is table]:
                connection.execute(insert(table), values)
        count += len(batch)
    return count


def _rows(lines: Iterable[bytes], where: Path) -> Iterator[tuple[Table, dict[str, Any]]]:
    numbered = enumerate(lines, start=1)
    _, head = next(numbered, (1, b""))
    _check_head(_document(head, 1, where), where)
    for number, line in numbered:
        document = _document(line, number, where)
        if "end" in document:
            if document["end"] != number - 2:
                raise StateError(f"{where}: it ends after {number - 2} rows, but was written with {document['end']}")
            return
        yield _row(document, number, where)
    raise StateError(f"{where} is cut: its end is missing, nothing was imported")


def _document(line: bytes, number: int, where: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(line)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise StateError(f"{where}:{number}: this is no JSON object, nothing was imported")
    return document


def _check_head(head: Mapping[str, Any], where: Path) -> None:
    if head.get("format") != FORMAT:
        raise StateError(f"{where} is no state that alation-lineage exported")
    if head.get("version") != VERSION:
        raise StateError(
            f"{where} is of version {head.get('version')} of the format, this program reads version {VERSION}: "
            "use the program that wrote it, or a newer one"
        )


def _row(document: Mapping[str, Any], number: int, where: Path) -> tuple[Table, dict[str, Any]]:
    table = _BY_NAME.get(str(document.get("table")))
    row = document.get("row")
    if table is None or not isinstance(row, dict):
        raise StateError(f"{where}:{number}: this is no row of a state, nothing was imported")
    unknown = sorted(set(row) - set(table.columns.keys()))
    if unknown:
        raise StateError(f"{where}:{number}: a row of {table.name} has no {', '.join(unknown)}, nothing was imported")
    try:
        values = {column.name: _read(column, row.get(column.name)) for column in table.columns}
        if "namespace" in values and "external_id" in values:
            _check_dataflow(values)
    except (TypeError, ValueError) as error:
        raise StateError(f"{where}:{number}: {table.name}: {error}; nothing was imported") from None
    return table, values


def _check_dataflow(row: Mapping[str, Any]) -> None:
    if not row["external_id"].startswith(f"api/{row['namespace']}/"):
        raise ValueError(f"{row['external_id']} is not of the namespace {row['namespace']}")
    targets = orjson.loads(row["targets"])
    if not isinstance(targets, list) or not all(isinstance(target, str) for target in targets):
        raise ValueError("targets is no list of names")
    if "status" in row:
        Status(row["status"])
    if "edges" in row:
        list(unpack_edges(row["edges"]))


def _shown(table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = {}
    for column in table.columns:
        value = row[column]
        is_json = isinstance(column.type, LargeBinary) and value is not None
        shown[str(column.name)] = orjson.Fragment(value) if is_json else value
    return shown


def _read(column: Column[Any], value: Any) -> Any:
    """A value of JSON as the column takes it."""
    kind = column.type
    if value is None:
        if not column.nullable:
            raise ValueError(f"{column.name} is missing")
        return None
    if isinstance(kind, LargeBinary):
        return orjson.dumps(value)
    if isinstance(kind, Instant):
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError(f"{column.name} has no time zone")
        return at
    wanted = _type_of(kind)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted != (bool,)):
        raise ValueError(f"{column.name} cannot be {value!r}"[:200])
    return value


def _type_of(kind: Any) -> tuple[type, ...]:
    if isinstance(kind, Boolean):
        return (bool,)
    if isinstance(kind, Float):
        return (int, float)
    return (int,) if isinstance(kind, Integer) else (str,)


def _count_on(connection: Connection) -> None:
    """Let new rows get numbers behind those that were imported."""
    if connection.dialect.name != "postgresql":
        return
    for table in _NUMBERED:
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608 - our own table's name
                f"(SELECT coalesce(max(id), 1) FROM {table.name}))"
            )
        )
