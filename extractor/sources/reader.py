"""Reading: from a path to records, with nothing raised for what stands in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from extractor.config import SourceSettings
from extractor.models import BadRecord, Origin
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
from extractor.sources.opening import OpenFile
from extractor.sources.recognition import recognise_sample, sample_of
from extractor.sources.registry import FORMATS, format_named
from extractor.sources.times import Clock


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
        self._open: list[OpenFile] = []
        self.parts: list[FileStats] = [self._own]

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
        with ExitStack() as stack:
            for item in self._items(stack):
                stats = self.parts[0] if len(self.parts) == 1 else self._stats_of(item)
                if isinstance(item, BadRecord):
                    stats.bad += 1
                else:
                    stats.records += 1
                    if item.cut:
                        stats.cut += 1
                yield item

    def _stats_of(self, item: Item) -> FileStats:
        file = item.origin.file if item.origin is not None else ""
        return next((part for part in self.parts if part.name == file), self.parts[0])

    def _items(self, stack: ExitStack) -> Iterator[Item]:
        opened, problems = self._open_all(stack)
        yield from problems
        if not opened:
            return
        if not any(file.raw_head or file.damage for file in opened):
            opened[0].stats.problem = "the file is empty"
            return
        sample = sample_of(opened, self._source)
        chosen = self._choose(opened[0], sample)
        if isinstance(chosen, str):
            yield self._of_file(opened[0].stats, chosen)
            return
        clock = Clock(self._source.time_zone)
        if clock.problem:
            yield self._of_file(opened[0].stats, clock.problem)
        lines = Lines(opened, self._limit)
        try:
            yield from chosen.read(Reading(lines, sample, self._source, clock, self._limit))
        except RecursionError:
            yield self._of_file(lines.stats, "reading stopped: a value is nested too deeply")
        for file in opened:
            if file.damage:
                yield self._of_file(file.stats, file.damage)
        if not any(part.records or part.bad for part in self.parts):
            words = f"no statements found in {self.stats.lines:,} lines of {chosen.title}"
            opened[0].stats.problem = words

    def _open_all(self, stack: ExitStack) -> tuple[list[OpenFile], list[BadRecord]]:
        opened: list[OpenFile] = []
        problems: list[BadRecord] = []
        for file in self._files:
            try:
                opened.append(stack.enter_context(OpenFile(file, self._source.encoding)))
            except LookupError:
                problems.append(self._of_file(self._own, f"encoding {self._source.encoding!r} is unknown", file.name))
            except OSError as error:
                problems.append(self._of_file(self._own, f"cannot be opened: {error.strerror or error}", file.name))
        if opened:
            self.parts = [file.stats for file in opened]
            first = self.parts[0]
            first.entries, first.problem = first.entries + self._own.entries, self._own.problem
        return opened, problems

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
    items = [file if isinstance(file, InputFile) else InputFile(file, str(file)) for file in files]
    return FileReader(items, source, format=format, max_statement_bytes=max_statement_bytes)
