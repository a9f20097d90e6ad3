"""From events to dataflows: the work that must be in order.

Events come in time order over all sessions of a data source. Each is bound to its session's context, collapsed
through temporary tables, named by catalog keys and observed in the state, unless the very same lineage was
observed a moment ago.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from extractor.logs import about, log_problem
from extractor.models import Origin, Outcome, QueryOutcome, QueryRecord, StatementLineage
from extractor.pipeline.observe import Derived, Observer
from extractor.pipeline.order import in_session_order, stands_in, with_stand_ins_last
from extractor.pipeline.outlines import Failure, OutlineReader
from extractor.pipeline.spool import Event
from extractor.pipeline.two_logs import TwoLogs
from extractor.report import Report, outcome_of_record
from extractor.sessions import Sessions

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK = 1_000


class Step(NamedTuple):
    """One statement's way through the walk, for whoever watches (``explain``)."""

    event: Event
    origin: Origin
    outcome: Outcome
    reason: str
    lineages: tuple[StatementLineage, ...]
    derived: tuple[Derived, ...]


Watcher = Callable[[Step], None]

_MAX_ALONE = 100_000
"""Executions with an id of their own, of which the last so many are remembered."""


class Walk:
    """Walks the events of one data source in time order.

    ``file_names`` gives the name of each file number, ``source_names`` that of each source's. ``watcher`` is told of
    every statement. ``ended_badly`` are executions of which another log says that they failed or were cancelled.
    """

    def __init__(
        self,
        observer: Observer,
        sessions: Sessions,
        outlines: OutlineReader,
        *,
        report: Report,
        file_names: dict[int, str],
        watcher: Watcher | None = None,
        source_names: dict[int, str] | None = None,
        ended_badly: AbstractSet[str] = frozenset(),
    ) -> None:
        self._ended_badly = ended_badly
        self._two_logs = TwoLogs(file_names, ended_badly)
        self._alone: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._observer = observer
        self._sessions = sessions
        self._outlines = outlines
        self._report = report
        self._file_names = file_names
        self._watcher = watcher
        self._source_names = source_names or {}
        self._latest = datetime.now(UTC) + timedelta(days=1)

    def run(self, events: Iterable[Event]) -> None:
        """Walk all events; the report counts each, the state observes what they derive."""
        record: list[Outcome] = []
        seen: set[tuple[str, str, int]] = set()
        seen_at = -2
        for event in self._prefetched(with_stand_ins_last(in_session_order(events))):
            if event.at_us != seen_at:
                seen.clear()
                seen_at = event.at_us
            record.append(self._statement(event, seen))
            if event.piece == event.pieces - 1:
                record.extend(Outcome(o) for o in event.settled)
                self._report.record(outcome_of_record(record))
                record.clear()
        self._observer.finish()

    def _prefetched(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events; their outlines are fetched from the state a thousand at a time."""
        stream = iter(events)
        while chunk := list(islice(stream, _CHUNK)):
            self._outlines.fetch({e.fingerprint for e in chunk})
            yield from chunk

    def _statement(self, event: Event, seen: set[tuple[str, str, int]]) -> Outcome:
        origin = Origin(self._file_names[event.file], event.line)
        if event.statement_id is not None:
            mark = (event.session, event.statement_id, event.piece)
            if mark in seen:
                return self._settle(event, origin, Outcome.DUPLICATE, "the same execution was read before")
            seen.add(mark)
            if stands_in(event) and (told := self._told_elsewhere(event, seen)):
                return self._settle(event, origin, Outcome.DUPLICATE, told)
        if told := self._two_logs.told_by(event):
            return self._settle(event, origin, Outcome.DUPLICATE, told)
        outline = self._outlines.get(event.fingerprint)
        if isinstance(outline, Failure):
            return self._settle(event, origin, outline.outcome, outline.reason)
        if event.statement_id is not None and not stands_in(event):
            seen.add(("", event.statement_id, 0))
        record = _record_of(event, origin)
        lineages = self._sessions.apply(record, event.fingerprint, outline, event.piece)
        return self._derive(event, origin, lineages, self._by_now(record.started_at, origin))

    def _told_elsewhere(self, event: Event, seen: AbstractSet[tuple[str, str, int]]) -> str:
        """Where an execution is a session of its own: what another log tells of it, maybe of another moment, or ""."""
        if event.session in self._ended_badly:
            return "another log says that this execution did not succeed"
        if ("", event.statement_id or "", 0) in seen:
            return "the same execution was read with its session from another log"
        key = event.session, event.piece
        if self._alone.get(key, event.file) != event.file:
            return "the same execution was read from another log"
        self._alone[key] = event.file
        if len(self._alone) > _MAX_ALONE:
            self._alone.popitem(last=False)
        return ""

    def _derive(self, event: Event, origin: Origin, lineages: list[StatementLineage], at: datetime | None) -> Outcome:
        """Observe what a statement did at a time; the statement's outcome is its best part's."""
        ends: list[tuple[Outcome, str]] = []
        derived: list[Derived] = []
        for part, lineage in enumerate(lineages):
            for note in lineage.notes:
                self._report.notes.add(note, lineage.reason, origin)
            self._observer.come_and_go(event.source, lineage, at)
            for gone in lineage.dropped:  # a name that was gone before the night was over need not be catalogued
                self._report.names.forget(str(gone))
            if any(e.target is not None for e in lineage.tables):
                found, new = self._observer.observe(event.source, part, lineage, at)
                if lineage.defines and found.dataflow is None:  # what it reads has no keys; what was before is over
                    self._observer.define(event.source, lineage, at)
                for table, lost in lineage.unlisted if new else ():
                    self._report.unlisted.add(str(table), "", origin, lost)
                derived.append(found)
                ends.append(self._count(found, origin, new=new))
            else:
                if lineage.defines:
                    self._observer.define(event.source, lineage, at)
                ends.append((lineage.outcome, lineage.reason))
        best = outcome_of_record(o for o, _ in ends)
        reason = next((r for o, r in ends if o is best), "")
        return self._settle(event, origin, best, reason, lineages, derived)

    def _by_now(self, at: datetime | None, origin: Origin) -> datetime | None:
        """When a statement ran; a time that is yet to come is a wrong clock's, and must not outlast what is newer."""
        if at is None or at <= self._latest:
            return at
        self._report.notes.add("the log's clock is ahead: such statements count as if they ran now", "", origin)
        return self._latest

    def _count(self, derived: Derived, origin: Origin, *, new: bool) -> tuple[Outcome, str]:
        self._report.writes_that_read += 1
        for missing in derived.keyed.missing:
            self._report.names.add(missing.name, missing.reason, origin)
            if missing.unmapped is not None:
                place, line = missing.unmapped
                self._report.unmapped.add(place, f"add {line}", origin)
        for key, rule in derived.keyed.folds:
            self._report.folds.add(key, f"stands for {rule}", origin)
        for note in derived.keyed.notes:
            self._report.notes.add(note, "", origin)
        if derived.dataflow is None:
            return Outcome.UNRESOLVED, "no table of it is in the catalog, or none may be uploaded"
        if new:
            self._report.edges_derived += len(derived.keyed.edges)
        return Outcome.LINEAGE, ""

    def _settle(
        self,
        event: Event,
        origin: Origin,
        outcome: Outcome,
        reason: str,
        lineages: Iterable[StatementLineage] = (),
        derived: Iterable[Derived] = (),
    ) -> Outcome:
        if self._report.statement(outcome, reason, origin):
            with about(source=self._source_names.get(event.source, ""), session=event.session.partition("\0")[2]):
                log_problem(outcome, reason, origin)
        if self._watcher is not None:
            self._watcher(Step(event, origin, outcome, reason, tuple(lineages), tuple(derived)))
        return outcome


def time_of(event: Event) -> datetime | None:
    """When the statement ran, in UTC, or None where the source has no times."""
    return _EPOCH + timedelta(microseconds=event.at_us) if event.at_us >= 0 else None


def _record_of(event: Event, origin: Origin) -> QueryRecord:
    return QueryRecord(
        sql="",
        started_at=time_of(event),
        session=event.session,
        user=event.user,
        database=event.database,
        schema=event.schema,
        outcome=QueryOutcome.OK,
        sequence=event.record,
        statement_id=event.statement_id,
        search_path=event.search_path,
        destination=event.destination,
        origin=origin,
    )
