"""Spark's event logs: one JSON object a line, of which few hold SQL, and only where the application told it.

A text stands in ``description`` where spark-sql, the Thrift server or a notebook set it; of a program's own frames
there is only a place in its source. Plans are no SQL and are not read.
https://spark.apache.org/docs/latest/monitoring.html
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import replace

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, REPEAT, Part, Shown
from extractor.sources.interface import Reading, Sample, Verdict
from extractor.sources.json_lines import is_one_a_line, objects_of_lines
from extractor.sources.row_formats import Row, RowFormat, source_format, text_at

_SQL = re.compile(
    r"(?:\s+|--[^\n]*\n|/\*.*?\*/)*\(?(?:insert|create|with|select|merge|update|delete|drop|alter|use|truncate|load|cache"
    r"|uncache|refresh|replace|set|analyze|from|copy|optimize|vacuum|msck|describe|show|explain)\s",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"[\w$]+ at [^\s()]+:\d+\s*$")
_MAX_KNOWN = 1_000
_THRIFT_ENDS = {
    "Finish": QueryOutcome.OK,
    "Error": QueryOutcome.FAILED,
    "Canceled": QueryOutcome.CANCELLED,
    "Timeout": QueryOutcome.CANCELLED,
}


class _Application:
    """What the events of one application show, one after the other."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._name = ""
        self._user: str | None = None
        self._statements: OrderedDict[str, None] = OrderedDict()

    def shows(self, row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        kind = (text_at(row, "Event") or "").rpartition(".")[2].removeprefix("SparkListener")
        if kind == "ApplicationStart":
            self._name, self._user = text_at(row, "App ID") or "", text_at(row, "User")
        elif kind == "SQLExecutionStart":
            return self._execution(row, origin, is_cut=is_cut)
        elif kind == "SQLExecutionEnd":
            return Shown(Part.END, None, f"{self._name}/sql/{text_at(row, 'executionId')}", _end_of(row))
        elif kind == "ThriftServerOperationStart":
            return self._operation(row, origin, is_cut=is_cut)
        elif kind.startswith("ThriftServerOperation") and kind[21:] in _THRIFT_ENDS:
            return Shown(Part.END, None, f"{self._name}/thrift/{text_at(row, 'id')}", _THRIFT_ENDS[kind[21:]])
        return NOISE

    def _execution(self, row: Row, origin: Origin, *, is_cut: bool) -> Shown:
        sql = text_at(row, "description")
        number, root = text_at(row, "executionId"), text_at(row, "rootExecutionId")
        if sql is None or not _SQL.match(sql) or _PLACE.match(sql):
            return NOISE
        if sql in self._statements or root not in (None, number):
            return REPEAT  # of the Thrift server's operation, or of the execution that it is a part of
        record = self._record(sql, row.get("time"), self._name, self._user, origin, is_cut=is_cut)
        return Shown(Part.BEGIN, record, f"{self._name}/sql/{number}")

    def _operation(self, row: Row, origin: Origin, *, is_cut: bool) -> Shown:
        sql = text_at(row, "statement")
        if not sql or sql.isspace():
            return NOISE
        self._statements[sql] = None
        if len(self._statements) > _MAX_KNOWN:
            self._statements.popitem(last=False)
        session = f"{self._name}/{text_at(row, 'sessionId') or ''}"
        user = text_at(row, "userName") or self._user
        record = self._record(sql, row.get("startTime"), session, user, origin, is_cut=is_cut)
        return Shown(Part.BEGIN, record, f"{self._name}/thrift/{text_at(row, 'id')}")

    def _record(
        self, sql: str, at: object, session: str, user: str | None, origin: Origin, *, is_cut: bool
    ) -> QueryRecord:
        limit = self._reading.max_statement_bytes
        return QueryRecord(
            sql[:limit].replace("\r\n", "\n"),
            self._reading.clock.read(at),
            session,
            user,
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )


def _end_of(row: Row) -> QueryOutcome:
    """How an execution ended; versions before 3.4 do not tell."""
    if "errorMessage" not in row:
        return QueryOutcome.UNKNOWN
    return QueryOutcome.FAILED if row["errorMessage"] else QueryOutcome.OK


def _judge(sample: Sample) -> Verdict:
    if not sample.text.startswith('{"Event":') or not is_one_a_line(sample):
        return Verdict(0, "its lines are no events of Spark")
    names = [text_at(row, "Event") or "" for row in objects_of_lines(sample)]
    if not any(name.startswith(("SparkListener", "org.apache.spark.")) for name in names):
        return Verdict(0, "its events are not those of Spark")
    return Verdict(0.95, "its objects are events of a Spark application")


FORMAT = replace(
    source_format(
        RowFormat(
            "spark-events",
            "Spark event log (it holds SQL only where the application told its text)",
            frozenset({"event"}),
            lambda reading, _: _Application(reading).shows,
        )
    ),
    judge=_judge,
)
