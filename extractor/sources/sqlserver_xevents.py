"""SQL Server's Extended Events as XML: files of events, and tables of ``sys.fn_xe_file_target_read_file``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from extractor.models import BadRecord, Origin, QueryOutcome
from extractor.sources.columns import fold
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.row_formats import Placed, RowFormat
from extractor.sources.sqlserver_events import Event, Events
from extractor.sources.xml_records import parse_element, read_elements

_TEXTS = ("batch_text", "statement", "sql_text")
_OUTCOMES = {
    "0": QueryOutcome.OK,
    "ok": QueryOutcome.OK,
    "1": QueryOutcome.FAILED,
    "error": QueryOutcome.FAILED,
    "2": QueryOutcome.CANCELLED,
    "abort": QueryOutcome.CANCELLED,
}


def _judge(sample: Sample) -> Verdict:
    start = sample.text.lstrip("\ufeff \t\r\n")
    if not start.startswith("<"):
        return Verdict(0, "it does not begin with a tag")
    head = sample.text.partition("<event ")[2].partition(">")[0]
    if 'package="' in head and 'timestamp="' in head and 'name="' in head:
        return Verdict(0.97, "XML with events that have a name, a package and a timestamp")
    return Verdict(0, "no <event name= package= timestamp=> is in its beginning")


def _event_of_text(text: str, origin: Origin, reading: Reading) -> Event | None:
    """The event of an XML text, or None when it is none."""
    element = parse_element(text)
    return _event_of(element, origin, reading) if element is not None and element.tag == "event" else None


def _event_of(element: Element, origin: Origin, reading: Reading) -> Event:
    values = _values_of(element)
    name = element.get("name", "")
    sql = next((values[key] for key in _TEXTS if values.get(key)), "")
    microseconds, sequence = values.get("duration", ""), values.get("event_sequence", "")
    session = values.get("session_id") or values.get("sessionid") or ""
    server = values.get("server_instance_name")
    return Event(
        name,
        sql,
        reading.clock.read(element.get("timestamp")),
        int(microseconds) if microseconds.isdecimal() and len(microseconds) < 19 else 0,
        f"{server}/{session}" if server and session else session,
        values.get("server_principal_name") or values.get("username") or None,
        values.get("database_name") or None,
        _OUTCOMES.get(values.get("result", "").lower(), QueryOutcome.UNKNOWN),
        int(sequence) if sequence.isdecimal() and len(sequence) < 19 else 0,
        origin,
    )


def _values_of(event: Element) -> dict[str, str]:
    """The values of data and actions by name; where both have one, data's."""
    values: dict[str, str] = {}
    for tag in ("action", "data"):
        for item in event.iter(tag):
            value = item.findtext("value") or item.findtext("text")
            if value:
                values[item.get("name", "")] = value
    return values


def _read(reading: Reading) -> Iterator[Item]:
    events = Events(reading)
    for found in read_elements(reading, "event", "event"):
        if isinstance(found, BadRecord):
            yield found
        else:
            yield from events.take(_event_of(*found, reading))
    if not reading.stats.entries:
        reading.stats.problem = reading.stats.problem or "no event is in the file"
    yield from events.finish()


def _read_table(reading: Reading, names: list[str], rows: Iterable[Placed | BadRecord]) -> Iterator[Item]:
    """The records of a table with the events' XML in a column."""
    events = Events(reading)
    column = next((name for name in names if fold(name) == "eventdata"), "")
    for row in rows:
        reading.stats.entries += 1
        if isinstance(row, BadRecord):
            yield row
            continue
        text = row.row.get(column)
        event = _event_of_text(text, row.origin, reading) if isinstance(text, str) and not row.is_cut else None
        if event is None:
            yield reading.bad("the column event_data holds no event, or not all of it", row.origin)
        else:
            yield from events.take(event)
    yield from events.finish()


TABLE = RowFormat(
    "sqlserver-xevents-table",
    "SQL Server sys.fn_xe_file_target_read_file",
    frozenset({"objectname", "eventdata"}),
    None,
    reads=_read_table,
)
FORMAT = SourceFormat("sqlserver-xevents", "SQL Server Extended Events (XML)", _judge, _read)
