"""Audit logs of MySQL Enterprise and Percona, in XML and JSON, and ProxySQL's query log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reading import LOGS, read

XML = LOGS / "mysql-audit-xml"
ENTERPRISE = LOGS / "mysql-audit-json" / "enterprise.log"
PERCONA = LOGS / "percona-audit-json" / "audit.log"
PROXYSQL = LOGS / "proxysql-eventslog" / "queries.log.00000001"


def test_entities_are_resolved_once() -> None:
    """What the text itself wrote as an entity stays one."""
    assert read(XML / "new_style.xml").texts[0] == (
        "insert into mart.net\nselect '<b> &lt; é', \"x\"\n-- a comment\nfrom raw.sales where a < 3"
    )


def test_attributes_end_at_their_quote_and_records_where_no_quote_is_open() -> None:
    """The mark of a record's end inside a text does not end it."""
    assert read(XML / "old_style.xml").texts == [
        'insert into mart.net\n/* a path: /tmp/>\n*/\nselect "x", 4/>3 from raw.sales'
    ]
    assert read(XML / "percona_old.xml").texts == ["create table t as\nselect * from s"]


def test_users_databases_times_and_outcomes_of_all_styles() -> None:
    """The database is that of the connection's Connect; the status is the error number."""
    new, old, percona = (read(XML / name).records for name in ("new_style.xml", "old_style.xml", "percona_old.xml"))
    assert [(r.user, r.schema, r.outcome.value) for r in new] == [("etl", "wh", "ok"), ("etl", "wh", "failed")]
    assert [(r.user, r.schema, r.outcome.value) for r in old] == [("etl", "wh", "cancelled")]
    assert [(r.user, r.schema, r.outcome.value) for r in percona] == [("etl", "stage", "ok")]
    assert new[0].started_at == datetime(2026, 3, 2, 2, 0, 11, tzinfo=UTC)
    assert (new[0].session, new[0].statement_id) == ("42", "3_2026-03-02T02:00:00")


def test_events_of_tables_and_preparations_repeat_what_was_executed() -> None:
    """One statement on many rows counts once, in each form of the log."""
    assert read(XML / "new_style.xml").stats.repeats == 2
    assert read(ENTERPRISE).stats.repeats == 2
    assert read(PERCONA).stats.repeats == 1
    assert read(PROXYSQL).stats.repeats == 1


def test_an_array_that_is_not_closed_is_read_to_its_end() -> None:
    """MySQL Enterprise closes it when the file is rotated; times are in UTC whatever the source's zone."""
    found = read(ENTERPRISE, time_zone="Europe/Berlin")
    assert found.texts == [
        "insert into mart.net select 'é\n', 1",
        "use `stage`",
        "insert into log select ?",
        "delete from t",
    ]
    assert found.bad == []
    assert found.outcomes == ["ok", "ok", "failed", "ok"]
    assert [(r.session, r.schema) for r in found.records] == [
        ("42", "wh"),
        ("42", "wh"),
        ("42", "stage"),
        ("42#2", None),
    ]
    assert found.records[0].started_at == datetime(2026, 3, 2, 2, 0, 3, tzinfo=UTC)


def test_percona_in_json() -> None:
    """The database of a record goes before that of its connection."""
    found = [(r.sql, r.user, r.schema, r.outcome.value) for r in read(PERCONA).records]
    assert found == [
        ("insert into net\nselect 1", "etl", "wh", "ok"),
        ("delete from nowhere", "etl", "mart", "failed"),
        ("delete from t where a = ?", "etl", "wh", "ok"),
    ]


def test_proxysql_tells_microseconds_and_errors_where_it_writes_them() -> None:
    """Without an error number the outcome is unknown."""
    found = read(PROXYSQL)
    assert found.outcomes == ["ok", "unknown", "failed"]
    first = found.records[0]
    assert first.started_at == datetime(2026, 3, 2, 2, 0, 11, 123000, tzinfo=UTC)
    assert (first.session, first.user, first.schema) == ("7", "etl", "wh")


def test_a_text_that_breaks_off_is_cut(tmp_path: Path) -> None:
    """A record whose statement has no end is marked; one that broke off before it is bad."""
    data = (XML / "new_style.xml").read_bytes()
    log = tmp_path / "x.xml"
    log.write_bytes(data.partition(b"-- a comment")[0])
    assert [(r.sql[:20], r.cut) for r in read(log).records] == [("insert into mart.net", True)]
    log.write_bytes(data.rpartition(b"<SQLTEXT>")[0])
    assert [bad.origin.line for bad in read(log).bad] == [57]


def test_xml_of_others_is_refused_in_words(tmp_path: Path) -> None:
    """A document that no format knows is one line."""
    log = tmp_path / "x.xml"
    log.write_text('<?xml version="1.0"?>\n<page><sql>insert into a select 1 from b</sql></page>\n')
    assert "XML" in read(log).bad[0].problem
