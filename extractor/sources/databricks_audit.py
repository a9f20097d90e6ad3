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
from extractor.sources.row_formats import Row, RowFormat, Shows, folded_names, text_at

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


def _sql_in(text: str, language: str) -> str | None:
    """The SQL of a notebook's command: in its own language, or after ``%sql``; None for other languages."""
    magic = _MAGIC.match(text)
    if magic is not None:
        return text[magic.end() :] if magic[1].lower() == "sql" else None
    return text if language.lower() == "sql" else None


def _shows(reading: Reading, _: list[str]) -> Shows:
    folded, limit = folded_names(), reading.max_statement_bytes

    def record(row: Row, sql: str, session: str, outcome: QueryOutcome, key: str, origin: Origin) -> QueryRecord:
        user = _members(row.get("useridentity"))
        return QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            reading.clock.read(_time_of(row)),
            session,
            text_at(user, "email") or text_at(user, "subject_name"),
            outcome=outcome,
            statement_id=key or None,
            cut=len(sql) > limit,
            origin=origin,
        )

    def shows(found: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        row = folded(found)
        action, params = row.get("actionname"), _members(row.get("requestparams"))
        text, key = text_at(params, "commandText") or "", text_at(params, "commandId") or ""
        if action == "commandFinish":
            return Shown(Part.END, key=key, outcome=_outcome_of(row))
        if action == "commandSubmit":
            session = text_at(row, "sessionid") or ""
            part, outcome, sql = Part.BEGIN, QueryOutcome.UNKNOWN, text
        elif action == "runCommand":
            session = "/".join(filter(None, (text_at(params, "notebookId"), text_at(params, "clusterId"))))
            part, outcome = Part.WHOLE, _OUTCOMES.get(str(params.get("status")).lower(), _outcome_of(row))
            sql = _sql_in(text, text_at(params, "commandLanguage") or "") or ""
            key = f"{key}@{_time_of(row)}"  # a cell keeps its id when it is run again
        else:
            return NOISE
        if not sql.strip():
            return NOISE
        made = record(row, sql, session, outcome, key, origin)
        return Shown(part, made._replace(cut=True) if is_cut else made, key)

    return shows


def _time_of(row: Row) -> Any:
    return row.get("timestamp") or row.get("eventtime")


def _outcome_of(row: Row) -> QueryOutcome:
    response = _members(row.get("response"))
    code = str(response.get("statusCode", response.get("status_code")))
    message = response.get("errorMessage", response.get("error_message"))
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
)
