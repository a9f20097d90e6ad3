"""Greenplum's log (``gpdb-*.csv``): PostgreSQL's messages in 30 columns of its own, without a header.

Each segment writes one, too, about its part of what the coordinator tells: those rows are repeats. The column with the
query stands on every row of a command. https://docs.vmware.com/en/VMware-Greenplum/: "server log files"
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from extractor.models import BadRecord
from extractor.sources.interface import Item, Reading
from extractor.sources.postgresql_events import ERRORS, Events, Message, severity_of
from extractor.sources.row_formats import Placed, Row, RowFormat

_NAMES = (
    "event_time", "user_name", "database_name", "process_id", "thread_id", "remote_host", "remote_port",
    "session_start_time", "transaction_id", "gp_session_id", "gp_command_count", "gp_segment", "slice_id",
    "distr_tranx_id", "local_tranx_id", "sub_tranx_id", "event_severity", "sql_state_code", "event_message",
    "event_detail", "event_hint", "internal_query", "internal_query_pos", "event_context", "debug_query_string",
    "error_cursor_pos", "func_name", "file_name", "file_line", "stack_trace",
)  # fmt: skip
_MARKS = ((3, re.compile(r"p\d+")), (4, re.compile(r"th-?\d+")), (11, re.compile(r"(?:seg-?\d+)?")))
_DAY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_COORDINATOR = frozenset({"seg-1", ""})
_MAX_COMMANDS = 20_000


def _names_without_header(cells: list[str]) -> list[str] | None:
    if len(cells) != len(_NAMES) or not _DAY.match(cells[0]):
        return None
    return list(_NAMES) if all(mark.fullmatch(cells[at]) for at, mark in _MARKS) else None


def _read(reading: Reading, _: list[str], placed: Iterable[Placed | BadRecord]) -> Iterator[Item]:
    events = Events(reading)
    told = _Told()
    for one in placed:
        if isinstance(one, BadRecord):
            reading.stats.entries += 1
            yield one
        elif not _is_of_coordinator(one.row) or told.again(one.row):
            reading.stats.entries += 1
            reading.stats.repeats += 1
        else:
            yield from events.take(_message(one))
    yield from events.finish()


def _is_of_coordinator(row: Row) -> bool:
    return (row.get("gp_segment") or "") in _COORDINATOR and (row.get("slice_id") or "slice0") == "slice0"


def _message(one: Placed) -> Message:
    row = one.row
    severity = severity_of(_cell(row, "event_severity"))
    return Message(
        "@".join(part for part in (_cell(row, "gp_session_id"), _cell(row, "session_start_time")) if part),
        severity,
        _cell(row, "event_message"),
        _cell(row, "event_time"),
        one.origin,
        _cell(row, "user_name") or None,
        _cell(row, "database_name") or None,
        _cell(row, "sql_state_code"),
        _cell(row, "event_detail"),
        _cell(row, "debug_query_string") if severity in ERRORS else "",
        is_cut=one.is_cut,
    )


def _cell(row: Row, name: str) -> str:
    value = row.get(name)
    return value if type(value) is str else ""


class _Told:
    """Which commands have told their statement, and which their failure: both stand there once for each command."""

    def __init__(self) -> None:
        self._commands: OrderedDict[tuple[str, ...], None] = OrderedDict()

    def again(self, row: Row) -> bool:
        """Whether the row tells what another row of the same command told."""
        session, command = _cell(row, "gp_session_id"), _cell(row, "gp_command_count")
        severity = severity_of(_cell(row, "event_severity"))
        is_failure = severity in ERRORS and bool(_cell(row, "debug_query_string"))
        if not session or not command or not is_failure:
            return False
        key = session, _cell(row, "session_start_time"), command
        is_known = key in self._commands
        self._commands[key] = None
        if len(self._commands) > _MAX_COMMANDS:
            self._commands.popitem(last=False)
        return is_known


FORMAT = RowFormat(
    "greenplum-csvlog",
    "Greenplum server log (gpdb-*.csv)",
    frozenset({"eventtime", "gpsessionid", "eventmessage", "debugquerystring"}),
    None,
    names_without_header=_names_without_header,
    reads=_read,
)
