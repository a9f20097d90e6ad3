"""Mappings that are proposed for tables of names that nobody knows, by what their columns hold."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import LOGS, read
from typer.testing import CliRunner

from extractor.cli.app import app
from extractor.sources import InputFile, propose_fields

SQL = ["INSERT INTO mart.net\nSELECT shop_id, net FROM raw.sales", "select 1"]
AT = dt.datetime(2026, 3, 2, 2, 0, 11, tzinfo=dt.UTC)
WANTED = {"sql": "ran", "time": "moment", "status": "ended", "user": "who"}


def _rows() -> list[dict[str, object]]:
    ends = ("success", "failed")
    return [
        {"moment": "2026-03-02 02:00:11", "who": "etl", "n": 7, "ran": sql, "ended": end}
        for sql, end in zip(SQL, ends, strict=True)
    ]


def _write(path: Path) -> Path:
    rows = _rows()
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1))
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist([{**row, "moment": AT} for row in rows]), path)
    else:
        mark = {".csv": ",", ".txt": ";", ".tsv": "\t", ".psv": "|"}[path.suffix]
        lines = [list(rows[0]), *([f'"{value}"' for value in row.values()] for row in rows)]
        path.write_text("".join(mark.join(map(str, line)) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("ending", [".csv", ".txt", ".tsv", ".psv", ".jsonl", ".json", ".parquet"])
def test_what_is_proposed_reads_the_file(tmp_path: Path, ending: str) -> None:
    """In every sort of table the columns are found by their values, and the proposal is a setting that works."""
    path = _write(tmp_path / f"export{ending}")
    proposal = propose_fields(InputFile(path, path.name))
    assert proposal is not None
    assert {ours: proposal.fields.get(ours) for ours in WANTED} == WANTED
    found = read(path, as_format=proposal.format, fields=proposal.fields)
    assert found.texts == SQL
    assert found.outcomes == ["ok", "failed"]
    assert {(r.started_at, r.user) for r in found.records} == {(AT, "etl")}


def test_without_a_header_columns_have_numbers() -> None:
    """A first row of values is no header."""
    path = LOGS / "own-tables" / "pipes_no_header.txt"
    proposal = propose_fields(InputFile(path, path.name))
    assert proposal is not None
    assert (proposal.format, proposal.fields) == ("csv", {"sql": "1"})
    assert read(path, as_format="csv", fields=proposal.fields).texts == [
        "insert into a select 1",
        "insert into b select 1",
    ]


def test_names_within_objects_are_dotted(tmp_path: Path) -> None:
    """A statement that lies deep in an object is found there."""
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"meta": {"at": 1772416811402, "by": {"login": "etl"}}, "job": {"body": SQL[0]}}) + "\n")
    proposal = propose_fields(InputFile(path, path.name))
    assert proposal is not None
    assert proposal.fields == {"sql": "job.body", "time": "meta.at", "user": "meta.by.login"}
    assert [(r.sql, r.user) for r in read(path, fields=proposal.fields).records] == [(SQL[0], "etl")]


def test_sql_with_commas_is_no_table(tmp_path: Path) -> None:
    """Lines of a script have as many commas as each other by chance."""
    path = tmp_path / "x.txt"
    path.write_text("INSERT INTO a VALUES (1, 2);\nINSERT INTO b VALUES (3, 4);\n")
    assert propose_fields(InputFile(path, path.name)) is None


def test_the_command_shows_the_proposal_and_only_what_fits(tmp_path: Path) -> None:
    """A file that nobody can read yet comes with the setting that makes it readable."""
    path = _write(tmp_path / "export.jsonl")
    shown = CliRunner().invoke(app, ["formats", str(path)])
    assert shown.exit_code == 2
    assert (
        'format = "json-lines", fields = { sql = "ran", time = "moment", status = "ended", user = "who" }'
        in shown.output
    )
    assert "0.00" not in shown.output
    assert "0.00" in CliRunner().invoke(app, ["formats", "--all", str(path)]).output
