"""Reading: from a path to records, with nothing raised for what stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

from extractor.config import SourceSettings
from extractor.models import BadRecord, Origin, QueryRecord
from extractor.sources.interface import (
    MAX_STATEMENT_BYTES,
    FileStats,
    InputFile,
    Item,
    Reading,
    Sample,
    SourceFormat,
)
from extractor.sources.lines import Lines
from extractor.sources.opening import SAMPLE_BYTES, OpenFile
from extractor.sources.paired_tables import PairedFiles, Part, names_of, read_pair
from extractor.sources.recognition import recognise_sample, sample_of
from extractor.sources.registry import FORMATS, format_named
from extractor.sources.times import Clock


class _Opening:
    """Opens the pieces of a log one after the other; of those that were read, nothing is kept but their counts.

    ``rest`` gives those that ``beginning`` has not given; ``problems`` are those that cannot be opened, as
    (name, words).
    """

    def __init__(self, files: Sequence[InputFile], encoding: str) -> None:
        self._files = iter(files)
        self._encoding = encoding
        self._open: list[OpenFile] = []
        self._done_bytes = 0
        self._damages: list[tuple[FileStats, str]] = []
        self.parts: list[FileStats] = []
        self.problems: list[tuple[str, str]] = []
        self.rest = self._pieces()

    def beginning(self) -> Iterator[OpenFile]:
        """The first pieces, as many as recognition wants to see."""
        seen = 0
        for opened in self.rest:
            yield opened
            seen += len(opened.head)
            if not opened.is_whole or seen > SAMPLE_BYTES:
                return

    def _pieces(self) -> Iterator[OpenFile]:
        """All pieces; each is closed when it was read and the one after it is wanted."""
        for file in self._files:
            try:
                opened = OpenFile(file, self._encoding)
            except LookupError:
                self.problems.append((file.name, f"encoding {self._encoding!r} is unknown"))
                continue
            except OSError as error:
                self.problems.append((file.name, f"cannot be opened: {error.strerror or error}"))
                continue
            self.parts.append(opened.stats)
            self._open.append(opened)
            yield opened
            if not opened.head:  # else it was only looked at so far
                self._end(opened)

    def _end(self, opened: OpenFile) -> None:
        self._open.remove(opened)
        self._done_bytes += opened.position_bytes
        if opened.damage:
            self._damages.append((opened.stats, opened.damage))
        opened.close()

    @property
    def position_bytes(self) -> int:
        """So many bytes of the pieces were taken from where they lie."""
        return self._done_bytes + sum(opened.position_bytes for opened in self._open)

    def damages(self) -> list[tuple[FileStats, str]]:
        """The pieces that broke off, with how; known when all are read."""
        self.close()
        return self._damages

    def close(self) -> None:
        """Close what is open; doing it twice does no harm."""
        for opened in list(self._open):
            self._end(opened)


class FileReader:
    """The records of one file, or of several files that are one log cut in pieces; iterate over it once.

    ``stats`` are the counts so far (of all pieces together), ``parts`` those of each piece. Nothing is raised for
    what stands in a file, or for a file that cannot be opened: each such thing is a `BadRecord`.
    """

    def __init__(
        self,
        files: Sequence[InputFile],
        source: SourceSettings,
        *,
        format: str | None = None,  # noqa: A002 - the word of the configuration
        max_statement_bytes: int = MAX_STATEMENT_BYTES,
    ) -> None:
        self._files = files
        self._source = source
        self._wished = format or source.format
        self._limit = max_statement_bytes
        self._own = FileStats(files[0].name)
        self.parts: list[FileStats] = [self._own]
        self._opening: _Opening | None = None

    @property
    def position_bytes(self) -> int:
        """So many bytes of the files were read, as they lie there: compressed, where they are."""
        return self._opening.position_bytes if self._opening is not None else 0

    @property
    def stats(self) -> FileStats:
        """The counts of all pieces together; the format and its reason are the first piece's."""
        if len(self.parts) == 1:
            return self.parts[0]
        total = FileStats(self.parts[0].name, self.parts[0].format, self.parts[0].reason)
        total.wrappers, total.encoding = self.parts[0].wrappers, self.parts[0].encoding
        total.problem = next((part.problem for part in self.parts if part.problem), "")
        for part in self.parts:
            for count in ("lines", "entries", "records", "bad", "repeats", "noise", "cut", "replaced"):
                setattr(total, count, getattr(total, count) + getattr(part, count))
        return total

    def __iter__(self) -> Iterator[Item]:
        with closing(_Opening(self._files, self._source.encoding)) as opening:
            self._opening = opening
            for item in self._items(opening):
                stats = self.parts[0] if len(self.parts) == 1 else self._stats_of(item)
                if type(item) is QueryRecord:
                    stats.records += 1
                    if item.cut:
                        stats.cut += 1
                else:
                    stats.bad += 1
                yield item

    def _stats_of(self, item: Item) -> FileStats:
        file = item.origin.file if item.origin is not None else ""
        return next((part for part in reversed(self.parts) if part.name == file), self.parts[0])

    def _items(self, opening: _Opening) -> Iterator[Item]:
        beginning = list(opening.beginning())
        if not beginning:
            yield from (self._of_file(self._own, problem, name) for name, problem in opening.problems)
            return
        self.parts = opening.parts
        first = beginning[0]
        if not any(file.raw_head or file.damage for file in beginning):
            first.stats.problem = "the file is empty"
            return
        if len(beginning) > 1:
            first.look_further(b"".join(file.head for file in beginning))
        sample = sample_of(beginning, self._source)
        chosen = self._choose(first, sample)
        if isinstance(chosen, str):
            yield self._of_file(first.stats, chosen)
            return
        clock = Clock(self._source.time_zone)
        if clock.problem:
            yield self._of_file(first.stats, clock.problem)
        lines = Lines(first, self._limit, others=chain(beginning[1:], opening.rest))
        try:
            items = chosen.read(Reading(lines, sample, self._source, clock, self._limit))
            yield from (items if chosen.ways_of is None else _with_cut_end(items, lines))
        except RecursionError:
            yield self._of_file(lines.stats, "reading stopped: a value is nested too deeply")
        for part in self.parts[1:]:
            part.format, part.reason = first.stats.format, f"it goes on where {first.name} ends"
        for stats, damage in opening.damages():
            yield self._of_file(stats, damage)
        for name, problem in opening.problems:
            yield self._of_file(first.stats, problem, name)
        if not any(part.records or part.bad for part in self.parts):
            words = f"no statements found in {self.stats.lines:,} lines of {chosen.title}"
            first.stats.problem = words

    def _choose(self, opened: OpenFile, sample: Sample) -> SourceFormat | str:
        """The format to read with, or a problem."""
        stats = opened.stats
        if self._wished != "auto":
            stats.format, stats.reason = self._wished, "the configuration says so"
            if (named := format_named(self._wished)) is not None:
                return named
            stats.format = ""
            return f"format {self._wished!r} is unknown; known are auto, {', '.join(f.name for f in FORMATS)}"
        found = recognise_sample(sample, opened)
        stats.format, stats.reason = found.format, found.reason
        return format_named(found.format) or f"cannot be read: {found.reason}"

    def _of_file(self, stats: FileStats, problem: str, name: str | None = None) -> BadRecord:
        stats.entries += 1
        stats.problem = stats.problem or problem
        return BadRecord(problem, Origin(name or stats.name, 1))


class PairReader(FileReader):
    """The records of a history that lies in two tables."""

    def __init__(self, files: PairedFiles, source: SourceSettings, *, max_statement_bytes: int) -> None:
        super().__init__(files, source, max_statement_bytes=max_statement_bytes)
        self._pair = files.pair

    def _items(self, opening: _Opening) -> Iterator[Item]:
        self.parts = opening.parts
        yield from read_pair(self._pair, self._parts_of(opening))
        for stats, damage in opening.damages():
            yield self._of_file(stats, damage)
        for name, problem in opening.problems:
            yield self._of_file(self.parts[0] if self.parts else self._own, problem, name)

    def _parts_of(self, opening: _Opening) -> Iterator[Part]:
        for opened in opening.rest:
            sample = sample_of([opened], self._source)
            found = recognise_sample(sample, opened)
            names = names_of(sample)
            opened.stats.format, opened.stats.reason = found.format, found.reason
            reading = Reading(
                Lines(opened, self._limit), sample, self._source, Clock(self._source.time_zone), self._limit
            )
            yield Part(reading, names, self._pair.role_of(names) or "texts")


def _with_cut_end(items: Iterable[Item], lines: Lines) -> Iterator[Item]:
    """The items of a log that a server writes line by line, the last marked cut where its last line has no end.

    A file that was copied while it grew, or in part, ends inside a statement that may look whole: ``insert into a
    select x from b``, with a join to come. Whose text ends where the file does, of that nobody can know.
    """
    for item in items:
        if lines.unended and isinstance(item, QueryRecord) and item.sql:
            end = item.sql.rstrip().rsplit("\n", 1)[-1].strip()
            last = lines.unended.decode("utf-8", "replace").rstrip()
            yield item._replace(cut=True) if last.endswith(end) else item
        else:
            yield item


def read_file(
    file: Path | InputFile,
    source: SourceSettings,
    *,
    format: str | None = None,  # noqa: A002 - the word of the configuration
    name: str | None = None,
    max_statement_bytes: int = MAX_STATEMENT_BYTES,
) -> FileReader:
    """The records of a file, in the format that ``format`` or the source names, or that its content tells.

    ``name`` is what the file is called in origins and messages (its own name or path, unless said otherwise).
    Records come in the order of the log within each session; across sessions a record can come late by one statement
    (PostgreSQL tells a failure after the statement), so sort by (started_at, sequence) where that matters.
    """
    item = file if isinstance(file, InputFile) else InputFile(file, str(file))
    named = item if name is None else item._replace(name=name)
    return FileReader([named], source, format=format, max_statement_bytes=max_statement_bytes)


def read_files(
    files: Sequence[Path | InputFile],
    source: SourceSettings,
    *,
    format: str | None = None,  # noqa: A002 - the word of the configuration
    max_statement_bytes: int = MAX_STATEMENT_BYTES,
) -> FileReader:
    """The records of a log that lies in several files, given in the order in which they were written.

    A record, a line, even a character that begins in one file and ends in the next is whole.
    """
    if isinstance(files, PairedFiles):
        return PairReader(files, source, max_statement_bytes=max_statement_bytes)
    items = [file if isinstance(file, InputFile) else InputFile(file, str(file)) for file in files]
    return FileReader(items, source, format=format, max_statement_bytes=max_statement_bytes)
