"""SQL Server: Extended Events as XML, audit, Query Store, and the requests of Synapse and Fabric."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from reading import LOGS, Read, read, read_pieces

XEVENTS = [
    LOGS / "sqlserver-xevents" / "night.xml",
    LOGS / "sqlserver-xevents" / "no_root.xml",
    LOGS / "sqlserver-xevents-table" / "target.csv",
]
each_export = pytest.mark.parametrize("path", XEVENTS, ids=lambda p: p.name)


def log(path: Path) -> Read:
    """What a fixture holds, which must be recognised as what its folder is called."""
    found = read(path, dialect="sqlserver")
    assert found.stats.format == path.parent.name
    assert not found.bad
    return found


def only(name: str) -> Read:
    """The one fixture of a format."""
    (path,) = (LOGS / name).iterdir()
    return log(path)


@each_export
def test_batches_calls_and_parts_count_once(path: Path) -> None:
    """A statement that its batch shows is a repeat; one of a procedure, or without a batch, is a record."""
    found = log(path)
    batch = (
        "SELECT shop_id, net INTO #d FROM stg.sales WHERE net > 0;\n"
        "INSERT INTO mart.net -- a </event>\nSELECT * FROM #d"
    )
    assert found.texts == [
        batch,
        "INSERT INTO mart.filled SELECT * FROM stg.sales",
        "exec dbo.fill @day='2026-03-01'",
        "INSERT INTO mart.p SELECT '' AS e, x FROM stg.p WHERE x < @p -- </event> <event >",
        "INSERT INTO mart.p SELECT '' AS e, x FROM stg.p WHERE x < @p -- </event> <event >",
        "INSERT INTO mart.nett SELECT 1",
        "DELETE FROM mart.net\ufffd",
        "UPDATE mart.net SET net = 0",
    ]
    assert (found.stats.repeats, found.stats.noise) == (2, 2)


@each_export
def test_events_tell_outcome_session_and_begin(path: Path) -> None:
    """The time of an event is its end; a connection that its pool gave again begins another session."""
    found = log(path)
    assert found.outcomes == ["ok", "unknown", "ok", "ok", "ok", "failed", "cancelled", "unknown"]
    first = found.records[0]
    assert first.started_at == datetime(2026, 3, 2, 2, 0, 11, 401999, tzinfo=UTC)
    assert (first.session, first.user, first.database) == ("57", "etl", "WH")
    assert found.records[6].session == "57@2026-03-02T02:00:18.500000+00:00"
    assert found.records[1].user == "etl2"


def test_events_cut_in_two_anywhere_are_the_same(tmp_path: Path) -> None:
    """A tag, an entity, a CDATA section that begins in one piece and ends in the next is whole."""
    data = XEVENTS[0].read_bytes()
    expected = [record._replace(origin=None) for record in log(XEVENTS[0]).records]
    for place in range(1, len(data), 29):
        (tmp_path / "a").write_bytes(data[:place])
        (tmp_path / "b").write_bytes(data[place:])
        found = read_pieces([tmp_path / "a", tmp_path / "b"], as_format="sqlserver-xevents", dialect="sqlserver")
        assert [record._replace(origin=None) for record in found.records] == expected, place


def test_an_event_that_breaks_off_is_bad_and_the_next_is_read(tmp_path: Path) -> None:
    """A file that is still written has no closing tag; one that was damaged goes on with the next event."""
    data = XEVENTS[1].read_text()
    path = tmp_path / "x.xml"
    path.write_text(data[:200] + data[data.index("<event ", 300) : -60])
    found = read(path, dialect="sqlserver")
    assert [bad.problem for bad in found.bad] == ["the event breaks off or is too long"] * 2
    assert len(found.records) == 7


def test_an_event_beyond_the_limit_is_bad_with_its_line(tmp_path: Path) -> None:
    """It costs itself alone."""
    path = tmp_path / "x.xml"
    path.write_text(XEVENTS[0].read_text().replace("DELETE FROM", "DELETE FROM /* " + "x" * 3_000 + "*/"))
    found = read(path, max_statement_bytes=2_000, dialect="sqlserver")
    assert len(found.bad) == 1
    assert len(found.records) == 7


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.xel", "fn_xe_file_target_read_file"), ("a.trc", "fn_trace_gettable"), ("a.sqlaudit", "fn_get_audit_file")],
)
def test_binary_files_are_named_with_the_way_to_export_them(tmp_path: Path, name: str, words: str) -> None:
    """Nobody must guess what to do with them."""
    path = tmp_path / name
    path.write_bytes(b"\x01\0\0\0\x10\xff\xfe" + bytes(range(256)) * 8)
    found = read(path)
    assert not found.records
    assert words in found.stats.problem


def test_audited_statements_go_on_in_the_next_row() -> None:
    """4,000 characters and the rest; the rows of the other object show the same; the schema is the object's."""
    found = only("sqlserver-audit")
    assert len(found.records) == 2
    assert found.texts[0].endswith("2) AND net > 0")
    assert not found.records[0].cut
    assert (found.outcomes, found.stats.repeats, found.stats.noise) == (["unknown", "failed"], 3, 1)
    assert (found.records[0].session, found.records[0].schema, found.records[0].database) == ("SQL1/57", None, "WH")


def test_azures_audit_is_known_by_its_column_names() -> None:
    """Log Analytics adds the type to each name; what was permitted need not have run to its end."""
    found = only("azure-sql-audit")
    assert found.outcomes == ["unknown", "failed"]
    assert found.records[0].session == "sql1/57"


def test_each_query_of_the_query_store_stands_alone() -> None:
    """No two share a session, so no temporary table; a query of two intervals counts once."""
    found = only("sqlserver-query-store")
    assert found.outcomes == ["ok", "cancelled", "failed"]
    assert len({record.session for record in found.records}) == 3
    assert found.stats.repeats == 1
    assert found.records[2].started_at == datetime(2026, 3, 2, 1, 0, 11, 402113, tzinfo=UTC)


def test_requests_of_synapse_and_fabric() -> None:
    """Status in words; a command of 4,000 characters is cut."""
    synapse, fabric = only("synapse-requests"), only("fabric-requests")
    assert synapse.outcomes == ["ok", "failed", "cancelled"]
    assert [record.cut for record in synapse.records] == [False, False, True]
    assert synapse.records[0].statement_id == "QID9001"
    assert fabric.outcomes == ["ok", "failed"]
    assert (fabric.records[0].user, fabric.records[0].database) == ("etl@corp", "wh")


def test_xml_is_read_with_its_declaration_and_never_as_a_script(tmp_path: Path) -> None:
    """UTF-16 with a declaration, as SQL Server's tools write; XML of others with SQL in it is refused in words."""
    path = tmp_path / "x.xml"
    path.write_text('<?xml version="1.0" encoding="utf-16"?>\n' + XEVENTS[0].read_text(), encoding="utf-16")
    assert read(path, dialect="sqlserver").texts == log(XEVENTS[0]).texts
    path.write_text('<?xml version="1.0"?>\n<job><sql>INSERT INTO a SELECT * FROM b;</sql></job>\n')
    refused = read(path, dialect="sqlserver")
    assert not refused.records
    assert "XML, in which no format" in refused.stats.problem


@pytest.mark.parametrize("name", ["sqlserver-trace", "sqlserver-trace-table"])
def test_a_trace_shows_each_batch_once(name: str) -> None:
    """Its starting and its statements are repeats, whether events are told by number or by name."""
    found = only(name)
    assert found.texts == [
        "SELECT a INTO #t FROM stg.a;\nINSERT INTO mart.b SELECT a FROM #t",
        "exec sp_executesql N'INSERT INTO mart.c SELECT x FROM stg.c WHERE x < @p',N'@p int',@p=7",
    ]
    assert (found.outcomes, found.stats.repeats, found.stats.noise) == (["ok", "failed"], 2, 1)
    assert found.records[0].started_at == datetime(2026, 3, 2, 2, 0, 11, 403000, tzinfo=UTC)
    assert (found.records[0].session, found.records[0].database) == ("61", "WH")
