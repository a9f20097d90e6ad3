"""Oracle's audit files in XML and in text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from reading import LOGS, read, read_pieces

XML = LOGS / "oracle-xml-audit" / "ora_4711.xml"
TEXT = LOGS / "oracle-text-audit" / "wh_ora_4711.aud"
LONG = (
    "INSERT INTO mart.net -- Zürich\nSELECT shop_id, 'it''s'\n\nFROM stg.sales WHERE note = 'x'\n"
    "Sat Mar  2 02:00:11 2024 +01:00\nACTION :[3] 'abc'"
)


def test_records_of_an_open_xml_file_are_read() -> None:
    """No closing root tag; entities are resolved; a record for each object counts once; a logoff is noise."""
    found = read(XML, dialect="oracle")
    assert found.stats.format == "oracle-xml-audit"
    assert found.texts == [
        "INSERT INTO net\nSELECT shop_id, net FROM stg.sales WHERE shop_id <> :1",
        "DELETE FROM nett",
    ]
    assert (found.outcomes, found.stats.repeats, found.stats.noise) == (["ok", "failed"], 1, 1)
    first = found.records[0]
    assert first.started_at == datetime(2026, 3, 2, 2, 0, 11, 402113, tzinfo=UTC)
    assert (first.session, first.user, first.schema, first.statement_id) == ("1/250064", "ETL", "MART_OWNER", "9")
    assert [record.origin.line for record in found.records if record.origin] == [5, 14]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_text_value_ends_where_its_length_says(tmp_path: Path, ending: str) -> None:
    """Quotes, blank lines and lines like a record's own within the statement belong to it; lengths are bytes."""
    path = tmp_path / "x.aud"
    path.write_bytes(TEXT.read_text().replace("\n", ending).encode())
    found = read(path, dialect="oracle")
    assert found.stats.format == "oracle-text-audit"
    assert found.texts == [LONG, "DELETE FROM mart.nett", "DROP TABLE mart.old"]
    assert (found.outcomes, found.stats.noise) == (["ok", "failed", "ok"], 1)
    assert [record.session for record in found.records] == ["250064", "250064", ""]
    assert found.records[0].started_at == datetime(2026, 3, 2, 1, 0, 11, tzinfo=UTC)
    assert not any(record.cut for record in found.records)


@pytest.mark.parametrize("path", [XML, TEXT], ids=lambda p: p.name)
def test_files_cut_in_two_anywhere_are_the_same(path: Path, tmp_path: Path) -> None:
    """What begins in one piece and ends in the next is whole."""
    data = path.read_bytes()
    whole = read(path)
    for place in range(1, len(data), 11):
        (tmp_path / "a").write_bytes(data[:place])
        (tmp_path / "b").write_bytes(data[place:])
        found = read_pieces([tmp_path / "a", tmp_path / "b"], as_format=whole.stats.format)
        assert found.texts == whole.texts, place


def test_a_value_without_its_end_is_cut(tmp_path: Path) -> None:
    """The file ends within the statement, or its length is wrong."""
    path = tmp_path / "x.aud"
    text = TEXT.read_text()
    path.write_text(text[: text.index("FROM stg")])
    assert [record.cut for record in read(path).records] == [True]
    path.write_text(text.replace("ACTION :[21]", "ACTION :[12]"))
    found = read(path)
    assert [(record.sql, record.cut) for record in found.records][1:] == [
        ("DELETE FROM ", True),
        ("DROP TABLE mart.old", False),
    ]
