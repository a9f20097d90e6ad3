"""SQL Server's traces: tables of ``sys.fn_trace_gettable`` and of Profiler, and Profiler's XML.

https://learn.microsoft.com/en-us/sql/relational-databases/event-classes/sql-server-event-class-reference
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from extractor.models import BadRecord, Origin, QueryOutcome
from extractor.sources.columns import fold
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.row_formats import Placed, RowFormat
from extractor.sources.sqlserver_events import Event, Events
from extractor.sources.xml_records import read_elements

_NAMES = {
    "10": "rpc_completed",
    "rpc:completed": "rpc_completed",
    "11": "rpc_starting",
    "rpc:starting": "rpc_starting",
    "12": "sql_batch_completed",
    "sql:batchcompleted": "sql_batch_completed",
    "13": "sql_batch_starting",
    "sql:batchstarting": "sql_batch_starting",
    "14": "login",
    "audit login": "login",
    "15": "logout",
    "audit logout": "logout",
    "40": "sql_statement_starting",
    "sql:stmtstarting": "sql_statement_starting",
    "41": "sql_statement_completed",
    "sql:stmtcompleted": "sql_statement_completed",
    "44": "sp_statement_starting",
    "sp:stmtstarting": "sp_statement_starting",
    "45": "sp_statement_completed",
    "sp:stmtcompleted": "sp_statement_completed",
}
_ERRORS = {"0": QueryOutcome.OK, "1": QueryOutcome.FAILED, "2": QueryOutcome.CANCELLED}


def _event_of(row: Mapping[str, Any], origin: Origin, reading: Reading) -> Event:
    """The event of columns by their folded names; its end is its begin where the trace tells that."""

    def text(name: str) -> str:
        value = row.get(name)
        return "" if value is None else str(value).strip()

    sequence = text("eventsequence")
    kind = text("eventclass").lower()
    server = text("servername")
    spid = text("spid")
    return Event(
        _NAMES.get(kind, kind),
        "" if row.get("textdata") is None else str(row["textdata"]),
        reading.clock.read(row.get("starttime") or row.get("endtime")),
        0,
        f"{server}/{spid}" if server and spid else spid,
        text("loginname") or None,
        text("databasename") or None,
        _ERRORS.get(text("error"), QueryOutcome.FAILED if text("error") else QueryOutcome.UNKNOWN),
        int(sequence) if sequence.isdecimal() and len(sequence) < 19 else 0,
        origin,
    )


def _read_table(reading: Reading, names: list[str], rows: Iterable[Placed | BadRecord]) -> Iterator[Item]:
    events = Events(reading)
    folded = {name: fold(name) for name in names}
    for row in rows:
        reading.stats.entries += 1
        if isinstance(row, BadRecord):
            yield row
        elif row.is_cut:
            yield reading.bad("the row is not whole", row.origin)
        else:
            values = {folded.get(name, name): value for name, value in row.row.items()}
            yield from events.take(_event_of(values, row.origin, reading))
    yield from events.finish()


def _judge(sample: Sample) -> Verdict:
    start = sample.text.lstrip("\ufeff \t\r\n")
    if start.startswith("<") and "<TraceData" in sample.text and "<Event " in sample.text:
        return Verdict(0.97, "XML of a trace: TraceData with events")
    return Verdict(0, "no <TraceData> with <Event > is in its beginning")


def _read(reading: Reading) -> Iterator[Item]:
    events = Events(reading)
    for found in read_elements(reading, "Event", "event"):
        if isinstance(found, BadRecord):
            yield found
            continue
        element, origin = found
        values = {fold(column.get("name", "")): column.text or "" for column in element.iter("Column")}
        values["eventclass"] = element.get("name", "")
        yield from events.take(_event_of(values, origin, reading))
    yield from events.finish()


TABLE = RowFormat(
    "sqlserver-trace-table",
    "SQL Server trace as a table",
    frozenset({"eventclass", "textdata", "spid"}),
    None,
    reads=_read_table,
)
FORMAT = SourceFormat("sqlserver-trace", "SQL Server trace (XML of Profiler)", _judge, _read)
