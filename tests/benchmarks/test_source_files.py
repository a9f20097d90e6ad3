"""The files whose reading is measured are what their formats say."""

from __future__ import annotations

from benchmarks.source_bench import write_files
from extractor import sources
from extractor.config import SourceSettings
from extractor.models import BadRecord


def test_each_format_gives_every_event(tmp_path):
    """All events of the log come out of each file, with the same texts and none unreadable."""
    sizes = write_files(tmp_path, 300)
    texts = {}
    formats = {}
    for name in sizes:
        settings = {"name": "log", "paths": [name], "dialect": "postgres", "data_source_id": 1}
        reader = sources.read_file(tmp_path / name, SourceSettings.model_validate(settings))
        records = list(reader)
        assert not [r for r in records if isinstance(r, BadRecord)]
        texts[name] = sorted(r.sql.strip() for r in records)
        formats[name] = reader.stats.format
    assert len(texts["log.jsonl"]) == 300
    assert all(found == texts["log.jsonl"] for found in texts.values())
    assert formats == {
        "log.jsonl": "datahub-sql-queries",
        "log.jsonl.gz": "datahub-sql-queries",
        "log.jsonl.zst": "datahub-sql-queries",
        "postgresql.csv": "postgresql-csvlog",
        "postgresql.log": "postgresql-stderr",
    }
