"""From a row with named columns to a `QueryRecord`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
_LIMITS = frozenset({1_000, 1_024, 4_000, 8_192, 31_000, 63_000, 65_535, 100_000})
"""Lengths at which sources cut a statement's text, in characters.

A text of such a length is taken for cut, unless it ends with a semicolon or a longer one was seen before it: then the
source does not cut there.
"""
_REDACTED = "<redacted>"
_PADDING = 40
_UNKNOWN = QueryOutcome.UNKNOWN
_CONTEXT = ("database", "schema", "names", "search_path")
_MAX_KNOWN = 10_000

_Context = tuple[str | None, str | None, tuple[str, ...] | None]


class RowReader:
    """Reads rows of one layout; made once per set of columns, called once per row.

    A call gives a record, a text that says what is wrong with the row, or None when the row holds no SQL.
    """

    def __init__(self, columns: Columns, reading: Reading) -> None:
        get = columns.found.get
        self._sql = get("sql", "")
        self._time = get("time")
        self._session = get("session")
        self._session_start = get("session_start")
        self._user = get("user")
        self._id, self._sequence, self._destination = get("statement_id"), get("sequence"), get("destination")
        self._context_of = [columns.found[ours] for ours in _CONTEXT if ours in columns.found]
        self._context_names = [ours for ours in _CONTEXT if ours in columns.found]
        self._outcome_columns = [columns.found[ours] for ours, _ in _OUTCOMES if ours in columns.found]
        self._outcome_readers = [read for ours, read in _OUTCOMES if ours in columns.found]
        if columns.words and "status" in columns.found:
            self._outcome_readers[0] = _in_words(columns.words)
        self._session_parts = columns.session_parts
        self._is_parted = bool(self._session_parts) or self._session_start is not None
        self._limits = _LIMITS if columns.limits is None else columns.limits
        self.column_names = frozenset(
            [*(name.split(".")[0] for name in columns.found.values()), *columns.session_parts]
        )
        self._contexts: dict[object, _Context] = {}
        self._outcomes: dict[object, QueryOutcome] = {}
        self._read_time = reading.clock.read
        self._dialect = _dialect_of(reading.source.dialect)
        self._is_deep = any("." in column for column in columns.found.values())
        self._limit = reading.max_statement_bytes
        self._longest = 0

    def __call__(self, row: Row, file: str, line: int) -> QueryRecord | str | None:
        """The record of a row that begins at that place."""
        get = Deep(row).get if self._is_deep else row.get
        sql = get(self._sql)
        if type(sql) is not str:
            return None if sql is None else f"the column {self._sql} holds no text"
        if "\r" in sql:
            sql = sql.replace("\r\n", "\n").replace("\r", "\n")
        if not sql or sql.isspace() or sql == _REDACTED:
            return None
        session = get(self._session) if self._session is not None else ""
        if type(session) is not str:
            session = "" if session is None else str(session)
        if self._is_parted and session:
            session = self._whole_session(session, get)
        user = get(self._user) if self._user is not None else None
        if user is not None and (type(user) is not str or not user or user[:4] == "urn:"):
            user = _user_of(user)
        elif user is not None and user[-1] == " ":
            user = user.rstrip(" ") or None
        length = len(sql)
        if length > self._longest:  # noqa: PLR1730 - a call for each row
            self._longest = length
        cut = length in self._limits and length == self._longest and not _is_ended(sql)
        if length > self._limit:
            sql, cut = sql[: self._limit], True
        database, schema, path = self._context(get) if self._context_of else (None, None, None)
        fields = (
            sql,
            self._read_time(get(self._time)) if self._time is not None else None,
            session,
            user,
            database,
            schema,
            self._outcome(get) if self._outcome_columns else _UNKNOWN,
            _number(get(self._sequence)) if self._sequence is not None else 0,
            _text(get(self._id)) if self._id is not None else None,
            path,
            _text(get(self._destination)) if self._destination is not None else None,
            cut,
            _new(Origin, (file, line)),
        )
        record: QueryRecord = _new(QueryRecord, fields)
        return record

    def _whole_session(self, session: str, get: Callable[[str], Any]) -> str:
        """The session's key where its id alone is not unique."""
        if self._session_start is not None and (since := get(self._session_start)):
            session = f"{session}@{since}"
        return "/".join([*(str(get(name)) for name in self._session_parts), session])

    def _context(self, get: Callable[[str], Any]) -> _Context:
        """Database, schema and search path, worked out once for each combination of values."""
        key = tuple([get(column) for column in self._context_of])
        try:
            return self._contexts[key]
        except KeyError:
            pass
        except TypeError:  # a value that cannot be a key, such as a list
            key = tuple(map(str, key))
        values = {ours: _text(value) for ours, value in zip(self._context_names, key, strict=True)}
        database, schema, path = values.get("database"), values.get("schema"), None
        if names := values.get("names"):
            database, schema, path = self._default_names(names)
        if written := values.get("search_path"):
            path = tuple(part.strip().strip('"') for part in written.split(",") if part.strip())
        if len(self._contexts) >= _MAX_KNOWN:
            self._contexts.clear()
        self._contexts[key] = database, schema, path
        return database, schema, path

    def _outcome(self, get: Callable[[str], Any]) -> QueryOutcome:
        """The worst that any of the columns tells: cancelled, failed, ok, unknown."""
        values = tuple(map(get, self._outcome_columns))
        try:
            return self._outcomes[values]
        except KeyError:
            pass
        except TypeError:
            values = tuple(map(str, values))
        told = {read(value) for read, value in zip(self._outcome_readers, values, strict=True)}
        outcome = next((o for o in _WORST_FIRST if o in told), QueryOutcome.UNKNOWN)
        if len(self._outcomes) >= _MAX_KNOWN:
            self._outcomes.clear()
        self._outcomes[values] = outcome
        return outcome

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


def _is_ended(sql: str) -> bool:
    """Whether a text of a source's greatest length is whole all the same: it is ended, or filled up with blanks."""
    return sql.rstrip().endswith(";") or sql[-_PADDING:] == " " * _PADDING


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, dict):
        parts = [value.get(k) for k in ("project_id", "dataset_id", "table_id")]
        return ".".join(str(p) for p in parts if p) or None
    return str(value).rstrip(" ") or None  # a value of char(n) is filled up


def _number(value: object) -> int:
    digits = "" if value is None else str(value)
    return int(digits) if digits.isdecimal() and len(digits) < 19 else 0


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


def outcome_in_words(value: object) -> bool:
    """Whether a value is a word that tells how a statement ended (a number or a letter is none)."""
    word = str(value)
    return len(word) > 1 and not word.isdecimal() and _by_status(word) is not QueryOutcome.UNKNOWN


def _in_words(words: Mapping[str, str]) -> Callable[[object], QueryOutcome]:
    """As `_by_status`, for a table with values of its own."""
    return lambda value: _by_status(words.get(str(value).strip().lower(), value))


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
