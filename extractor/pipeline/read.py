"""From files to events: the cheap work that is done once per record.

Whatever cannot change lineage ends here with its outcome; the rest becomes an `Event` in the spool, and its text,
once per fingerprint and without credentials, goes to the texts.
"""

from __future__ import annotations

import codecs
import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

import xxhash

from dialects import Dialect
from extractor import sources, statements
from extractor.config import Config, SourceSettings
from extractor.logs import about, log_problem
from extractor.models import BadRecord, Origin, Outcome, QueryOutcome, QueryRecord
from extractor.pipeline.database_history import Spooled
from extractor.pipeline.spans import Spans
from extractor.pipeline.spool import Event
from extractor.pipeline.two_logs import bad_end
from extractor.pipeline.windows import Window
from extractor.progress import Count, Progress, counter
from extractor.report import FileReport, Report, outcome_of_record, visible
from extractor.sources import MAX_STATEMENT_BYTES, FileStats, InputFile

_COUNTED = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ASIDE = {
    QueryOutcome.FAILED: (Outcome.FAILED, "the log says that it failed"),
    QueryOutcome.CANCELLED: (Outcome.CANCELLED, "the log says that it was cancelled"),
}
_BAD_ENDS = frozenset({Outcome.FAILED, Outcome.CANCELLED})
_MAX_BAD_ENDS = 1_000_000
_FILTERED = (Outcome.FILTERED, "")
_READ_ONLY = (Outcome.READ_ONLY, "")
NewText = Callable[[str, str, datetime | None], None]
"""Called with (fingerprint, text, time) of each statement that becomes an event."""


class Aside(NamedTuple):
    """A record, or a statement of one, that went no further than reading."""

    origin: Origin
    outcome: Outcome
    reason: str
    record: QueryRecord | None


AsideWatcher = Callable[[Aside], None]


class Sink(Protocol):
    """Where events go, as to a `Spool`."""

    ended_badly: set[str]

    def add(self, event: Event) -> None:
        """Take one event."""


class SourceReader:
    """Reads the files of one source into events; every record and statement is counted exactly once.

    ``number`` is the source's place in the configuration, carried by each event. ``spans`` is given where one file
    is looked at for many windows. ``days`` are those (as ordinals, in UTC; 0 for records without a time) of which
    records were read within the window.
    """

    def __init__(
        self,
        number: int,
        source: SourceSettings,
        dialect: Dialect,
        config: Config,
        *,
        report: Report,
        spool: Sink,
        new_text: NewText,
        window: Window,
        watcher: AsideWatcher | None = None,
        spans: Spans | None = None,
        progress: Progress = lambda _: None,
    ) -> None:
        self._number = number
        self._source = source
        self._dialect = dialect
        self._config = config
        self._report = report
        self._spool = spool
        self._new_text = new_text
        self._window = window
        self._watcher = watcher
        self._spans = spans
        self._count = counter(progress)
        self._total_bytes = self._done_bytes = 0
        self._wanted = _filter_of(source)
        self._is_bounded = window != Window()
        self._last_at: datetime | None = None
        self._reads = 0
        self.days: set[int] = set()

    def read(self, file_names: dict[int, str]) -> None:
        """Read all files of the source; each gets the next number in ``file_names``, unless it has one there."""
        number_of = numbering(file_names)
        for log in self.logs():
            for item in log:
                number_of(item.name)
            self.read_log(log, number_of)

    def logs(self) -> Iterator[list[InputFile]]:
        """The logs of the source that are to be read, each with its files."""
        inputs = [_named(i) for i in sources.find_inputs(self._source, self._config.root)]
        self._total_bytes = sum(item.size_bytes for item in inputs)
        yield from sources.logs_of(self._readable(inputs), self._source)

    def read_spooled(self, found: Spooled, file_names: dict[int, str]) -> None:
        """Read the history of a database, which lies drained in a file."""
        self._total_bytes, self._source, self._spans = found.file.size_bytes, found.source, None
        number_of = numbering(file_names)
        number_of(found.file.name)
        self.read_log([found.file], number_of)

    def _readable(self, inputs: Iterable[InputFile]) -> Iterator[InputFile]:
        """The files that are to be read; the others are told to the report."""
        inside = list(self._within(inputs))
        called = sources.called_scripts(inside, self._source, self._most_bytes())
        twins = list(_with_twins(inside))
        callers = {called[item.path] for item, twin in twins if twin is None and item.path in called}
        for item, twin in twins:
            if (caller := called.get(item.path)) is not None:
                self._done_bytes += item.size_bytes
                problem = f"called by {caller}: read there, not on its own"
                self._report.files.append(FileReport(item.name, problem=problem))
            elif twin is not None and item.name not in callers:  # the same words may call other scripts elsewhere
                self._done_bytes += item.size_bytes
                self._report.files.append(FileReport(item.name, problem=f"the same content as {twin}: not read twice"))
            else:
                yield item

    def _within(self, inputs: Iterable[InputFile]) -> Iterator[InputFile]:
        """The files that can be opened and may hold something of the window."""
        found = False
        for item in inputs:
            found = found or not item.problem
            if item.is_vacant:
                self._report.warnings.append(f"{self._source.name}: {item.problem}")
            elif item.problem:
                self._report.fail_file(FileReport(item.name, problem=item.problem))
            elif self._is_outside(item):
                self._report.files.append(FileReport(item.name, problem="by its date outside of the window: not read"))
            else:
                yield item
                continue
            self._done_bytes += item.size_bytes
        if not found:
            self._report.without_files.append(self._source.name)

    def _is_outside(self, item: InputFile) -> bool:
        if self._spans is not None:
            return self._spans.is_outside(item, self._window)
        return sources.is_outside(item, self._window.since, self._window.until)

    def _most_bytes(self) -> int:
        return max(MAX_STATEMENT_BYTES, self._config.limits.statement_bytes)

    def read_log(self, log: list[InputFile], number_of: Callable[[str], int]) -> None:
        """Read one log, which lies in one file or in several; ``number_of`` gives its files their numbers."""
        lines = {item.name: FileReport(item.name) for item in log}
        self._last_at = None
        reader = sources.read_files(log, self._source, max_statement_bytes=self._most_bytes())
        for position, record in enumerate(reader):
            file = record.origin.file if record.origin is not None else log[0].name
            line = lines.get(file) or lines[log[0].name]  # what a script calls counts as the script's
            line.records += 1
            if not position % _COUNTED:
                self._tell(self._done_bytes + reader.position_bytes)
            if isinstance(record, BadRecord):
                line.unreadable += 1
                self._set_whole_aside(None, Outcome.UNREADABLE, record.problem, record.origin)
            else:
                if self._spans is not None:
                    self._spans.saw(file, record.started_at)
                self._take(record, number_of(visible(file)), position)
        self._report.whole_records(Outcome.READ_ONLY, self._reads)
        self._reads = 0
        self._done_bytes += sum(item.size_bytes for item in log)
        self._tell(self._done_bytes)
        whole = {stats.name for stats in reader.parts if not stats.problem}  # what broke off may be whole next time
        for stats in reader.parts:
            self._close(lines.pop(stats.name), stats)
        if self._spans is not None:
            self._keep_spans(self._spans, [item for item in log if item.name in whole])
        for line in lines.values():  # pieces that could not be opened: their records say why
            self._report.fail_file(line)

    def _tell(self, done_bytes: int) -> None:
        """How far the source is read, by the bytes of its files as they lie there."""
        self._count(Count(f"{self._source.name}: reading", done_bytes, self._total_bytes, "bytes"))

    def _keep_spans(self, spans: Spans, items: list[InputFile]) -> None:
        for item, first in spans.keep(items, self._window):
            self._report.failures.append(
                f"{item.name}: its path tells a later day than its first record has ({first:%Y-%m-%d}), so earlier "
                "windows were done without it; now that its times are known, do them once more with --again"
            )

    def _close(self, line: FileReport, stats: FileStats) -> None:
        line.format, line.reason, line.problem = stats.format, stats.reason, stats.problem
        line.noise, line.repeats, line.replaced_characters = stats.noise, stats.repeats, stats.replaced
        line.encoding = _other_encoding(stats.encoding, self._source.encoding)
        is_foreign = not stats.format and stats.reason
        if stats.bad and stats.problem and not is_foreign:
            self._report.fail_file(line)
        else:
            self._report.files.append(line)

    def _take(self, record: QueryRecord, file: int, position: int) -> None:
        early = self._early_end(record)
        at = record.started_at
        if early is None or early[0] is not Outcome.FILTERED:
            self.days.add(at.toordinal() if at is not None else 0)
        if early is _READ_ONLY and self._watcher is None:
            self._reads += 1
            return
        if early is not None:
            self._set_whole_aside(record, early[0], early[1], record.origin)
            if early[0] in _BAD_ENDS:
                self._remember_bad_end(record)
            return
        if at is not None:
            self._last_at = at
        events, asides = self._decide(record)
        self._report.read(len(events) + len(asides))
        for aside in asides:
            if self._report.statement(aside.outcome, aside.reason, aside.origin):
                with about(session=record.session or ""):
                    log_problem(aside.outcome, aside.reason, aside.origin)
            if self._watcher is not None:
                self._watcher(aside)
        if not events:
            self._report.record(outcome_of_record(a.outcome for a in asides))
            return
        settled = tuple({a.outcome.value: None for a in asides})
        at_us = (self._last_at - _EPOCH) // _MICROSECOND if self._last_at is not None else -1
        for index, (fingerprint, line) in enumerate(events):
            self._spool.add(
                Event(
                    at_us,
                    file,
                    position,
                    index,
                    len(events),
                    settled,
                    fingerprint,
                    line,
                    self._number,
                    self._session(record, file),
                    record.user,
                    record.database,
                    record.schema,
                    record.search_path,
                    record.destination,
                    record.statement_id,
                    record.sequence,
                )
            )

    def _remember_bad_end(self, record: QueryRecord) -> None:
        """An execution can stand in another log, which does not know how it ended: as its own session, or in one."""
        if len(self._spool.ended_badly) >= _MAX_BAD_ENDS or not record.session:
            return
        if record.statement_id == record.session:
            self._spool.ended_badly.add(f"{self._number}\x00{record.session}")
        elif record.started_at is not None and record.origin is not None and statements.may_matter(record.sql):
            at_us = (record.started_at - _EPOCH) // _MICROSECOND
            session = f"{self._number}\x00{record.session}"
            for piece in statements.pieces(record.sql, self._dialect):
                fingerprint = statements.fingerprint(piece.text, self._dialect)
                known, file = self._spool.ended_badly, visible(record.origin.file)
                known.add(bad_end(session, at_us, fingerprint, file, known))

    def _session(self, record: QueryRecord, file: int) -> str:
        """The session's key within the run; where a log has none, what one user did in one file counts as one."""
        if record.session:
            return f"{self._number}\x00{record.session}"
        return f"{session_of_file(self._number, file)}{record.user or 'unknown'}"

    def _set_whole_aside(
        self, record: QueryRecord | None, outcome: Outcome, reason: str, origin: Origin | None
    ) -> None:
        if self._report.whole_record(outcome, reason, origin):
            with about(session=record.session or "" if record is not None else ""):
                log_problem(outcome, reason, origin)
        if self._watcher is not None and origin is not None:
            self._watcher(Aside(origin, outcome, reason, record))

    def _early_end(self, record: QueryRecord) -> tuple[Outcome, str] | None:
        """The outcome of a record that is not looked into, or None."""
        if self._is_bounded and not self._window.holds(record.started_at):
            return _FILTERED
        if self._wanted is not None and not self._wanted(record):
            return _FILTERED
        outcome = record.outcome
        if outcome is QueryOutcome.FAILED or outcome is QueryOutcome.CANCELLED:
            return _ASIDE[outcome]
        if outcome is QueryOutcome.UNKNOWN and self._source.unknown_outcome == "drop":
            return _FILTERED
        if record.cut:
            return Outcome.CUT, "the log holds only a part of the statement"
        if record.destination is None and not self._may_matter(record.sql):
            return _READ_ONLY
        if record.started_at is not None and (why := statements.missing_part(record.sql, self._dialect)):
            return Outcome.CUT, why  # a script has no time, and tells by its parser where it is broken
        return None

    def _may_matter(self, sql: str) -> bool:
        """Whether a text can change anything; who watches is told of each statement of a text that is unsure."""
        if self._watcher is not None:
            return statements.may_matter(sql)
        return statements.may_matter_in(sql, self._dialect)

    def _decide(self, record: QueryRecord) -> tuple[list[tuple[str, int]], list[Aside]]:
        """Split and classify: (fingerprint, line) of each statement that may matter, and the others' ends."""
        events: list[tuple[str, int]] = []
        asides: list[Aside] = []
        start = record.origin or Origin("", 1)
        for piece in statements.pieces(record.sql, self._dialect):
            found = statements.classify(piece.text, self._dialect)
            if found is statements.StatementClass.EMPTY:
                continue
            line = start.line + piece.line - 1
            end = self._end_of(piece.text, found, has_destination=record.destination is not None)
            if end is not None:
                asides.append(Aside(Origin(start.file, line), end[0], end[1], record))
            else:
                fingerprint = statements.fingerprint(piece.text, self._dialect)
                self._new_text(fingerprint, piece.text, record.started_at)
                events.append((fingerprint, line))
        if not events and not asides:
            asides.append(Aside(start, Outcome.NO_LINEAGE, "no statement in it", record))
        return events, asides

    def _end_of(
        self, text: str, found: statements.StatementClass, *, has_destination: bool
    ) -> tuple[Outcome, str] | None:
        """The end of a statement that goes no further, or None."""
        if found is statements.StatementClass.UTILITY:
            return Outcome.NO_LINEAGE, ""
        if found is statements.StatementClass.READS and not has_destination:
            return Outcome.READ_ONLY, ""
        limit = self._config.limits.statement_bytes
        if len(text) > limit:
            return Outcome.TOO_LARGE, f"{len(text):,} characters, the limit is {limit:,} (limits.statement_bytes)"
        return None


def numbering(file_names: dict[int, str]) -> Callable[[str], int]:
    """A function that gives files their numbers in ``file_names``, the next one to a file that is new."""
    numbers = {name: number for number, name in file_names.items()}

    def number_of(name: str) -> int:
        if name not in numbers:
            numbers[name] = len(file_names)
            file_names[numbers[name]] = name
        return numbers[name]

    return number_of


def session_of_file(source: int, file: int) -> str:
    """How the session begins of what a log without sessions holds."""
    return f"{source}\x00file {file}, user "


def _filter_of(source: SourceSettings) -> Callable[[QueryRecord], bool] | None:
    """The source's filters as one test, or None; names are compared as glob patterns without regard to case."""
    users = [(_pattern(source.include_users), True), (_pattern(source.exclude_users), False)]
    databases = [(_pattern(source.include_databases), True), (_pattern(source.exclude_databases), False)]
    of_user = [(pattern, keep) for pattern, keep in users if pattern is not None]
    of_database = [(pattern, keep) for pattern, keep in databases if pattern is not None]

    if not of_user and not of_database:
        return None

    def wanted(record: QueryRecord) -> bool:
        return all(bool(pattern.match(record.user or "")) is keep for pattern, keep in of_user) and all(
            bool(pattern.match(record.database or "")) is keep for pattern, keep in of_database
        )

    return wanted


def _pattern(globs: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(fnmatch.translate(g) for g in globs)
    return re.compile(joined, re.IGNORECASE) if joined else None


def _other_encoding(found: str, wished: str) -> str:
    """The encoding in which a file was read, where it is another one than the configured."""
    try:
        return found if found and codecs.lookup(found) != codecs.lookup(wished) else ""
    except LookupError:
        return ""  # the reader has said already that there is no such encoding


def _named(item: InputFile) -> InputFile:
    """The file by a name that report, state and terminal can hold; a file name may be any bytes."""
    return item._replace(name=visible(item.name), problem=visible(item.problem))


def _with_twins(inputs: Iterable[InputFile]) -> Iterator[tuple[InputFile, str | None]]:
    """Each file with the name of an earlier one of the same content, or None.

    Only files of equal sizes are compared, and each of them is read for that once.
    """
    lone_of_size: dict[int, InputFile | None] = {}
    first_of_digest: dict[str, str] = {}
    for item in inputs:
        if not item.size_bytes or item.size_bytes not in lone_of_size:
            lone_of_size[item.size_bytes] = item
            yield item, None
            continue
        lone = lone_of_size[item.size_bytes]
        if lone is not None:
            first_of_digest[_digest(lone)] = lone.name
            lone_of_size[item.size_bytes] = None
        first = first_of_digest.setdefault(_digest(item), item.name)
        yield item, None if first == item.name else first


def _digest(item: InputFile) -> str:
    digest = xxhash.xxh3_128()
    try:
        with closing(sources.open_input(item)) as file:
            stream = sources.stream_of(item, file)
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError:
        return f"unreadable {item.name}"
    if stream.damage:
        return f"unreadable {item.name}"
    return digest.hexdigest()
