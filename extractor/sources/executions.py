"""One execution that a log shows on several rows: its begin, its end, the same once more in another shape.

Each row is told as a `Shown`; `Executions` joins them by the source's own statement id and gives each execution once,
with what the row says that knows most.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from extractor.models import QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading

_MAX_OPEN = 2_000
_MAX_OPEN_CHARACTERS = 16_000_000
_MAX_CLOSED = 50_000


class Part(Enum):
    """What a row is of an execution.

    ``BEGIN`` may be followed by a row that knows more and is held until then, ``END`` is the last word, ``WHOLE`` has
    no other row; ``REPEAT`` shows again what other rows show, ``NOISE`` holds no SQL.
    """

    WHOLE = "whole"
    BEGIN = "begin"
    END = "end"
    REPEAT = "repeat"
    NOISE = "noise"


class Shown(NamedTuple):
    """What one row shows. ``key`` is the source's own id of the execution.

    An ``END`` without a ``record`` ends the one that began under its key with ``outcome``. Where the row is a part of
    a larger execution that has rows of its own (a statement of a script), ``parent`` is that one's key: what began
    under it counts as shown by its parts. ``problem`` makes the row a bad record.
    """

    part: Part
    record: QueryRecord | None = None
    key: str = ""
    outcome: QueryOutcome = QueryOutcome.UNKNOWN
    parent: str = ""
    problem: str = ""


NOISE = Shown(Part.NOISE)
REPEAT = Shown(Part.REPEAT)


class Executions:
    """Joins what rows show; memory is bounded, since rows of one execution are near each other in a log.

    A begin whose end does not come is given with what it knows when too many wait, or at the end.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._open: OrderedDict[str, QueryRecord] = OrderedDict()
        self._characters = 0
        self._closed: OrderedDict[str, None] = OrderedDict()

    def take(self, shown: Shown) -> Iterator[Item]:
        """The records that are known with this row."""
        if shown.parent and shown.parent not in self._closed:
            if self._pop(shown.parent) is not None:
                self._reading.stats.repeats += 1
            self._close(shown.parent)
        if shown.part is Part.NOISE:
            self._reading.stats.noise += 1
        elif shown.part is Part.REPEAT or shown.key in self._closed:
            self._reading.stats.repeats += 1
        elif shown.part is Part.BEGIN and shown.record is not None and shown.key:
            yield from self._begins(shown.key, shown.record)
        else:
            yield from self._ends(shown)

    def finish(self) -> Iterator[Item]:
        """Those that began and whose end did not come."""
        yield from self._open.values()
        self._open.clear()
        self._characters = 0

    def _begins(self, key: str, record: QueryRecord) -> Iterator[Item]:
        held = self._pop(key)
        if held is not None:
            self._reading.stats.repeats += 1
            record = held if record.outcome is QueryOutcome.UNKNOWN else record
        self._open[key] = record
        self._characters += len(record.sql)
        while len(self._open) > _MAX_OPEN or (self._characters > _MAX_OPEN_CHARACTERS and len(self._open) > 1):
            oldest = next(iter(self._open))
            released = self._pop(oldest)
            self._close(oldest)
            if released is not None:
                yield released

    def _ends(self, shown: Shown) -> Iterator[Item]:
        held = self._pop(shown.key)
        if held is None and shown.record is None:
            self._reading.stats.noise += 1
            return
        if held is not None:
            self._reading.stats.repeats += 1
        if shown.part is Part.END:
            self._close(shown.key)
        if shown.record is not None:
            yield shown.record
        elif held is not None:
            yield held._replace(outcome=shown.outcome)

    def _pop(self, key: str) -> QueryRecord | None:
        held = self._open.pop(key, None)
        if held is not None:
            self._characters -= len(held.sql)
        return held

    def _close(self, key: str) -> None:
        if not key:
            return
        self._closed[key] = None
        if len(self._closed) > _MAX_CLOSED:
            self._closed.popitem(last=False)
