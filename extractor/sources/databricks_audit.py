"""Databricks audit logs: statements of SQL warehouses (submit and finish) and SQL commands of notebooks.

JSON lines as they are delivered to a bucket, and ``system.access.audit`` with its names in snake case. Verbose audit
logs must be switched on. https://docs.databricks.com/aws/en/admin/account-settings/audit-logs
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows, at, text_at

_MAGIC = re.compile(r"\s*%(\w+)[ \t]*\r?\n?")
_OUTCOMES = {
    "finished": QueryOutcome.OK,
    "failed": QueryOutcome.FAILED,
    "error": QueryOutcome.FAILED,
    "cancelled": QueryOutcome.CANCELLED,
    "canceled": QueryOutcome.CANCELLED,
    "skipped": QueryOutcome.CANCELLED,
}


def _members(value: Any) -> dict[str, Any]:
    """A struct or map, which a table's export may hold as a text of JSON or as a list of pairs."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    if isinstance(value, list):
        value = {pair[0]: pair[1] for pair in value if isinstance(pair, tuple) and len(pair) == 2}
    return value if isinstance(value, dict) else {}


def _get(row: Row, camel: str, snake: str) -> Any:
    return row[camel] if camel in row else row.get(snake)


def _sql_in(text: str, language: str) -> str | None:
    """The SQL of a notebook's command: in its own language, or after ``%sql``; None for other languages."""
    magic = _MAGIC.match(text)
    if magic is not None:
        return text[magic.end() :] if magic[1].lower() == "sql" else None
    return text if language.lower() == "sql" else None


def _shows(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes

    def record(row: Row, sql: str, session: str, outcome: QueryOutcome, origin: Origin) -> QueryRecord:
        user = _members(_get(row, "userIdentity", "user_identity"))
        return QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            reading.clock.read(_get(row, "timestamp", "event_time")),
            session,
            text_at(user, "email") or text_at(user, "subject_name"),
            outcome=outcome,
            statement_id=_key(row) or None,
            cut=len(sql) > limit,
            origin=origin,
        )

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        action = _get(row, "actionName", "action_name")
        params = _members(_get(row, "requestParams", "request_params"))
        text = text_at(params, "commandText") or ""
        if action == "commandFinish":
            return Shown(Part.END, key=_key(row), outcome=_outcome_of(row))
        if action == "commandSubmit":
            session = text_at(row, "sessionId") or text_at(row, "session_id") or ""
            part, outcome, sql = Part.BEGIN, QueryOutcome.UNKNOWN, text
        elif action == "runCommand":
            session = "/".join(filter(None, (text_at(params, "notebookId"), text_at(params, "clusterId"))))
            part, outcome = Part.WHOLE, _OUTCOMES.get(str(params.get("status")).lower(), _outcome_of(row))
            sql = _sql_in(text, text_at(params, "commandLanguage") or "") or ""
        else:
            return NOISE
        if not sql.strip():
            return NOISE
        made = record(row, sql, session, outcome, origin)
        return Shown(part, made._replace(cut=True) if is_cut else made, _key(row))

    return shows


def _key(row: Row) -> str:
    params = _members(_get(row, "requestParams", "request_params"))
    return text_at(params, "commandId") or ""


def _outcome_of(row: Row) -> QueryOutcome:
    response = _members(row.get("response"))
    code = str(_get(response, "statusCode", "status_code"))
    message = _get(response, "errorMessage", "error_message")
    if message and "cancel" in str(message).lower():
        return QueryOutcome.CANCELLED
    if message or code[:1] in ("4", "5"):
        return QueryOutcome.FAILED
    return QueryOutcome.OK if code == "200" else QueryOutcome.UNKNOWN


FORMAT = RowFormat(
    "databricks-audit",
    "Databricks audit log",
    frozenset({"servicename", "actionname", "requestparams"}),
    _shows,
    lambda rows: any(at(row, "actionName") or at(row, "action_name") for row in rows),
)
