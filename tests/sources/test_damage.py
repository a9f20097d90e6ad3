"""Files cut in two, files overwritten by noise, files of other line ends: nothing crashes, the counts add up."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import LOGS, read, read_pieces

RECOGNISED = sorted(p for p in LOGS.rglob("*") if p.is_file() and p.parent.name not in ("unreadable", "logs"))
ROTATED = [
    LOGS / "postgresql-csvlog" / "v15_26_columns.csv",
    LOGS / "postgresql-stderr" / "default_prefix.log",
    LOGS / "postgresql-stderr" / "pgbadger_prefix.log",
    LOGS / "postgresql-jsonlog" / "night.json",
    LOGS / "postgresql-stderr" / "with_csv_rows.log",
    LOGS / "postgresql-pgaudit" / "stderr.log",
    LOGS / "postgresql-auto-explain" / "xml.log",
    LOGS / "greenplum-csvlog" / "gpdb-2026-03-02_000000.csv",
    LOGS / "hana-audit-trail" / "indexserver_hana01.30015.audit_trail.csv",
    LOGS / "db2-audit-report" / "audit.out",
    LOGS / "redshift-activity" / "useractivitylog_2026-03-02T02_00",
    *sorted((LOGS / "hive-server-log").iterdir()),
    *sorted((LOGS / "impala-audit").iterdir()),
    *sorted((LOGS / "mariadb-audit").iterdir()),
    *sorted((LOGS / "mysql-binlog").iterdir()),
    *sorted((LOGS / "mysql-audit-json").iterdir()),
    *sorted((LOGS / "mysql-audit-xml").iterdir()),
    *sorted((LOGS / "percona-audit-json").iterdir()),
    *sorted((LOGS / "proxysql-eventslog").iterdir()),
    *sorted((LOGS / "ranger-audit").iterdir()),
    *sorted((LOGS / "spark-events").iterdir()),
    *sorted((LOGS / "mysql-general").iterdir()),
    *sorted((LOGS / "mysql-slow").iterdir()),
    LOGS / "alation-push" / "night.jsonl",
    LOGS / "datahub" / "query_log_dump.json",
    LOGS / "alation-view" / "export.csv",
    LOGS / "own-tables" / "broken_quote.csv",
    LOGS / "teradata-dbql-sql" / "joined.csv",
    LOGS / "redshift-statementtext" / "svl_statementtext.csv",
    LOGS / "hana-audit-log" / "audit_log.csv",
    LOGS / "sqlserver-xevents-table" / "target.csv",
    LOGS / "oracle-text-audit" / "wh_ora_4711.aud",
]
WITH_COMPANIONS = ("db2-audit", "duckdb-query-log")
CUT_ANYWHERE = [p for p in RECOGNISED if p.parent.name not in WITH_COMPANIONS and p.stat().st_size > 1]
pytestmark = pytest.mark.sweep
FORMAT_OF = {path: read(path).stats.format for path in ROTATED}


@pytest.mark.parametrize("path", ROTATED, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_a_log_cut_in_two_anywhere_gives_the_same_records(path: Path, tmp_path: Path) -> None:
    """A record, a line, a character that begins in one file and ends in the next is whole."""
    data = path.read_bytes()
    whole = read(path)
    first, second = tmp_path / "a", tmp_path / "b"
    for place in range(1, len(data), max(1, len(data) // 250)):
        first.write_bytes(data[:place])
        second.write_bytes(data[place:])
        found = read_pieces([first, second], as_format=FORMAT_OF[path])
        bare = [record._replace(origin=None) for record in found.records]
        assert bare == [record._replace(origin=None) for record in whole.records], place
        assert len(found.bad) == len(whole.bad), place


SERVER_LOGS = sorted(
    path
    for name in ("postgresql-stderr", "mysql-general", "mysql-slow", "redshift-activity", "hive-server-log")
    for path in (LOGS / name).iterdir()
)


@pytest.mark.parametrize("path", SERVER_LOGS, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_a_log_that_ends_within_a_line_gives_no_statement_that_was_not_there(path: Path, tmp_path: Path) -> None:
    """What was copied while it was written may end after ``insert into a select b from c``: the join is to come."""
    data = path.read_bytes()
    known = {text.strip() for text in read(path).texts}
    part = tmp_path / path.name
    for place in range(len(data) // 3, len(data), max(1, len(data) // 60)):
        if data[place : place + 1] == b"\n" or not data[:place].rpartition(b"\n")[2].strip():
            continue  # the line is whole, or none of it is there
        part.write_bytes(data[:place])
        found = read(part)
        texts = [record.sql.strip() for record in found.records if not record.cut]
        assert [t for t in texts if t and t not in known and f"{t}\n".encode() not in data] == [], place


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_log_cut_at_any_byte_gives_the_same_records(data: st.DataObject) -> None:
    """Of every format of text, two pieces are read as the whole; but for what needs the file that lies beside it."""
    path = data.draw(st.sampled_from(CUT_ANYWHERE))
    whole = read(path)
    bytes_of = path.read_bytes()
    place = data.draw(st.integers(1, len(bytes_of) - 1))
    with tempfile.TemporaryDirectory() as folder:
        pieces = [Path(folder) / "a", Path(folder) / "b"]
        pieces[0].write_bytes(bytes_of[:place])
        pieces[1].write_bytes(bytes_of[place:])
        found = read_pieces(pieces, as_format=whole.stats.format)
    is_script = whole.stats.format == "sql-script"  # whose session is its file
    bare = [
        [r._replace(origin=None, session="" if is_script else r.session) for r in one.records] for one in (found, whole)
    ]
    assert bare[0] == bare[1]
    assert len(found.bad) == len(whole.bad)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_noise_anywhere_never_crashes_and_counts_add_up(data: st.DataObject) -> None:
    """Any byte range of any fixture overwritten: no exception, balanced counts, and the file never silent."""
    path = data.draw(st.sampled_from(RECOGNISED))
    original = path.read_bytes()
    start = data.draw(st.integers(0, len(original) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=200))
    damaged = original[:start] + noise + original[start + len(noise) :]
    as_format = data.draw(st.sampled_from([None, "postgresql-stderr", "csv", "json", "json-lines", "sql-script"]))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path.name
        target.write_bytes(damaged)
        found = read(target, as_format=as_format)
        assert found.records or found.bad or found.stats.problem
        packed = gzip.compress(damaged)
        target.write_bytes(packed[: data.draw(st.integers(1, len(packed)))])
        read(target, as_format=as_format)


_BATCH = {"SELECT shop_id, net INTO #d FROM stg.sales WHERE net > 0", "exec sp_execute 13,@p=8"}
SHOWN_BY_OTHER_ROWS = {
    "jobs.jsonl": {"CREATE TEMP TABLE d AS SELECT 1 AS a; SELECT * FROM d"},
    "bq_ls.json": {
        (
            "/* a copy job of BigQuery, which has no SQL of its own */ "
            "CREATE OR REPLACE TABLE wh-1.mart.net_20260302 COPY wh-1.mart.net"
        )
    },
    "server_audit.log": {"execute immediate 'insert into sales select 9,1,\"y\"'"},
    "mariadb.log": {'insert into log select ?, "v"', "insert into t select ?"},
    "csvlog.csv": {"EXECUTE fill(3)"},
    "jsonlog.json": {"EXECUTE fill(3)"},
    "stderr.log": {"EXECUTE fill(3)"},
    "syslog": {"EXECUTE fill(3)"},
    "query.json": {"EXECUTE p1 USING 7"},
    "trace.xml": {"INSERT INTO mart.b SELECT a FROM #t"},
    "trace.csv": {"INSERT INTO mart.b SELECT a FROM #t"},
    "night.xml": _BATCH,
    "no_root.xml": _BATCH,
    "target.csv": _BATCH,
}
"""Texts that a log shows besides, of what another of its rows shows better: they count where that row is lost."""
WITHOUT_PARTS = [
    p for p in RECOGNISED if p.name not in ("svl_statementtext.csv", "q.log") and p.parent.name != "scripts"
]
_NOISE = b"\x07"
_DAMAGES = 14


def _folded(text: str) -> str:
    return " ".join(text.split())


def _damages(data: bytes, first: int) -> Iterator[bytes]:
    """The bytes with a range of noise at places all over them, of four lengths, from ``first`` on."""
    for number in range(_DAMAGES):
        start = first + (len(data) - 1 - first) * number // _DAMAGES
        length = min((1, 5, 40, 300)[number % 4], len(data) - start)
        yield data[:start] + _NOISE * length + data[start + length :]


@pytest.mark.parametrize("path", WITHOUT_PARTS, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_noise_never_invents_a_statement(path: Path, tmp_path: Path) -> None:
    """With a range of noise in any log, what is not marked cut was there as it is, or shows the noise.

    The names of a table's columns stand in its first line, which all the others need: it is left as it is. Not asked
    are scripts, of which any part is a script, and chunks in any order, which have nothing but their keys.
    """
    whole = read(path)
    folder = tmp_path / path.parent.name
    shutil.copytree(path.parent, folder)
    data, target = path.read_bytes(), folder / path.name
    known = {_folded(text) for text in whole.texts} | SHOWN_BY_OTHER_ROWS.get(path.name, set())
    first = data.find(b"\n") + 1 if path.suffix in (".csv", ".tsv", "") else 0
    for damaged in _damages(data, first):
        target.write_bytes(damaged)
        found = read(target, as_format=whole.stats.format)
        sound = [r.sql for r in found.records if not r.cut and "\x07" not in r.sql and "\ufffd" not in r.sql]
        assert [text for text in sound if _folded(text) not in known] == []


def _tables(folder: Path) -> Iterator[Path]:
    """The rows of a history as files that are no text, plain and packed."""
    pq = pytest.importorskip("pyarrow.parquet", reason="pip install 'alation-lineage[formats]'")
    csv = pytest.importorskip("pyarrow.csv", reason="as above")
    table = csv.read_csv(
        LOGS / "snowflake-query-history" / "snowsight.csv", parse_options=csv.ParseOptions(newlines_in_values=True)
    )
    for compression in ("none", "snappy", "zstd"):
        pq.write_table(table, folder / f"{compression}.parquet", compression=compression, write_page_checksum=True)
        yield folder / f"{compression}.parquet"
    fastavro = pytest.importorskip("fastavro", reason="as above")
    fields = [{"name": name, "type": "string"} for name in table.column_names]
    with (folder / "x.avro").open("wb") as file:
        rows = [{name: str(value) for name, value in row.items()} for row in table.to_pylist()]
        fastavro.writer(file, {"type": "record", "name": "row", "fields": fields}, rows, codec="deflate")
    yield folder / "x.avro"
    log = (LOGS / "postgresql-csvlog" / "v15_26_columns.csv").read_bytes()
    for name, packed in (("x.gz", gzip.compress(log)), ("x.bz2", bz2.compress(log)), ("x.xz", lzma.compress(log))):
        (folder / name).write_bytes(packed)
        yield folder / name


def test_noise_in_files_that_are_no_text_never_invents_a_statement(tmp_path: Path) -> None:
    """Parquet, Avro and packed logs: their checksums tell it, or the noise is in the text."""
    for path in _tables(tmp_path):
        known = set(read(path).texts)
        assert known
        for number, damaged in enumerate(_damages(path.read_bytes(), 0)):
            target = tmp_path / f"{number} {path.name}"
            target.write_bytes(damaged)
            found = read(target)
            assert found.records or found.bad or found.stats.problem
            sound = [r.sql for r in found.records if not r.cut and "\x07" not in r.sql and "\ufffd" not in r.sql]
            assert set(sound) <= known, (path.name, number)


@pytest.mark.parametrize("path", RECOGNISED, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_line_ends_of_windows_change_nothing(path: Path, tmp_path: Path) -> None:
    """CRLF instead of LF, and no line end at all at the end: the same records."""
    target = tmp_path / path.name
    plain = path.read_bytes().replace(b"\r\n", b"\n")
    target.write_bytes(plain)
    texts = read(target).texts
    for data in (plain.replace(b"\n", b"\r\n"), plain.rstrip(b"\n")):
        target.write_bytes(data)
        assert read(target).texts == texts


def test_nul_bytes_are_dropped_and_counted(tmp_path: Path) -> None:
    """A server that lost power leaves blocks of NULs in its log."""
    log = tmp_path / "x.log"
    line = b"2026-03-02 02:00:11.402 UTC [1] LOG:  statement: INSERT INTO a SELECT 1\n"
    log.write_bytes(line + b"\0" * 100 + line.replace(b"INTO a", b"INTO b"))
    found = read(log)
    assert len(found.records) == 2
    assert found.stats.replaced == 100


def test_a_log_that_begins_inside_a_record_is_read_from_the_next(tmp_path: Path) -> None:
    """What stands before the first head belongs to a file that is not here: it is told, and enters no statement."""
    for name in ("postgresql-stderr/default_prefix.log", "redshift-activity/useractivitylog_2026-03-02T02_00"):
        log = tmp_path / "x.log"
        log.write_bytes(b"\n".join((LOGS / name).read_bytes().split(b"\n")[3:]))
        found = read(log)
        assert found.records
        assert found.bad or found.stats.noise
        assert not any("sum(net)" in text for text in found.texts)


def test_the_same_file_gives_the_same_records_again() -> None:
    """Reading is a function of the bytes."""
    for path in RECOGNISED:
        assert read(path) == read(path)


def test_a_csvlog_that_begins_inside_a_row_tells_it_once(tmp_path: Path) -> None:
    """Many lines of a statement whose beginning is not here are one bad record."""
    log = tmp_path / "x.csv"
    rest = (LOGS / "postgresql-csvlog" / "v15_26_columns.csv").read_bytes()
    log.write_bytes(b"a,\n" * 50 + b'FROM raw.sales;",,,,,,,,,"nightly","client backend",,0\n' + rest)
    found = read(log)
    assert len(found.bad) == 1
    assert len(found.records) == 7


def test_a_json_log_that_begins_inside_a_line_is_read(tmp_path: Path) -> None:
    """The first line is bad, the others are records."""
    log = tmp_path / "x.json"
    for name in ("postgresql-jsonlog/night.json", "alation-push/night.jsonl"):
        log.write_bytes((LOGS / name).read_bytes()[100:])
        found = read(log)
        assert found.records
        assert found.bad[0].origin.line == 1
