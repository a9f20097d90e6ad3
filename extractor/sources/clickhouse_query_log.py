"""ClickHouse's ``system.query_log``: rows of a query's start and its end, and of what it made other servers do.

https://clickhouse.com/docs/operations/system-tables/query_log, and for how values are written
https://clickhouse.com/docs/interfaces/formats
"""

from __future__ import annotations

import re

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.columns import Layout, choose_columns, fold
from extractor.sources.executions import NOISE, REPEAT, Part, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows
from extractor.sources.rows import RowReader

_LAYOUT = Layout(
    "clickhouse-query-log",
    "ClickHouse system.query_log",
    {
        "sql": "query",
        "time": "querystarttime",
        "user": "user",
        "database": "currentdatabase",
        "status": "type",
        "error": "exceptioncode",
        "statement_id": "queryid",
    },
    frozenset({"type", "query", "queryid", "querystarttime"}),
)
_PARTS = {
    "QueryStart": (Part.BEGIN, QueryOutcome.UNKNOWN),
    "QueryFinish": (Part.END, QueryOutcome.OK),
    "ExceptionBeforeStart": (Part.END, QueryOutcome.FAILED),
    "ExceptionWhileProcessing": (Part.END, QueryOutcome.FAILED),
}
_PARTS |= {str(number): part for number, part in enumerate(_PARTS.values(), 1)}
_WAS_CANCELLED = "394"
_CUT_BYTES = 100_000
_DAY, _TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?")
_BEFORE_LISTS = (
    "type", "event_date", "event_time", "event_time_microseconds", "query_start_time",
    "query_start_time_microseconds", "query_duration_ms", "read_rows", "read_bytes", "written_rows", "written_bytes",
    "result_rows", "result_bytes", "memory_usage", "current_database", "query", "formatted_query",
    "normalized_query_hash", "query_kind",
)  # fmt: skip
_AFTER_LISTS = (
    "exception_code", "exception", "stack_trace", "is_initial_query", "user", "query_id", "address", "port",
    "initial_user", "initial_query_id", "initial_address", "initial_port",
)  # fmt: skip


def _shows(reading: Reading, names: list[str]) -> Shows:
    folded = {fold(name): name for name in names}
    precise = folded.get("querystarttimemicroseconds")
    wished = {"time": precise} if precise is not None else {}
    to_record = RowReader(choose_columns(names, wished, _LAYOUT), reading)
    kind, initial = folded.get("type", "type"), folded.get("isinitialquery")
    code, started = folded.get("exceptioncode"), folded.get("querystarttime", "query_start_time")
    connection = [folded[name] for name in ("initialuser", "initialaddress", "initialport") if name in folded]

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        part, outcome = _PARTS.get(str(row.get(kind)), (Part.NOISE, QueryOutcome.UNKNOWN))
        if part is Part.NOISE:
            return NOISE
        if initial is not None and str(row.get(initial)) in ("0", "false"):
            return REPEAT
        record = to_record(row, origin.file, origin.line)
        if not isinstance(record, QueryRecord):
            return Shown(Part.NOISE, problem=record) if record else NOISE
        if code is not None and str(row.get(code)) == _WAS_CANCELLED:
            outcome = QueryOutcome.CANCELLED
        record = record._replace(
            outcome=outcome,
            database=None,
            schema=record.database,  # what ClickHouse calls a database is the one level above its tables
            session=":".join([str(row.get(name)) for name in connection]),
            cut=record.cut or is_cut or _is_of_cut_length(record.sql),
        )
        return Shown(part, record, f"{record.statement_id} {row.get(started)}" if record.statement_id else "")

    return shows


def _is_of_cut_length(sql: str) -> bool:
    """Whether a text has the length at which ClickHouse cuts (log_queries_cut_to_length), which counts bytes."""
    return _CUT_BYTES // 4 <= len(sql) <= _CUT_BYTES and len(sql.encode()) >= _CUT_BYTES


def _names_without_header(cells: list[str]) -> list[str] | None:
    """The names of all columns of ``SELECT *`` of a table whose first row this is; None for any other table.

    Newer versions have the host's name before the type, and more lists of what a query touched than older ones.
    """
    first = next((n for n, cell in enumerate(cells[:2]) if cell in _PARTS and not cell.isdecimal()), None)
    if first is None or len(cells) < first + len(_BEFORE_LISTS) + len(_AFTER_LISTS):
        return None
    day, *times = cells[first + 1 : first + 6]
    if not _DAY.fullmatch(day) or not all(map(_TIME.fullmatch, times)):
        return None
    names = [f"column {n}" for n in range(len(cells))]
    names[first : first + len(_BEFORE_LISTS)] = _BEFORE_LISTS
    after = first + len(_BEFORE_LISTS)
    while after < len(cells) and cells[after][:1] == "[":
        after += 1
    if len(cells) < after + len(_AFTER_LISTS) or not cells[after].isdecimal():
        return None
    names[after : after + len(_AFTER_LISTS)] = _AFTER_LISTS
    return names


FORMAT = RowFormat(
    _LAYOUT.name,
    _LAYOUT.title,
    _LAYOUT.signs,
    _shows,
    escapes_tabs=True,
    names_without_header=_names_without_header,
)
