"""Reads for the tests of this folder: a source with few words, and a file's records with balanced counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from extractor.config import SourceSettings
from extractor.models import BadRecord, QueryRecord
from extractor.sources import FileReader, FileStats, InputFile, read_file, read_files

LOGS = Path(__file__).resolve().parents[2] / "fixtures" / "logs"


def source(**settings: Any) -> SourceSettings:
    """A source of a PostgreSQL database with some settings."""
    return SourceSettings.model_validate(
        {"name": "wh", "paths": ["logs"], "dialect": "postgres", "data_source_id": 1, **settings}
    )


class Read(NamedTuple):
    """What came out of a file."""

    records: list[QueryRecord]
    bad: list[BadRecord]
    stats: FileStats

    @property
    def texts(self) -> list[str]:
        return [record.sql for record in self.records]

    @property
    def outcomes(self) -> list[str]:
        return [record.outcome.value for record in self.records]


def drain(reader: FileReader) -> Read:
    """All that a reader gives; the counts must add up."""
    items = list(reader)
    records = [item for item in items if isinstance(item, QueryRecord)]
    bad = [item for item in items if isinstance(item, BadRecord)]
    stats = reader.stats
    assert stats.records == len(records)
    assert stats.bad == len(bad)
    assert stats.entries == stats.records + stats.bad + stats.noise + stats.repeats
    return Read(records, bad, stats)


def read(path: Path, *, as_format: str | None = None, max_statement_bytes: int = 10_000_000, **settings: Any) -> Read:
    """What one file holds."""
    return drain(
        read_file(path, source(**settings), format=as_format, name=path.name, max_statement_bytes=max_statement_bytes)
    )


def read_item(item: InputFile, **settings: Any) -> Read:
    """What a file as it was found holds."""
    return drain(read_file(item, source(**settings)))


def read_pieces(paths: list[Path], *, as_format: str | None = None, **settings: Any) -> Read:
    """What a log in several files holds."""
    return drain(read_files(paths, source(**settings), format=as_format))
