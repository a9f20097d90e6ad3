"""The one small interface of a log format: a function that judges a sample, and a function that reads records.

A new format is one file with one `SourceFormat` in it, and one line in ``registry.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from extractor.config import SourceSettings
from extractor.models import BadRecord, Origin, QueryRecord
from extractor.sources.lines import Lines
from extractor.sources.stored import StoredObject
from extractor.sources.times import Clock

Item = QueryRecord | BadRecord

MAX_STATEMENT_BYTES = 10_000_000
"""What one record may hold; a longer one is yielded with its text cut there and marked so."""


class InputFile(NamedTuple):
    """One file to read: ``path`` is its real path, or the object of a store that it is.

    ``name`` is what to call it (relative to the configuration, or its URL).

    ``member`` is its name within the archive at ``path``, empty where the file is one of its own. ``places`` are the
    configured folders and files; what a script calls is looked for in them alone.

    Where ``problem`` is not empty there is nothing to open, and the problem is the one line to report: a path
    that matches nothing, a link that leaves the configured folders, something that is no regular file. With
    ``is_vacant`` it is only worth a warning: the configured folder is there, and no file is in it yet.
    """

    path: Path | StoredObject
    name: str
    size_bytes: int = 0
    modified_at: datetime | None = None
    problem: str = ""
    is_vacant: bool = False
    member: str = ""
    places: tuple[Path, ...] = ()


@dataclass(slots=True)
class FileStats:
    """What became of one file, true at any moment while it is read and complete afterwards.

    ``entries`` are the units of the format (log messages, rows, JSON objects, scripts); each ends as exactly one
    of ``records``, ``repeats`` (the same execution shown again, or the end of one already counted), ``noise``
    (carries no SQL) or ``bad``. ``cut`` counts those records whose text is not whole; ``replaced`` the bytes that
    were no text in the file's encoding (shown as U+FFFD, or dropped NULs). ``unresolved`` are variables of scripts
    that have no value, with how often each is used. ``problem`` is a line about the file as a whole, empty when all
    is well.
    """

    name: str
    format: str = ""
    reason: str = ""
    wrappers: tuple[str, ...] = ()
    encoding: str = "utf-8"
    lines: int = 0
    entries: int = 0
    records: int = 0
    bad: int = 0
    repeats: int = 0
    noise: int = 0
    cut: int = 0
    replaced: int = 0
    problem: str = ""
    unresolved: dict[str, int] = field(default_factory=dict)


class Verdict(NamedTuple):
    """How sure a format is that a sample is its own (0 = surely not, 1 = surely), and why."""

    confidence: float
    reason: str


class Candidate(NamedTuple):
    """A format that was asked about a file, with its answer."""

    format: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file would be read as. ``format`` is "" when nothing fits; ``reason`` then describes its first bytes.

    ``candidates`` are all formats that were asked, the likeliest first, with the reason why each was taken or
    refused. Files with the same ``signature`` can be pieces of one log; where it is "" a file stands alone.
    """

    format: str
    reason: str
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    wrappers: tuple[str, ...] = ()
    encoding: str = "utf-8"
    signature: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The beginning of a file: its text, its complete lines, and whether that is all of it; one is like no other.

    ``data`` are the bytes behind all wrappers, in UTF-8 where the file's encoding could be told; ``raw`` the same as
    they lie there, and ``item`` the file itself, for formats that are no text.
    """

    name: str
    data: bytes
    text: str
    lines: tuple[str, ...]
    is_whole: bool
    source: SourceSettings | None
    item: InputFile
    raw: bytes


@dataclass(slots=True)
class Reading:
    """All that a format needs to read: the lines, the settings of the source, the clock, the limit."""

    lines: Lines
    sample: Sample
    source: SourceSettings
    clock: Clock
    max_statement_bytes: int = MAX_STATEMENT_BYTES

    @property
    def stats(self) -> FileStats:
        """The counts of the file that is being read at this moment."""
        return self.lines.stats

    def text(self, data: bytes) -> str:
        """The bytes as text with LF as its only line end; what is no UTF-8 is replaced and counted."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("utf-8", "replace")
            self.stats.replaced += text.count("\ufffd")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def here(self) -> Origin:
        """The place of the line that was read last."""
        return Origin(self.lines.file, self.lines.number)

    def bad(self, problem: str, origin: Origin | None = None) -> BadRecord:
        """A bad record at that place, or here."""
        return BadRecord(problem, origin or self.here())


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """A format: its name in the configuration, its title for people, and its two functions.

    ``read`` never raises for what stands in the file: what cannot be read is yielded as a `BadRecord`. It counts
    ``entries``, ``noise`` and ``repeats``; the reader counts the records and bad records that come out. ``ways_of``
    tells, for a format whose logs are cut in files anywhere, what two pieces of one log have in common besides it.
    """

    name: str
    title: str
    judge: Callable[[Sample], Verdict]
    read: Callable[[Reading], Iterator[Item]]
    ways_of: Callable[[Sample], str] | None = None
    is_text: bool = True
