"""All formats of rows that need more than their columns named."""

from __future__ import annotations

from extractor.sources import (
    athena,
    bigquery_audit,
    bigquery_history,
    clickhouse_query_log,
    cloudsql_audit,
    databricks_audit,
    db2_audit,
    duckdb_log,
    greenplum_csv,
    hadoop_audits,
    mysql_audit_json,
    snowflake_access,
    sqlserver_trace,
    sqlserver_xevents,
    trino_events,
)
from extractor.sources.row_formats import RowFormat, source_format

ROW_FORMATS: tuple[RowFormat, ...] = (
    snowflake_access.FORMAT,
    cloudsql_audit.FORMAT,
    bigquery_audit.AUDIT,
    bigquery_audit.AUDIT_TABLE,
    bigquery_history.JOBS,
    bigquery_history.API,
    databricks_audit.FORMAT,
    greenplum_csv.FORMAT,
    db2_audit.DELIMITED,
    duckdb_log.LOG,
    duckdb_log.CONTEXTS,
    athena.EXECUTIONS,
    athena.EXECUTION,
    athena.TRAIL,
    clickhouse_query_log.FORMAT,
    sqlserver_xevents.TABLE,
    sqlserver_trace.TABLE,
    trino_events.EVENTS,
    trino_events.KAFKA_EVENTS,
    trino_events.QUERY_INFO,
    trino_events.LISTENER_TABLE,
    mysql_audit_json.ENTERPRISE,
    mysql_audit_json.PERCONA,
    mysql_audit_json.PROXYSQL,
    hadoop_audits.LINEAGE,
    hadoop_audits.RANGER,
)

FORMATS = tuple(source_format(rows) for rows in ROW_FORMATS)
