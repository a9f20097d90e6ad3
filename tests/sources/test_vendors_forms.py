"""Forms that vendors write besides those of the fixtures: fields added by a service, clocks and paddings of exports."""

from __future__ import annotations

import json
from pathlib import Path

from reading import Read, read


def _read(folder: Path, name: str, text: str, dialect: str) -> Read:
    (folder / name).write_text(text)
    return read(folder / name, dialect=dialect)


def test_rds_adds_fields_to_the_lines_of_the_audit_plugin(tmp_path: Path) -> None:
    """Behind the return code stand the type of the connection and more, often empty."""
    head = "20240302 02:00:1{0},ip-10-0-0-9,etl,10.0.0.9,42,{0},QUERY,wh,"
    lines = [head.format(1) + "'insert into a select \\'b\\'',0,,", head.format(2) + "'insert into c select 1',1146,1"]
    found = _read(tmp_path, "server_audit.log", "\n".join(lines) + "\n", "mysql")
    assert found.texts == ["insert into a select 'b'", "insert into c select 1"]
    assert (found.outcomes, found.stats.cut) == (["ok", "failed"], 0)


def test_oracles_times_of_nine_digits_are_times(tmp_path: Path) -> None:
    """Exports show timestamps as NLS_TIMESTAMP_FORMAT has them."""
    text = (
        "EVENT_TIMESTAMP_UTC,INSTANCE_ID,SESSIONID,STATEMENT_ID,DBUSERNAME,ACTION_NAME,RETURN_CODE,SQL_TEXT\n"
        '"02-MAR-24 02.00.11.402113000 AM",1,5,9,ETL,INSERT,0,insert into a select * from b\n'
    )
    (record,) = _read(tmp_path, "audit.csv", text, "oracle").records
    assert str(record.started_at) == "2024-03-02 02:00:11.402113+00:00"


def test_snowflakes_older_form_of_times_carries_its_offset(tmp_path: Path) -> None:
    """``DY, DD MON YYYY HH24:MI:SS TZHTZM`` is what an account writes that never set another."""
    names = "QUERY_ID,QUERY_TEXT,DATABASE_NAME,SCHEMA_NAME,QUERY_TYPE,SESSION_ID,USER_NAME,EXECUTION_STATUS,START_TIME"
    row = '01b2-77,insert into a select * from b,WH,MART,INSERT,7,ETL,SUCCESS,"Sat, 02 Mar 2024 02:00:11 -0800"'
    (record,) = _read(tmp_path, "x.csv", f"{names}\n{row}\n", "snowflake").records
    assert str(record.started_at) == "2024-03-02 10:00:11+00:00"


def test_values_of_fixed_width_end_where_their_blanks_begin(tmp_path: Path) -> None:
    """Redshift fills up ``char`` columns: the database is called wh, and its user etl."""
    names = "query_id,query_text,query_type,transaction_id,session_id,database_name,username,status,start_time"
    row = "5,insert into a select * from b,INSERT    ,8,9,wh        ,etl       ,success   ,2024-03-02 02:00:11"
    (record,) = _read(tmp_path, "x.csv", f"{names}\n{row}\n", "redshift").records
    assert (record.database, record.user, record.outcome.value) == ("wh", "etl", "ok")


def test_azures_resource_logs_hold_audits_and_requests_as_objects(tmp_path: Path) -> None:
    """SQL Server's audit and the requests of Synapse's pools stand in ``properties`` with their own names."""
    audit = {
        "event_time": "2024-03-02T02:00:11.402Z",
        "action_id": "BCM",
        "succeeded": "true",
        "session_id": 57,
        "server_principal_name": "etl",
        "database_name": "WH",
        "statement": "insert into a select * from b",
        "sequence_number": 1,
    }
    request = {
        "RequestId": "QID9",
        "StartTime": "2024-03-02 02:00:11.402",
        "Command": "create table a with (heap) as select * from b",
        "Status": "Completed",
    }
    for category, properties, dialect in (
        ("SQLSecurityAuditEvents", audit, "sqlserver"),
        ("ExecRequests", request, "synapse"),
    ):
        line = json.dumps({"time": "2024-03-02T02:00:19Z", "category": category, "properties": properties}) + "\n"
        (record,) = _read(tmp_path, "PT1H.json", line, dialect).records
        assert record.sql.endswith("select * from b")
        assert str(record.started_at) == "2024-03-02 02:00:11.402000+00:00"


def test_herokus_lines_tell_the_process_and_their_parts(tmp_path: Path) -> None:
    """The number behind the program is the session; a part that begins with a tab is a line of its own."""
    head = "2024-03-02T02:00:11.402113+00:00 app[postgres.4711]: [DATABASE] [12-{}] "
    first = head.format(1) + " sql_error_code = 00000 LOG:  statement: insert into a -- rows\n"
    (record,) = _read(tmp_path, "x.log", first + head.format(2) + " \tselect * from b\n", "postgres").records
    assert (record.sql, record.session) == ("insert into a -- rows\nselect * from b", "4711")
