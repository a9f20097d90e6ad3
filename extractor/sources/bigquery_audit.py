"""BigQuery in Cloud Audit Logs: both shapes of entries, in files of a log sink and as exported from its table.

https://cloud.google.com/bigquery/docs/reference/auditlogs (AuditData, BigQueryAuditMetadata). A job gives a first entry
and a last one, and with both shapes switched on each of them twice; the last of the newer shape is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from extractor.models import Origin, QueryOutcome
from extractor.sources.bigquery_jobs import (
    Job,
    Table,
    outcome_of,
    shown_by,
    sql_of_copy,
    sql_of_extract,
    sql_of_load,
    table_of,
    tables_of,
)
from extractor.sources.executions import NOISE, REPEAT, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows, at, text_at

_CANCELLED = (1, "1", "stopped")
"""Code 1 of google.rpc.Code is CANCELLED."""


def _payload(entry: Row) -> Any:
    return entry.get("protoPayload") or entry.get("protopayload_auditlog")


def _metadata(payload: Any) -> Any:
    written = at(payload, "metadataJson")
    if not isinstance(written, str):
        return at(payload, "metadata")
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError:
        return None


def _new_job(change: Any, payload: Any, read_time: Callable[[object], Any]) -> Job | None:
    """The job of a BigQueryAuditMetadata; None where it tells of no job."""
    done = at(change, "jobChange", "job")
    job = done if done is not None else at(change, "jobInsertion", "job")
    name = (text_at(job, "jobName") or "").split("/")
    if len(name) < 4:
        return None
    config, status, stats = at(job, "jobConfig"), at(job, "jobStatus"), at(job, "jobStats")
    query = at(config, "queryConfig")
    is_done = done is not None and (text_at(status, "jobState") or at(change, "jobChange", "after")) == "DONE"
    parent = (text_at(stats, "parentJobName") or "").split("/")
    error = at(status, "errorResult") or (at(payload, "status") if is_done else None)
    return Job(
        f"{name[1]}/{name[-1]}",
        Part.END if is_done else Part.BEGIN,
        text_at(query, "query") if query is not None else _new_sql(config),
        text_at(query, "statementType") or "",
        table_of(at(query, "destinationTable")),
        table_of(at(query, "defaultDataset")) or Table(name[1], ""),
        started_at=read_time(at(stats, "startTime") or at(stats, "createTime")),
        outcome=outcome_of(error, is_done=is_done, cancelled=_CANCELLED),
        parent=f"{parent[1]}/{parent[-1]}" if len(parent) > 3 else "",
        is_cut=bool(at(query, "queryTruncated")),
    )


def _new_sql(config: Any) -> str | None:
    load, copy, extract = at(config, "loadConfig"), at(config, "tableCopyConfig"), at(config, "extractConfig")
    if load is not None:
        target = table_of(at(load, "destinationTable"))
        return sql_of_load(at(load, "sourceUris"), target, text_at(load, "writeDisposition"), None)
    if copy is not None:
        target, kind = table_of(at(copy, "destinationTable")), text_at(copy, "operationType")
        return sql_of_copy(tables_of(at(copy, "sourceTables")), target, text_at(copy, "writeDisposition"), kind)
    return sql_of_extract(table_of(at(extract, "sourceTable")), at(extract, "destinationUris"), None)


def _old_job(service: Any, read_time: Callable[[object], Any]) -> Job | None:
    """The job of an AuditData; it is held until the newer shape of the same job is known not to come."""
    started = at(service, "jobInsertResponse", "resource") or at(service, "jobQueryResponse", "job")
    job = at(service, "jobCompletedEvent", "job") or started
    name = at(job, "jobName")
    project, number = text_at(name, "projectId"), text_at(name, "jobId")
    if not project or not number:
        return None
    config, stats = at(job, "jobConfiguration"), at(job, "jobStatistics")
    query = at(config, "query")
    is_done = at(service, "jobCompletedEvent") is not None
    return Job(
        f"{project}/{number}",
        Part.BEGIN,
        text_at(query, "query") if query is not None else _old_sql(config),
        text_at(query, "statementType") or "",
        table_of(at(query, "destinationTable")),
        table_of(at(query, "defaultDataset")) or Table(project, ""),
        started_at=read_time(at(stats, "startTime") or at(stats, "createTime")),
        outcome=outcome_of(at(job, "jobStatus", "error"), is_done=is_done, cancelled=_CANCELLED),
    )


def _old_sql(config: Any) -> str | None:
    load, copy, extract = at(config, "load"), at(config, "tableCopy"), at(config, "extract")
    if load is not None:
        target = table_of(at(load, "destinationTable"))
        return sql_of_load(at(load, "sourceUris"), target, text_at(load, "writeDisposition"), None)
    if copy is not None:
        target = table_of(at(copy, "destinationTable"))
        return sql_of_copy(tables_of(at(copy, "sourceTables")), target, text_at(copy, "writeDisposition"), None)
    return sql_of_extract(table_of(at(extract, "sourceTable")), at(extract, "destinationUris"), None)


def _shows(reading: Reading, _: list[str]) -> Shows:
    read_time, limit = reading.clock.read, reading.max_statement_bytes

    def shows(entry: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        payload = _payload(entry)
        service = at(payload, "serviceData") or at(payload, "servicedata_v1_bigquery")
        job = _new_job(_metadata(payload), payload, read_time)
        if job is None:
            job = _old_job(service, read_time)
        if job is None:
            return REPEAT if at(service, "jobGetQueryResultsResponse", "job") is not None else NOISE
        user = text_at(payload, "authenticationInfo", "principalEmail")
        started_at = job.started_at or read_time(entry.get("timestamp"))
        if job.part is Part.END and job.outcome is QueryOutcome.UNKNOWN:
            job = job._replace(part=Part.BEGIN)
        return shown_by(job._replace(user=user, started_at=started_at), origin, limit, is_cut=is_cut)

    return shows


def _is_of_bigquery(entries: list[dict[str, Any]]) -> bool:
    return any(
        at(_payload(entry), "serviceName") == "bigquery.googleapis.com"
        or str(at(entry, "resource", "type")).startswith("bigquery")
        or at(_metadata(_payload(entry)), "jobChange") is not None
        or at(_payload(entry), "serviceData", "jobCompletedEvent") is not None
        or at(_payload(entry), "servicedata_v1_bigquery") is not None
        for entry in entries
    )


_TITLE = "BigQuery in Cloud Audit Logs"
AUDIT = RowFormat("bigquery-audit", _TITLE, frozenset({"protopayload"}), _shows, _is_of_bigquery, is_json=True)
AUDIT_TABLE = RowFormat(
    "bigquery-audit-table",
    f"{_TITLE}, exported from a table",
    frozenset({"protopayloadauditlog"}),
    _shows,
)
