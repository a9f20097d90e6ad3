"""PostgreSQL's jsonlog (15 and later), and the same under ``record`` with csvlog's names (CloudNativePG)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.json_lines import objects_of_lines
from extractor.sources.json_objects import parse_cut_object, parse_object
from extractor.sources.postgresql_events import WORKER, Events, Message, severity_of


def _judge(sample: Sample) -> Verdict:
    if not any(line.startswith("{") for line in sample.lines):
        return Verdict(0, "no line begins with {")
    rows = [_fields(value) for value in objects_of_lines(sample)]
    fitting = sum("error_severity" in row and "message" in row for row in rows)
    if not fitting:
        return Verdict(0, "its objects have no error_severity and message")
    return Verdict(0.97, f"{fitting} of its first {len(rows)} objects have error_severity and message")


def _fields(value: dict[str, Any]) -> dict[str, Any]:
    inner = value.get("record")
    return inner if isinstance(inner, dict) else value


def _message(row: dict[str, Any], reading: Reading, *, is_cut: bool) -> Message | None:
    severity, text = row.get("error_severity"), row.get("message")
    if not isinstance(severity, str) or not isinstance(text, str):
        return None
    session = str(row.get("session_id") or row.get("pid") or row.get("process_id") or "")
    number = str(row.get("line_num") or row.get("session_line_num") or "")
    known = number.isdecimal() and len(number) < 19
    return Message(
        session,
        severity_of(severity),
        text,
        str(row.get("timestamp") or row.get("log_time") or ""),
        reading.here(),
        _name(row.get("user") or row.get("user_name")),
        _name(row.get("dbname") or row.get("database_name")),
        str(row.get("state_code") or row.get("sql_state_code") or ""),
        str(row.get("detail") or ""),
        str(row.get("statement") or row.get("query") or ""),
        int(number) if known else 0,
        f"{session}/{number}" if known and row.get("session_id") else None,
        is_cut,
        row.get("backend_type") == WORKER,
    )


def _name(value: object) -> str | None:
    return str(value) if value and value != "[unknown]" else None


def _read(reading: Reading) -> Iterator[Item]:
    events = Events(reading)
    lines = reading.lines
    for line in lines:
        if not line or line.isspace():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            data = reading.text(line).encode()
            row = parse_cut_object(data, lines.stats) if lines.is_cut else parse_object(data, lines.stats)
        message = _message(_fields(row), reading, is_cut=lines.is_cut) if isinstance(row, dict) else None
        if message is not None:
            if released := events.take(message):
                yield from released
            continue
        reading.stats.entries += 1
        if isinstance(row, dict):
            reading.stats.noise += 1
        else:
            yield reading.bad("the line is no JSON object" + (" and longer than the limit" if lines.is_cut else ""))
    yield from events.finish()


FORMAT = SourceFormat("postgresql-jsonlog", "PostgreSQL jsonlog (15 and later)", _judge, _read, lambda _: "")
