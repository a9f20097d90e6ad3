"""Impala's and Hive's logs in JSON, Ranger's audits, and Spark's event logs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from reading import LOGS, read

IMPALA = LOGS / "impala-audit" / "impala_audit_event_log_1.0-1772416811402"
LINEAGE = LOGS / "hive-impala-lineage"
RANGER = LOGS / "ranger-audit" / "hive_ranger_audit.log"
SPARK = LOGS / "spark-events" / "events_1_application_1_0007"


def test_impala_tells_outcome_session_and_time() -> None:
    """An empty status is success; a refused, failed or cancelled statement is marked."""
    found = read(IMPALA, time_zone="Europe/Berlin")
    assert found.outcomes == ["ok", "ok", "failed", "cancelled", "ok", "failed"]
    first = found.records[0]
    assert first.started_at == datetime(2026, 3, 2, 1, 0, 1, 402113, tzinfo=UTC)
    assert (first.session, first.user, first.statement_id) == ("f0:2", "etl", "8a:1")


def test_a_comment_in_a_text_that_lost_its_line_ends_makes_it_cut() -> None:
    """Two hyphens inside a string are no comment."""
    assert [record.cut for record in read(IMPALA).records] == [False, False, False, False, True, False]


def test_lineage_logs_hold_texts_that_ran() -> None:
    """Impala's and Hive's; Hive's hook tells the database."""
    impala, hive = (read(path).records[0] for path in sorted(LINEAGE.iterdir()))
    assert (impala.sql, impala.schema) == ("insert into mart.net\nselect a from raw.sales", None)
    assert (hive.schema, hive.outcome.value) == ("mart", "ok")
    assert hive.started_at == datetime(2026, 3, 2, 2, 0, 11, tzinfo=UTC)


def test_ranger_shows_one_statement_on_many_rows() -> None:
    """Decisions of one session on one text at one time are one execution, denied if any is; later it is another."""
    found = read(RANGER)
    assert sorted((r.sql.partition("\n")[0], r.outcome.value) for r in found.records) == [
        ("insert into mart.net", "unknown"),
        ("insert into mart.net", "unknown"),
        ("insert into mart.x select * from hr.pay, raw.sales", "failed"),
    ]
    assert (found.stats.repeats, found.stats.noise) == (2, 1)


def test_spark_tells_texts_where_there_are_some() -> None:
    """Descriptions that are places in a program are none; what the Thrift server ran counts once."""
    found = read(SPARK)
    assert [(r.sql, r.session, r.user, r.outcome.value) for r in found.records] == [
        ("insert into mart.net\nselect 'é', 1", "application_1_0007", "etl", "ok"),
        ("insert into mart.nett select 1", "application_1_0007", "etl", "failed"),
        ("create table t as select 1", "application_1_0007/s-1", "ann", "ok"),
        ("drop table t", "application_1_0007/s-1", "ann", "cancelled"),
        ("delete from t", "application_1_0007", "etl", "unknown"),
    ]


def test_a_spark_log_without_sql_says_so(tmp_path: Path) -> None:
    """Plans and places alone are no SQL: a line for the report, never silence."""
    log = tmp_path / "app-1"
    events = [json.loads(line) for line in SPARK.read_text().splitlines()]
    kept = [
        e for e in events if "select" not in str(e) and "ThriftServer" not in e["Event"] and e.get("executionId") != 5
    ]
    log.write_text("".join(json.dumps(e, separators=(",", ":")) + "\n" for e in kept))
    found = read(log)
    assert (found.records, found.stats.format) == ([], "spark-events")
    assert "no statements found" in found.stats.problem
    assert "SQL only where" in found.stats.problem
