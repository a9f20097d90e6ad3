"""Histories in two tables: what is known of statements lies in one file, their texts in another."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import Read, drain, source

from extractor.sources import find_inputs, logs_of, read_files

LONG = "INSERT INTO MART.NET SELECT SHOP_ID, SUM(NET) FROM STG.SALES WHERE SHOP_ID IN (" + "1, " * 60 + "1) GROUP BY 1"
TERADATA = [
    {"ProcID": 1, "QueryID": 7, "UserName": "ETL", "SessionID": 12, "LogonDateTime": "2026-03-02 01:59:58",
     "DefaultDatabase": "MART", "StartTime": "2026-03-02 02:00:11.40", "ErrorCode": 0, "QueryText": LONG[:200]},
    {"ProcID": 1, "QueryID": 8, "UserName": "ETL", "SessionID": 12, "LogonDateTime": "2026-03-02 01:59:58",
     "DefaultDatabase": "MART", "StartTime": "2026-03-02 02:00:12.40", "ErrorCode": 3807, "QueryText": ""},
    {"ProcID": 1, "QueryID": 9, "UserName": "BOB", "SessionID": 13, "LogonDateTime": "2026-03-02 01:59:58",
     "DefaultDatabase": "MART", "StartTime": "2026-03-02 02:00:13.40", "ErrorCode": 0, "QueryText": "DEL FROM A"},
]  # fmt: skip
TERADATA_TEXTS = [
    {"ProcID": 1, "CollectTimeStamp": "2026-03-02 02:10:00", "QueryID": 7, "SqlRowNo": 2, "SqlTextInfo": LONG[90:]},
    {
        "ProcID": 1,
        "CollectTimeStamp": "2026-03-02 02:10:00",
        "QueryID": 8,
        "SqlRowNo": 1,
        "SqlTextInfo": "INS INTO B SEL 1",
    },
    {"ProcID": 1, "CollectTimeStamp": "2026-03-02 02:10:00", "QueryID": 7, "SqlRowNo": 1, "SqlTextInfo": LONG[:90]},
    {"ProcID": 1, "CollectTimeStamp": "2026-03-02 02:10:00", "QueryID": 99, "SqlRowNo": 1, "SqlTextInfo": "DEL FROM C"},
]


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def _read(folder: Path, **settings: str) -> list[Read]:
    """What each log of a folder holds; the counts of each add up."""
    wanted = source(paths=["."], **settings)
    return [drain(read_files(log, wanted)) for log in logs_of(find_inputs(wanted, folder), wanted)]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_teradatas_texts_take_what_the_log_knows(tmp_path: Path, ending: str) -> None:
    """Chunks in any order, a log that holds no text at all, statements that one of the two lacks: each counts once."""
    _write(tmp_path / f"dbqlogtbl{ending}", TERADATA)
    _write(tmp_path / f"dbqlsqltbl{ending}", TERADATA_TEXTS)
    (found,) = _read(tmp_path, dialect="teradata")
    by_id = {r.statement_id: (r.sql, r.outcome.value, r.user, r.cut) for r in found.records}
    assert by_id == {
        "7": (LONG, "ok", "ETL", False),
        "8": ("INS INTO B SEL 1", "failed", "ETL", False),
        "9": ("DEL FROM A", "ok", "BOB", False),
        "99": ("DEL FROM C", "unknown", None, False),
    }
    first = next(r for r in found.records if r.statement_id == "7")
    assert (first.database or first.schema, str(first.started_at)) == ("MART", "2026-03-02 02:00:11.400000+00:00")
    assert {r.origin.file for r in found.records if r.origin} == {f"dbqlogtbl{ending}", f"dbqlsqltbl{ending}"}
    assert found.stats.entries == 7


def test_redshifts_query_and_its_text_are_one_history(tmp_path: Path) -> None:
    """STL_QUERY knows database and outcome, STL_QUERYTEXT all of the text; SYS tables likewise."""
    stl = [{"query": 7, "pid": 4, "xid": 9, "userid": 100, "database": "wh", "querytxt": LONG[:100].ljust(4000, "x"),
            "starttime": "2026-03-02 02:00:11", "aborted": 1}]  # fmt: skip
    texts = [{"query": 7, "sequence": n, "text": LONG[n * 200 : n * 200 + 200].ljust(200)} for n in (1, 0)]
    _write(tmp_path / "stl_query_000.csv", stl)
    _write(tmp_path / "stl_querytext_000.csv", texts)
    (found,) = _read(tmp_path, dialect="redshift")
    assert [(r.sql, r.database, r.outcome.value, r.cut) for r in found.records] == [(LONG, "wh", "failed", False)]


@pytest.mark.parametrize("is_whole", [True, False])
def test_netezzas_prolog_is_the_piece_before_the_overflow(tmp_path: Path, is_whole: bool) -> None:
    """The two tables have the same columns but one; a missing piece of the overflow makes the statement cut."""
    text = "INSERT INTO MART..NET SELECT " + "X, " * 9000 + "Y FROM STG..S"
    keys = {"npsid": 1, "npsinstanceid": 7, "opid": 900}
    prolog = {**keys, "sessionid": 16, "username": "ETL", "submittime": "2026-03-02 02:00:11.402"}
    _write(tmp_path / "hist_query_prolog_3.csv", [
        {**prolog, "querytext": text[:8192]},
        {**prolog, "opid": 901, "querytext": "DELETE FROM MART..NET"},
    ])  # fmt: skip
    overflow = [
        {**keys, "sequenceid": n, "next": n + 1 if n < 2 else -1, "querytext": text[8192 * (n + 1) : 8192 * (n + 2)]}
        for n in range(3)
    ]
    _write(tmp_path / "hist_query_overflow_3.csv", overflow if is_whole else [overflow[0], overflow[2]])
    (found,) = _read(tmp_path, dialect="netezza")
    by_id = {r.statement_id: r for r in found.records}
    assert (by_id["900"].sql == text, by_id["900"].cut) == (is_whole, not is_whole)
    assert (by_id["900"].user, by_id["900"].session) == ("ETL", "1/7/16")
    assert (by_id["901"].sql, by_id["901"].cut) == ("DELETE FROM MART..NET", False)
    assert len(found.records) == 2


def test_one_table_alone_and_other_dialects_stay_as_they_are(tmp_path: Path) -> None:
    """Files are only joined where both tables lie in one folder."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    _write(tmp_path / "a" / "log.csv", TERADATA)
    _write(tmp_path / "b" / "sql.csv", TERADATA_TEXTS)
    assert len(_read(tmp_path, dialect="teradata")) == 2
    _write(tmp_path / "a" / "sql.csv", TERADATA_TEXTS)
    assert len(_read(tmp_path / "a", dialect="teradata")) == 1
    assert len(_read(tmp_path / "a", dialect="postgres")) == 2
