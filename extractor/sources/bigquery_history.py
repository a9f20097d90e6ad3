"""BigQuery's jobs as INFORMATION_SCHEMA.JOBS has them, and as the API and ``bq ls -j``, ``bq show -j`` print them.

https://cloud.google.com/bigquery/docs/information-schema-jobs,
https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
"""

from __future__ import annotations

from typing import Any

import orjson

from extractor.models import Origin
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
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows, at, folded_names, text_at

_CANCELLED = ("stopped", "cancelled")


def _struct(value: Any) -> Any:
    """A value of a column that holds an object; CSV has it as JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value


def _of_jobs(reading: Reading, _: list[str]) -> Shows:
    folded = folded_names()
    read_time, limit = reading.clock.read, reading.max_statement_bytes

    def shows(found: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        row = folded(found)
        project, number = text_at(row, "projectid") or "", text_at(row, "jobid") or ""
        parent = text_at(row, "parentjobid")
        is_done = row.get("state") in ("DONE", None)
        job = Job(
            f"{project}/{number}",
            Part.END if is_done else Part.BEGIN,
            text_at(row, "query"),
            text_at(row, "statementtype") or "",
            table_of(_struct(row.get("destinationtable"))),
            None,
            tables_of(_struct(row.get("referencedtables"))),
            read_time(row.get("starttime") or row.get("creationtime")),
            text_at(row, "useremail"),
            outcome_of(_struct(row.get("errorresult")), is_done=is_done and "errorresult" in row, cancelled=_CANCELLED),
            text_at(_struct(row.get("sessioninfo")), "session_id"),
            f"{project}/{parent}" if parent else "",
        )
        return shown_by(job, origin, limit, is_cut=is_cut)

    return shows


def _of_api(reading: Reading, _: list[str]) -> Shows:
    limit = reading.max_statement_bytes

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        job = _api_job(row, reading)
        return NOISE if job is None else shown_by(job, origin, limit, is_cut=is_cut)

    return shows


def _api_job(row: Row, reading: Reading) -> Job | None:
    project, number = text_at(row, "jobReference", "projectId"), text_at(row, "jobReference", "jobId")
    if not project or not number:
        return None
    stats = at(row, "statistics")
    config, details = at(row, "configuration"), at(stats, "query")
    query, parent = at(config, "query"), text_at(stats, "parentJobId")
    is_done = (text_at(row, "status", "state") or text_at(row, "state")) == "DONE"
    return Job(
        f"{project}/{number}",
        Part.END if is_done else Part.BEGIN,
        text_at(query, "query") if query is not None else _api_sql(config),
        text_at(details, "statementType") or "",
        table_of(at(query, "destinationTable")),
        _default(at(query, "defaultDataset"), project),
        tables_of(at(details, "referencedTables")),
        reading.clock.read(at(stats, "startTime") or at(stats, "creationTime")),
        text_at(row, "user_email"),
        outcome_of(at(row, "status", "errorResult") or at(row, "errorResult"), is_done=is_done, cancelled=_CANCELLED),
        text_at(stats, "sessionInfo", "sessionId"),
        f"{project}/{parent}" if parent else "",
    )


def _default(value: Any, project: str) -> Table:
    """The default dataset, of the job's own project where it names none."""
    found = table_of({"projectId": project, **value}) if isinstance(value, dict) else None
    return found or Table(project, "")


def _api_sql(config: Any) -> str | None:
    load, copy, extract = at(config, "load"), at(config, "copy"), at(config, "extract")
    if load is not None:
        target, form = table_of(at(load, "destinationTable")), text_at(load, "sourceFormat")
        return sql_of_load(at(load, "sourceUris"), target, text_at(load, "writeDisposition"), form)
    if copy is not None:
        target, kind = table_of(at(copy, "destinationTable")), text_at(copy, "operationType")
        sources = tables_of(at(copy, "sourceTables") or [at(copy, "sourceTable")])
        return sql_of_copy(sources, target, text_at(copy, "writeDisposition"), kind)
    uris = at(extract, "destinationUris") or [at(extract, "destinationUri")]
    return sql_of_extract(table_of(at(extract, "sourceTable")), uris, text_at(extract, "destinationFormat"))


JOBS = RowFormat(
    "bigquery-jobs",
    "BigQuery INFORMATION_SCHEMA.JOBS",
    frozenset({"jobid", "query", "useremail", "creationtime"}),
    _of_jobs,
)
API = RowFormat(
    "bigquery-jobs-api",
    "BigQuery jobs as the API and bq print them",
    frozenset({"jobreference", "configuration"}),
    _of_api,
    is_json=True,
)
