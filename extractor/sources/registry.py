"""All formats, the surest first: a new format is one file and one line here."""

from __future__ import annotations

from extractor.sources import (
    apache_spark,
    columnar,
    db2_audit,
    delimited,
    duckdb_statements,
    hadoop_audits,
    hana_audit_trail,
    hive_log,
    json_documents,
    json_lines,
    known_layouts,
    known_row_formats,
    mysql_audit_xml,
    mysql_binlog,
    mysql_general,
    mysql_server_audit,
    mysql_slow,
    oracle_audit,
    postgresql_csv,
    postgresql_json,
    postgresql_stderr,
    redshift_activity,
    scripts,
    snowflake_unload,
    sqlserver_trace,
    sqlserver_xevents,
)
from extractor.sources.interface import SourceFormat

FORMATS: tuple[SourceFormat, ...] = (
    postgresql_csv.FORMAT,
    postgresql_json.FORMAT,
    postgresql_stderr.FORMAT,
    redshift_activity.FORMAT,
    snowflake_unload.FORMAT,
    sqlserver_xevents.FORMAT,
    sqlserver_trace.FORMAT,
    oracle_audit.XML,
    oracle_audit.TEXT,
    hana_audit_trail.FORMAT,
    db2_audit.REPORT,
    db2_audit.TEXTS,
    duckdb_statements.FORMAT,
    *known_row_formats.FORMATS,
    mysql_general.FORMAT,
    mysql_slow.FORMAT,
    mysql_server_audit.FORMAT,
    mysql_binlog.FORMAT,
    mysql_audit_xml.FORMAT,
    hadoop_audits.IMPALA_AUDIT,
    hive_log.FORMAT,
    apache_spark.FORMAT,
    *known_layouts.FORMATS,
    json_lines.FORMAT,
    json_documents.FORMAT,
    delimited.FORMAT,
    *columnar.FORMATS,
    scripts.FORMAT,
)


def format_named(name: str) -> SourceFormat | None:
    """The format of that name, or None."""
    return next((f for f in FORMATS if f.name == name), None)
