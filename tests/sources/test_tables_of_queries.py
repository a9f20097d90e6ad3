"""JSON lines, JSON documents and CSV: known layouts and somebody's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from reading import LOGS, read

OWN = LOGS / "own-tables"
OWN_FIELDS = {"sql": "SQL_Anweisung", "user": "wer", "time": "Wann", "status": "Ergebnis"}


def test_alations_push_layout_is_known() -> None:
    """``defaultDatabases`` is cut into database and schema, the session's start makes its id unique."""
    found = read(LOGS / "alation-push" / "night.jsonl")
    assert found.stats.format == "alation-push"
    assert [(r.database, r.schema) for r in found.records] == [
        ("wh", "mart"),
        ("wh", None),
        (None, None),
        ("w.h", "Mart"),
        ("wh", None),
    ]
    assert found.records[0].session == "42@2026-03-02 02:00:10.000"
    assert found.records[0].started_at == datetime(2026, 3, 2, 2, 0, 11, 402000, tzinfo=UTC)


def test_a_bad_line_costs_itself_alone() -> None:
    """A line that is no JSON is one bad record with its place; an empty text is noise."""
    found = read(LOGS / "alation-push" / "night.jsonl")
    assert [bad.origin.line for bad in found.bad] == [7]
    assert found.stats.noise == 1
    assert found.texts[-1] == "truncate table t"


@pytest.mark.parametrize("as_format", ["json-lines", "json", "postgresql-jsonlog"])
def test_half_a_surrogate_pair_is_replaced_and_counted(tmp_path: Path, as_format: str) -> None:
    """Text of a record is always text: a lone surrogate becomes U+FFFD, whole pairs and spelled backslashes stay."""
    log = tmp_path / "x.json"
    sql = r"delete from a where b = 'x\ud800 \ud800\ud83d\ude00 \\ud800'"
    if as_format == "postgresql-jsonlog":
        sql = f'"session_id": "1", "error_severity": "LOG", "message": "statement: {sql}"'
    else:
        sql = f'"sql": "{sql}", "user": "\\udc00u"'
    log.write_text(f"{{{sql}}}\n")
    found = read(log, as_format=as_format)
    assert found.texts == ["delete from a where b = 'x\ufffd \ufffd\U0001f600 \\ud800'"]
    assert found.stats.replaced == (2 if as_format == "postgresql-jsonlog" else 3)


def test_one_part_of_default_databases_is_the_schema_where_there_are_no_databases(tmp_path: Path) -> None:
    """MySQL, Hive and their like have one level above tables, so a single part names that."""
    log = tmp_path / "x.jsonl"
    log.write_text(
        '{"sessionId":"1","startTime":"2026-03-02 02:00:11","defaultDatabases":"mart","text":"delete from a"}'
    )
    assert (read(log, dialect="hive").records[0].database, read(log, dialect="hive").records[0].schema) == (
        None,
        "mart",
    )


def test_alations_view_layout_is_known_in_any_case() -> None:
    """Upper-case names, quoted newlines; a row marked cancelled is cancelled, any other unknown."""
    found = read(LOGS / "alation-view" / "export.csv")
    assert found.stats.format == "alation-view"
    assert found.outcomes == ["unknown", "cancelled"]
    assert found.texts[0] == 'insert into NET\nselect SHOP_ID, "Net €" from RAW.SALES'
    assert [r.origin.line for r in found.records if r.origin] == [2, 4]


def test_datahubs_query_file_is_known_with_raw_control_characters() -> None:
    """A raw tab inside a JSON string is forgiven, an URN gives the user's name."""
    found = read(LOGS / "datahub" / "queries.json")
    assert found.stats.format == "datahub-sql-queries"
    assert found.texts[1] == "INSERT INTO mart.net\tSELECT * FROM d"
    assert [r.user for r in found.records] == ["etl", "etl"]
    assert found.records[0].started_at == datetime(2024, 3, 2, 2, 0, 11, tzinfo=UTC)


def test_datahubs_dump_is_an_array_over_several_lines() -> None:
    """Braces inside strings and objects inside objects do not end an object."""
    found = read(LOGS / "datahub" / "query_log_dump.json")
    assert found.stats.format == "datahub-query-log"
    assert [(r.sql, r.database, r.schema, r.user) for r in found.records] == [
        ("INSERT INTO net SELECT '{' || a FROM raw.sales", "wh", "mart", "etl"),
        ("SELECT 1", "wh", None, None),
    ]
    assert [r.origin.line for r in found.records if r.origin] == [2, 13]


def test_openmetadatas_csv_is_known_without_an_extension() -> None:
    """``aborted`` tells failed from ok."""
    found = read(LOGS / "openmetadata-csv" / "query_log")
    assert found.stats.format == "openmetadata-csv"
    assert found.outcomes == ["ok", "failed"]


def test_own_names_are_mapped_by_the_settings() -> None:
    """Semicolons, CRLF, German names: the mapping finds its columns without regard to case and underscores."""
    found = read(OWN / "semicolon_own_names.csv", fields=OWN_FIELDS)
    assert [(r.sql, r.user, r.outcome.value) for r in found.records] == [
        ("INSERT INTO a SELECT 1", "etl", "ok"),
        ("INSERT INTO b\nSELECT ';';\n\" \"FROM c", "etl", "failed"),
    ]


def test_a_mapped_column_that_is_not_there_is_told() -> None:
    """A wrong column name, and a field that we do not have, are one line each."""
    found = read(OWN / "tabs.tsv", fields={"user": "nobody", "colour": "red"})
    assert sorted(bad.problem.split(",")[0] for bad in found.bad) == [
        "fields names the column nobody",
        "fields sets colour",
    ]
    assert len(found.records) == 4


def test_tabs_words_of_outcome_and_times_of_any_kind_are_guessed() -> None:
    """Words for each outcome; ISO times with Z and offset, epoch milliseconds, no time."""
    found = read(OWN / "tabs.tsv")
    assert found.outcomes == ["ok", "failed", "cancelled", "unknown"]
    assert [r.started_at and r.started_at.isoformat() for r in found.records] == [
        "2026-03-02T02:00:11+00:00",
        "2026-03-02T01:00:12+00:00",
        "2026-03-02T02:00:13+00:00",
        None,
    ]


def test_a_table_without_header_is_read_by_numbers() -> None:
    """Where no header tells names, the mapping gives the places of the columns, from 1."""
    found = read(OWN / "pipes_no_header.txt", fields={"sql": "1", "user": "2", "session": "3"}, as_format="csv")
    assert [(r.sql, r.user, r.session) for r in found.records] == [
        ("insert into a select 1", "etl", "7"),
        ("insert into b select 1", "etl", "7"),
    ]


def test_a_quote_that_is_never_closed_costs_its_line_alone() -> None:
    """The row with the broken quote and the row with too few columns are bad; all others are read."""
    found = read(OWN / "broken_quote.csv")
    assert found.texts == [
        "insert into a select 1",
        "insert into c\nselect 3",
        "insert into d select 1",
        "insert into e select 1",
    ]
    assert [bad.origin.line for bad in found.bad] == [3, 7]


def test_a_dotted_name_reaches_into_a_row(tmp_path: Path) -> None:
    """``metadata.query`` is the query of the object under metadata."""
    log = tmp_path / "x.json"
    log.write_text('{"metadata":{"query":"insert into a select 1"},"context":{"user":"etl"}}\n{"metadata":{}}\n')
    found = read(log, fields={"sql": "metadata.query", "user": "context.user"})
    assert [(r.sql, r.user) for r in found.records] == [("insert into a select 1", "etl")]
    assert found.stats.noise == 1


def test_names_that_cannot_be_guessed_are_told(tmp_path: Path) -> None:
    """A file without any known name is one line that says what to set."""
    log = tmp_path / "x.json"
    log.write_text('{"abfrage":"insert into a select 1"}\n')
    found = read(log)
    assert "fields.sql" in found.bad[0].problem


def test_bytes_that_are_no_utf8_are_replaced_and_counted(tmp_path: Path) -> None:
    """A Latin-1 byte in a line of JSON costs itself, never the line."""
    log = tmp_path / "x.json"
    log.write_bytes(b'{"query":"insert into caf\xe9 select 1","timestamp":1}\n{"query":"delete from a"}\n')
    found = read(log)
    assert found.texts == ["insert into caf\ufffd select 1", "delete from a"]
    assert found.stats.replaced == 1


def test_an_encoding_of_the_source_is_used(tmp_path: Path) -> None:
    """Windows' Latin-1 and Shift-JIS are read when the source says so."""
    for encoding, text in (("cp1252", "insert into café select '€'"), ("shift_jis", "insert into 表 select 'ソ'")):
        log = tmp_path / f"{encoding}.csv"
        log.write_bytes(f'query,user\n"{text}",etl\n'.encode(encoding))
        assert read(log, encoding=encoding).texts == [text]


@pytest.mark.parametrize("length", [1_000, 4_000, 65_535, 100_000])
def test_a_text_of_exactly_a_known_limit_is_marked_cut(tmp_path: Path, length: int) -> None:
    """Sources cut at such lengths, unless the text ends with a semicolon or a longer one was there before."""
    text = "insert into a select ".ljust(length, "x")
    log = tmp_path / "x.csv"
    log.write_text(f"query_text\n{text}\n{text[:-1]};\n{text}y\n{text}\n")
    assert [r.cut for r in read(log).records] == [True, False, False, False]


def test_a_row_past_the_limit_is_cut_and_the_next_is_whole(tmp_path: Path) -> None:
    """A statement longer than the limit is given cut, in JSON lines, JSON documents and CSV alike."""
    long = "insert into a select " + "\n".join(["'x', y"] * 5_000)
    as_json = '{"query":"' + long.replace("\n", "\\n") + '","timestamp":1}'
    texts = {
        "lines.json": f'{as_json}\n{{"query":"delete from b","timestamp":2}}\n',
        "doc.json": f'[\n{as_json},\n{{"query":"delete from b",\n"timestamp":2}}]\n',
        "rows.csv": f'query,user,n\n"{long}",etl,1\ndelete from b,etl,2\n',
    }
    for name, text in texts.items():
        log = tmp_path / name
        log.write_text(text)
        found = read(log, max_statement_bytes=10_000)
        assert [(r.cut, r.sql[:20]) for r in found.records] == [(True, long[:20]), (False, "delete from b")], name
        assert 8_000 < len(found.records[0].sql) <= 10_000
        assert found.stats.cut == 1


def test_an_array_on_one_line_is_read_object_by_object(tmp_path: Path) -> None:
    """A minified array of any length holds one record an object; an object around the array is opened."""
    objects = ",".join(f'{{"query":"insert into a select \'\\\\\\"{n}}}\'","user":"etl"}}' for n in range(30_000))
    for text in (f"[{objects}]", f'{{"queries":[{objects}],"next":null}}'):
        log = tmp_path / "x.json"
        log.write_text(text)
        found = read(log, max_statement_bytes=1_000)
        assert len(found.records) == 30_000
        assert found.texts[12_345] == "insert into a select '\\\"12345}'"
        assert found.bad == []


def test_a_status_code_and_a_message_tell_the_outcome(tmp_path: Path) -> None:
    """A layout of Alation's connectors: 0 is well, any other number comes with the words of the error."""
    path = tmp_path / "x.csv"
    path.write_text(
        "queryText,userName,startAt,statusCode,errorMessage\n"
        "insert into a select 1,etl,2024-03-02 02:00:11,0,\n"
        "insert into b select 1,etl,2024-03-02 02:00:11,1146,no such table\n"
    )
    assert read(path).outcomes == ["ok", "failed"]
