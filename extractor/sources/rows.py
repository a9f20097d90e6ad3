"""From a row with named columns to a `QueryRecord`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import dialects
from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.columns import Columns
from extractor.sources.interface import Reading

Row = Mapping[str, Any]
_new: Callable[..., Any] = tuple.__new__

_OK = frozenset(
    [
        "ok",
        "success",
        "succeeded",
        "successful",
        "finished",
        "finish",
        "completed",
        "complete",
        "done",
        "eof",
        "0",
        "200",
        "queryfinish",
        "executed",
    ]
)
_FAILED = frozenset(
    [
        "fail",
        "failed",
        "failure",
        "error",
        "err",
        "errored",
        "incident",
        "aborted",
        "abort",
        "exception",
        "failed_with_error",
        "failed_with_incident",
        "exceptionbeforestart",
        "exceptionwhileprocessing",
    ]
)
_CANCELLED = frozenset(
    ["cancel", "cancelled", "canceled", "killed", "cancelling", "canceling", "timed_out", "timeout", "attention"]
)
_TRUE = frozenset({"true", "t", "1", "yes", "y"})
_FALSE = frozenset({"false", "f", "0", "no", "n"})
_ROWS_OF_KNOWN_LIMITS = frozenset({1_000, 1_024, 4_000, 8_192, 31_000, 63_000, 65_535, 100_000})


class RowReader:
    """Reads rows of one layout; made once per set of columns, called once per row.

    A call gives a record, a text that says what is wrong with the row, or None when the row holds no SQL.
    """

    def __init__(self, columns: Columns, reading: Reading) -> None:
        get = columns.found
        self._sql = get.get("sql", "")
        self._time = get.get("time")
        self._session = get.get("session")
        self._session_start = get.get("session_start")
        self._user = get.get("user")
        self._rest = {ours: theirs for ours, theirs in get.items() if ours not in _PLAIN}
        self._outcome = [(self._rest.pop(f), read) for f, read in _OUTCOMES if f in self._rest]
        self._read_time = reading.clock.read
        self._dialect = _dialect_of(reading.source.dialect)
        self._deep = any("." in column for column in get.values())
        self._limit = reading.max_statement_bytes
        self._lengths: dict[int, int] = {}

    def __call__(self, row: Row, file: str, line: int) -> QueryRecord | str | None:
        """The record of a row that begins at that place."""
        if self._deep:
            row = Deep(row)
        sql = row.get(self._sql)
        if type(sql) is not str:
            return None if sql is None else f"the column {self._sql} holds no text"
        if "\r" in sql:
            sql = sql.replace("\r\n", "\n").replace("\r", "\n")
        if not sql or sql.isspace():
            return None
        started = self._read_time(row.get(self._time)) if self._time is not None else None
        session = row.get(self._session, "") if self._session is not None else ""
        if type(session) is not str:
            session = "" if session is None else str(session)
        if self._session_start is not None and session and (since := row.get(self._session_start)):
            session = f"{session}@{since}"
        user = row.get(self._user) if self._user is not None else None
        if user is not None and (type(user) is not str or user[:4] == "urn:" or not user):
            user = _user_of(user)
        cut = len(sql) in _ROWS_OF_KNOWN_LIMITS and self._looks_cut(sql)
        if len(sql) > self._limit:
            sql, cut = sql[: self._limit], True
        outcome = self._outcome_of(row) if self._outcome else QueryOutcome.UNKNOWN
        origin = _new(Origin, (file, line))
        if not self._rest:
            fields = (sql, started, session, user, None, None, outcome, 0, None, None, None, cut, origin)
            record: QueryRecord = _new(QueryRecord, fields)
            return record
        return self._full(row, sql, started, session, user, outcome, origin, cut=cut)

    def _full(
        self,
        row: Row,
        sql: str,
        started: datetime | None,
        session: str,
        user: str | None,
        outcome: QueryOutcome,
        origin: Origin,
        *,
        cut: bool,
    ) -> QueryRecord:
        values = {ours: row.get(theirs) for ours, theirs in self._rest.items()}
        database, schema = _text(values.get("database")), _text(values.get("schema"))
        path: tuple[str, ...] | None = None
        if names := _text(values.get("names")):
            database, schema, path = self._default_names(names)
        if written := _text(values.get("search_path")):
            path = tuple(part.strip().strip('"') for part in written.split(",") if part.strip())
        sequence = _text(values.get("sequence")) or ""
        return QueryRecord(
            sql,
            started,
            session,
            user,
            database,
            schema,
            outcome,
            int(sequence) if sequence.isdecimal() and len(sequence) < 19 else 0,
            _text(values.get("statement_id")),
            path,
            _text(values.get("destination")),
            cut,
            origin,
        )

    def _outcome_of(self, row: Row) -> QueryOutcome:
        """The worst that any of the columns tells: cancelled, failed, ok, unknown."""
        told = {read(row.get(column)) for column, read in self._outcome}
        return next((o for o in _WORST_FIRST if o in told), QueryOutcome.UNKNOWN)

    def _default_names(self, names: str) -> tuple[str | None, str | None, tuple[str, ...] | None]:
        """Database, schema and search path of ``db.schema``, ``db.``, ``schema`` (where there is no database)."""
        pairs = []
        for written in names.split(","):
            parts = [part for part, _ in self._dialect.parse_name(written.strip())] or [""]
            if len(parts) == 1:
                parts = [parts[0], ""] if len(self._dialect.levels) > 2 else ["", parts[0]]
            pairs.append((parts[-2] or None, parts[-1] or None))
        schemas = tuple(schema for _, schema in pairs if schema)
        database, schema = pairs[0]
        return database, schema, schemas if len(schemas) > 1 else None

    def _looks_cut(self, sql: str) -> bool:
        """A text of exactly a known limit is cut when it does not end as a statement would."""
        return not sql.rstrip().endswith(";")


_PLAIN = frozenset({"sql", "time", "session", "session_start", "user"})


class Deep(dict[str, Any]):
    """A row whose columns may be named by a dotted way down (``metadata.query``)."""

    def get(self, key: Any, default: Any = None) -> Any:
        """The value at the end of the way, or the default."""
        if key in self or "." not in key:
            return super().get(key, default)
        value: Any = self
        for step in key.split("."):
            value = dict.get(value, step) if isinstance(value, dict) else None
            if value is None:
                return default
        return value


def _dialect_of(name: str) -> dialects.Dialect:
    try:
        return dialects.get(name)
    except dialects.UnknownDialect:
        return dialects.get("")


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, dict):
        parts = [value.get(k) for k in ("project_id", "dataset_id", "table_id")]
        return ".".join(str(p) for p in parts if p) or None
    return str(value)


def _user_of(value: object) -> str | None:
    """The name of a user; of an URN (``urn:li:corpuser:etl``) its last part."""
    text = "" if value is None else str(value)
    return (text.rsplit(":", 1)[-1] if text.startswith("urn:") else text) or None


def _by_status(value: object) -> QueryOutcome:
    word = str(value).strip().lower()
    if word in _OK:
        return QueryOutcome.OK
    if word in _FAILED:
        return QueryOutcome.FAILED
    if word in _CANCELLED:
        return QueryOutcome.CANCELLED
    if word in _TRUE or word in _FALSE:
        return QueryOutcome.OK if word in _TRUE else QueryOutcome.FAILED
    return QueryOutcome.UNKNOWN


def _by_success(value: object) -> QueryOutcome:
    word = str(value).strip().lower()
    if word in _TRUE:
        return QueryOutcome.OK
    return QueryOutcome.FAILED if word in _FALSE else QueryOutcome.UNKNOWN


def _by_cancelled(value: object) -> QueryOutcome:
    return QueryOutcome.CANCELLED if str(value).strip().lower() in _TRUE else QueryOutcome.UNKNOWN


def _by_failed(value: object) -> QueryOutcome:
    word = str(value).strip().lower()
    if word in _TRUE:
        return QueryOutcome.FAILED
    return QueryOutcome.OK if word in _FALSE else QueryOutcome.UNKNOWN


def _by_error(value: object) -> QueryOutcome:
    word = "" if value is None else str(value).strip()
    if word in ("", "\\N", "null", "NULL", "{}", "[]"):
        return QueryOutcome.UNKNOWN
    if word.strip("0") == "":
        return QueryOutcome.OK
    return QueryOutcome.FAILED


_OUTCOMES: tuple[tuple[str, Callable[[object], QueryOutcome]], ...] = (
    ("status", _by_status),
    ("success", _by_success),
    ("cancelled", _by_cancelled),
    ("failed", _by_failed),
    ("error", _by_error),
)
_WORST_FIRST = (QueryOutcome.CANCELLED, QueryOutcome.FAILED, QueryOutcome.OK)
