"""Db2's audit, its package cache and its event monitors, from fixtures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from reading import LOGS, read

AUDIT = LOGS / "db2-audit"
TEXTS = [
    'INSERT INTO MART.NET\nSELECT SHOP_ID, "Net €" FROM RAW.SALES WHERE SHOP_ID = ?',
    "INSERT INTO MART.NETT SELECT 1 FROM SYSIBM.SYSDUMMY1",
    "MERGE INTO MART.A USING RAW.B ON A.X = B.X WHEN MATCHED THEN DELETE",
]


def test_texts_that_lie_beside_the_delimited_audit_are_read_with_it() -> None:
    """A reference stands for the text; values of parameters repeat their statement; SQLCODE tells how it ended."""
    found = read(AUDIT / "execute.del", dialect="db2")
    assert found.texts == TEXTS
    assert found.outcomes == ["ok", "failed", "cancelled"]
    assert {(r.session, r.user, r.database) for r in found.records} == {("*LOCAL.etl.260302020000", "ETL", "WH")}
    assert str(found.records[0].started_at) == "2026-03-02 02:00:11.402113+00:00"
    assert (found.stats.repeats, found.stats.noise) == (1, 1)


def test_an_audit_without_its_texts_says_where_they_should_lie(tmp_path: Path) -> None:
    """Rows whose texts are not there, or break off, are bad, not silent."""
    shutil.copy(AUDIT / "execute.del", tmp_path / "execute.del")
    found = read(tmp_path / "execute.del", dialect="db2")
    assert [bad.problem for bad in found.bad] == ["its text lies in auditlobs, which is not beside the file"] * 3
    (tmp_path / "auditlobs").write_bytes((AUDIT / "auditlobs").read_bytes()[:-9])
    found = read(tmp_path / "execute.del", dialect="db2")
    assert (found.texts, len(found.bad)) == (TEXTS[:2], 1)


def test_a_reference_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    """What a log points to is a plain file beside it: no path, no link."""
    log = tmp_path / "in" / "execute.del"
    log.parent.mkdir()
    secret = tmp_path / "auditlobs"
    secret.write_text("INSERT INTO a SELECT 1 FROM b; " * 20)
    log.write_text((AUDIT / "execute.del").read_text().replace("auditlobs.", "../auditlobs."))
    assert not read(log, dialect="db2").records
    log.write_bytes((AUDIT / "execute.del").read_bytes())
    (log.parent / "auditlobs").symlink_to(secret)
    assert not read(log, dialect="db2").records


def test_the_texts_of_an_audit_are_no_script() -> None:
    """The file that holds nothing but texts, one behind the other, is read with the rows that point into it."""
    found = read(AUDIT / "auditlobs", dialect="db2")
    assert found.stats.format == "db2-audit-texts"
    assert not found.records
    assert "read with them" in found.stats.problem


def test_an_audit_report_ends_a_text_where_its_next_field_begins() -> None:
    """Semicolons and lines like fields can stand in a statement; the schema in force follows it."""
    found = read(LOGS / "db2-audit-report" / "audit.out", dialect="db2")
    assert found.texts == [
        "INSERT INTO NET\nSELECT SHOP_ID, ';\n  category=x;' FROM RAW.SALES WHERE SHOP_ID = ?",
        TEXTS[1],
    ]
    assert found.outcomes == ["ok", "failed"]
    assert [r.schema for r in found.records] == ["MART", None]
    assert found.stats.noise == 2


@pytest.mark.parametrize(
    ("name", "outcomes", "sessions", "repeats"),
    [("db2-package-cache", ["unknown", "unknown"], 2, 1), ("db2-activities", ["ok", "failed"], 1, 1)],
)
def test_monitors_count_a_statement_once(name: str, outcomes: list[str], sessions: int, repeats: int) -> None:
    """Rows of members and of secondary activities show the same; a cached statement has no session and stands alone."""
    (path,) = (LOGS / name).iterdir()
    found = read(path, dialect="db2")
    assert found.stats.format == name
    assert found.outcomes == outcomes
    assert len({r.session for r in found.records}) == sessions
    assert found.stats.repeats == repeats
