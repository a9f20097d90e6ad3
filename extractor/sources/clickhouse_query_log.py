"""ClickHouse's ``system.query_log``: rows of a query's start and its end, and of what it made other servers do.

https://clickhouse.com/docs/operations/system-tables/query_log, and for how values are written
https://clickhouse.com/docs/interfaces/formats
"""

from __future__ import annotations

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


def _shows(reading: Reading, names: list[str]) -> Shows:
    folded = {fold(name): name for name in names}
    to_record = RowReader(choose_columns(names, {}, _LAYOUT), reading)
    kind, initial = folded["type"], folded.get("isinitialquery")
    code, started = folded.get("exceptioncode"), folded["querystarttime"]
    precise = folded.get("querystarttimemicroseconds", started)
    connection = [folded[name] for name in ("initialuser", "initialaddress", "initialport") if name in folded]

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        part, outcome = _PARTS.get(str(row.get(kind)), (Part.NOISE, QueryOutcome.UNKNOWN))
        if part is Part.NOISE:
            return NOISE
        record = to_record(row, origin.file, origin.line)
        if not isinstance(record, QueryRecord):
            return Shown(Part.NOISE, problem=record) if record else NOISE
        if initial is not None and str(row.get(initial)) in ("0", "false"):
            return REPEAT
        if code is not None and str(row.get(code)) == _WAS_CANCELLED:
            outcome = QueryOutcome.CANCELLED
        record = record._replace(
            outcome=outcome,
            database=None,
            schema=record.database,  # what ClickHouse calls a database is the one level above its tables
            started_at=reading.clock.read(row.get(precise)) or record.started_at,
            session=":".join(str(row.get(name)) for name in connection),
            cut=record.cut or is_cut,
        )
        return Shown(part, record, f"{record.statement_id} {row.get(started)}" if record.statement_id else "")

    return shows


FORMAT = RowFormat(_LAYOUT.name, _LAYOUT.title, _LAYOUT.signs, _shows, escapes_tabs=True)
