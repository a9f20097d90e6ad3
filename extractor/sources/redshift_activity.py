"""Amazon Redshift's user activity log: written before a statement runs, so it tells no outcome.

A record begins with ``'TIME UTC [ db=D user=U pid=P userid=N xid=X ]' LOG: `` and runs, newlines raw, to the next.
https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict

_HEAD = re.compile(
    rb"(?:\d{4}-\d\d-\d\dT[\d:.]+Z? )?'(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) UTC "
    rb"\[ db=(?P<database>.{0,300}?) user=(?P<user>.{0,300}?) "
    rb"pid=(?P<pid>\d+) userid=(?P<userid>\d+) xid=(?P<xid>\d+) \]' LOG: "
)


def _judge(sample: Sample) -> Verdict:
    heads = [line for line in sample.lines if _HEAD.match(line.encode())]
    if not heads:
        return Verdict(0, "no line begins with 'TIME UTC [ db= user= pid= userid= xid= ]' LOG:")
    first = next(line for line in sample.lines if line.strip())
    certainty = 0.98 if first == heads[0] else 0.7 if len(heads) > 1 else 0.35
    return Verdict(
        certainty, f"{len(heads)} of its first {len(sample.lines)} lines begin a record of the user activity log"
    )


class _Activity:
    """Gathers lines to records; a statement that a driver logs at prepare and again at execute counts once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._head: re.Match[bytes] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)
        self._last: dict[bytes, tuple[bytes, bytes, str]] = {}
        self._sequence = 0

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        match_head = _HEAD.match
        is_lost = False
        for line in lines:
            head = match_head(line) if line[:1] in b"'2" and b"]' LOG: " in line else None
            if head is not None:
                yield from self._complete()
                self._head, self._parts = head, [line[head.end() :]]
                self._size, self._is_cut = len(line), lines.is_cut
                self._origin, is_lost = Origin(lines.file, lines.number), False
            elif self._head is not None:
                self._size += len(line) + 1
                if self._size > self._reading.max_statement_bytes or lines.is_cut:
                    self._is_cut = True
                else:
                    self._parts.append(line)
            elif line and not is_lost:
                is_lost = True
                self._reading.stats.entries += 1
                yield self._reading.bad("the file begins inside a record")
        self._is_cut = self._is_cut or lines.is_damaged
        yield from self._complete()

    def _complete(self) -> Iterator[Item]:
        head, self._head = self._head, None
        if head is None:
            return
        self._reading.stats.entries += 1
        sql = self._reading.text(b"\n".join(self._parts)).rstrip("\n")
        if not sql or sql.isspace():
            self._reading.stats.noise += 1
            return
        pid = head["pid"]
        this = (head["at"], head["xid"], sql)
        if self._last.get(pid) == this:
            self._reading.stats.repeats += 1
            return
        if len(self._last) > 10_000:
            self._last.clear()
        self._last[pid] = this
        yield self._record(head, sql)

    def _record(self, head: re.Match[bytes], sql: str) -> QueryRecord:
        database, user = head["database"].decode("utf-8", "replace"), head["user"].decode("utf-8", "replace")
        limit = self._reading.max_statement_bytes
        self._sequence += 1
        return QueryRecord(
            sql[:limit],
            self._reading.clock.read(head["at"].decode()),
            f"{database}/{user}/{head['pid'].decode()}",
            user or None,
            database or None,
            None,
            QueryOutcome.UNKNOWN,
            self._sequence,
            cut=self._is_cut or len(sql) > limit,
            origin=self._origin,
        )


def _read(reading: Reading) -> Iterator[Item]:
    return _Activity(reading).items()


FORMAT = SourceFormat("redshift-activity", "Amazon Redshift user activity log", _judge, _read, lambda _: "")
