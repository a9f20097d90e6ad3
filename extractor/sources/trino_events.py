"""Trino, Presto and Starburst: events of a query listener, the web API's query.json, the MySQL listener's table.

https://trino.io/docs/current/admin/event-listeners-http.html and its neighbours. ``EXECUTE`` of a prepared statement
carries the statement beside it; an event that a query was created is followed by the one that it was completed.
"""

from __future__ import annotations

from typing import Any

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows, at, folded_names, text_at

_CANCELLED = frozenset({"USER_CANCELED", "ADMINISTRATIVELY_KILLED", "ADMINISTRATIVELY_PREEMPTED", "ABANDONED_QUERY"})


def _shown(reading: Reading, origin: Origin, query: Any, context: Any, times: tuple[Any, ...], error: Any) -> Shown:
    """One query; ``query`` has the id, the texts and the state, ``context`` the user and the names in force."""
    sql = text_at(query, "preparedQuery") or text_at(query, "query")
    if not sql or not sql.strip():
        return NOISE
    key, limit = text_at(query, "queryId"), reading.max_statement_bytes
    outcome = _outcome_of(text_at(query, "queryState") or text_at(query, "state"), error)
    user = text_at(context, "user")
    record = QueryRecord(
        sql[:limit].replace("\r\n", "\n"),
        next((found for value in times if (found := reading.clock.read(value)) is not None), None),
        "/".join(filter(None, (user, text_at(context, "source"), text_at(context, "clientInfo")))),
        user,
        text_at(context, "catalog"),
        text_at(context, "schema"),
        outcome,
        statement_id=key,
        cut=len(sql) > limit,
        origin=origin,
    )
    return Shown(Part.BEGIN if outcome is QueryOutcome.UNKNOWN else Part.END, record, key or "")


def _outcome_of(state: str | None, error: Any) -> QueryOutcome:
    if error in _CANCELLED:
        return QueryOutcome.CANCELLED
    if error or state == "FAILED":
        return QueryOutcome.FAILED
    return QueryOutcome.OK if state == "FINISHED" else QueryOutcome.UNKNOWN


def _error_in(event: Any) -> Any:
    """The name of a failure's error, or whatever tells that there was one."""
    failure = at(event, "failureInfo")
    return text_at(failure, "errorCode", "name") or text_at(event, "errorCode", "name") or failure


def _marked_cut(shown: Shown, *, is_cut: bool) -> Shown:
    return shown._replace(record=shown.record._replace(cut=True)) if is_cut and shown.record is not None else shown


def _of_events(reading: Reading, _: list[str]) -> Shows:
    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        event = row.get("eventPayload", row)
        times = (at(event, "createTime"), at(event, "executionStartTime"), at(event, "endTime"))
        error = _error_in(event)
        error = error if error is None or isinstance(error, str) else "unnamed"
        query, context = at(event, "metadata"), at(event, "context")
        return _marked_cut(_shown(reading, origin, query, context, times, error), is_cut=is_cut)

    return shows


def _of_query_info(reading: Reading, _: list[str]) -> Shows:
    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        stats, error = row.get("queryStats"), _error_in(row)
        times = (at(stats, "createTime"), at(stats, "executionStartTime"), at(stats, "endTime"))
        error = error if error is None or isinstance(error, str) else "unnamed"
        return _marked_cut(_shown(reading, origin, row, row.get("session"), times, error), is_cut=is_cut)

    return shows


_COLUMNS = {"queryid": "queryId", "query": "query", "preparedquery": "preparedQuery", "querystate": "queryState"}


def _of_table(reading: Reading, _: list[str]) -> Shows:
    folded = folded_names()

    def shows(found: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        row = folded(found)
        query = {theirs: row.get(name) for name, theirs in _COLUMNS.items()}
        times = (row.get("createtime"), row.get("executionstarttime"), row.get("endtime"))
        context = {**row, "clientInfo": row.get("clientinfo")}
        shown = _shown(reading, origin, query, context, times, text_at(row, "errorcode"))
        return _marked_cut(shown, is_cut=is_cut)

    return shows


EVENTS = RowFormat(
    "trino-events",
    "Trino and Presto: events of a query listener",
    frozenset({"metadata", "context"}),
    _of_events,
    lambda rows: any(at(row, "metadata", "queryId") for row in rows),
    is_json=True,
)
KAFKA_EVENTS = RowFormat(
    "trino-events-kafka",
    "Trino: events of the Kafka listener",
    frozenset({"eventpayload"}),
    _of_events,
    lambda rows: any(at(row, "eventPayload", "metadata", "queryId") for row in rows),
    is_json=True,
)
QUERY_INFO = RowFormat(
    "trino-query-json",
    "Trino and Presto: query.json of the web API",
    frozenset({"queryid", "session", "state", "query"}),
    _of_query_info,
    lambda rows: any(at(row, "session", "user") for row in rows),
    is_json=True,
)
LISTENER_TABLE = RowFormat(
    "trino-listener-table",
    "Trino: table of the MySQL event listener",
    frozenset({"queryid", "querystate", "preparedquery", "query"}),
    _of_table,
)
