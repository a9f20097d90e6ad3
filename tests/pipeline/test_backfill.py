"""Backfill: history window by window, resumable, never twice, never against newer knowledge."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sandbox_server import sandbox

from extractor import pipeline
from extractor.pipeline.backfill import history_name
from extractor.pipeline.windows import windows_between
from extractor.report import ExitCode
from extractor.settings_of_backfill import BackfillSettings
from extractor.state import Store
from extractor.upload.pace import Pace
from tests.clock import Clock
from tests.pipeline.company import CATALOG, configure, record, run, write_log

PROGRAM = (sys.executable, "-c", "from extractor.cli.app import main; main()")
SINCE, UNTIL = datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 7, 1, tzinfo=UTC)
LOAD = "insert into mart.net (shop, net) select shop, net from raw.sales where day = '{}'"
TOWNS = "insert into mart.towns (town, net) select s.town, n.net from raw.shops s join mart.net n on n.shop = s.shop"


def months(folder, *, log="history-2023{month:02}01.jsonl"):
    """A load each month, the towns from April on."""
    for month in range(1, 7):
        at = f"2023-{month:02}-10T02:00:00Z"
        rows = [record(LOAD.format(at), at, session=f"s{month}")]
        rows += [record(TOWNS, f"2023-{month:02}-11T02:00:00Z", session=f"t{month}")] if month > 3 else []
        write_log(folder, log.format(month=month), rows)


def backfill(config, since=SINCE, until=UNTIL, **options):
    """A backfill whose lines are kept."""
    lines = []
    report = pipeline.backfill(config, since=since, until=until, progress=lines.append, **options)
    return report, lines


def test_windows_meet_and_cover_the_whole():
    """Months, weeks and hours: each window begins where the last one ended, the last one ends at the end."""
    for step in ("1mo", "1w", "36h", "5d", "2y"):
        found = list(windows_between(SINCE, UNTIL, step))
        assert (found[0].since, found[-1].until) == (SINCE, UNTIL)
        assert all(one.until == other.since for one, other in pairwise(found))
    assert [w.since.month for w in windows_between(SINCE, UNTIL, "1mo")] == [1, 2, 3, 4, 5, 6]


def test_a_month_without_such_a_day_ends_with_its_last_one():
    """From the 31st of January, the next window begins at the end of February and the one after on 31 March."""
    found = list(windows_between(datetime(2023, 1, 31, tzinfo=UTC), datetime(2023, 5, 1, tzinfo=UTC), "1mo"))
    assert [(w.since.month, w.since.day) for w in found] == [(1, 31), (2, 28), (3, 31), (4, 30)]


def test_history_arrives_window_by_window(tmp_path, alation):
    """Each window is a run of its own, and the graph is that of one run over everything."""
    months(tmp_path)
    config = configure(tmp_path, alation.url)
    report, lines = backfill(config)
    assert report.exit_code(0) is ExitCode.DONE
    assert [done.report.records_read > 0 for done in report.windows] == [True] * 6
    assert sum("of 6 windows" in line and "left" in line for line in lines) == 6
    graph = alation.edges()
    assert ("12.raw.sales.net", "12.mart.net.net") in {(s, t) for s, _, t in graph}
    assert run(config).plan["add"] == 0
    assert alation.edges() == graph


def test_what_is_done_is_not_done_again(tmp_path, alation):
    """The same backfill reads and sends nothing; with --again it reads everything and sends nothing new."""
    months(tmp_path)
    config = configure(tmp_path, alation.url)
    backfill(config)
    before = len(alation.writes())
    second, _ = backfill(config)
    assert [done.report for done in second.windows] == [None] * 6
    third, _ = backfill(config, again=True)
    assert sum(done.report.records_read for done in third.windows) > 0
    assert len(alation.writes()) == before


def test_a_longer_stretch_does_only_what_is_missing(tmp_path, alation):
    """Half the stretch first: the whole stretch then begins after it."""
    months(tmp_path)
    config = configure(tmp_path, alation.url)
    backfill(config, until=datetime(2023, 4, 1, tzinfo=UTC))
    second, lines = backfill(config)
    assert [done.report is None for done in second.windows] == [True] * 3 + [False] * 3
    assert any("read again for the sessions" in line for line in lines)


def test_a_session_goes_on_over_the_border_of_windows(tmp_path, alation):
    """A temporary table made before midnight of the last day is known after it, also after a new start."""
    rows = [
        record("create temp table d as select shop, net from raw.sales", "2023-01-31T23:59:00Z"),
        record("insert into mart.net select shop, net from d", "2023-02-01T00:01:00Z"),
    ]
    write_log(tmp_path, "a.jsonl", rows)
    config = configure(tmp_path, alation.url)
    backfill(config, until=datetime(2023, 2, 1, tzinfo=UTC))
    assert not alation.edges()
    backfill(config, until=datetime(2023, 3, 1, tzinfo=UTC))
    assert "12.raw.sales.net" in {s for s, _, _ in alation.edges()}
    assert not alation.temporary()


def test_files_outside_of_a_window_are_not_opened(tmp_path, alation):
    """By the day in the name, or, where it has none, by what the first reading has seen."""
    months(tmp_path, log="undated-{month}x.jsonl")
    config = configure(tmp_path, alation.url)
    report, _ = backfill(config)
    opened = [sum(1 for f in done.report.files if f.format) for done in report.windows]
    assert opened[0] == 6
    assert all(count <= 3 for count in opened[1:])
    assert report.windows[-1].report.statements["lineage"] == 2


def test_what_a_file_covers_is_learned_anew_with_other_settings(tmp_path, alation):
    """A file whose times were not understood is read again once the settings name its column of times."""
    rows = [record(LOAD.format(m), f"2023-0{m}-10T02:00:00Z") for m in (1, 3, 5)]
    write_log(tmp_path, "a.jsonl", [{"when_it_ran": row.pop("started_at"), **row} for row in rows])
    assert not backfill(configure(tmp_path, alation.url))[0].windows[0].report.edges_derived
    backfill(configure(tmp_path, alation.url, extra='fields = { started_at = "when_it_ran" }'))
    assert any("raw.sales" in source for source, _, _ in alation.edges())


def test_a_window_without_any_file_is_not_done(tmp_path, alation):
    """A folder that is missing or empty, as one that is not mounted is, does not make its history look done."""
    config = configure(tmp_path, alation.url)
    assert backfill(config)[0].exit_code(0) is ExitCode.FAILED
    (tmp_path / "logs").mkdir()
    report, _ = backfill(config)
    assert report.exit_code(0) is ExitCode.FAILED
    assert "no file at all" in report.windows[0].report.failures[0]
    months(tmp_path)
    report, _ = backfill(config)
    assert report.exit_code(0) is ExitCode.DONE
    assert all(done.report is not None for done in report.windows)


def test_an_export_named_by_a_later_day_is_told_and_read_again(tmp_path, alation):
    """The day in a path kept a file from the windows before: that is a failure, and --again mends it."""
    rows = [record(LOAD.format(m), f"2023-0{m}-10T02:00:00Z") for m in (1, 3)]
    write_log(tmp_path, "export-2023-06-20.jsonl", rows)
    config = configure(tmp_path, alation.url)
    report, _ = backfill(config)
    assert report.exit_code(0) is ExitCode.FAILED
    assert "--again" in report.windows[-1].report.failures[0]
    assert not alation.edges()
    assert backfill(config, again=True)[0].exit_code(0) is ExitCode.DONE
    assert alation.edges()


def test_records_without_a_time_belong_to_no_window(tmp_path, alation):
    """A script has no time: a backfill counts it as filtered and leaves it to the nightly run."""
    write_log(tmp_path, "a.jsonl", [{"sql": LOAD.format("x"), "session": "s"}, record(TOWNS, "2023-02-11T02:00:00Z")])
    report, _ = backfill(configure(tmp_path, alation.url))
    assert {flow["title"] for flow in alation.dataflows().values()}
    assert not any("raw.sales" in s for s, _, _ in alation.edges())
    assert all(done.report.adds_up() for done in report.windows)


def test_newer_knowledge_stays(tmp_path, alation):
    """A view that last night defined anew keeps its new lineage, though history tells of an older text."""
    old = "create or replace view mart.shops_v as select shop, town from raw.shops"
    new = "create or replace view mart.shops_v as select shop, net as town from raw.sales"
    write_log(tmp_path, "old-2023.jsonl", [record(old, "2023-02-10T02:00:00Z")])
    write_log(tmp_path, "new.jsonl", [record(new, "2024-02-10T02:00:00Z")])
    config = configure(tmp_path, alation.url)
    pipeline.run(config, window=pipeline.Window(since=datetime(2024, 1, 1, tzinfo=UTC)), progress=lambda _: None)
    graph = alation.edges()
    assert ("12.raw.sales", "12.mart.shops_v") in {(s, t) for s, _, t in graph}
    report, _ = backfill(config)
    assert sum(done.report.statements["lineage"] for done in report.windows) == 1
    assert alation.edges() == graph


def test_the_order_of_night_and_history_does_not_matter(tmp_path, alation):
    """History first and the night after it end in the same graph."""
    old = "create or replace view mart.shops_v as select shop, town from raw.shops"
    new = "create or replace view mart.shops_v as select shop, net as town from raw.sales"
    write_log(tmp_path, "old-2023.jsonl", [record(old, "2023-02-10T02:00:00Z")])
    config = configure(tmp_path, alation.url)
    backfill(config)
    assert {s for s, _, t in alation.edges() if t == "12.mart.shops_v"} == {"12.raw.shops"}
    write_log(tmp_path, "new.jsonl", [record(new, "2024-02-10T02:00:00Z")])
    run(config)
    assert {s for s, _, t in alation.edges() if t == "12.mart.shops_v"} == {"12.raw.sales"}


def test_an_alation_that_goes_away_ends_it_and_it_goes_on_later(tmp_path, alation):
    """The window that could not be sent is not done; the next call begins with it."""
    months(tmp_path)
    config = configure(tmp_path, alation.url)
    alation.fault("status", method="POST", path="/integration/v2/lineage/", status=403)
    first, _ = backfill(config)
    assert (first.exit_code(0), len(first.windows)) == (ExitCode.FAILED, 1)
    assert "run again to go on" in first.stopped
    alation.clear_faults()
    second, _ = backfill(config)
    assert second.exit_code(0) is ExitCode.DONE
    assert [done.report is None for done in second.windows] == [False] * 6
    assert len(alation.dataflows()) == 2


def test_a_backfill_that_is_killed_goes_on_to_the_same_end(tmp_path, alation):
    """Killed after its first window, and run again as a process: the graph of an undisturbed one."""
    months(tmp_path)
    configure(tmp_path, alation.url)
    command = [*PROGRAM, "backfill", "--since", "2023-01-01", "--until", "2023-07-01"]
    environment = {**os.environ, **alation.environment()}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "1 of 6 windows" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2023-01-01 to 2023-02-01: was done before" in done.stdout
    assert len(alation.dataflows()) == 2
    (tmp_path / "clean").mkdir()
    with sandbox(tmp_path / "clean", catalog=CATALOG) as undisturbed:
        months(tmp_path / "clean")
        environment = {**os.environ, **undisturbed.environment()}
        configure(tmp_path / "clean", undisturbed.url)
        subprocess.run(command, cwd=tmp_path / "clean", env=environment, capture_output=True, check=True)
        assert undisturbed.edges() == alation.edges()


def test_a_busy_state_is_waited_for(tmp_path, alation):
    """While the nightly run holds the state the backfill waits, and says for whom."""
    months(tmp_path)
    config = configure(tmp_path, alation.url)
    lines = []
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as night:
        held = night.lock()
        held.__enter__()

        def heard(line):
            lines.append(line)
            if line.startswith("waiting:"):
                held.__exit__(None, None, None)

        report = pipeline.backfill(config, since=SINCE, until=UNTIL, progress=heard)
    assert report.exit_code(0) is ExitCode.DONE
    assert sum(line.startswith("waiting:") for line in lines) == 1


def test_a_dry_run_tells_what_it_would_cost_and_changes_nothing(tmp_path, alation):
    """Files, bytes, hours and requests; Alation gets no write and the state no window."""
    months(tmp_path)
    rows = [record(LOAD.format("x"), "2023-06-30T12:00:00Z", session="last")]
    write_log(tmp_path, "history-20230630.jsonl", rows)
    config = configure(tmp_path, alation.url)
    found = pipeline.estimate(config, since=SINCE, until=UNTIL, step="1mo", progress=lambda _: None)
    assert (found.windows, found.files, found.sample.records) == (6, {"wh": 7}, 1)
    assert found.size_bytes["wh"] == sum(f.stat().st_size for f in (tmp_path / "logs").iterdir())
    assert found.requests == 6 * found.sample.requests == 6
    assert found.reading_s > 0
    assert "7 files" in found.in_words()
    assert json.loads(json.dumps(found.to_json(), default=str))["requests_at_most"] == 6
    assert not alation.writes()
    report, _ = backfill(config)
    assert all(done.report is not None for done in report.windows)


def test_another_list_of_files_is_another_history(tmp_path, alation):
    """A source that is added later gets its history: windows are done for the sources they were done with."""
    months(tmp_path)
    backfill(configure(tmp_path, alation.url))
    extra = '[[source]]\nname = "more"\npaths = ["more"]\ndialect = "postgres"\ndata_source_id = 12\n'
    (tmp_path / "more").mkdir()
    report, _ = backfill(configure(tmp_path, alation.url, extra=extra))
    assert all(done.report is not None for done in report.windows)


@pytest.mark.parametrize("extra", ['time_zone = "Asia/Tokyo"', 'exclude_users = ["nobody"]', 'encoding = "latin-1"'])
def test_a_source_that_is_read_otherwise_is_another_history(tmp_path, extra):
    """Windows that were done with a wrong zone, filter or encoding are not done for the right one."""
    assert history_name(configure(tmp_path)) == history_name(configure(tmp_path))
    assert history_name(configure(tmp_path)) != history_name(configure(tmp_path, extra=extra))


def test_a_window_whose_run_is_undone_is_done_again(tmp_path, alation):
    """What undoing took away comes back by the same backfill, without --again for all of history."""
    months(tmp_path)
    config = configure(tmp_path, alation.url)
    until = datetime(2023, 5, 1, tzinfo=UTC)
    backfill(config, until=until)
    before = alation.edges()
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as store:
        last = store.runs()[0].id
    pipeline.undo(config, last, agree=lambda _: True, progress=lambda _: None)
    assert alation.edges() != before
    report, _ = backfill(config, until=until)
    assert [done.report is not None for done in report.windows] == [False, False, False, True]
    assert alation.edges() == before


def test_time_is_passed_in_utc(tmp_path):
    """The command line takes dates as UTC and refuses a stretch that is none."""
    configure(tmp_path)
    command = [*PROGRAM, "backfill", "--since", "2023-07-01", "--until", "2023-01-01"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.USAGE
    assert "nothing lies between" in done.stderr
    done = subprocess.run(
        [*command[:-1], "2024-01-01", "--window", "fortnight"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.USAGE
    assert "no length of a window" in done.stderr


def test_outside_of_the_hours_the_state_is_free(tmp_path, alation):
    """The window is derived, nothing is sent, and somebody else may hold the state until the hours begin."""
    months(tmp_path)
    now = datetime.now(UTC)
    hours = f"{now + timedelta(hours=2):%H:%M}-{now + timedelta(hours=3):%H:%M}"
    configure(tmp_path, alation.url, top=f'backfill = {{ hours = "{hours}" }}\n')
    command = [*PROGRAM, "backfill", "--since", "2023-01-01", "--until", "2023-07-01"]
    environment = {**os.environ, **alation.environment()}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        assert any("waiting: the next request is due" in line for line in process.stderr)
        with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as night, night.lock():
            assert not alation.writes()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_what_the_hours_leave_over_is_sent_later_without_being_derived_again(tmp_path, alation):
    """A name that a session uses before it makes a temporary table of it stays what it was, also after the pause."""
    rows = [
        record("insert into mart.net select shop, net from d", "2023-01-10T01:00:00Z"),
        record("create temp table d as select shop, net from raw.sales", "2023-01-10T02:00:00Z"),
        record("insert into mart.towns (town) select town from raw.shops", "2023-01-10T03:00:00Z"),
    ]
    write_log(tmp_path, "a.jsonl", rows)
    config = configure(tmp_path, alation.url)
    clock, told = Clock(datetime(2024, 3, 4, 12, 0, tzinfo=UTC)), []
    pace = Pace(BackfillSettings(hours="22:00-05:00"), tell=told.append, now=clock.now, sleep=clock.sleep)
    report, _ = backfill(config, until=datetime(2023, 2, 1, tzinfo=UTC), pace=pace)
    (done,) = report.windows
    assert told == ["waiting: the next request is due at 2024-03-04 22:00 UTC"]
    assert report.exit_code(0) is ExitCode.DONE
    assert (done.report.records_read, done.report.upload["sent"], done.report.failures) == (3, 1, [])
    assert {t for _, _, t in alation.edges()} == {"12.mart.towns", "12.mart.towns.town"}
    again, _ = backfill(config, until=datetime(2023, 2, 1, tzinfo=UTC))
    assert [window.report for window in again.windows] == [None]


def test_other_tools_events_are_history_too(tmp_path, alation):
    """Each window brings the runs that ended within it; what a later window's run told stays when it is done again."""
    months(tmp_path)
    (tmp_path / "events").mkdir()
    told = []
    for month, table in ((2, "wh.raw.shops"), (5, "wh.raw.sales")):
        ends = [{"namespace": "postgres://db", "name": name} for name in (table, "wh.mart.towns")]
        run = {"runId": f"r{month}"}
        told.append({"eventType": "COMPLETE", "eventTime": f"2023-{month:02}-03T02:00:00Z", "run": run})
        told[-1] |= {"job": {"namespace": "spark", "name": "towns"}, "inputs": ends[:1], "outputs": ends[1:]}
    (tmp_path / "events" / "e.jsonl").write_text("".join(json.dumps(e) + "\n" for e in told))
    section = '[[events]]\nname = "spark"\npaths = ["events"]\nnamespaces = { "postgres://" = "wh" }\n'
    config = configure(tmp_path, alation.url, section)

    def of_events():
        return {(s, t) for s, name, t in alation.edges() if name.startswith("api/test/spark/")}

    backfill(config, until=datetime(2023, 4, 1, tzinfo=UTC))
    assert of_events() == {("12.raw.shops", "12.mart.towns")}
    backfill(config)
    assert of_events() == {("12.raw.sales", "12.mart.towns")}
    backfill(config, until=datetime(2023, 4, 1, tzinfo=UTC), again=True)
    assert of_events() == {("12.raw.sales", "12.mart.towns")}
