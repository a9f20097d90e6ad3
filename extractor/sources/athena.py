"""Amazon Athena: query executions as the API prints them, and CloudTrail's events of starting one.

The API tells outcome and names in force, and no user; CloudTrail tells the user, and no outcome.
https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetQueryExecution.html,
https://docs.aws.amazon.com/athena/latest/ug/monitor-with-cloudtrail.html
"""

from __future__ import annotations

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows, at, text_at

_OUTCOMES = {
    "SUCCEEDED": QueryOutcome.OK,
    "FAILED": QueryOutcome.FAILED,
    "CANCELLED": QueryOutcome.CANCELLED,
}
_HIDDEN = "***OMITTED***"


def _of_api(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        found = row.get("QueryExecution", row)
        key, sql = text_at(found, "QueryExecutionId"), text_at(found, "Query")
        if not sql or not sql.strip() or sql == _HIDDEN:
            return NOISE
        outcome = _OUTCOMES.get(str(at(found, "Status", "State")), QueryOutcome.UNKNOWN)
        record = QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            reading.clock.read(at(found, "Status", "SubmissionDateTime")),
            key or "",
            None,
            _catalog(text_at(found, "QueryExecutionContext", "Catalog")),
            text_at(found, "QueryExecutionContext", "Database"),
            outcome,
            statement_id=key,
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )
        return Shown(Part.BEGIN if outcome is QueryOutcome.UNKNOWN else Part.END, record, key or "")

    return shows


def _of_trail(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        sql = text_at(row, "requestParameters", "queryString")
        if row.get("eventName") != "StartQueryExecution" or not sql or not sql.strip() or sql == _HIDDEN:
            return NOISE
        key = text_at(row, "responseElements", "queryExecutionId")
        record = QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            reading.clock.read(row.get("eventTime")),
            key or text_at(row, "eventID") or "",
            _user_of(row),
            _catalog(text_at(row, "requestParameters", "queryExecutionContext", "catalog")),
            text_at(row, "requestParameters", "queryExecutionContext", "database"),
            QueryOutcome.FAILED if row.get("errorCode") else QueryOutcome.UNKNOWN,
            statement_id=key,
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )
        return Shown(Part.END, record, key or "")

    return shows


def _catalog(name: str | None) -> str | None:
    """The catalog; None for Athena's own, which texts and half of the logs leave out."""
    return None if name is None or name.lower() == "awsdatacatalog" else name


def _user_of(row: Row) -> str | None:
    """The user's name; of a role that was taken on, ``role/session``."""
    identity = row.get("userIdentity")
    arn = text_at(identity, "arn") or ""
    return text_at(identity, "userName") or arn.rpartition(":")[2].partition("/")[2] or text_at(identity, "principalId")


EXECUTIONS = RowFormat(
    "athena-executions",
    "Amazon Athena: BatchGetQueryExecution",
    frozenset({"queryexecutionid", "query"}),
    _of_api,
    lambda rows: any("QueryExecutionId" in row for row in rows),
    is_json=True,
)
EXECUTION = RowFormat(
    "athena-execution",
    "Amazon Athena: GetQueryExecution",
    frozenset({"queryexecution"}),
    _of_api,
    lambda rows: any(at(row, "QueryExecution", "Query") for row in rows),
    is_json=True,
)
TRAIL = RowFormat(
    "athena-cloudtrail",
    "AWS CloudTrail with Athena's StartQueryExecution",
    frozenset({"eventsource", "eventname", "requestparameters"}),
    _of_trail,
    lambda rows: any(row.get("eventSource") == "athena.amazonaws.com" for row in rows),
    is_json=True,
)
