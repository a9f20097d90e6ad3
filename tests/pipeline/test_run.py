"""The run as a whole, against a sandbox over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from extractor import pipeline
from extractor.errors import StateError, StatePassed
from extractor.models import Outcome
from extractor.report import ExitCode
from tests.pipeline.company import LOAD, configure, plan, record, run, write_log


def test_a_run_uploads_and_the_next_one_sends_nothing(tmp_path, alation):
    """What was derived is in Alation by its catalog keys; the same log again makes no write."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="2024-03-01"))])
    config = configure(tmp_path, alation.url)
    first = run(config)
    assert first.exit_code(0) is ExitCode.DONE
    assert ("12.raw.sales.net", "12.mart.net.net") in {(s, t) for s, _, t in alation.edges()}
    assert not alation.temporary()
    before = len(alation.writes())
    second = run(config)
    assert (second.plan["add"], second.plan["keep"], len(alation.writes())) == (0, 1, before)


def test_other_literals_are_the_same_statement(tmp_path, alation):
    """Two nights of one job give one dataflow, parsed once."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day=f"2024-03-{n:02}"), session=f"s{n}") for n in range(1, 20)])
    report = run(configure(tmp_path, alation.url))
    assert (report.distinct, report.parsed, len(alation.dataflows())) == (1, 1, 1)
    assert report.statements[Outcome.LINEAGE] == 19


def test_nothing_is_parsed_twice_over_runs(tmp_path, alation):
    """The outlines of the first run serve the second."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    config = configure(tmp_path, alation.url)
    assert (run(config).parsed, run(config).parsed) == (1, 0)


def test_a_temporary_table_is_collapsed_with_both_texts_in_the_dataflow(tmp_path, alation):
    """The edge goes from the source to the target, and the dataflow shows the whole chain."""
    rows = [
        record("create temp table d as select shop, net from raw.sales", "2024-03-02T02:00:00Z"),
        record("insert into mart.net select shop, net from d", "2024-03-02T02:00:05Z"),
    ]
    write_log(tmp_path, "a.jsonl", rows)
    run(configure(tmp_path, alation.url))
    (flow,) = alation.dataflows().values()
    assert "create temp table d" in flow["content"]
    assert "insert into mart.net" in flow["content"]
    assert {(s, t) for s, _, t in alation.edges()} == {
        ("12.raw.sales", "12.mart.net"),
        ("12.raw.sales.net", "12.mart.net.net"),
        ("12.raw.sales.shop", "12.mart.net.shop"),
    }


def test_records_count_in_time_order_whatever_file_they_lie_in(tmp_path, alation):
    """A session that begins in the file that is listed last is whole."""
    write_log(tmp_path, "a.jsonl", [record("insert into mart.net select shop, net from d", "2024-03-02T02:00:05Z")])
    write_log(tmp_path, "b.jsonl", [record("create temp table d as select shop, net from raw.sales")])
    report = run(configure(tmp_path, alation.url))
    assert "12.raw.sales" in {s for s, _, _ in alation.edges()}
    assert report.adds_up()


def test_a_table_that_is_renamed_into_place_is_not_called_unknown(tmp_path, alation):
    """The scratch name was gone before the night was over; the lineage is that of the real name."""
    rows = [
        record("create table mart.net_new as select shop, net from raw.sales", "2024-03-02T02:00:01Z"),
        record("drop table mart.net", "2024-03-02T02:00:02Z"),
        record("alter table mart.net_new rename to net", "2024-03-02T02:00:03Z"),
    ]
    write_log(tmp_path, "a.jsonl", rows)
    report = run(configure(tmp_path, alation.url))
    assert "12.mart.net.net" in {t for _, _, t in alation.edges()}
    assert not report.names.ranked()


def test_the_sequence_of_a_log_orders_records_of_one_second(tmp_path, alation):
    """An insert that stands before the creation of its temporary table in the file, in the same second."""
    rows = [
        record("insert into mart.net (shop, net) select shop, net from sales", sequence=2),
        record("create temp table sales as select shop, town as net from raw.shops", sequence=1),
    ]
    write_log(tmp_path, "a.jsonl", rows)
    run(configure(tmp_path, alation.url, extra='schema = "raw"'))
    assert {s for s, _, _ in alation.edges()} == {"12.raw.shops", "12.raw.shops.shop", "12.raw.shops.town"}


def test_every_record_and_statement_ends_in_one_outcome(tmp_path, alation):
    """Failed, cancelled, filtered, broken, empty and good ones: the sums are what was read."""
    rows = [
        record(LOAD.format(day="x") + "; select 1; grant select on t to x", "2024-03-02T02:00:01Z"),
        record("select 1", "2024-03-02T02:00:02Z"),
        record("insert into mart.net select 1", "2024-03-02T02:00:03Z", outcome="failed"),
        record("insert into from", "2024-03-02T02:00:04Z"),
        record("  -- nothing here", "2024-03-02T02:00:05Z"),
        record(LOAD.format(day="x"), "2024-03-02T02:00:06Z", user="monitor"),
        record("insert into mart.nowhere select a from raw.unknown", "2024-03-02T02:00:07Z"),
    ]
    write_log(tmp_path, "a.jsonl", rows)
    report = run(configure(tmp_path, alation.url, extra='exclude_users = ["mon*"]\nfields = { outcome = "outcome" }'))
    assert report.adds_up()
    assert report.records_read == len(rows)
    assert report.statements_read == len(rows) + 2
    assert {o: n for o, n in report.records.items() if n} == {
        Outcome.LINEAGE: 1,
        Outcome.READ_ONLY: 1,
        Outcome.FAILED: 1,
        Outcome.NOT_PARSED: 1,
        Outcome.NO_LINEAGE: 1,
        Outcome.FILTERED: 1,
        Outcome.UNRESOLVED: 1,
    }


def test_a_file_that_lies_twice_among_the_paths_is_read_once(tmp_path, alation):
    """A re-delivered copy changes nothing and is named."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    write_log(tmp_path, "copy.jsonl", [record(LOAD.format(day="x"))])
    report = run(configure(tmp_path, alation.url))
    assert report.records_read == 1
    assert any("same content" in f.problem for f in report.files)


def test_an_execution_that_two_logs_show_is_a_duplicate(tmp_path, alation):
    """The same statement id of the same session at the same time counts once."""
    one = record(LOAD.format(day="x"), statement_id="q7")
    write_log(tmp_path, "a.jsonl", [one])
    write_log(tmp_path, "b.jsonl", [one, record("select 1", "2024-03-02T02:00:09Z")])
    report = run(configure(tmp_path, alation.url, extra='fields = { statement_id = "statement_id" }'))
    assert report.statements[Outcome.DUPLICATE] == 1
    assert report.adds_up()


def test_what_one_log_says_of_an_execution_counts_for_the_other(tmp_path, alation):
    """Athena's CloudTrail knows the user and not the end, its API the end, a moment later: one execution, one end."""
    both = [("e1", "failed"), ("e2", "ok")]
    loads = [LOAD.format(day="x"), "insert into mart.towns (town, net) select town, 1 from raw.shops"]
    trail = [record(sql, session=i, statement_id=i, outcome="") for (i, _), sql in zip(both, loads, strict=True)]
    api = [
        record(sql, "2024-03-02T02:00:01Z", session=i, statement_id=i, outcome=end)
        for (i, end), sql in zip(both, loads, strict=True)
    ]
    write_log(tmp_path, "a_trail.jsonl", trail)
    write_log(tmp_path, "b_api.jsonl", api)
    report = run(
        configure(tmp_path, alation.url, extra='fields = { statement_id = "statement_id", outcome = "outcome" }')
    )
    assert report.adds_up()
    ends = {o: n for o, n in report.statements.items() if n}
    assert ends == {Outcome.FAILED: 1, Outcome.DUPLICATE: 2, Outcome.LINEAGE: 1}
    assert {t for _, _, t in alation.edges()} == {"12.mart.towns", "12.mart.towns.town"}


def test_what_a_general_log_and_an_audit_log_show_counts_once(tmp_path, alation):
    """They share the session, the text and the second, but no id; what failed in one of them failed in the other."""
    loads = [LOAD.format(day="x"), "insert into mart.towns (town, net) select town, 1 from raw.shops"]
    untold = {"session": "42", "statement_id": None, "outcome": None}
    general = [record(sql, f"2024-03-02T02:00:0{n}.402Z", **untold) for n, sql in enumerate([*loads, loads[0]])]
    audit = [
        record(sql, f"2024-03-02T02:00:0{n}Z", session="42", statement_id=str(n), outcome=("ok", "failed")[n])
        for n, sql in enumerate(loads)
    ]
    write_log(tmp_path, "general.jsonl", general)
    write_log(tmp_path, "audit.jsonl", audit)
    report = run(
        configure(tmp_path, alation.url, extra='fields = { statement_id = "statement_id", outcome = "outcome" }')
    )
    assert report.adds_up()
    ends = {o: n for o, n in report.statements.items() if n}
    assert ends == {Outcome.FAILED: 1, Outcome.DUPLICATE: 2, Outcome.LINEAGE: 2}
    assert not any("towns" in target for _, _, target in alation.edges())


def test_three_logs_show_two_executions_of_one_second_as_two(tmp_path, alation):
    """A text that one session ran twice, in three logs, counts twice; of what failed twice, no log gives lineage."""
    load, towns = LOAD.format(day="x"), "insert into mart.towns (town, net) select town, 1 from raw.shops"
    untold = {"session": "42", "statement_id": None}
    for name, at in (("general", ("09.402", "09.702")), ("slow", ("09.402", "09.702")), ("audit", ("09", "09"))):
        end = "failed" if name == "audit" else None
        rows = [record(load, f"2024-03-02T02:00:{second}Z", outcome=None, **untold) for second in at]
        rows += [record(towns, f"2024-03-02T02:00:{second}Z", outcome=end, **untold) for second in at]
        write_log(tmp_path, f"{name}.jsonl", rows if name != "slow" else rows[:2])
    report = run(configure(tmp_path, alation.url, extra='fields = { outcome = "outcome" }'))
    assert report.adds_up()
    ends = {o: n for o, n in report.statements.items() if n}
    assert ends == {Outcome.LINEAGE: 2, Outcome.DUPLICATE: 6, Outcome.FAILED: 2}
    assert not any("towns" in target for _, _, target in alation.edges())


def test_what_one_rotated_log_repeats_was_run_twice(tmp_path, alation):
    """The last statement of one file and the first of the next may be alike, in the same second."""
    one = record(LOAD.format(day="x"), session="42")
    write_log(tmp_path, "a.jsonl", [one])
    write_log(tmp_path, "a.jsonl.1", [one, record("select 1", "2024-03-02T02:00:09Z")])
    report = run(configure(tmp_path, alation.url))
    assert (report.statements[Outcome.LINEAGE], report.statements[Outcome.DUPLICATE]) == (2, 0)


def test_the_access_history_of_snowflake_counts_where_no_text_does(tmp_path, alation):
    """Where QUERY_HISTORY shows a query with its text, that counts; the rest comes from the columns' own sources."""
    at = "2024-03-02 02:00:00.000 +0000"
    source = {"objectName": "WH.RAW.SALES", "objectDomain": "Table", "columnName": "NET"}
    columns = [{"columnName": "NET", "directSources": [source]}]
    access = {
        "QUERY_START_TIME": at,
        "USER_NAME": "ETL",
        "DIRECT_OBJECTS_ACCESSED": [],
        "BASE_OBJECTS_ACCESSED": [],
        "OBJECTS_MODIFIED": [{"objectName": "WH.MART.NET", "objectDomain": "Table", "columns": columns}],
    }
    text = {
        "QUERY_TEXT": "insert into WH.MART.NET (NET) select NET from WH.RAW.SALES",
        "SESSION_ID": 7,
        "EXECUTION_STATUS": "SUCCESS",
        "QUERY_TYPE": "INSERT",
        "START_TIME": at,
    }
    write_log(tmp_path, "access.json", [{"QUERY_ID": i, **access} for i in ("01b2-1", "01b2-2")])
    write_log(tmp_path, "history.json", [{"QUERY_ID": "01b2-1", **text}])
    config = configure(tmp_path, alation.url)
    sources = [source.model_copy(update={"dialect": "snowflake"}) for source in config.source]
    report = run(config.model_copy(update={"source": sources}))
    assert report.adds_up()
    assert report.statements[Outcome.DUPLICATE] == 1
    assert sum(report.statements.values()) == 3


def test_a_script_that_another_calls_is_read_there_alone(tmp_path, alation):
    """With its caller's variables; circles are begun at the first name; what only names a script calls none."""
    (tmp_path / "logs").mkdir()
    scripts = {
        "a_part.sql": "insert into mart.net (shop, net) select shop, net from raw.:source;\n",
        "b_main.sql": "\\set source sales\n\\i a_part.sql\n",
        "c_one.sql": "\\i c_two.sql\ncreate table mart.one as select shop from raw.shops;\n",
        "c_two.sql": "\\i c_one.sql\ncreate table mart.two as select shop from raw.shops;\n",
        "d_names.sql": "/*\n\\i e_alone.sql\n*/ select 1;\n",
        "e_alone.sql": "create table mart.alone as select shop from raw.shops;\n",
    }
    for name, text in scripts.items():
        (tmp_path / "logs" / name).write_text(text)
    report = run(configure(tmp_path, alation.url))
    told = {f.path.rpartition("/")[2]: f.problem for f in report.files if f.problem}
    assert told == {
        "a_part.sql": "called by logs/b_main.sql: read there, not on its own",
        "c_two.sql": "called by logs/c_one.sql: read there, not on its own",
    }
    assert report.statements[Outcome.LINEAGE] == 1
    assert report.statements[Outcome.UNRESOLVED] == 3


def test_a_log_that_grows_is_gone_on_with_as_if_it_had_been_read_at_once(tmp_path, alation):
    """The session's temporary table of the first night serves the second, and what was cut then is whole now."""
    head = "2024-03-02 02:00:{:02} UTC [7] etl@wh LOG:  statement: {}\n"
    first = head.format(0, "create temp table d as select shop, net from raw.sales") + head.format(1, "select 1")
    cut = head.format(2, "insert into mart.shops_v (shop, town) select shop, town from raw.shops").rstrip("\n")
    rest = "\n\twhere town <> ''\n" + head.format(3, "insert into mart.net (shop, net) select shop, net from d")
    log = tmp_path / "logs" / "postgresql.log"
    log.parent.mkdir()
    log.write_text(first + cut)
    config = configure(tmp_path, alation.url)
    night = run(config)
    assert (night.statements[Outcome.CUT], alation.edges()) == (1, [])
    log.write_text(first + cut + rest)
    grown, parsed = run(config), alation.edges()
    assert grown.statements[Outcome.CUT] == 0
    assert {(s, t) for s, _, t in parsed} >= {
        ("12.raw.sales.net", "12.mart.net.net"),
        ("12.raw.shops", "12.mart.shops_v"),
    }
    again = run(config)
    assert (again.plan["add"], again.parsed) == (0, 0)


def test_a_window_takes_what_ran_inside_of_it(tmp_path, alation):
    """The first moment is inside, the last is not; what is outside is counted as filtered."""
    rows = [record(LOAD.format(day=n), f"2024-03-0{n}T00:00:00Z", session=f"s{n}") for n in (1, 2, 3)]
    write_log(tmp_path, "a.jsonl", rows)
    window = pipeline.Window(datetime(2024, 3, 2, tzinfo=UTC), datetime(2024, 3, 3, tzinfo=UTC))
    report = plan(configure(tmp_path, alation.url), window=window)
    assert (report.records[Outcome.LINEAGE], report.records[Outcome.FILTERED]) == (1, 2)


def test_a_saved_plan_is_refused_once_the_state_has_moved_on(tmp_path, alation):
    """A plan belongs to the state that it was made from."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    config = configure(tmp_path, alation.url)
    plan(config, tmp_path / "plan.json")
    run(config)
    with pytest.raises(StatePassed, match="Plan again"):
        pipeline.apply(config, tmp_path / "plan.json", progress=lambda _: None)


def test_a_plan_of_another_namespace_or_with_operations_missing_sends_nothing(tmp_path, alation):
    """Whatever became of a saved plan, only what it says as a whole, in this namespace, reaches Alation."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="2024-03-01"))])
    config, saved = configure(tmp_path, alation.url), tmp_path / "plan.json"
    plan(config, saved)
    document = saved.read_text()
    for tampered in (
        document.replace("api/test/", "api/theirs/").replace('"namespace":"test"', '"namespace":"theirs"'),
        json.dumps({**json.loads(document), "operations": []}),
    ):
        saved.write_text(tampered)
        with pytest.raises(StateError, match=r"namespace|not whole"):
            pipeline.apply(config, saved, progress=lambda _: None)
    assert not alation.writes()
    saved.write_text(document)
    assert pipeline.apply(config, saved, progress=lambda _: None).upload["sent"] == 1


def test_writes_without_one_known_edge_end_with_exit_code_1(tmp_path, alation):
    """A catalog that knows none of the tables is not a green run."""
    write_log(tmp_path, "a.jsonl", [record("insert into nowhere.a select b from nowhere.c")])
    report = run(configure(tmp_path, alation.url))
    assert report.exit_code(0.05) is ExitCode.NO_EDGES
    assert any("nowhere" in p.what for p in report.names.ranked())


def test_one_source_without_edges_is_not_hidden_by_another(tmp_path, alation):
    """Exit code 1 is asked per source, and counts what is known from earlier nights."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    (tmp_path / "other").mkdir()
    blind = write_log(tmp_path / "other", "b.jsonl", [record("insert into nowhere.a select b from nowhere.c")])
    extra = (
        f'[[source]]\nname = "blind"\npaths = ["{blind}"]\ndialect = "postgres"\ndata_source_id = 12\n'
        'database = "wh"\nschema = "other"'
    )
    report = run(configure(tmp_path, alation.url, extra=extra))
    assert (report.without_edges, report.exit_code(0.05)) == (["blind"], ExitCode.NO_EDGES)
    write_log(tmp_path / "other", "b.jsonl", [record("insert into mart.towns (town) select town from raw.shops")])
    assert run(configure(tmp_path, alation.url, extra=extra)).exit_code(0.05) is ExitCode.DONE
    write_log(tmp_path / "other", "b.jsonl", [record("insert into nowhere.a select b from nowhere.c")])
    assert run(configure(tmp_path, alation.url, extra=extra)).exit_code(0.05) is ExitCode.DONE


def test_credentials_never_reach_the_dataflow_the_state_or_the_report(tmp_path, alation):
    """A key in a COPY is gone before anything is stored or sent."""
    secret = "AKIAIOSFODNN7EXAMPLE"
    sql = f"copy raw.sales from 's3://b/p' credentials 'aws_access_key_id={secret};aws_secret_access_key=abc/DEF+123'"
    write_log(tmp_path, "a.jsonl", [record(sql)])
    config = configure(tmp_path, alation.url, extra='unknown_tables = "external"')
    report = run(config)
    stored = b"".join(p.read_bytes() for p in tmp_path.glob("lineage-state.db*"))
    assert secret not in str(report.to_json())
    assert secret not in str(alation.graph())
    assert secret.encode() not in stored
    assert alation.dataflows()


def test_a_missing_role_is_named_and_what_was_sent_stays(tmp_path, alation):
    """A 403 at the first write ends the upload with exit code 3 and the role that is missing."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    alation.fault("status", method="POST", path="/integration/v2/lineage/", status=403)
    config = configure(tmp_path, alation.url)
    report = run(config)
    assert report.exit_code(0.05) is ExitCode.FAILED
    assert any("Source Admin" in f for f in report.failures)
    alation.clear_faults()
    assert run(config).exit_code(0.05) is ExitCode.DONE
    assert len(alation.dataflows()) == 1


def test_an_older_catalog_serves_when_alation_cannot_give_one(tmp_path, alation):
    """A failing catalog read costs a warning once a catalog is held."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    config = configure(tmp_path, alation.url)
    run(config)
    alation.fault("status", method="GET", path="/integration/v2/table/", status=500)
    report = run(config)
    assert any("earlier run" in w for w in report.warnings)
    assert report.exit_code(0.05) is ExitCode.DONE


def test_users_of_a_log_without_sessions_do_not_share_one(tmp_path, alation):
    """A temporary table of one user is not taken for that of another."""
    rows = [
        record("create temp table d as select shop, net from raw.sales", "2024-03-02T02:00:01Z", "", user="a"),
        record("create temp table d as select shop, town as net from raw.shops", "2024-03-02T02:00:02Z", "", user="b"),
        record("insert into mart.net (shop, net) select shop, net from d", "2024-03-02T02:00:03Z", "", user="a"),
    ]
    write_log(tmp_path, "a.jsonl", rows)
    run(configure(tmp_path, alation.url))
    assert {s for s, _, _ in alation.edges()} == {"12.raw.sales", "12.raw.sales.shop", "12.raw.sales.net"}


def test_a_data_source_without_a_table_is_told_with_what_to_do(tmp_path, alation):
    """A wrong data source id is no silent nothing, also beside a source that works."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="2024-03-01"))])
    extra = '[[source]]\nname = "other"\npaths = ["logs"]\ndialect = "postgres"\ndata_source_id = 99'
    report = run(configure(tmp_path, alation.url, extra=extra))
    assert any("no table of data source 99" in w and "metadata extraction" in w for w in report.warnings)


def test_a_night_without_files_is_a_warning(tmp_path, alation):
    """An empty folder and an empty file fail nothing; a folder that is gone does."""
    (tmp_path / "logs").mkdir()
    config = configure(tmp_path, alation.url)
    vacant = run(config)
    assert vacant.exit_code(0) is ExitCode.DONE
    assert any("logs matches no file today" in warning for warning in vacant.warnings)
    (tmp_path / "logs" / "a.jsonl").touch()
    empty = run(config)
    assert (empty.exit_code(0), empty.records_read) == (ExitCode.DONE, 0)
    assert [file.problem for file in empty.files] == ["the file is empty"]
    (tmp_path / "logs" / "a.jsonl").unlink()
    (tmp_path / "logs").rmdir()
    assert run(config).exit_code(0) is ExitCode.FAILED


def test_a_failure_that_is_told_in_the_next_file_of_a_rotated_log_counts(tmp_path, alation):
    """The statement stands at the end of one file, its error at the beginning of the next."""
    head = "2024-03-02 02:00:{:02} UTC [4711] etl@wh "
    rows = [
        head.format(1) + "LOG:  statement: insert into mart.net (shop, net) select shop, net from raw.sales",
        head.format(2) + "LOG:  statement: insert into mart.net (shop, net) select region, price from raw.shops",
        head.format(3) + "ERROR:  column region does not exist",
        head.format(3) + "STATEMENT:  insert into mart.net (shop, net) select region, price from raw.shops",
    ]
    folder = write_log(tmp_path, "x.log.1", []).parent
    (folder / "x.log.1").write_text("\n".join(rows[:2]) + "\n")
    (folder / "x.log").write_text("\n".join(rows[2:]) + "\n")
    report = run(configure(tmp_path, alation.url))
    assert report.statements[Outcome.FAILED] == 1
    assert [(item.path.rsplit("/", 1)[-1], item.records) for item in report.files] == [("x.log.1", 2), ("x.log", 0)]
    assert {s for s, _, _ in alation.edges()} == {"12.raw.sales", "12.raw.sales.shop", "12.raw.sales.net"}


def test_a_file_that_lies_outside_of_the_window_by_its_date_is_not_opened(tmp_path, alation):
    """It is a line of the report; the window itself is still held record by record."""
    for day in ("2024-03-02", "2024-06-02"):
        folder = write_log(tmp_path, "x", []).parent / day
        folder.mkdir()
        (folder / "a.jsonl").write_text(json.dumps(record(LOAD.format(day=day), f"{day}T02:00:00Z")) + "\n")
    window = pipeline.Window(until=datetime(2024, 4, 1, tzinfo=UTC))
    report = plan(configure(tmp_path, alation.url), window=window)
    told = {item.path.split("/")[1]: (item.records, item.problem) for item in report.files if item.path.count("/") == 2}
    assert told == {"2024-03-02": (1, ""), "2024-06-02": (0, "by its date outside of the window: not read")}
