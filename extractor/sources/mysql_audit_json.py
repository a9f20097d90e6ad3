"""Audit logs of MySQL in JSON: MySQL Enterprise's, Percona's two plugins', and the log of ProxySQL's queries.

MySQL Enterprise writes an array that is closed only when the file is rotated; the others one object a line.
https://dev.mysql.com/doc/refman/8.0/en/audit-log-file-formats.html#audit-log-file-json-format,
https://docs.percona.com/percona-server/8.0/audit-log-plugin.html and https://proxysql.com/documentation/query-logging/
"""

from __future__ import annotations

import re

from extractor.models import Origin, QueryRecord
from extractor.sources.executions import NOISE, REPEAT, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.mysql_audit_events import AuditEvents, Event
from extractor.sources.mysql_connections import outcome_of_error, user_of
from extractor.sources.row_formats import Row, RowFormat, Shows, at, text_at

_HAS_STATUS = re.compile(r'"event"\s*:\s*"status"')
_CONNECTION_EVENTS = {"connect": "Connect", "change_user": "Change user", "disconnect": "Quit"}


def _of_enterprise(reading: Reading, _: list[str]) -> Shows:
    events = AuditEvents(reading)
    wanted = "status" if _HAS_STATUS.search(reading.sample.text) else "log"

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        kind, event = row.get("class"), row.get("event")
        if kind == "connection":
            name, data = _CONNECTION_EVENTS.get(str(event), ""), row.get("connection_data")
        elif kind == "general" and event == wanted:
            data = row.get("general_data")
            name = text_at(data, "command") or ""
        else:
            return REPEAT if kind in ("general", "table_access", "query") else NOISE
        return events.take(
            Event(
                name,
                text_at(data, "query") or "",
                text_at(row, "connection_id") or "",
                f"{row.get('timestamp')} UTC",
                at(data, "status") if wanted == "status" else None,
                origin,
                text_at(row, "account", "user") or text_at(row, "login", "user"),
                text_at(data, "db"),
                text_at(row, "id"),
                is_cut,
            )
        )

    return shows


def _of_percona(reading: Reading, _: list[str]) -> Shows:
    events = AuditEvents(reading)

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        found = row.get("audit_record")
        return events.take(
            Event(
                text_at(found, "name") or "",
                text_at(found, "sqltext") or "",
                text_at(found, "connection_id") or "",
                at(found, "timestamp"),
                at(found, "status"),
                origin,
                user_of(text_at(found, "user") or ""),
                text_at(found, "db"),
                text_at(found, "record"),
                is_cut,
            )
        )

    return shows


def _of_proxysql(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        sql = text_at(row, "query")
        if row.get("event") == "COM_STMT_PREPARE":
            return REPEAT
        if not sql or sql.isspace():
            return NOISE
        record = QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            reading.clock.read(row.get("starttime_timestamp_us") or row.get("starttime")),
            text_at(row, "thread_id") or "",
            text_at(row, "username"),
            None,
            text_at(row, "schemaname"),
            outcome_of_error(row.get("errno")),
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )
        return Shown(Part.WHOLE, record)

    return shows


ENTERPRISE = RowFormat(
    "mysql-audit-json",
    "MySQL Enterprise audit log in JSON",
    frozenset({"class", "event", "connectionid", "timestamp"}),
    _of_enterprise,
    lambda rows: any("general_data" in row or "connection_data" in row for row in rows),
)
PERCONA = RowFormat(
    "percona-audit-json",
    "Percona audit log in JSON",
    frozenset({"auditrecord"}),
    _of_percona,
    lambda rows: any(at(row, "audit_record", "name") for row in rows),
)
PROXYSQL = RowFormat(
    "proxysql-eventslog",
    "ProxySQL query log in JSON",
    frozenset({"hostgroupid", "digest", "query", "schemaname", "threadid"}),
    _of_proxysql,
)
