"""The traps that logs set, one test each; other files of this folder hold what each format adds to them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reading import LOGS, read, read_pieces, source

from extractor import extract_lineage
from extractor.models import QueryOutcome, QueryRecord
from extractor.sources import find_inputs, logs_of, read_files

HEAD = "2024-03-02 02:00:11.402 UTC [4711] etl@wh LOG:  "
CSVLOG = (
    '2024-03-02 02:00:11.402 UTC,"etl","wh",4711,"10.0.0.9:1",65e2882b.1267,{line},"idle",2024-03-02 02:00:11 UTC,5/21,'
    '0,LOG,00000,"statement: {sql}",,,,,,,,,"app"{more}\n'
)


def _written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _table(names: str, *rows: tuple[object, ...], separator: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\n")
    writer.writerow(names.split(","))
    writer.writerows(rows)
    return out.getvalue()


def _edges(records: list[QueryRecord], dialect: str = "postgres") -> set[tuple[str, str]]:
    return {(str(e.source), str(e.target)) for e in extract_lineage(records, dialect=dialect).tables if e.target}


def test_trap_01_a_statement_over_lines_one_of_which_looks_like_a_record(tmp_path: Path) -> None:
    """The line stands behind a tab in a text log, within quotes in a csvlog: it is a part of the statement."""
    inner = HEAD + "statement: drop table x"
    text = f"{HEAD}statement: insert into a select 1 -- see\n\t{inner}\n\tfrom b\n"
    assert read(_written(tmp_path, "x.log", text)).texts == [f"insert into a select 1 -- see\n{inner}\nfrom b"]
    row = CSVLOG.format(line=1, sql=f"insert into a select 1 -- see\n{inner}\nfrom b", more="")
    assert read(_written(tmp_path, "x.csv", row)).texts == [f"insert into a select 1 -- see\n{inner}\nfrom b"]


def test_trap_02_a_record_over_two_rotated_files_and_one_in_two_overlapping_files(tmp_path: Path) -> None:
    """The two pieces are one log; what the second file shows again has the same session, time and id."""
    text = f"{HEAD}statement: insert into a\n\tselect 1\n{HEAD}statement: insert into b select 2\n"
    pieces = [_written(tmp_path, "x.log.1", text[:70]), _written(tmp_path, "x.log", text[70:])]
    assert read_pieces(pieces).texts == ["insert into a\nselect 1", "insert into b select 2"]
    rows = [CSVLOG.format(line=n, sql=f"insert into a select {n}", more="") for n in range(3)]
    first = read(_written(tmp_path, "1.csv", "".join(rows[:2]))).records
    second = read(_written(tmp_path, "2.csv", "".join(rows[1:]))).records
    key = [(r.session, r.started_at, r.statement_id) for r in (first[1], second[0])]
    assert key[0] == key[1]


def test_trap_03_chunks_out_of_order_missing_and_cut_inside_of_words_and_escapes(tmp_path: Path) -> None:
    r"""They are joined by number without a blank, ``\n`` is put back behind the join; what misses a chunk is cut."""
    names = "userid,xid,pid,starttime,sequence,type,text"
    at = "2024-03-02 02:00:11"
    text = _table(
        names,
        (1, 7, 9, at, 2, "QUERY", "lés   "),
        (1, 7, 9, at, 0, "QUERY", "insert into a\\"),
        (1, 7, 9, at, 1, "QUERY", "nselect * from sa"),
        (1, 8, 9, at, 1, "QUERY", "from lost"),
    )
    found = read(_written(tmp_path, "x.csv", text.replace('"', "")), dialect="redshift")
    assert [(r.sql, r.cut) for r in found.records] == [
        ("insert into a\nselect * from salés", False),
        ("from lost", True),
    ]


def test_trap_04_texts_cut_at_the_limit_a_cut_gzip_and_a_last_line_without_end(tmp_path: Path) -> None:
    """A text as long as the source's limit is cut, a broken gzip keeps what it holds, an unended statement is cut."""
    long = "insert into a select " + "x" * (4_000 - 21)
    rows = _table("query,querytxt,pid,starttime,aborted", (1, long, 7, "2024-03-02 02:00:11", 0))
    (record,) = read(_written(tmp_path, "q.csv", rows), dialect="redshift").records
    assert record.cut
    packed = gzip.compress("".join(f"{HEAD}statement: insert into a select {n}\n" for n in range(5000)).encode())
    broken = read(_written(tmp_path, "x.log.gz", packed[: len(packed) // 2]))
    assert 0 < len([r for r in broken.records if not r.cut]) < 5000
    assert broken.stats.problem
    unended = read(
        _written(tmp_path, "y.log", f"{HEAD}statement: insert into b select 1\n{HEAD}statement: insert into a")
    )
    assert [r.cut for r in unended.records] == [False, True]


def test_trap_05_csvlogs_of_all_widths_and_tables_of_all_shapes(tmp_path: Path) -> None:
    """23, 24 and 26 columns; no header, one in another case; four separators; quotes around all or a few."""
    for more in ("", ',"client backend"', ',"client backend",,0'):
        row = CSVLOG.format(line=1, sql="insert into a select 1", more=more)
        assert read(_written(tmp_path, "x.csv", row)).texts == ["insert into a select 1"]
    for separator in ",;\t|":
        for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
            text = _table(
                "Query_Text,User-Name", ('insert into a select "b"', "etl"), separator=separator, quoting=quoting
            )
            (record,) = read(_written(tmp_path, "x.txt", text)).records
            assert (record.sql, record.user) == ('insert into a select "b"', "etl")
    bare = "".join(f"2024-03-02 02:00:1{n}|etl|insert into a select {n}\n" for n in range(3))
    found = read(_written(tmp_path, "y.txt", bare), fields={"sql": "3", "user": "2", "started_at": "1"})
    assert [r.user for r in found.records] == ["etl"] * 3


def test_trap_06_one_execution_on_many_rows_counts_once() -> None:
    """Parse, bind, execute; Prepare, Execute; start, finish; first, last; compilation; batch and statement."""
    for name in (
        "postgresql-stderr/default_prefix.log",
        "mysql-general/mariadb.log",
        "clickhouse-query-log/each_row.jsonl",
        "bigquery-audit/02_00_00_02_59_59_S0.json",
        "hana-statements/m_executed_statements.csv",
        "sqlserver-xevents/night.xml",
    ):
        found = read(LOGS / name)
        assert found.stats.repeats > 0, name
        assert len({(r.session, r.started_at, r.sql, r.statement_id) for r in found.records}) == len(found.records), (
            name
        )


def test_trap_07_failures_marked_told_by_a_neighbour_and_not_told(tmp_path: Path) -> None:
    """A code on the row, an ERROR with its STATEMENT, or nothing: then nobody knows."""
    marked = _table("querytext,errorcode,sessionid,defaultdatabase,queryid", ("ins into a sel 1", 3807, 1, "M", 1))
    assert read(_written(tmp_path, "x.csv", marked), dialect="teradata").outcomes == ["failed"]
    told = HEAD.replace("LOG:  ", "ERROR:  no\n") + HEAD.replace("LOG:  ", "STATEMENT:  insert into a select 1\n")
    assert read(_written(tmp_path, "x.log", told)).outcomes == ["failed"]
    untold = f"{HEAD}statement: insert into a select 1\n"
    assert read(_written(tmp_path, "y.log", untold)).outcomes == ["unknown"]


def test_trap_08_a_statement_line_that_follows_no_error(tmp_path: Path) -> None:
    """That of a temporary file or of a wait is a repeat of a statement that did not fail."""
    notice = f'{HEAD}temporary file: path "base/1", size 7\n' + HEAD.replace("LOG:", "STATEMENT:")
    text = f"{HEAD}statement: insert into a select 1\n{notice}insert into a select 1\n"
    assert read(_written(tmp_path, "x.log", text)).outcomes == ["unknown"]


def test_trap_09_one_name_for_temporary_tables_of_two_sessions_and_one_number_for_two_sessions(tmp_path: Path) -> None:
    """Each insert comes from what its own session put into its temporary table."""
    lines = []
    for minute, table in ((0, "x"), (5, "y")):
        at = f"2024-03-02T02:0{minute}:00.000000Z\t    7 "
        lines += [
            f"{at}Connect\tetl@app on wh using TCP/IP",
            f"{at}Query\tcreate temporary table d as select * from {table}",
        ]
        lines += [f"{at}Query\tinsert into to_{table} select * from d", f"{at}Quit\t"]
    text = "/usr/sbin/mysqld, Version: 8.0.36. started with:\nTcp port: 3306\nTime Id Command Argument\n"
    found = read(_written(tmp_path, "x.log", text + "\n".join(lines) + "\n"), dialect="mysql")
    assert len({r.session for r in found.records}) == 2
    assert {(a[-1], b[-1]) for a, b in _edges(found.records, "mysql")} == {("x", "x"), ("y", "y")}


def test_trap_10_use_and_search_path_stay_in_their_session(tmp_path: Path) -> None:
    """What one session sets, another does not see."""
    lines = [
        HEAD + "statement: set search_path to one",
        HEAD.replace("4711", "4712") + "statement: insert into a select * from b",
        HEAD + "statement: insert into a select * from b",
    ]
    found = read(_written(tmp_path, "x.log", "\n".join(lines) + "\n"))
    targets = {target for _, target in _edges(found.records)}
    assert len([t for t in targets if ".one." in f".{t}"]) == 1
    assert len(targets) == 2


def test_trap_11_clocks_of_every_kind(tmp_path: Path) -> None:
    """Two-digit years, times left out, no zone, epochs of four units, a local zone, an hour that comes twice."""
    wanted = datetime(2024, 3, 2, 2, 0, 11, tzinfo=UTC)
    seconds = int(wanted.timestamp())
    epochs = [seconds * 1000**n for n in range(4)]
    rows = [json.dumps({"query": "insert into a select 1", "timestamp": e}) for e in [*epochs, "2024-03-02 02:00:11"]]
    assert {r.started_at for r in read(_written(tmp_path, "x.jsonl", "\n".join(rows) + "\n")).records} == {wanted}
    old = "240302  2:00:11\t     42 Connect\tetl@h on wh\n\t\t     42 Query\tinsert into a select 1\n"
    assert [r.started_at for r in read(_written(tmp_path, "x.log", old), dialect="mysql").records] == [wanted]
    local = json.dumps({"query": "insert into a select 1", "timestamp": "2024-03-02 03:00:11"}) + "\n"
    found = read(_written(tmp_path, "y.jsonl", local), time_zone="Europe/Berlin")
    assert found.records[0].started_at == wanted
    twice = "".join(
        f"2024-10-27 02:30:00 {z} [1] u@d LOG:  statement: insert into a select 1\n" for z in ("CEST", "CET")
    )
    first, second = read(_written(tmp_path, "z.log", twice), time_zone="Europe/Berlin").records
    assert (first.started_at, second.started_at - first.started_at) == (  # type: ignore[operator]
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        timedelta(hours=1),
    )


def test_trap_12_a_select_that_writes() -> None:
    """A destination table that the text does not show, SELECT INTO, INTO OUTFILE, UNLOAD."""
    found = read(LOGS / "bigquery-jobs" / "jobs.jsonl", dialect="bigquery")
    assert any(r.destination and r.sql.lower().lstrip().startswith("select") for r in found.records)
    for dialect, sql in {
        "sqlserver": "select a into t from s",
        "mysql": "select a from s into outfile '/tmp/t.csv'",
        "redshift": "unload ('select a from s') to 's3://t/x'",
    }.items():
        assert [source for source, _ in _edges([QueryRecord(sql)], dialect)], dialect


def test_trap_13_one_statement_on_many_rows(tmp_path: Path) -> None:
    """A row for each table that it touches is one execution."""
    names = "EVENT_TIMESTAMP,INSTANCE_ID,SESSIONID,STATEMENT_ID,DBUSERNAME,ACTION_NAME,RETURN_CODE,OBJECT_NAME,SQL_TEXT"
    rows = [("2024-03-02 02:00:11", 1, 5, 9, "ETL", "INSERT", 0, t, "insert into a select * from b") for t in "AB"]
    found = read(_written(tmp_path, "x.csv", _table(names, *rows)), dialect="oracle")
    assert (len(found.records), found.stats.repeats) == (1, 1)


def test_trap_14_lost_line_ends_with_a_comment_and_lone_carriage_returns(tmp_path: Path) -> None:
    """A comment that swallowed the rest makes the text cut; a lone CR ends the line of its comment."""
    row = {
        "query_id": "1",
        "session_id": "2",
        "start_time": "2024-03-02 02:00:11",
        "status": "",
        "user": "etl",
        "statement_type": "DML",
        "catalog_objects": [],
        "sql_statement": "insert into a -- rows select * from b",
    }
    audit = json.dumps({"1709344811402": row}) + "\n"
    assert [r.cut for r in read(_written(tmp_path, "impala_audit", audit), dialect="impala").records] == [True]
    text = _table("queryid,sqlrowno,sqltextinfo", (1, 1, "insert into a -- rows\rselect * from b"))
    (record,) = read(_written(tmp_path, "x.csv", text), dialect="teradata").records
    assert record.sql == "insert into a -- rows\nselect * from b"


def test_trap_15_escapes_of_every_kind(tmp_path: Path) -> None:
    r"""``\n`` as two characters, ``\'`` against ``''``, entities and CDATA, JSON within CSV within JSON."""
    audit = "20240302 02:00:11,db1,etl,h,42,5,QUERY,wh,'insert into a\\nselect \\'x\\', b from c',0\n"
    assert read(_written(tmp_path, "x.log", audit), dialect="mysql").texts == ["insert into a\nselect 'x', b from c"]
    event = (
        '<event name="sql_batch_completed" package="sqlserver" timestamp="2024-03-02T02:00:14.090Z">'
        '<data name="batch_text"><value>{}</value></data></event>\n'
    )
    for value in ("insert into a select 1 where 1 &lt; 2", "<![CDATA[insert into a select 1 where 1 < 2]]>"):
        found = read(_written(tmp_path, "x.xml", event.format(value)), dialect="sqlserver")
        assert found.texts == ["insert into a select 1 where 1 < 2"]
    csvlog = CSVLOG.format(line=1, sql='insert into a select ""b""', more="").rstrip("\n")
    wrapped = json.dumps({"log": csvlog + "\n", "stream": "stderr", "time": "2024-03-02T02:00:11Z"}) + "\n"
    assert read(_written(tmp_path, "x.json", wrapped)).texts == ['insert into a select "b"']


def test_trap_16_noise_is_dropped_counted_and_switchable(tmp_path: Path) -> None:
    """Messages without SQL are counted; users are left out where the source says so."""
    text = f"{HEAD}checkpoint starting: time\n{HEAD}statement: select 1\n{HEAD}statement: insert into a select 1\n"
    found = read(_written(tmp_path, "x.log", text))
    assert (found.stats.entries, found.stats.noise, len(found.records)) == (3, 1, 2)
    wanted = source(exclude_users=["monitor*"])
    assert wanted.exclude_users == ["monitor*"]


def test_trap_17_what_holds_no_statements_says_so(tmp_path: Path) -> None:
    """An empty file, a picture, a log of a pooler, a log without statements: each is told, none is silent."""
    pooler = "2024-03-02 02:00:11.402 UTC [9] LOG stats: 0 xacts/s, 0 queries/s, in 0 B/s, out 0 B/s\n" * 3
    for name, data in {"e.log": b"", "i.png": b"\x89PNG\r\n\x1a\n" + bytes(40), "p.log": pooler.encode()}.items():
        found = read(_written(tmp_path, name, data))
        assert (found.records, bool(found.stats.problem)) == ([], True), name
    quiet = read(_written(tmp_path, "q.log", f"{HEAD}checkpoint starting: time\n" * 3))
    assert "no statements found" in quiet.stats.problem


def test_trap_18_a_statement_beyond_the_limit_is_cut_and_never_held_whole(tmp_path: Path) -> None:
    """Its text ends at the limit and is marked; the next record is whole (test_memory.py holds the bound)."""
    text = (
        f"{HEAD}statement: insert into a select 1\n" + "\t, 1\n" * 50_000 + f"{HEAD}statement: insert into b select 2\n"
    )
    found = read(_written(tmp_path, "x.log", text), max_statement_bytes=10_000)
    assert [(r.cut, len(r.sql) <= 10_000) for r in found.records] == [(True, True), (False, True)]


def test_trap_19_secrets_in_statements_are_in_no_message(tmp_path: Path) -> None:
    """What is said of files and of records that cannot be read never quotes them."""
    secret = "copy into t from 's3://b' credentials=(aws_secret_key='hunter2')"
    broken = '{"query":"' + secret + '\n{"query": 7, "timestamp": "' + secret + '"}\n'
    for name, text in {
        "x.jsonl": broken,
        "x.csv": f'query,n\n"{secret},1\n{secret}\n',
        "x.bin": "\x07" + secret,
    }.items():
        found = read(_written(tmp_path, name, text))
        said = [bad.problem for bad in found.bad] + [found.stats.problem, found.stats.reason]
        assert not any("hunter2" in words for words in said), name


def test_trap_20_the_same_input_gives_the_same_records_whatever_the_listings_order(tmp_path: Path) -> None:
    """Files are read in the order of their names and rotations, however the folder lists them."""
    outcomes = []
    for order in (1, -1):
        folder = tmp_path / str(order) / "logs"
        folder.mkdir(parents=True)
        for name in ["b.log", "a.log.2", "a.log.1", "a.log"][::order]:
            _written(folder, name, f"{HEAD}statement: insert into {name.replace('.', '_')} select 1\n")
        wanted = source()
        logs = logs_of(find_inputs(wanted, folder.parent), wanted)
        outcomes.append([item for log in logs for item in read_files(log, wanted)])
    assert outcomes[0] == outcomes[1]
    assert [r.outcome for r in outcomes[0] if isinstance(r, QueryRecord)] == [QueryOutcome.UNKNOWN] * 4
