"""Which format a file is in, and what is said of a file that is in none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from reading import LOGS, read, source

from extractor.sources import FORMATS, recognise

EXPECTED = {
    "alation-push": "alation-push",
    "alation-view": "alation-view",
    "spark-events": "spark-events",
    "hive-impala-lineage": "hive-impala-lineage",
    "hive-server-log": "hive-server-log",
    "impala-audit": "impala-audit",
    "mariadb-audit": "mariadb-audit",
    "mysql-audit-json": "mysql-audit-json",
    "mysql-audit-xml": "mysql-audit-xml",
    "mysql-binlog": "mysql-binlog",
    "mysql-general": "mysql-general",
    "mysql-slow": "mysql-slow",
    "openmetadata-csv": "openmetadata-csv",
    "percona-audit-json": "percona-audit-json",
    "postgresql-csvlog": "postgresql-csvlog",
    "postgresql-jsonlog": "postgresql-jsonlog",
    "postgresql-stderr": "postgresql-stderr",
    "proxysql-eventslog": "proxysql-eventslog",
    "ranger-audit": "ranger-audit",
    "redshift-activity": "redshift-activity",
    "scripts": "sql-script",
    **{
        name: name
        for name in (
            "azure-sql-audit",
            "fabric-requests",
            "hana-audit-log",
            "hana-statements",
            "netezza-history",
            "netezza-qryhist",
            "oracle-text-audit",
            "oracle-unified-audit",
            "oracle-xml-audit",
            "redshift-query",
            "redshift-querytext",
            "redshift-statementtext",
            "redshift-sys-query-history",
            "redshift-sys-query-text",
            "sqlserver-audit",
            "sqlserver-query-store",
            "sqlserver-trace",
            "sqlserver-trace-table",
            "sqlserver-xevents",
            "sqlserver-xevents-table",
            "synapse-requests",
            "teradata-dbql-log",
            "teradata-dbql-sql",
            "vertica-requests",
        )
    },
}


@pytest.mark.parametrize("folder", sorted(EXPECTED))
def test_each_fixture_is_recognised_by_its_content(folder: str, tmp_path: Path) -> None:
    """The name of a log does not matter: under another name it is recognised the same."""
    for path in sorted((LOGS / folder).iterdir()):
        assert recognise(path).format == EXPECTED[folder], path.name
        if folder != "scripts":
            renamed = tmp_path / "renamed"
            renamed.write_bytes(path.read_bytes())
            assert recognise(renamed).format == EXPECTED[folder], path.name


def test_recognition_says_why_and_what_the_others_had_against_it() -> None:
    """All formats are asked; the chosen one is the first candidate."""
    found = recognise(LOGS / "redshift-activity" / "useractivitylog_2026-03-02T02_00", source())
    assert found.candidates[0].format == found.format
    assert len(found.candidates) == len(FORMATS)
    assert all(c.reason for c in found.candidates)
    assert "user activity log" in found.reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\n \n", "blanks"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"PK\x03\x04\x14\0\0\0", "zip"),
        (b"PAR1\x15\x04", "Parquet"),
        (random.Random(7).randbytes(5_000), "no text"),
        (b"the quick brown fox jumps over the lazy dog\n" * 20, "no statement was found"),
        (b'{"a": 1}\n{"a": 2}\n', "fields.sql"),
    ],
)
def test_a_file_that_nobody_can_read_is_one_line(tmp_path: Path, data: bytes, words: str) -> None:
    """Random bytes, images, archives, prose: one bad record that describes the file, never silence."""
    path = tmp_path / "x.log"
    path.write_bytes(data)
    found = read(path)
    assert len(found.bad) == 1
    assert words in found.bad[0].problem
    assert found.stats.problem == found.bad[0].problem


def test_an_empty_file_is_no_bad_record(tmp_path: Path) -> None:
    """Rotation leaves files of no bytes: no record at all, and a line that says why."""
    path = tmp_path / "x.log"
    path.write_bytes(b"")
    found = read(path)
    assert (found.records, found.bad, found.stats.problem) == ([], [], "the file is empty")


@pytest.mark.parametrize("name", sorted(p.name for p in (LOGS / "unreadable").iterdir()))
def test_logs_of_other_programs_are_refused_in_words(name: str) -> None:
    """Poolers and web servers write no SQL: their files are one line each."""
    found = read(LOGS / "unreadable" / name)
    assert found.records == []
    assert len(found.bad) == 1


def test_the_text_of_a_file_is_never_quoted(tmp_path: Path) -> None:
    """A file that cannot be read may hold secrets: no message repeats its text."""
    path = tmp_path / "x.txt"
    path.write_text("password=hunter2 token=abc\n" * 3)
    assert "hunter2" not in read(path).bad[0].problem


def test_a_python_program_is_no_script(tmp_path: Path) -> None:
    """``with a as b:`` begins no SQL statement."""
    path = tmp_path / "x.py"
    path.write_text("import os\n\nwith open('a') as b:\n    update = b.read()\n    select = 1;\n")
    assert recognise(path).format == ""


def test_an_unknown_format_name_is_one_line(tmp_path: Path) -> None:
    """A misspelled format names those that exist."""
    path = tmp_path / "x.sql"
    path.write_text("DELETE FROM a;")
    found = read(path, as_format="postgres-csv")
    assert "postgresql-csvlog" in found.bad[0].problem


def test_an_unknown_encoding_or_time_zone_is_one_line(tmp_path: Path) -> None:
    """Neither raises: the file with an unknown encoding is not read, an unknown zone is read as UTC."""
    path = tmp_path / "x.sql"
    path.write_text("DELETE FROM a;")
    assert "klingon" in read(path, encoding="klingon").bad[0].problem
    found = read(path, time_zone="Mars/Olympus")
    assert "Mars/Olympus" in found.bad[0].problem
    assert found.texts == ["DELETE FROM a;"]


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """What cannot be opened is a bad record, also a folder."""
    assert "cannot be opened" in read(tmp_path / "none").bad[0].problem
    assert "cannot be opened" in read(tmp_path).bad[0].problem
    assert recognise(tmp_path / "none").format == ""
