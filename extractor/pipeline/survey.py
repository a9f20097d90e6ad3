"""A survey of log files before anything is configured: what they are, what they hold, and when it ran."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import xxhash

from dialects import Dialect
from extractor import sources, statements
from extractor.config import SourceSettings
from extractor.models import BadRecord, QueryRecord
from extractor.progress import Count, Progress, counter
from extractor.report import visible
from extractor.sources import FileStats, InputFile
from extractor.statements import StatementClass

MOST_SESSIONS = 1_000_000
"""Sessions are counted one by one up to here; beyond it the count says "at least"."""
_VERB = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL)
_OBJECT = re.compile(
    r"\b(TABLE|VIEW|PROCEDURE|PROC|FUNCTION|PACKAGE|TRIGGER|MACRO|SCHEMA|DATABASE|INDEX|STAGE|TASK|STREAM|PIPE|SEQUENCE"
    r"|ROLE|USER|SYNONYM|TYPE|MODEL|WAREHOUSE)\b",
    re.IGNORECASE,
)
_OF_AN_OBJECT = frozenset({"CREATE", "ALTER", "DROP"})
_VERB_LOOKED_AT = 200
_COUNTED = 500
"""After so many records it is told how far a log is read."""


@dataclass(slots=True)
class Survey:
    """Counts over some files: ``records`` is the sum of ``outcomes`` and of ``unreadable``.

    ``kinds`` counts statements by their first word (and object), ``hours`` records by the hour in which they started
    (UTC, ``2026-03-02 14h``; ``no time`` where the log tells none), ``sessions`` distinct sessions.
    """

    files: list[FileStats] = field(default_factory=list)
    formats: Counter[str] = field(default_factory=Counter)
    records: int = 0
    unreadable: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    users: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    _sessions: set[int] = field(default_factory=set)

    @property
    def sessions(self) -> int:
        """How many distinct sessions were met; at least so many where it equals `MOST_SESSIONS`."""
        return len(self._sessions)

    def take(self, record: QueryRecord, dialect: Dialect) -> None:
        """Count a record and the statements in it."""
        self.outcomes["cut" if record.cut else record.outcome.value] += 1
        self.users[record.user or ""] += 1
        if record.session and len(self._sessions) < MOST_SESSIONS:
            self._sessions.add(xxhash.xxh3_64_intdigest(record.session.encode()))
        at = record.started_at
        self.hours["no time" if at is None else f"{at:%Y-%m-%d %H}h"] += 1
        if at is not None:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)
        for piece in statements.split(record.sql, dialect) if ";" in record.sql else ():
            self._count_kind(piece.text, dialect)
        if ";" not in record.sql:
            self._count_kind(record.sql, dialect)

    def _count_kind(self, text: str, dialect: Dialect) -> None:
        found = statements.classify(text, dialect)
        if found is not StatementClass.EMPTY:
            self.kinds[kind_in_words(text, writes=found is StatementClass.WRITES)] += 1


def survey(
    paths: Iterable[Path], dialect: Dialect, source: SourceSettings, progress: Progress = lambda _: None
) -> Survey:
    """Read all files at or below some paths, as a run would, and count.

    ``source`` gives the settings to read with; its own paths are of no account.
    """
    result = Survey()
    for path in paths:
        settings = source.model_copy(update={"paths": [str(path)]})
        items = sources.find_inputs(settings, Path.cwd())
        openable = list(_openable(items, result))
        called = sources.called_scripts(openable, settings)
        alone = [item for item in openable if item.path not in called]
        for log in sources.logs_of(alone, settings):
            _read(log, settings, dialect, result, progress)
    return result


def _openable(items: Iterable[InputFile], result: Survey) -> Iterable[InputFile]:
    for item in items:
        if item.problem:
            result.problems.append(visible(item.problem))
        else:
            yield item


def _read(log: list[InputFile], source: SourceSettings, dialect: Dialect, result: Survey, progress: Progress) -> None:
    reader = sources.read_files(log, source)
    told, what, size = counter(progress), f"{visible(log[0].name)}: reading", sum(item.size_bytes for item in log)
    for number, record in enumerate(reader):
        if not number % _COUNTED:
            told(Count(what, reader.position_bytes, size, "bytes"))
        result.records += 1
        if isinstance(record, BadRecord):
            result.unreadable += 1
        else:
            result.take(record, dialect)
    for stats in reader.parts:
        result.files.append(stats)
        result.formats[stats.format or "not readable"] += 1


def kind_in_words(text: str, *, writes: bool) -> str:
    """The first word of a statement with the object it is about: ``INSERT``, ``CREATE TABLE``, ``WITH (writes)``."""
    found = _VERB.match(text)
    if found is None:
        return "other"
    verb = found[1].upper()
    if verb in _OF_AN_OBJECT:
        what = _OBJECT.search(text, found.end(), found.end() + _VERB_LOOKED_AT)
        return f"{verb} {what[1].upper()}" if what else verb
    if verb == "WITH":
        return "WITH (writes)" if writes else "SELECT"
    return verb
