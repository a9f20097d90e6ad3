"""Logs of Impala, Hive and Ranger in JSON lines: Impala's audit, the lineage loggers of both, Ranger's audits.

https://impala.apache.org/docs/build/html/topics/impala_auditing.html, .../impala_lineage.html,
https://cwiki.apache.org/confluence/display/RANGER and Hive's hook ``LineageLogger``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.interface import Reading, Sample, Verdict
from extractor.sources.json_lines import is_one_a_line, objects_of_lines
from extractor.sources.row_formats import Row, RowFormat, Shows, source_format, text_at

_FOLDED_COMMENT = re.compile(
    r"(?:[^'\"`/-]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|/\*.*?\*/|/(?!\*)|-(?!-))*+--", re.DOTALL
)
_ONE_DECISION = timedelta(seconds=2)
_MAX_KNOWN = 10_000


def _audited(row: Row) -> Any:
    """The event of a line, which stands under the milliseconds at which it was written."""
    return next((value for name, value in row.items() if name.isdecimal()), None) if len(row) == 1 else None


def _of_impala(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        event = _audited(row)
        sql = text_at(event, "sql_statement")
        if not sql or sql.isspace():
            return NOISE
        record = QueryRecord(
            sql[:limit],
            reading.clock.read(text_at(event, "start_time")),
            text_at(event, "session_id") or "",
            text_at(event, "user"),
            None,
            None,
            _impala_outcome(event),
            statement_id=text_at(event, "query_id"),
            cut=is_cut or len(sql) > limit or _has_lost_lines(sql),
            origin=origin,
        )
        return Shown(Part.WHOLE, record)

    return shows


def _impala_outcome(event: Any) -> QueryOutcome:
    status = event.get("status")
    if event.get("authorization_failure") is True or (isinstance(status, str) and status):
        is_cancelled = isinstance(status, str) and "cancelled" in status.lower()
        return QueryOutcome.CANCELLED if is_cancelled else QueryOutcome.FAILED
    return QueryOutcome.OK if status == "" else QueryOutcome.UNKNOWN


def _has_lost_lines(sql: str) -> bool:
    """Whether a ``--`` comment stands in a text whose line ends were made blanks: nobody knows where it ends."""
    return "--" in sql and "\n" not in sql and _FOLDED_COMMENT.match(sql) is not None


def _judge_impala(sample: Sample) -> Verdict:
    if not sample.text.lstrip().startswith("{") or not is_one_a_line(sample):
        return Verdict(0, "its lines are no JSON objects")
    if not any(text_at(_audited(row), "sql_statement") for row in objects_of_lines(sample)):
        return Verdict(0, "no line is an object with milliseconds as its only name, and a sql_statement")
    return Verdict(0.95, "its objects are events of Impala's audit under the time of their writing")


def _of_lineage(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        sql = text_at(row, "queryText")
        if not sql or sql.isspace():
            return NOISE
        record = QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            reading.clock.read(row.get("timestamp")),
            "",
            text_at(row, "user"),
            None,
            text_at(row, "database"),
            QueryOutcome.OK,  # lineage is written when a statement has run
            statement_id=text_at(row, "queryId"),
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )
        return Shown(Part.WHOLE, record)

    return shows


def _of_ranger(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes
    decisions: dict[tuple[str, str], tuple[datetime | None, str]] = {}

    def key_of(session: str, sql: str, at: datetime | None, origin: Origin) -> str:
        """The same for all decisions on one statement: those of one session and text at nearly the same time."""
        last = decisions.pop((session, sql), None)
        is_same = last is not None and (last[0] == at or (last[0] and at and abs(at - last[0]) <= _ONE_DECISION))
        key = last[1] if last is not None and is_same else f"{origin.file}:{origin.line}"
        if len(decisions) >= _MAX_KNOWN:
            del decisions[next(iter(decisions))]
        decisions[session, sql] = at, key
        return key

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        sql = text_at(row, "reqData")
        if not sql or sql.isspace():
            return NOISE
        session, at = text_at(row, "sess") or "", reading.clock.read(row.get("evtTime"))
        is_denied = str(row.get("result")) == "0"
        record = QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            at,
            session,
            text_at(row, "reqUser"),
            outcome=QueryOutcome.FAILED if is_denied else QueryOutcome.UNKNOWN,
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )
        return Shown(Part.END if is_denied else Part.BEGIN, record, key_of(session, sql, at, origin))

    return shows


IMPALA_AUDIT = replace(
    source_format(RowFormat("impala-audit", "Impala audit event log", frozenset({"sqlstatement"}), _of_impala)),
    judge=_judge_impala,
)
LINEAGE = RowFormat(
    "hive-impala-lineage",
    "Lineage log of Impala, and of Hive's LineageLogger",
    frozenset({"querytext", "hash", "user", "timestamp", "edges", "vertices"}),
    _of_lineage,
)
RANGER = RowFormat(
    "ranger-audit",
    "Ranger audit log",
    frozenset({"requser", "evttime", "access", "resource", "restype", "result"}),
    _of_ranger,
)
