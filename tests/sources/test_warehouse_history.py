"""History tables of Teradata, Redshift, Netezza, Vertica, HANA and Oracle, and the chunks of their statements."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import LOGS, Read, read

CHUNKED = {
    "teradata-dbql-sql": "joined.csv",
    "redshift-statementtext": "svl_statementtext.csv",
    "redshift-sys-query-text": "sys_query_text.csv",
    "netezza-history": "prolog_and_overflow.csv",
}


def log(name: str, **settings: str) -> Read:
    """What the fixture of a format holds, which must be recognised as that."""
    (path,) = (LOGS / name).iterdir()
    found = read(path, **settings)
    assert found.stats.format == name
    assert not found.bad
    return found


def _bare(found: Read) -> list[object]:
    return [record._replace(origin=None) for record in found.records]


def _rows(name: str) -> list[dict[str, str]]:
    with (LOGS / name / CHUNKED[name]).open(newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("name", sorted(CHUNKED))
def test_chunks_join_in_every_container_alike(name: str, tmp_path: Path) -> None:
    """Tabs, JSON lines, an array of objects and Parquet give what CSV gives."""
    rows = _rows(name)
    expected = _bare(log(name))
    _write(tmp_path / "tabs", rows, "\t")
    (tmp_path / "lines").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "array").write_text(json.dumps(rows, indent=1))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "columns")
    for container in ("tabs", "lines", "array", "columns"):
        assert _bare(read(tmp_path / container)) == expected, container


@pytest.mark.parametrize("name", sorted(CHUNKED))
def test_the_order_of_rows_does_not_matter(name: str, tmp_path: Path) -> None:
    """Chunks are joined by their numbers: rows in any order give the same statements."""
    rows = _rows(name)
    expected = sorted(map(str, _bare(log(name))))
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        _write(tmp_path / "x", rows)
        assert sorted(map(str, _bare(read(tmp_path / "x")))) == expected


def test_teradata_chunks_are_one_statement_with_newlines() -> None:
    """A word cut by a chunk's end is whole, a lone CR ends the line and so the comment, the last blanks go."""
    found = log("teradata-dbql-sql", dialect="teradata")
    assert found.texts[0] == (
        "INSERT INTO MART.NET\nSELECT SHOP_ID, SUM(NET) -- the day's sum\n"
        "FROM STG.SALES WHERE SALE_DT = DATE '2026-03-01' GROUP BY 1;"
    )
    first = found.records[0]
    assert (first.database, first.schema, first.user) == (None, "MART", "ETL_USR")
    assert (first.session, first.sequence) == ("120443@2026-03-02 01:59:58.10", 7)
    assert first.statement_id == "307190001234567"
    assert found.stats.repeats == 3


def test_teradata_errors_and_aborts_are_failures() -> None:
    """ErrorCode that is not 0, or AbortFlag T."""
    assert log("teradata-dbql-sql").outcomes == ["ok", "failed", "ok", "ok", "failed"]


def test_a_missing_chunk_makes_the_statement_cut() -> None:
    """Chunks 1 and 3 without 2, a statement without its first chunk, one whose last says that another follows."""
    for name, count in (("teradata-dbql-sql", 1), ("redshift-statementtext", 1), ("netezza-history", 1)):
        found = log(name)
        assert [record.cut for record in found.records].count(True) == count, name


def test_teradata_texts_of_the_limit_are_cut() -> None:
    """DBQLogTbl keeps 200 characters; an empty text is no statement."""
    found = log("teradata-dbql-log", dialect="teradata")
    assert [record.cut for record in found.records] == [False, True]
    assert found.stats.noise == 1


def test_redshift_newlines_are_put_back_after_joining() -> None:
    """Backslash-n is a newline, also where a chunk ends between the two; two backslashes are one."""
    for name in ("redshift-statementtext", "redshift-querytext"):
        sql = log(name, dialect="redshift").texts[0]
        assert sql.startswith("insert into mart.net\nselect shop_id, sum(net) as net -- by shop\nfrom raw.sales s\n")
        assert sql.endswith("\n= 1 group by 1;")
        assert "'c:\\night'" in sql


def test_redshift_blanks_at_a_chunks_end_stay() -> None:
    """Blanks that fill a chunk stand between two words; those of the last are padding."""
    sql = log("redshift-statementtext").texts[1]
    assert sql.split() == ["create", "table", "mart.days", "as", "select", "day", "from", "raw.days"]
    assert sql.endswith("raw.days")


def test_redshift_stl_query_is_cut_at_its_limit() -> None:
    """4,000 characters are cut, unless they are filled up with blanks; aborted is failed."""
    found = log("redshift-query", dialect="redshift")
    assert [record.cut for record in found.records] == [False, True, False]
    assert found.outcomes == ["ok", "ok", "failed"]
    assert found.texts[0].rstrip() == "insert into mart.net\nselect * from raw.sales"


def test_redshift_sys_history_tells_outcomes() -> None:
    """success, failed, canceled; running is unknown."""
    found = log("redshift-sys-query-history", dialect="redshift")
    assert found.outcomes == ["ok", "failed", "cancelled", "unknown"]
    assert found.records[0].database == "wh"
    assert "\n" in found.texts[0]


def test_netezza_overflow_goes_on_where_the_prolog_ends() -> None:
    """The prolog is the first piece, overflow 0 the second; the same operation of another instance is another one."""
    found = log("netezza-history", dialect="netezza")
    assert found.texts[0].endswith("ANY) GROUP BY 1")
    assert found.outcomes == ["ok", "cancelled", "ok", "failed", "ok"]
    assert {record.session for record in found.records} == {"1/7/16221", "1/8/16221"}


def test_netezza_qryhist_is_known_by_its_columns() -> None:
    """The view has the database, and no outcome."""
    found = log("netezza-qryhist", dialect="netezza")
    assert (found.records[0].database, found.records[0].user, found.outcomes) == ("MART", "ETL", ["unknown"])


def test_vertica_tells_search_path_and_success() -> None:
    """The path of the row counts; a statement that is there twice counts once."""
    found = log("vertica-requests", dialect="vertica")
    assert found.outcomes == ["ok", "failed"]
    assert found.records[0].search_path == ("mart", "public", "v_catalog")
    assert found.records[1].started_at == datetime(2026, 3, 2, 1, 0, 15, tzinfo=UTC)
    assert found.stats.repeats == 1


def test_hana_compilation_and_execution_count_once() -> None:
    """Sessions are told apart by host and port."""
    found = log("hana-statements", dialect="hana")
    assert found.outcomes == ["ok", "failed", "ok"]
    assert [record.session for record in found.records] == ["hana01/30015/200431"] * 2 + ["hana02/30015/200431"]
    assert found.stats.repeats == 1


def test_audited_statements_with_several_objects_count_once() -> None:
    """HANA and Oracle write a row for each object; the object's schema is not the session's."""
    hana = log("hana-audit-log", dialect="hana")
    assert (hana.outcomes, hana.stats.repeats, hana.stats.noise) == (["ok", "failed"], 1, 1)
    assert hana.records[0].schema is None
    oracle = log("oracle-unified-audit", dialect="oracle")
    assert (oracle.outcomes, oracle.stats.repeats, oracle.stats.noise) == (["ok", "failed"], 1, 1)
    assert [record.session for record in oracle.records] == ["1/250064", "2/250064"]
    assert oracle.records[0].schema == "MART_OWNER"
    assert oracle.records[0].started_at == datetime(2026, 3, 2, 2, 0, 11, 402113, tzinfo=UTC)


def test_the_window_of_open_statements_is_bounded(tmp_path: Path) -> None:
    """A statement whose rest comes after thousands of others is given as it was, cut; nothing is lost or grows."""
    rows = [[str(n), "1", f"DELETE FROM T{n}"] for n in range(5_000)]
    rows[0][1] = "2"
    rows.append(["0", "1", "INSERT INTO A "])
    path = tmp_path / "x.csv"
    path.write_text("QueryID,SqlRowNo,SqlTextInfo\n" + "".join(",".join(row) + "\n" for row in rows))
    found = read(path)
    assert len(found.records) == 5_001
    assert [r.sql for r in found.records if r.cut] == ["DELETE FROM T0"]


def test_a_statement_of_many_chunks_is_cut_at_the_limit(tmp_path: Path) -> None:
    """Of a statement beyond the limit only so much is kept."""
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({"query_id": 1, "sequence": n, "text": "x" * 100}) + "\n" for n in range(100)))
    found = read(path, max_statement_bytes=1_000)
    assert [(len(r.sql), r.cut) for r in found.records] == [(1_000, True)]
    assert found.stats.repeats == 99


def test_a_table_without_header_is_known_by_the_columns_that_the_source_names(tmp_path: Path) -> None:
    """Redshift's UNLOAD writes none: its chunks are joined all the same; a file that has a header may lie beside."""
    names = ["userid", "xid", "pid", "query", "sequence", "text"]
    first = "insert into mart.net select shop_id, net from raw.sales where day = '2024-03-01' a"
    rows = f"104|88120|40211|5001|1|nd net > 0;   \n104|88120|40211|5001|0|{first}\n"
    for name, text in {"bare.txt": rows, "named.txt": "|".join(names) + "\n" + rows}.items():
        (tmp_path / name).write_text(text)
        found = read(tmp_path / name, dialect="redshift", columns=names)
        assert (found.stats.format, found.texts, found.bad) == ("redshift-querytext", [f"{first}nd net > 0;"], [])
        assert found.records[0].session == "40211"
    hana = tmp_path / "hana.csv"
    hana.write_text('"h","30015","7","2026-03-02 02:00:11.402","ETL","MART","INSERT INTO ""A"" SELECT * FROM B","0"\n')
    names = ["host", "port", "connection_id", "start_time", "db_user", "schema_name", "statement_string", "error_code"]
    (record,) = read(hana, dialect="hana", columns=names).records
    assert (record.sql, record.user, record.outcome.value) == ('INSERT INTO "A" SELECT * FROM B', "ETL", "ok")
    log = tmp_path / "query_log.csv"
    log.write_text('"QueryFinish","2024-03-02 02:00:11","wh","insert into a select 1","etl","q1",1,0\n')
    names = [
        "type",
        "query_start_time",
        "current_database",
        "query",
        "user",
        "query_id",
        "is_initial_query",
        "exception_code",
    ]
    found = read(log, dialect="clickhouse", columns=names)
    assert (found.stats.format, found.outcomes) == ("clickhouse-query-log", ["ok"])


def test_what_a_client_prints_is_a_table(tmp_path: Path) -> None:
    """Values are filled up with blanks, a rule stands below the names and a count at the end: both are no rows."""
    printed = tmp_path / "printed.txt"
    printed.write_text(
        " user_name | session_id  | request_type |         request          | search_path  | success \n"
        "-----------+-------------+--------------+--------------------------+--------------+---------\n"
        " etl       | v_wh-1:0x2a | QUERY        | INSERT INTO a SELECT b   | mart, public | t\n"
        " etl       | v_wh-1:0x2a | QUERY        | INSERT INTO aa SELECT bb | mart, public | f\n"
        "(2 rows)\n\n"
    )
    found = read(printed, dialect="vertica")
    assert (found.texts, found.outcomes, found.bad) == (
        ["INSERT INTO a SELECT b", "INSERT INTO aa SELECT bb"],
        ["ok", "failed"],
        [],
    )
    assert (found.records[0].user, found.records[0].session) == ("etl", "v_wh-1:0x2a")
    assert found.stats.noise == 2


def test_values_of_several_lines_are_one_as_psql_prints_them(tmp_path: Path) -> None:
    """A ``+`` at the edge that the rule draws says that a value goes on; one before it is the value's own."""
    printed = tmp_path / "printed.txt"
    first = (
        " usename |                      query                      \n"
        "---------+-------------------------------------------------\n"
        " u       | INSERT INTO a                                  +\n"
        "         |   SELECT *                                     +\n"
        "         |                                                +\n"
        "         | FROM b\n"
        " w       | INSERT INTO c SELECT +\n"
        " x      +| INSERT INTO é SELECT 1 FROM d\n"
        " y       | \n"
        " v       | INSERT INTO looong SELECT 1 FROM ddddddddddddd+\n"
        "(4 rows)\n\n"
    )
    second = " usename | query \n---------+-------\n x       | a    +\n         | b\n(1 row)\n\n"
    wanted = [
        "INSERT INTO a\n  SELECT *\n\nFROM b",
        "INSERT INTO c SELECT +",
        "INSERT INTO é SELECT 1 FROM d",
        "INSERT INTO looong SELECT 1 FROM ddddddddddddd+",
        "a\nb",
    ]
    for end in ("\n", "\r\n"):
        printed.write_text((first + second).replace("\n", end), newline="")
        found = read(printed, dialect="postgres")
        assert (found.texts, found.bad) == (wanted, [])
        assert [record.origin.line for record in found.records] == [3, 7, 8, 10, 15]
