"""Parquet, Avro and Excel: rows with any names of columns."""

from __future__ import annotations

import gzip
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import read, read_item, source

from extractor.sources import find_inputs, recognise

AT = datetime(2026, 3, 2, 2, 0, 11, 402113, tzinfo=UTC)
ROWS = [
    {"QUERY_TEXT": "insert into a select 1", "START_TIME": AT, "SESSION_ID": 17243, "EXECUTION_STATUS": "SUCCESS"},
    {"QUERY_TEXT": None, "START_TIME": AT, "SESSION_ID": 17243, "EXECUTION_STATUS": "SUCCESS"},
    {"QUERY_TEXT": "insert into b\nselect 2", "START_TIME": AT, "SESSION_ID": 17243, "EXECUTION_STATUS": "FAIL"},
]


def _parquet(path: Path, rows: list[dict[str, object]] = ROWS, unit: str = "us") -> Path:
    table = pa.Table.from_pylist(rows)
    at = table.schema.get_field_index("START_TIME")
    if at >= 0:
        table = table.set_column(at, "START_TIME", table.column(at).cast(pa.timestamp(unit, "UTC")))
    pq.write_table(table, path, compression="snappy")
    return path


def _avro(path: Path) -> Path:
    fields = [
        {"name": "QUERY_TEXT", "type": ["null", "string"]},
        {"name": "START_TIME", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "SESSION_ID", "type": "long"},
        {"name": "EXECUTION_STATUS", "type": "string"},
    ]
    with path.open("wb") as file:
        fastavro.writer(file, {"type": "record", "name": "row", "fields": fields}, ROWS)
    return path


def _facts(found: object) -> list[tuple[str, str, str, str]]:
    return [(r.sql, r.session, r.outcome.value, str(r.started_at)) for r in found.records]


EXPECTED = [
    ("insert into a select 1", "17243", "ok", "2026-03-02 02:00:11.402113+00:00"),
    ("insert into b\nselect 2", "17243", "failed", "2026-03-02 02:00:11.402113+00:00"),
]


@pytest.mark.parametrize("make", [_parquet, _avro], ids=["parquet", "avro"])
def test_rows_of_columns_are_records(tmp_path: Path, make) -> None:
    """Times, sessions and outcomes as from a text; a row without SQL is counted as such."""
    found = read(make(tmp_path / "export"))
    assert _facts(found) == EXPECTED
    assert found.stats.noise == 1
    assert [r.origin.line for r in found.records] == [1, 3]


@pytest.mark.parametrize("text_type", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
@pytest.mark.parametrize("time_type", [pa.timestamp("us", "UTC"), pa.timestamp("us"), pa.timestamp("us", "+02:00")])
def test_values_are_those_that_were_written_whatever_their_types(tmp_path: Path, text_type, time_type) -> None:
    """Texts of one or more bytes a character, empty ones and missing values, over more than one batch of rows."""
    texts = ["insert into ä select '€'", "select 1", None, "", "insert into b select 2", None, "x"] * 700
    times = [None if n % 3 == 0 else (n - 2000) * 1_000_000 for n in range(len(texts))]
    table = {"query_text": pa.array(texts, text_type), "start_time": pa.array(times, pa.int64()).cast(time_type)}
    pq.write_table(pa.table(table), tmp_path / "export")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    found = read(tmp_path / "export").records
    wanted = [
        (number, text, None if at is None else epoch + timedelta(microseconds=at))
        for number, (text, at) in enumerate(zip(texts, times, strict=True), 1)
        if text
    ]
    assert [(r.origin.line, r.sql, r.started_at) for r in found] == wanted


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_of_any_precision_are_times(tmp_path: Path, unit: str) -> None:
    """Nanoseconds are cut to the microsecond."""
    rows = [{**ROWS[0], "START_TIME": AT.replace(microsecond=402000)}]
    (record,) = read(_parquet(tmp_path / "x.parquet", rows, unit)).records
    assert record.started_at == AT.replace(microsecond=402000)


def test_a_packed_or_archived_table_is_read_too(tmp_path: Path) -> None:
    """Such a file is read at any place, so it is unpacked aside first."""
    plain = _parquet(tmp_path / "x.parquet")
    (tmp_path / "packed").write_bytes(gzip.compress(plain.read_bytes()))
    assert _facts(read(tmp_path / "packed")) == EXPECTED
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.write(plain, "2026/x.parquet")
    (item,) = find_inputs(source(paths=["y.zip"]), tmp_path)
    assert _facts(read_item(item)) == EXPECTED


def test_structs_and_mapped_names_are_followed(tmp_path: Path) -> None:
    """A BigQuery destination is a struct; a wished column may lie inside of one."""
    rows = [
        {
            "job": {"query": "select 1 as a from s.t", "user": "etl"},
            "destination_table": {"project_id": "wh", "dataset_id": "mart", "table_id": "net"},
        }
    ]
    found = read(_parquet(tmp_path / "x.parquet", rows), fields={"sql": "job.query", "user": "job.user"})
    assert [(r.sql, r.user, r.destination) for r in found.records] == [("select 1 as a from s.t", "etl", "wh.mart.net")]


def test_a_table_without_sql_says_what_it_has(tmp_path: Path) -> None:
    """The names of its columns are the way to the setting."""
    path = _parquet(tmp_path / "x.parquet", [{"shop": 1, "net": 2}])
    assert "none of the columns shop, net is known to hold SQL: set fields.sql" in recognise(path).reason
    (bad,) = read(path).bad
    assert "shop, net" in bad.problem


@pytest.mark.parametrize("make", [_parquet, _avro], ids=["parquet", "avro"])
def test_a_broken_table_is_one_line(tmp_path: Path, make) -> None:
    """It ends in the middle; nothing is raised."""
    path = make(tmp_path / "export")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = read(path)
    assert len(found.bad) == 1
    assert found.stats.format in ("parquet", "avro")


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way to get it stands in the problem."""
    path = _parquet(tmp_path / "export")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (bad,) = read(path).bad
    assert "install alation-lineage[formats]" in bad.problem


def test_a_workbook_is_read_from_the_sheet_that_holds_sql(tmp_path: Path) -> None:
    """The first sheet is a cover; cells with line ends are whole."""
    data = [["query_text", "user"], ["insert into a\nselect 1", "etl"]]
    _workbook(tmp_path / "x.xlsx", {"Cover": [["Query history"]], "Data": data})
    found = read(tmp_path / "x.xlsx")
    assert [(r.sql, r.user) for r in found.records] == [("insert into a\nselect 1", "etl")]


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _links(*pairs: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="r{n}" Target="{target}" Type="{KIN}/{kind}"/>' for n, (target, kind) in enumerate(pairs, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _row(number: int, cells: list[str]) -> str:
    listed = "".join(
        f'<c r="{"ABC"[at]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for at, cell in enumerate(cells)
    )
    return f'<row r="{number}">{listed}</row>'


def _workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """A workbook with inline strings: the least that ECMA-376 asks for."""
    named = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        book.writestr("_rels/.rels", _links(("xl/workbook.xml", "officeDocument")))
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{KIN}"><sheets>{named}</sheets></workbook>'
        )
        targets = [(f"worksheets/s{n}.xml", "worksheet") for n in range(1, len(sheets) + 1)]
        book.writestr("xl/_rels/workbook.xml.rels", _links(*targets))
        for number, rows in enumerate(sheets.values(), 1):
            body = "".join(_row(n, cells) for n, cells in enumerate(rows, 1))
            book.writestr(
                f"xl/worksheets/s{number}.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
            )
