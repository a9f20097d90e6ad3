"""Events of all files in time order, whatever their number: sorted runs on disk, merged while they are read."""

from __future__ import annotations

import heapq
import marshal
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

_EVENTS_IN_MEMORY = 50_000
_EVENTS_A_BLOCK = 2_000


class Event(NamedTuple):
    """One statement that may change lineage or the session, without its text.

    The first four fields order events: microseconds since the epoch (-1 when the source has no times), file,
    record and statement number. ``pieces`` is how many statements of the record became events, ``settled`` the
    outcomes of the record's other statements.
    """

    at_us: int
    file: int
    record: int
    piece: int
    pieces: int
    settled: tuple[str, ...]
    fingerprint: str
    line: int
    source: int
    session: str
    user: str | None
    database: str | None
    schema: str | None
    search_path: tuple[str, ...] | None
    destination: str | None
    statement_id: str | None
    sequence: int


class Spool:
    """Takes events in any order and gives them back in time order, holding a bounded number in memory.

    Files are temporary and vanish with the process, however it ends. ``ended_badly`` are the executions of which some
    log says that they failed or were cancelled, where each has an id of its own; another log may not know it.
    """

    def __init__(self, events_in_memory: int = _EVENTS_IN_MEMORY) -> None:
        self._limit = events_in_memory
        self._events: list[Event] = []
        self._runs: list[BinaryIO] = []
        self.count = 0
        self.ended_badly: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for run in self._runs:
            run.close()

    def add(self, event: Event) -> None:
        """Take one event."""
        self._events.append(event)
        self.count += 1
        if len(self._events) >= self._limit:
            self._write_run()

    def in_order(self) -> Iterator[Event]:
        """All events by (time, file, record, statement); may be called once."""
        self._events.sort()
        if not self._runs:
            return iter(self._events)
        return heapq.merge(*(_read_run(run) for run in self._runs), self._events)

    def _write_run(self) -> None:
        self._events.sort()
        run = cast("BinaryIO", tempfile.TemporaryFile(prefix="alation-lineage-"))  # noqa: SIM115 - closed in __exit__
        for start in range(0, len(self._events), _EVENTS_A_BLOCK):
            marshal.dump([tuple(e) for e in self._events[start : start + _EVENTS_A_BLOCK]], run)
        run.flush()
        self._runs.append(run)
        self._events = []


def _read_run(run: BinaryIO) -> Iterator[Event]:
    run.seek(0)
    while True:
        try:
            block = marshal.load(run)  # noqa: S302 - our own unnamed temporary file
        except EOFError:
            return
        yield from map(Event._make, block)
