"""HiveServer2's own log (log4j text): a statement when it is compiled and again when it is executed.

Both lines carry the query's id and the text, newlines raw, up to the next line with a time. A failure is told by a
``FAILED:`` line of the same thread. https://cwiki.apache.org/confluence/display/Hive/GettingStarted (error logs)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, Executions, Part, Shown
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict

_LINE = re.compile(rb"(?P<at>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)[,.](?P<fraction>\d{3}) ")
_COMMAND = re.compile(rb"(?:Compiling|Executing) command\(queryId=(?P<id>[^)\s]{1,200})\): ?")
_COMPLETED = re.compile(rb"Completed executing command\(queryId=([^)\s]{1,200})\)")
_FAILED = re.compile(rb"(?:^|[ :\]-])FAILED: ")
_CANCELLED = re.compile(rb"Query was cancelled|Execution Error, return code 130|Query is aborted|QUERY_CANCELLED")
_THREAD = re.compile(rb"\[([^\]]{1,200})\]")
_SESSION = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LOOKED_AT = 600
_MAX_THREADS = 10_000


def _judge(sample: Sample) -> Verdict:
    data = [line.encode() for line in sample.lines]
    found = sum(_LINE.match(line) is not None and _COMMAND.search(line) is not None for line in data)
    if not found:
        return Verdict(0, "no line of a log says Compiling or Executing command(queryId=...)")
    return Verdict(0.95, f"{found} of its first {len(data)} lines are those of HiveServer2 at work on a command")


class _HiveLog:
    """Gathers lines to messages, and joins those of one query."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._executions = Executions(reading)
        self._head: re.Match[bytes] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)
        self._at_work: dict[bytes, str] = {}

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        is_lost = False
        for line in lines:
            if (head := _LINE.match(line)) is not None:
                yield from self._complete()
                self._head, self._parts, self._size = head, [line], len(line)
                self._is_cut = lines.is_cut
                self._origin, is_lost = Origin(lines.file, lines.number), False
            elif self._head is not None:
                self._keep(line)
            elif line and not line.isspace() and not is_lost:
                is_lost = True
                self._reading.stats.entries += 1
                yield self._reading.bad("the file begins inside a message")
        self._is_cut = self._is_cut or lines.is_damaged
        yield from self._complete()
        yield from self._executions.finish()

    def _keep(self, line: bytes) -> None:
        self._size += len(line) + 1
        if self._size > self._reading.max_statement_bytes or self._reading.lines.is_cut:
            self._is_cut = True
        else:
            self._parts.append(line)

    def _complete(self) -> Iterator[Item]:
        head, self._head = self._head, None
        if head is None:
            return
        self._reading.stats.entries += 1
        yield from self._executions.take(self._shown(head))

    def _shown(self, head: re.Match[bytes]) -> Shown:
        first = self._parts[0]
        thread = found[1] if (found := _THREAD.search(first, 0, _LOOKED_AT)) else b""
        if command := _COMMAND.search(first, 0, _LOOKED_AT):
            return self._command(head, command, thread)
        if completed := _COMPLETED.search(first, 0, _LOOKED_AT):
            return Shown(Part.END, None, completed[1].decode(), QueryOutcome.OK)
        if _FAILED.search(first, 0, _LOOKED_AT) and (number := self._at_work.pop(thread, "")):
            is_cancelled = _CANCELLED.search(first) is not None
            return Shown(Part.END, None, number, QueryOutcome.CANCELLED if is_cancelled else QueryOutcome.FAILED)
        return NOISE

    def _command(self, head: re.Match[bytes], command: re.Match[bytes], thread: bytes) -> Shown:
        self._parts[0] = self._parts[0][command.end() :]
        sql = self._reading.text(b"\n".join(self._parts)).rstrip("\n")
        number = command["id"].decode("utf-8", "replace")
        if len(self._at_work) >= _MAX_THREADS:
            del self._at_work[next(iter(self._at_work))]
        self._at_work[thread] = number
        if not sql or sql.isspace():
            return NOISE
        limit = self._reading.max_statement_bytes
        session = found[0] if (found := _SESSION.search(thread)) else thread
        record = QueryRecord(
            sql[:limit],
            self._reading.clock.read(f"{head['at'].decode().replace('T', ' ')}.{head['fraction'].decode()}"),
            session.decode("utf-8", "replace"),
            statement_id=number,
            cut=self._is_cut or len(sql) > limit,
            origin=self._origin,
        )
        return Shown(Part.BEGIN, record, number)


def _read(reading: Reading) -> Iterator[Item]:
    return _HiveLog(reading).items()


FORMAT = SourceFormat("hive-server-log", "HiveServer2 log", _judge, _read, lambda _: "")
