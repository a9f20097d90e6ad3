"""DuckDB's own log of queries: ``CALL enable_logging('QueryLog', storage = 'file')``, and exports of ``duckdb_logs``.

In files the connection stands in ``duckdb_log_contexts.csv`` beside the entries, under the entry's context. The log
tells neither outcome nor user. https://duckdb.org/docs/current/operations_manual/logging/overview
"""

from __future__ import annotations

import csv
import io
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import PurePath
from typing import BinaryIO

from extractor.models import BadRecord, Origin, QueryOutcome, QueryRecord
from extractor.sources.columns import fold
from extractor.sources.companions import open_beside
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.interface import Item, Reading
from extractor.sources.row_formats import Placed, Row, RowFormat, Shows, read_shown

_ENTRIES, _CONTEXTS = "duckdb_log_entries", "duckdb_log_contexts"
_MAX_CONTEXTS = 100_000


class _Connections:
    """The connection of each context, read from the file of contexts as far as entries ask for them."""

    def __init__(self, file: BinaryIO | None) -> None:
        self._file = file
        text = () if file is None else io.TextIOWrapper(file, "utf-8", "replace", newline="")
        self._rows = csv.DictReader(text)
        self._known: OrderedDict[str, str] = OrderedDict()

    def of(self, context: str) -> str:
        """The connection, or "" where it is not known."""
        while context not in self._known and (row := next(self._rows, None)) is not None:
            self._known[row.get("context_id") or ""] = row.get("connection_id") or ""
            if len(self._known) > _MAX_CONTEXTS:
                self._known.popitem(last=False)
        return self._known.get(context, "")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _read(reading: Reading, names: list[str], placed: Iterable[Placed | BadRecord]) -> Iterator[Item]:
    log = reading.sample.item.path
    own = PurePath(str(log)).name
    name = own.replace(_ENTRIES, _CONTEXTS)
    with closing(_Connections(open_beside(log, name) if name != own else None)) as connections:
        rows = LOG._replace(shows=lambda reading, names: _shows(reading, names, connections), reads=None)
        yield from read_shown(rows, names, placed, reading)


def _shows(reading: Reading, names: list[str], connections: _Connections) -> Shows:
    spelled = {fold(name): name for name in names}
    kind, text, at = (spelled.get(name, name) for name in ("type", "message", "timestamp"))
    context, connection = spelled.get("contextid", "context_id"), spelled.get("connectionid")
    limit = reading.max_statement_bytes

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        sql = row.get(text)
        if row.get(kind) != "QueryLog" or type(sql) is not str or not sql.strip():
            return NOISE
        key = str(row.get(context) or "")
        session = str(row.get(connection) or "") if connection is not None else connections.of(key)
        record = QueryRecord(
            sql[:limit],
            reading.clock.read(row.get(at)),
            session,
            outcome=QueryOutcome.UNKNOWN,
            sequence=int(key) if key.isdecimal() and len(key) < 19 else 0,
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )
        return Shown(Part.WHOLE, record)

    return shows


def _shows_nothing(_: Reading, __: list[str]) -> Shows:
    return lambda _, __, ___: NOISE


LOG = RowFormat(
    "duckdb-query-log",
    "DuckDB query log (enable_logging, duckdb_logs)",
    frozenset({"contextid", "timestamp", "type", "loglevel", "message"}),
    None,
    reads=_read,
)
CONTEXTS = RowFormat(
    "duckdb-log-contexts",
    "DuckDB query log: the connections, which are read with duckdb_log_entries.csv",
    frozenset({"contextid", "scope", "connectionid", "transactionid", "queryid", "threadid"}),
    _shows_nothing,
)
