"""Logs inside container, syslog and cloud envelopes give what they give without."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from reading import read

LONG = "INSERT INTO mart.wide SELECT " + ", ".join(f"s.column_number_{n}" for n in range(200)) + " FROM raw.wide AS s"
MESSAGES = [
    ("11.402", 4711, "LOG:  statement: CREATE TEMP TABLE d AS\n\tSELECT shop_id, sum(net) AS net\n\tFROM raw.s;"),
    ("11.502", 4712, "LOG:  statement: INSERT INTO mart.other SELECT * FROM raw.other"),
    ("14.090", 4711, "LOG:  duration: 2688.001 ms"),
    ("15.000", 4711, f"LOG:  statement: {LONG}"),
    ("16.000", 4712, 'ERROR:  relation "mart.nett" does not exist at character 13'),
    ("16.000", 4712, "STATEMENT:  INSERT INTO mart.nett SELECT 1"),
]  # fmt: skip
PREFIXED = [f"2024-03-02 02:00:{at} UTC [{pid}] {text}" for at, pid, text in MESSAGES]


def iso(at: str) -> str:
    """A time within the night."""
    return f"2024-03-02T02:00:{at}Z"


def plain() -> str:
    """The log as the server writes it."""
    return "".join(text + "\n" for text in PREFIXED)


def container() -> str:
    """The json-file driver, whose buffer of 16 KiB is passed by the long line."""
    rows = []
    for (at, _, _), text in zip(MESSAGES, PREFIXED, strict=True):
        for line in text.split("\n"):
            parts = [line[:1500], line[1500:] + "\n"] if len(line) > 1500 else [line + "\n"]
            rows += [json.dumps({"log": part, "stream": "stderr", "time": iso(at)}) for part in parts]
    return "\n".join(rows) + "\n"


def cri() -> str:
    """Kubernetes' runtime interface, with one line in two parts."""
    rows = []
    for (at, _, _), text in zip(MESSAGES, PREFIXED, strict=True):
        for line in text.split("\n"):
            stamp = f"2024-03-02T02:00:{at}000000Z stderr"
            if len(line) > 1500:
                rows += [f"{stamp} P {line[:1500]}", f"{stamp} F {line[1500:]}"]
            else:
                rows.append(f"{stamp} F {line}")
    return "\n".join(rows) + "\n"


def _syslog_parts(text: str) -> list[str]:
    """As PostgreSQL sends a message to syslog: cut at line ends, and at a blank before 900 characters."""
    parts = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > 900:
            at = rest.rindex(" ", 0, 900)
            parts.append(rest[:at])
            rest = rest[at:]
        parts.append(rest.replace("\t", "#011"))
    return parts


def _syslog(head: Callable[[str, int], str]) -> str:
    rows = []
    for number, (at, pid, text) in enumerate(MESSAGES, 7):
        for part, line in enumerate(_syslog_parts(text), 1):
            rows.append(f"{head(at, pid)}[{number}-{part}] {line}")
    rows[2], rows[3] = rows[3], rows[2]  # another process writes between the parts of a message
    return "\n".join(rows) + "\n"


def syslog_rfc3164() -> str:
    """The old form: no year, no zone."""
    return _syslog(lambda at, pid: f"Mar  2 02:00:{at[:2]} db1 postgres[{pid}]: ")


def syslog_iso() -> str:
    """As rsyslog writes it where it is asked for full times."""
    return _syslog(lambda at, pid: f"2024-03-02T02:00:{at}+00:00 db1 postgres[{pid}]: ")


def syslog_rfc5424() -> str:
    """The newer standard."""
    return _syslog(lambda at, pid: f"<134>1 {iso(at)} db1 postgres {pid} - - ")


def cloudwatch() -> str:
    """Exported to a bucket: later lines of a message have no time."""
    rows = zip(MESSAGES, PREFIXED, strict=True)
    return "".join(f"{iso(at)} {text}\n" for (at, _, _), text in rows)


def cloudwatch_subscription() -> str:
    """Objects back to back, without a line end."""
    head = {"messageType": "DATA_MESSAGE", "logGroup": "/aws/rds/db1", "logStream": "db1"}
    events = [{"id": str(n), "timestamp": 1709344811402 + n, "message": text} for n, text in enumerate(PREFIXED)]
    control = json.dumps({"messageType": "CONTROL_MESSAGE", "logGroup": "", "logEvents": []})
    return json.dumps({**head, "logEvents": events[:3]}) + control + json.dumps({**head, "logEvents": events[3:]})


def google() -> str:
    """Cloud SQL, where the time is in the entry alone."""
    rows = [
        json.dumps({"insertId": "a", "textPayload": f"[{pid}]: [3-1] db=wh,user=etl {text}", "timestamp": iso(at)})
        for at, pid, text in MESSAGES
    ]
    return "\n".join(rows) + "\n"


def _azure_entries() -> list[dict[str, object]]:
    return [
        {"category": "PostgreSQL", "time": iso(at), "properties": {"errorLevel": "LOG", "message": text}}
        for (at, _, _), text in zip(MESSAGES, PREFIXED, strict=True)
    ]


def azure_lines() -> str:
    """One entry a line."""
    return "".join(json.dumps(entry) + "\n" for entry in _azure_entries())


def azure_records() -> str:
    """The older form: one object that holds all entries."""
    return json.dumps({"records": _azure_entries()}, indent=1)


WRAPPED = (
    container, cri, syslog_rfc3164, syslog_iso, syslog_rfc5424, cloudwatch, cloudwatch_subscription, google,
    azure_lines, azure_records,
)  # fmt: skip


def _facts(path: Path) -> list[tuple[str, str, str, str]]:
    found = read(path)
    assert found.bad == []
    return sorted((r.sql, r.session, r.outcome.value, str(r.started_at)[:19]) for r in found.records)


@pytest.mark.parametrize("wrap", WRAPPED, ids=lambda wrap: wrap.__name__)
def test_a_wrapped_log_gives_what_the_plain_one_gives(tmp_path: Path, wrap: Callable[[], str]) -> None:
    """The same statements, sessions, outcomes and times; lines in two parts are whole."""
    bare, wrapped = tmp_path / "plain.log", tmp_path / "wrapped.log"
    bare.write_text(plain())
    wrapped.write_text(wrap())
    os.utime(wrapped, (1_709_500_000, 1_709_500_000))  # the year that RFC 3164 leaves out is that of the file
    assert len(_facts(bare)) == 4
    assert _facts(wrapped) == _facts(bare)


def test_lines_keep_the_number_that_they_have_in_the_file(tmp_path: Path) -> None:
    """What is reported can be looked up in the file as it lies there."""
    path = tmp_path / "x.log"
    path.write_text(container())
    lines = path.read_text().splitlines()
    for record in read(path).records:
        assert record.origin is not None
        assert record.sql.split("\n")[0][:20] in lines[record.origin.line - 1]


@pytest.mark.parametrize(
    "head",
    [
        "Mar  2 02:00:12 db1 postgres[4711]: [13-{}] ",
        "2024-03-02T02:00:12.402113+00:00 app[postgres.123]: [GOLD] [13-{}] sql_error_code = 42P01 pid=4711 ",
    ],
    ids=["syslog", "heroku"],
)
def test_the_statement_of_an_error_may_be_a_part_of_its_message(tmp_path: Path, head: str) -> None:
    """PostgreSQL sends both to syslog as one message: the statement has failed, and is not a part of the error."""
    path = tmp_path / "x.log"
    path.write_text(
        f'{head.format(1)}ERROR:  relation "x" does not exist\n'
        f"{head.format(2)}STATEMENT:  insert into x\n"
        f"{head.format(3).partition(' sql_error')[0].rstrip()} #011select 1 from b\n"
    )
    found = read(path)
    assert list(zip(found.texts, found.outcomes, strict=True)) == [("insert into x\nselect 1 from b", "failed")]


def test_the_envelope_is_named(tmp_path: Path) -> None:
    """A user sees why a file was read as what it is."""
    path = tmp_path / "x.log"
    path.write_text(cri())
    assert read(path).stats.wrappers == ("cri",)


def test_jsonlog_inside_a_container_is_jsonlog(tmp_path: Path) -> None:
    """The format is told by what is in the envelope."""
    row = {"timestamp": "2024-03-02 02:00:11.402 UTC", "user": "etl", "dbname": "wh", "pid": 4711,
           "session_id": "65e2882b.1267", "line_num": 3, "error_severity": "LOG",
           "message": "statement: insert into a select 1"}  # fmt: skip
    path = tmp_path / "x.log"
    path.write_text(json.dumps({"log": json.dumps(row) + "\n", "stream": "stderr", "time": iso("11.402")}) + "\n")
    found = read(path)
    assert found.stats.format == "postgresql-jsonlog"
    assert found.texts == ["insert into a select 1"]


def test_a_syslog_of_new_years_night_has_both_years(tmp_path: Path) -> None:
    """RFC 3164 leaves the year out: December is last year's in a file written in January."""
    path = tmp_path / "x.log"
    path.write_text(
        "Dec 31 23:59:59 db1 postgres[1]: [1-1] LOG:  statement: insert into a select 1\n"
        "Jan  1 00:00:01 db1 postgres[1]: [2-1] LOG:  statement: insert into a select 2\n"
    )
    os.utime(path, (1_704_070_000, 1_704_070_000))
    assert [str(r.started_at)[:19] for r in read(path).records] == ["2023-12-31 23:59:59", "2024-01-01 00:00:01"]
