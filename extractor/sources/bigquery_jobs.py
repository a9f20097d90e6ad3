"""A BigQuery job, whichever log shows it, as what the rows of that log show.

A query may write to a destination table that its text does not name; destinations in anonymous datasets (their names
begin with ``_``) are only where results wait to be fetched. Jobs that load, copy and extract have no SQL: they are
written as the statement of BigQuery's SQL that does the same, and say so in a comment.
https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, Part, Shown
from extractor.sources.row_formats import text_at

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_WITHOUT_SQL = "/* {} job of BigQuery, which has no SQL of its own */\n"
_COPIES = {"SNAPSHOT": "CREATE SNAPSHOT TABLE {} CLONE {}", "CLONE": "CREATE OR REPLACE TABLE {} CLONE {}",
           "RESTORE": "CREATE OR REPLACE TABLE {} CLONE {}"}  # fmt: skip


class Table(NamedTuple):
    """A table, or with an empty ``table`` a dataset."""

    project: str
    dataset: str
    table: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Whether it lies in one of the hidden datasets that hold results and temporary tables."""
        return self.dataset.startswith("_")

    def __str__(self) -> str:
        parts = (self.project, self.dataset, self.table.partition("$")[0])
        return ".".join(part if _PLAIN.fullmatch(part) else f"`{part}`" for part in parts if part)


class Job(NamedTuple):
    """What a log says of a job. ``part`` is how certain the row's word is; ``key`` is ``project/job``.

    ``default`` is the default dataset, without a dataset where there was none, and None where the log does not say.
    """

    key: str
    part: Part
    sql: str | None = None
    statement_type: str = ""
    destination: Table | None = None
    default: Table | None = None
    referenced: tuple[Table, ...] = ()
    started_at: datetime | None = None
    user: str | None = None
    outcome: QueryOutcome = QueryOutcome.UNKNOWN
    session: str | None = None
    parent: str = ""
    is_cut: bool = False


def table_of(value: Any) -> Table | None:
    """A table or dataset from ``projects/p/datasets/d/tables/t``, or from an object with their names or ids."""
    if isinstance(value, str):
        found = re.fullmatch(r"projects/([^/]+)/datasets/([^/]+)(?:/tables/([^/]+))?", value)
        return Table(found[1], found[2], found[3] or "") if found else None
    project = text_at(value, "projectId") or text_at(value, "project_id")
    dataset = text_at(value, "datasetId") or text_at(value, "dataset_id")
    if not project or not dataset:
        return None
    return Table(project, dataset, text_at(value, "tableId") or text_at(value, "table_id") or "")


def tables_of(values: Any) -> tuple[Table, ...]:
    """The tables in a list, those that cannot be read left out."""
    found = [table_of(value) for value in values] if isinstance(values, list) else []
    return tuple(table for table in found if table is not None)


def outcome_of(error: Any, *, is_done: bool, cancelled: Iterable[object]) -> QueryOutcome:
    """The outcome from the error of a job; ``cancelled`` are the codes and reasons that mean a cancelled one."""
    if not isinstance(error, dict) or not any(error.values()):
        return QueryOutcome.OK if is_done else QueryOutcome.UNKNOWN
    is_cancelled = error.get("reason") in cancelled or error.get("code") in cancelled
    return QueryOutcome.CANCELLED if is_cancelled else QueryOutcome.FAILED


def shown_by(job: Job, origin: Origin, limit: int, *, is_cut: bool = False) -> Shown:
    """What a row of a log shows, by the job in it."""
    sql = (job.sql or "").replace("\r\n", "\n")
    if not sql or sql.isspace():
        return NOISE._replace(parent=job.parent)
    project, _, number = job.key.partition("/")
    default = job.default or Table(project, _only_dataset(job))
    is_select = job.statement_type in ("", "SELECT", "STATEMENT_TYPE_UNSPECIFIED")
    target = job.destination if is_select else None
    record = QueryRecord(
        sql[:limit],
        job.started_at,
        job.session or job.parent or job.key,
        job.user,
        default.project or None,
        default.dataset or None,
        job.outcome,
        statement_id=number or None,
        destination=str(target) if target is not None and target.table and not target.is_anonymous else None,
        cut=job.is_cut or is_cut or len(sql) > limit,
        origin=origin,
    )
    part = Part.BEGIN if job.statement_type == "SCRIPT" else job.part
    return Shown(part, record, job.key if number else "", parent=job.parent)


def _only_dataset(job: Job) -> str:
    """The one dataset that holds all that a job touches, which a name without a dataset must mean; else nothing.

    JOBS does not tell the default dataset. What a CREATE VIEW or a procedure makes is not among what it touches.
    """
    kind = job.statement_type
    if job.destination is None or not (kind in ("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE") or "_AS_" in kind):
        return ""
    touched = [*job.referenced, *([] if job.destination.is_anonymous else [job.destination])]
    datasets = {(table.project, table.dataset) for table in touched}
    own = next(iter(datasets)) if len(datasets) == 1 else ("", "")
    return own[1] if own[0] == job.key.partition("/")[0] else ""


def sql_of_load(uris: Any, target: Table | None, disposition: str | None, form: str | None) -> str | None:
    """A load job as ``LOAD DATA``; None for one from a file that was uploaded, which names no source."""
    files = [uri for uri in uris if isinstance(uri, str)] if isinstance(uris, list) else []
    if not files or target is None:
        return None
    into = "OVERWRITE" if disposition == "WRITE_TRUNCATE" else "INTO"
    options = [f"format = {_quoted(form)}"] if form else []
    options.append(f"uris = [{', '.join(map(_quoted, files))}]")
    return f"{_WITHOUT_SQL.format('load')}LOAD DATA {into} {target} FROM FILES ({', '.join(options)})"


def sql_of_copy(
    sources: tuple[Table, ...], target: Table | None, disposition: str | None, kind: str | None
) -> str | None:
    """A copy job as ``CREATE TABLE ... COPY`` or ``CLONE``; what it appends, as ``INSERT``."""
    if not sources or target is None:
        return None
    first = _COPIES.get(kind or "", "CREATE OR REPLACE TABLE {} COPY {}")
    append = "INSERT INTO {} SELECT * FROM {}"
    forms = [append if disposition == "WRITE_APPEND" else first] + [append] * (len(sources) - 1)
    made = [form.format(target, source) for form, source in zip(forms, sources, strict=True)]
    return _WITHOUT_SQL.format("a copy") + ";\n".join(made)


def sql_of_extract(source: Table | None, uris: Any, form: str | None) -> str | None:
    """An extract job as ``EXPORT DATA``."""
    files = [uri for uri in uris if isinstance(uri, str)] if isinstance(uris, list) else []
    if source is None or not files:
        return None
    options = f", format = {_quoted(form)}" if form else ""
    form_of_each = "EXPORT DATA OPTIONS (uri = {}{}) AS SELECT * FROM {}"
    made = [form_of_each.format(_quoted(uri), options, source) for uri in files]
    return _WITHOUT_SQL.format("an extract") + ";\n".join(made)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
