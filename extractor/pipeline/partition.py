"""Reading one log far from home: a pure function from a partition of the input to all that reading it gives.

A partition is one log (a file, or files that are one log cut in pieces), so that a session's statements in it stay
together. The parent merges the partitions in the order of the input: what comes out is what reading here would give.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from extractor import statements
from extractor.config import Config
from extractor.engines import Engine
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.read import NewText, Sink, SourceReader, numbering, session_of_file
from extractor.pipeline.spool import Event
from extractor.pipeline.windows import Window
from extractor.report import Report
from extractor.sources import InputFile


class Partition(NamedTuple):
    """One log of a source (by its number in the configuration), and what has to be known to read it."""

    config: Config
    source: int
    log: tuple[InputFile, ...]
    window: Window


class Text(NamedTuple):
    """A distinct statement, without credentials, with the time of its first execution."""

    fingerprint: str
    text: str
    at: datetime | None


class Read(NamedTuple):
    """What a partition gave; texts stand in the order of the log.

    ``files`` are the names of the log's files and of what they call, by the numbers that the events have for them;
    ``days`` are those of `SourceReader`, ``ended_badly`` those of `Spool`.
    """

    files: tuple[str, ...]
    events: list[Event]
    texts: list[Text]
    report: Report
    days: frozenset[int]
    ended_badly: frozenset[str]


def read_spread(
    engine: Engine,
    reader: SourceReader,
    source: int,
    config: Config,
    *,
    window: Window,
    file_names: dict[int, str],
    report: Report,
    spool: Sink,
    new_text: NewText,
) -> None:
    """Let an engine's workers read the logs of a source, and take what they give in the order of the input."""
    needed, number_of = _needed(config, source), numbering(file_names)
    partitions = (Partition(needed, source, tuple(log), window) for log in reader.logs())
    for read in engine.each(read_partition, partitions):
        numbers = [number_of(name) for name in read.files]
        for event in read.events:
            spool.add(_renumbered(event, numbers[event.file]))
        for text in read.texts:
            new_text(*text)
        report.merge(read.report)
        spool.ended_badly |= read.ended_badly
        reader.days |= read.days


def _renumbered(event: Event, file: int) -> Event:
    """The event with the run's number of its file, which also names the session where the log has none."""
    before = session_of_file(event.source, event.file)
    if event.session.startswith(before):
        return event._replace(file=file, session=session_of_file(event.source, file) + event.session[len(before) :])
    return event._replace(file=file)


def _needed(config: Config, source: int) -> Config:
    """So much of the configuration as reading needs: one source, and nothing of Alation."""
    return config.model_copy(
        update={
            "alation": None,
            "openlineage": None,
            "observability": None,
            "events": [],
            "source": [config.source[source]],
        }
    )


class _Found:
    """The events of one partition."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended_badly: set[str] = set()

    def add(self, event: Event) -> None:
        """Take one event."""
        self.events.append(event)


def read_partition(partition: Partition) -> Read:
    """Read, decide and fingerprint all records of a partition; nothing is raised for what stands in it."""
    source = partition.config.source[0]
    dialect = dialect_of(source)
    found = _Found()
    texts: dict[str, Text] = {}

    def take(fingerprint: str, text: str, at: datetime | None) -> None:
        if fingerprint not in texts:
            texts[fingerprint] = Text(fingerprint, statements.redact(text, dialect), at)

    report = Report(datetime.now(UTC))
    reader = SourceReader(
        partition.source,
        source,
        dialect,
        partition.config,
        report=report,
        spool=found,
        new_text=take,
        window=partition.window,
    )
    files = {number: item.name for number, item in enumerate(partition.log)}
    reader.read_log(list(partition.log), numbering(files))
    ended_badly = frozenset(found.ended_badly)
    return Read(tuple(files.values()), found.events, list(texts.values()), report, frozenset(reader.days), ended_badly)
