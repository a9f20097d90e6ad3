"""Logs of cloud warehouses and query engines: Snowflake, BigQuery, Databricks, Athena, ClickHouse, Trino."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import LOGS, Read, read, read_pieces, source

from extractor.sources import find_inputs, recognise, snowflake_unload
from extractor.sources.json_documents import looks_wrapped
from extractor.sources.json_objects import ObjectCutter
from extractor.sources.known_layouts import FORMATS as LAYOUTS
from extractor.sources.known_row_formats import FORMATS as ROW_FORMATS
from extractor.sources.rotation import logs_of

NAMES = {f.name for f in (*LAYOUTS, *ROW_FORMATS, snowflake_unload.FORMAT)}
COMPANIONS = {LOGS / "db2-audit" / "auditlobs", LOGS / "duckdb-query-log" / "duckdb_log_contexts.csv"}
OWN = sorted(p for p in LOGS.glob("*/*") if p.parent.name in NAMES and p not in COMPANIONS)
SURE = {f.name for f in ROW_FORMATS}
BIGQUERY = LOGS / "bigquery-audit" / "02_00_00_02_59_59_S0.json"
CLICKHOUSE = sorted((LOGS / "clickhouse-query-log").iterdir())


def _ends(found: Read) -> list[tuple[str | None, str]]:
    return [(r.statement_id, r.outcome.value) for r in found.records]


@pytest.mark.parametrize("path", OWN, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_each_log_is_taken_by_its_own_format_and_by_no_other(path: Path, tmp_path: Path) -> None:
    """Whatever a file is called; the formats for any names and any text may fit less well, all others not at all."""
    renamed = tmp_path / "export"
    renamed.write_bytes(path.read_bytes())
    found = recognise(renamed)
    assert found.format == path.parent.name
    assert found.confidence >= 0.9
    others = {c.format for c in found.candidates[1:] if c.confidence > 0.1}
    assert others <= {"csv", "json", "json-lines", "sql-script"}


def test_every_format_of_rows_has_a_log_to_be_tested_with() -> None:
    """A format without a fixture would be one that nobody has tried."""
    assert {path.parent.name for path in OWN} >= SURE


def test_snowflakes_times_carry_their_offset_and_names_are_those_in_force() -> None:
    """START_TIME with -0800 is eight hours later in UTC; newlines and a comment in a quoted text stay."""
    first = read(LOGS / "snowflake-query-history" / "snowsight.csv").records[0]
    assert first.sql == 'insert into NET select SHOP_ID, sum(NET) as "Net €"\nfrom RAW.SALES -- all of it\ngroup by 1'
    assert first.started_at == datetime(2026, 3, 2, 10, 0, 11, 402000, tzinfo=UTC)
    assert (first.database, first.schema, first.session, first.user) == ("WH", "MART", "17243", "ETL")


def test_snowflakes_redacted_texts_are_no_statements() -> None:
    r"""``<redacted>`` holds no SQL; a failed row is failed, ``\N`` is no name."""
    found = read(LOGS / "snowflake-query-history" / "snowsight.csv")
    assert _ends(found) == [("01b2-77", "ok"), ("01b2-79", "failed"), ("01b2-80", "ok")]
    assert found.stats.noise == 1
    assert (found.records[2].database, found.records[2].schema) == (None, None)


def test_snowflakes_json_export_has_upper_case_keys_and_numbers_for_sessions() -> None:
    """Keys that are null are left out there; a query that still runs has no outcome."""
    found = read(LOGS / "snowflake-query-history" / "data_0_0_0.json")
    assert [(r.session, r.database, r.outcome.value) for r in found.records] == [
        ("17243", "WH", "ok"),
        ("17245", None, "unknown"),
    ]


def test_snowflakes_unloaded_rows_have_escapes_instead_of_quotes() -> None:
    """A comma, a line end, a backslash behind a backslash; null; names by the order of the view's columns."""
    found = read(LOGS / "snowflake-unload" / "data_0_0_0.csv")
    assert found.texts == [
        "insert into NET\nselect SHOP_ID, sum(NET) as \"Net €\", 'c:\\\\x'\nfrom RAW.SALES",
        "insert into NETT select 1",
        "delete from NET",
    ]
    assert found.outcomes == ["ok", "failed", "ok"]
    assert [(r.database, r.schema, r.session) for r in found.records[1:]] == [
        ("WH", "MART", "17243"),
        (None, None, "17243"),
    ]
    assert found.records[0].started_at == datetime(2026, 3, 2, 10, 0, 11, 402000, tzinfo=UTC)
    assert [r.origin.line for r in found.records if r.origin] == [1, 4, 6]
    assert found.stats.noise == 1


def test_snowflakes_unloaded_rows_may_be_quoted_and_of_the_function() -> None:
    """FIELD_OPTIONALLY_ENCLOSED_BY doubles quotes and leaves line ends as they are."""
    found = read(LOGS / "snowflake-unload" / "quoted.csv")
    assert found.texts == ['insert into NET select 1, "a\nb" from RAW.SALES', "delete from NET"]
    assert found.outcomes == ["ok", "failed"]
    assert (found.records[0].database, found.records[0].user) == ("WH", "ETL")


def test_snowflakes_unloaded_columns_of_another_choice_need_their_places(tmp_path: Path) -> None:
    """Without the places each record is told as bad, with what to set; with them it is read."""
    log = tmp_path / "data.csv"
    log.write_text("01b2c3d4-0000-1111-0000-000000000001,2026-03-02 02:00:11 Z,delete\\, from a\n")
    assert "set fields" in read(log).bad[0].problem
    found = read(log, fields={"sql": "3", "started_at": "2"})
    assert found.stats.format == "snowflake-unload"
    assert found.texts == ["delete, from a"]


def test_snowflakes_unloaded_rows_that_do_not_fit_cost_themselves(tmp_path: Path) -> None:
    """A raw comma in an unquoted text gives too many values: that record is bad, the next is read."""
    whole = (LOGS / "snowflake-unload" / "data_0_0_0.csv").read_text()
    log = tmp_path / "data.csv"
    log.write_text(whole.replace("NETT select 1", "NETT select 1, 2"))
    found = read(log)
    assert found.outcomes == ["ok", "ok"]
    assert [bad.origin.line for bad in found.bad] == [4]


def test_snowflakes_access_history_is_written_as_the_statement_that_does_the_same() -> None:
    """Columns are fed by their direct sources; what only changes itself, or is only read, is no lineage."""
    found = read(LOGS / "snowflake-access-history" / "export.csv", dialect="snowflake")
    bodies = [text.partition("\n")[2] for text in found.texts]
    both = "WH.RAW.SHOPS AS t1 CROSS JOIN WH.RAW.SALES AS t2"
    assert [body.replace('"', "") for body in bodies] == [
        "INSERT INTO WH.MART.NET (SHOP_ID, Net €) SELECT t1.SHOP_ID, t1.NET FROM WH.RAW.SALES AS t1",
        f"INSERT INTO WH.MART.By.shop (NAME) SELECT CONCAT(t1.NAME, t2.NET) FROM {both}",
        "INSERT INTO WH.MART.OTHER (A) SELECT t1.NET FROM WH.RAW.SALES AS t1",
    ]
    assert '."By.shop" ("NAME") SELECT' in bodies[1]
    assert (found.outcomes, found.stats.noise, found.bad) == (["ok"] * 3, 2, [])
    assert next((r.session, r.statement_id, r.user) for r in found.records) == ("01b2-77", "01b2-77", "ETL")
    assert str(found.records[0].started_at) == "2026-03-02 10:00:11.402000+00:00"


def test_a_bigquery_job_in_both_shapes_first_and_last_counts_once() -> None:
    """The last entry of the newer shape is taken; the first one and the older shape are repeats."""
    found = read(BIGQUERY)
    assert [r.statement_id for r in found.records].count("j1") == 1
    assert found.stats.repeats == 4


def test_the_destination_of_a_bigquery_select_is_told_and_an_anonymous_one_is_none() -> None:
    """A SELECT with a real destination writes; results that wait in a hidden dataset are no target."""
    by_id = {r.statement_id: r for r in read(BIGQUERY).records}
    assert (by_id["j1"].destination, by_id["j2"].destination) == ("wh-1.mart.net", None)
    assert by_id["j3"].destination is None  # an INSERT names its target
    assert (by_id["j3"].database, by_id["j3"].schema) == ("wh-1", "mart")


def test_bigquery_jobs_end_as_their_error_says() -> None:
    """Code 1 is a cancelled job, another code a failed one; a first entry alone tells no outcome; truncated is cut."""
    found = read(BIGQUERY)
    ends = dict(_ends(found))
    assert (ends["j3"], ends["j4"], ends["j5"], ends["j7"]) == ("ok", "failed", "cancelled", "unknown")
    assert [r.statement_id for r in found.records if r.cut] == ["j6"]


def test_the_statements_of_a_bigquery_script_count_and_the_script_does_not() -> None:
    """They share a session, so its temporary tables are theirs; a script none of whose statements is shown stays."""
    found = read(BIGQUERY)
    script = [(r.statement_id, r.session) for r in found.records if r.session == "wh-1/s1"]
    assert script == [("s1_0", "wh-1/s1"), ("s1_1", "wh-1/s1")]
    assert any(r.statement_id == "s2" for r in found.records)


def test_bigquery_jobs_without_sql_are_written_as_the_statement_that_does_the_same() -> None:
    """LOAD DATA, CREATE TABLE ... COPY, EXPORT DATA; each text says that it was written for a job."""
    by_id = {r.statement_id: r.sql.split("\n", 1) for r in read(BIGQUERY).records}
    assert by_id["l1"][1] == "LOAD DATA INTO wh-1.raw.sales FROM FILES (uris = ['gs://lake/sales/*.csv'])"
    assert by_id["k1"][1] == (
        "CREATE OR REPLACE TABLE wh-1.mart.net_all COPY wh-1.mart.net;\n"
        "INSERT INTO wh-1.mart.net_all SELECT * FROM wh-1.mart.net_eu"
    )
    assert by_id["x1"][1] == "EXPORT DATA OPTIONS (uri = 'gs://lake/net/*.csv') AS SELECT * FROM wh-1.mart.net"
    assert all("has no SQL of its own" in by_id[job][0] for job in ("l1", "k1", "x1"))


def test_bigquerys_older_shape_is_read_alone_over_several_lines() -> None:
    """Where no newer shape comes, the completed job counts, with its default dataset."""
    found = read(LOGS / "bigquery-audit" / "old_shape.json")
    assert _ends(found) == [("j1", "ok"), ("j4", "failed"), ("k1", "ok")]
    assert (found.records[0].destination, found.records[0].schema) == ("wh-1.mart.net", "mart")
    assert found.records[2].sql.endswith("INSERT INTO wh-1.mart.sales SELECT * FROM wh-1.raw.sales")


def test_results_that_are_fetched_are_no_execution(tmp_path: Path) -> None:
    """The older shape shows the job again to each who fetches its results; a synchronous query begins with one."""
    entry = json.loads((LOGS / "bigquery-audit" / "old_shape.json").read_text())[1]
    service = entry["protoPayload"]["serviceData"]
    job = {"job": service.pop("jobCompletedEvent")["job"]}
    log = tmp_path / "x.json"
    for shape, expected in (("jobGetQueryResultsResponse", []), ("jobQueryResponse", [("j1", "unknown")])):
        log.write_text(json.dumps(entry | {"protoPayload": entry["protoPayload"] | {"serviceData": {shape: job}}}))
        assert _ends(read(log)) == expected
        assert read(log).stats.repeats == (0 if expected else 1)


def test_bigquerys_table_of_audit_logs_holds_json_in_a_text() -> None:
    """``metadataJson`` is a text of JSON, the older shape a struct beside it."""
    found = read(LOGS / "bigquery-audit-table" / "export.json")
    assert _ends(found) == [("j3", "ok"), ("j9", "ok")]
    assert found.records[1].destination == "wh-1.mart.one"


def test_bigquerys_jobs_tell_no_default_dataset_unless_all_is_in_one() -> None:
    """Names without a dataset mean the one that holds all that the job touched; of two, neither."""
    by_id = {r.statement_id: r for r in read(LOGS / "bigquery-jobs" / "jobs.jsonl").records}
    assert (by_id["j3"].schema, by_id["j1"].schema) == ("mart", None)
    assert by_id["j1"].destination == "wh-1.mart.net"  # without the partition that was written
    assert (by_id["j5"].session, by_id["j5"].outcome.value, by_id["j4"].outcome.value) == ("S7", "cancelled", "failed")
    assert "s1" not in by_id
    assert "l1" not in by_id


@pytest.mark.parametrize("respelled", [str.upper, lambda name: name.replace("_", "")], ids=["upper", "together"])
def test_names_of_columns_are_compared_without_case_and_underscores(respelled, tmp_path: Path) -> None:
    """An export that spells the columns in its own way holds the same jobs."""
    source = LOGS / "bigquery-jobs" / "jobs.jsonl"
    log = tmp_path / "x.jsonl"
    rows = [json.loads(line) for line in source.read_text().splitlines()]
    log.write_text("".join(json.dumps({respelled(name): v for name, v in row.items()}) + "\n" for row in rows))
    assert read(log)._replace(stats=None) == read(source)._replace(
        stats=None, records=[r._replace(origin=r.origin._replace(file="x.jsonl")) for r in read(source).records]
    )


def test_jobs_without_an_id_are_not_the_same_job(tmp_path: Path) -> None:
    """Rows that lack the id each count."""
    log = tmp_path / "x.jsonl"
    row = {"job_id": None, "user_email": "etl", "creation_time": "2026-03-02 02:00:11 UTC"}
    log.write_text("".join(json.dumps({**row, "query": f"delete from a{n}"}) + "\n" for n in range(3)))
    found = read(log)
    assert (found.stats.format, len(found.records)) == ("bigquery-jobs", 3)


def test_a_table_of_ones_own_is_not_taken_for_json_of_an_engine(tmp_path: Path) -> None:
    """Columns named as the keys of Trino's query.json, in a CSV, are somebody's own."""
    log = tmp_path / "x.csv"
    log.write_text("query_id,session,state,query\n1,s1,FINISHED,delete from a\n")
    found = read(log)
    assert (found.stats.format, found.outcomes) == ("csv", ["ok"])


def test_bigquerys_jobs_in_parquet_have_structs(tmp_path: Path) -> None:
    """The same rows as in JSON lines, whatever the container."""
    source = LOGS / "bigquery-jobs" / "jobs.jsonl"
    log = tmp_path / "x.parquet"
    rows = [json.loads(line) for line in source.read_text().splitlines()]
    pq.write_table(pa.Table.from_pylist(rows), log)
    as_parquet, as_json = read(log), read(source)
    assert [r._replace(origin=None) for r in as_parquet.records] == [r._replace(origin=None) for r in as_json.records]
    assert (as_parquet.stats.repeats, as_parquet.stats.noise) == (as_json.stats.repeats, as_json.stats.noise)


def test_bigquerys_api_shape_is_read_from_an_array() -> None:
    """Epochs are texts, a default dataset without project is the job's; an uploaded file is no source."""
    found = read(LOGS / "bigquery-jobs-api" / "bq_ls.json")
    assert _ends(found) == [("j1", "ok"), ("l1", "ok"), ("k1", "ok"), ("x1", "ok"), ("j4", "failed")]
    assert (found.records[0].schema, found.records[0].destination) == ("raw", "wh-1.mart.net")
    assert found.records[0].started_at == datetime(2026, 3, 2, 2, 0, 11, 400000, tzinfo=UTC)
    assert "uris = ['gs://lake/it\\'s.csv']" in found.records[1].sql
    assert found.records[2].sql.endswith("CREATE SNAPSHOT TABLE wh-1.mart.net_20260302 CLONE wh-1.mart.net")
    assert found.stats.noise == 1


def test_databricks_submit_and_finish_are_one_execution() -> None:
    """The submit holds the text, the finish the outcome; a submit without finish is unknown."""
    found = read(LOGS / "databricks-audit" / "auditlogs_1.json")
    warehouse = [r for r in found.records if r.session.startswith("s-")]
    assert [(r.statement_id, r.session, r.outcome.value) for r in warehouse] == [
        ("c-2", "s-10", "failed"),
        ("c-1", "s-9", "ok"),
        ("c-3", "s-9", "unknown"),
    ]
    assert warehouse[1].started_at == datetime(2026, 3, 2, 2, 0, 11, 402000, tzinfo=UTC)
    assert found.stats.repeats == 2


def test_of_a_databricks_notebook_the_sql_cells_count() -> None:
    """``%sql`` in a notebook of another language, cells of a SQL notebook; Python is no SQL."""
    found = read(LOGS / "databricks-audit" / "auditlogs_1.json")
    cells = [(r.sql, r.outcome.value) for r in found.records if r.session == "31/c7"]
    assert cells == [
        ("CREATE OR REPLACE TEMP VIEW d AS SELECT * FROM raw.sales", "ok"),
        ("INSERT INTO mart.net SELECT * FROM d", "ok"),
        ("INSERT INTO mart.net SELECT 5", "cancelled"),
    ]


def test_databricks_audit_table_has_snake_case_and_parameters_as_text() -> None:
    """``request_params`` may be a map or a text of JSON."""
    found = read(LOGS / "databricks-audit" / "system_access_audit.json")
    assert [(r.sql, r.user, r.outcome.value) for r in found.records] == [
        ("DELETE FROM mart.net", "etl@wh.example", "ok")
    ]


def test_databricks_audit_in_parquet_has_maps(tmp_path: Path) -> None:
    """A map comes as a list of pairs, a time as a time."""
    source = LOGS / "databricks-audit" / "system_access_audit.json"
    rows = [json.loads(line) for line in source.read_text().splitlines()]
    rows[0]["request_params"] = json.loads(rows[0]["request_params"])
    kinds = {"request_params": pa.map_(pa.string(), pa.string()), "event_time": pa.timestamp("us", "UTC")}
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name == "request_params":
            values = [list(value.items()) for value in values]
        if name == "event_time":
            values = [datetime.fromisoformat(value) for value in values]
        columns[name] = pa.array(values, kinds.get(name))
    log = tmp_path / "x.parquet"
    pq.write_table(pa.table(columns), log)
    found = read(log)
    assert _ends(found) == [("c-1", "ok")]
    assert found.records[0].started_at == datetime(2026, 3, 2, 2, 0, 11, 402000, tzinfo=UTC)


def test_databricks_query_history_tells_outcomes() -> None:
    """An empty text, as customer-managed keys leave it, is no statement."""
    found = read(LOGS / "databricks-query-history" / "history.json")
    assert found.outcomes == ["ok", "ok", "failed", "cancelled"]
    assert found.stats.noise == 1
    assert read(LOGS / "databricks-query-api" / "page.json").outcomes == ["ok", "failed"]


def test_athenas_executions_have_their_database_and_outcome() -> None:
    """Epoch seconds or ISO time; the own catalog of Athena is left out as in texts; running is unknown."""
    found = read(LOGS / "athena-executions" / "batch.json")
    assert found.outcomes == ["ok", "failed", "cancelled", "unknown"]
    assert {r.started_at.microsecond for r in found.records if r.started_at} == {402000}
    assert [(r.database, r.schema) for r in found.records[::3]] == [(None, "mart"), (None, None)]
    assert read(LOGS / "athena-execution" / "get.json").texts == ["CREATE TABLE net AS SELECT shop_id FROM raw.sales"]


def test_athenas_events_of_cloudtrail_have_the_user() -> None:
    """A text that was left out is no statement; a start that was refused failed; a role shows its session."""
    found = read(LOGS / "athena-cloudtrail" / "trail.json")
    assert [(r.user, r.database, r.outcome.value) for r in found.records] == [
        ("etl", None, "unknown"),
        ("loader/nightly", "lake", "failed"),
    ]
    assert found.stats.noise == 3


@pytest.mark.parametrize("path", CLICKHOUSE, ids=lambda p: p.name)
def test_clickhouses_formats_hold_the_same_queries(path: Path) -> None:
    """Start and finish count once, shards' copies not at all; a query id that comes back is a new execution."""
    found = read(path)
    assert _ends(found) == [("q-1", "ok"), ("q-2", "failed"), ("q-4", "cancelled"), ("q-1", "ok"), ("q-3", "unknown")]
    assert found.stats.repeats == 3
    assert found.texts[0] == "INSERT INTO net SELECT shop_id,\n\tnet FROM raw.sales WHERE a LIKE 'x\\\\%'"
    assert found.records[0].started_at == datetime(2026, 3, 2, 2, 0, 11, 402113, tzinfo=UTC)
    assert {(r.schema, r.session) for r in found.records} == {("mart", "etl:::ffff:10.0.0.9:40112")}


def test_a_header_in_the_middle_is_no_query(tmp_path: Path) -> None:
    """Exports that were written one after the other into one file have one header each."""
    path = LOGS / "trino-listener-table" / "trino_queries.csv"
    log = tmp_path / "x.csv"
    log.write_text(path.read_text() + path.read_text().replace("_00", "_01"))
    found = read(log)
    assert len(found.records) == 4
    assert found.stats.noise == 1


def test_clickhouse_cuts_texts_by_bytes(tmp_path: Path) -> None:
    """A text of 100,000 bytes in fewer characters is cut; one byte less is whole."""
    row = {"type": "QueryFinish", "query_start_time": "2026-03-02 02:00:11", "event_time": "x"}
    text = "insert into a select '".ljust(50_011, "é")
    log = tmp_path / "x.jsonl"
    rows = [{**row, "query_id": n, "query": sql} for n, sql in (("q1", text), ("q2", text[:-1]))]
    log.write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert [(r.statement_id, r.cut) for r in read(log).records] == [("q1", True), ("q2", False)]


def test_clickhouses_types_may_be_numbers(tmp_path: Path) -> None:
    """An Enum8 that was cast shows 1 to 4."""
    log = tmp_path / "x.jsonl"
    row = {"query": "insert into a select 1", "query_start_time": "2026-03-02 02:00:11", "event_time": "x"}
    rows = [{**row, "type": kind, "query_id": f"q{kind}"} for kind in (1, 2, 3, 4)]
    log.write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert sorted(_ends(read(log))) == [("q1", "unknown"), ("q2", "ok"), ("q3", "failed"), ("q4", "failed")]


def test_trinos_prepared_statement_is_read_instead_of_its_execute() -> None:
    """Created and completed are one execution; a failure with a user's cancel is a cancelled one."""
    found = read(LOGS / "trino-events" / "events.jsonl")
    assert found.outcomes == ["ok", "failed", "cancelled", "unknown"]
    assert found.texts[1] == "DELETE FROM net WHERE shop_id = ?"
    assert found.records[1].started_at == datetime(2026, 3, 2, 2, 0, 15, 100000, tzinfo=UTC)
    assert [(r.database, r.schema, r.session) for r in found.records[::3]] == [
        ("lake", "mart", "etl/nightly"),
        (None, None, "ana"),
    ]
    assert found.stats.repeats == 1


def test_trinos_other_shapes_are_read() -> None:
    """The Kafka listener's wrapper, query.json over several lines, the MySQL listener's table, the runtime's table."""
    assert read(LOGS / "trino-events-kafka" / "topic.json").outcomes == ["ok"]
    assert read(LOGS / "trino-query-json" / "query.json").texts == [
        "INSERT INTO net SELECT * FROM hive.raw.sales WHERE shop_id = ?"
    ]
    assert read(LOGS / "trino-listener-table" / "trino_queries.csv").texts == [
        'INSERT INTO net\nSELECT "shop" FROM hive.raw.sales',
        "DELETE FROM net",
    ]
    assert read(LOGS / "trino-runtime-queries" / "queries.csv").outcomes == ["ok", "failed", "unknown"]


ROTATED = [
    BIGQUERY,
    LOGS / "snowflake-unload" / "data_0_0_0.csv",
    LOGS / "databricks-audit" / "auditlogs_1.json",
    LOGS / "athena-cloudtrail" / "trail.json",
    LOGS / "trino-events" / "events.jsonl",
    *CLICKHOUSE,
]


@pytest.mark.parametrize("path", ROTATED, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_an_execution_that_ends_in_the_next_file_is_one(path: Path, tmp_path: Path) -> None:
    """Wherever the file is cut: begin and end, both shapes, script and statements find each other."""
    data = path.read_bytes()
    whole = read(path)
    first, second = tmp_path / "a", tmp_path / "b"
    for place in range(1, len(data), max(1, len(data) // 60)):
        first.write_bytes(data[:place])
        second.write_bytes(data[place:])
        found = read_pieces([first, second], as_format=path.parent.name)
        assert [r._replace(origin=None) for r in found.records] == [r._replace(origin=None) for r in whole.records]
        assert found.bad == []


def test_a_document_that_breaks_off_does_not_swallow_the_next(tmp_path: Path) -> None:
    """Files of one folder are one log where they hold lines, or the same columns; documents stand alone."""
    trail = (LOGS / "athena-cloudtrail" / "trail.json").read_bytes()
    events = (LOGS / "trino-events" / "events.jsonl").read_bytes()
    for name, data in (("t.1", trail[:300]), ("t.2", trail), ("e.1", events), ("e.2", events)):
        (tmp_path / name).write_bytes(data)
    assert [len(log) for log in logs_of(find_inputs(source(paths=["t.*"]), tmp_path), source())] == [1, 1]
    assert [len(log) for log in logs_of(find_inputs(source(paths=["e.*"]), tmp_path), source())] == [2]


def test_executions_that_wait_for_their_end_are_bounded(tmp_path: Path) -> None:
    """Of more begins than are held, the oldest are given as they are; a late end of theirs is a repeat."""
    log = tmp_path / "x.jsonl"
    event = {"serviceName": "databrickssql", "actionName": "commandSubmit", "timestamp": 1772416811402}
    begins = [
        {**event, "requestParams": {"commandId": f"c{n}", "commandText": f"delete from a{n}"}} for n in range(3_000)
    ]
    end = {
        **event,
        "actionName": "commandFinish",
        "requestParams": {"commandId": "c0"},
        "response": {"statusCode": 200},
    }
    last = {**end, "requestParams": {"commandId": "c2999"}}
    log.write_text("".join(json.dumps(row) + "\n" for row in [*begins, end, last]))
    found = read(log)
    assert len(found.records) == 3_000
    assert found.texts[0] == "delete from a0"
    assert [r.statement_id for r in found.records if r.outcome.value == "ok"] == ["c2999"]
    assert found.stats.repeats == 2


@pytest.mark.parametrize(
    "path", [p for p in OWN if p.suffix in (".json", ".jsonl") and p.parent.name in SURE], ids=lambda p: p.stem
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_values_of_any_other_type_never_stop_the_reading(path: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Where an object is a text, a text a list, a number a bool: nothing is raised, and the counts add up."""
    cutter = ObjectCutter(1 << 20, depth=int(looks_wrapped(path.read_text())))
    rows = [json.loads(cut.text) for cut in cutter.cut([path.read_bytes()])]
    for _ in range(data.draw(st.integers(1, 4))):
        _spoil(data.draw(st.sampled_from(rows)), data)
    log = tmp_path / "x.json"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    read(log, as_format=path.parent.name)


def _spoil(row: dict[str, Any], data: st.DataObject) -> None:
    """Put something of another type at one place in a row."""
    while True:
        key = data.draw(st.sampled_from(sorted(row)))
        if isinstance(row[key], dict) and row[key] and data.draw(st.booleans()):
            row = row[key]
            continue
        row[key] = data.draw(st.sampled_from([None, True, 7, 1.5, "", "x", "{", [], ["a"], [{}], {}, {"a": {"b": 1}}]))
        return
