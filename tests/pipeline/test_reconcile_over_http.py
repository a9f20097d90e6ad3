"""The graph in a sandbox over HTTP, night after night: redefined, dropped, drifted, undone, moved, rebuilt."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sandbox_server import SandboxControl, sandbox

from extractor import pipeline
from extractor.config import TOKEN_VARIABLE, Config
from extractor.errors import ConfigError, StateError
from extractor.models import Node, segments_of
from extractor.report import ExitCode
from extractor.state import Store
from extractor.upload.compare import temporary_among
from tests.pipeline.company import CATALOG, configure, plan, record, run, write_log

VIEW = "create or replace view mart.shops_v as select {columns} from raw.shops"
LOAD = "insert into mart.net (shop, net) select shop, net from raw.sales"
TOWNS = "insert into mart.towns (town, net) select town, 1 from raw.shops"
AT_ONCE = "[reconcile]\nverify_wait_s = 0\n"


@pytest.fixture
def alation(tmp_path, monkeypatch):
    """A sandbox whose token is in the environment."""
    with sandbox(tmp_path, catalog=CATALOG) as running:
        monkeypatch.setenv(TOKEN_VARIABLE, running.token)
        yield running


def night(folder: Path, number: int, *statements: str) -> None:
    """The log of one night, in the order of the statements."""
    rows = [record(sql, f"2024-03-{number:02}T02:00:{n:02}Z", session=f"n{number}") for n, sql in enumerate(statements)]
    write_log(folder, f"night{number}.jsonl", rows)


def graph(alation: SandboxControl) -> tuple[list[tuple[str, str | None, str]], set[str]]:
    """All edges, and the ids of all dataflows."""
    return alation.edges(), set(alation.dataflows())


def at_once(folder: Path, alation: SandboxControl, namespace: str = "test") -> Config:
    """A configuration whose verify does not wait."""
    config = configure(folder, alation.url, top=AT_ONCE)
    return config.model_copy(update={"namespace": namespace})


def tables(alation: SandboxControl) -> set[tuple[str, str]]:
    """The edges between tables in Alation, by key without the data source."""
    edges = alation.graph()["edges"]
    return {(e["source"]["key"][3:], e["target"]["key"][3:]) for e in edges if e["source"]["otype"] == "table"}


def by_hand(alation: SandboxControl, *deleted: str) -> None:
    """Somebody deletes dataflows."""
    with alation.client() as client:
        client.wait(client.delete_dataflows(list(deleted)), 10, 0.05)


def add_by_hand(alation: SandboxControl, source: str, dataflow: str, target: str) -> None:
    """Somebody adds an edge through a dataflow."""
    with alation.client() as client:
        path = segments_of([Node("table", source)], dataflow, [Node("table", target)])
        client.wait(client.post_lineage([], [path]), 10, 0.05)


def test_nights_of_definitions_drops_and_new_tables(tmp_path, alation):
    """A view's new text, a full overwrite, a drop and a new table: after each night the graph is what ran."""
    config = configure(tmp_path, alation.url)
    night(tmp_path, 1, VIEW.format(columns="shop, town"), LOAD, TOWNS)
    run(config)
    assert tables(alation) == {("raw.shops", "mart.shops_v"), ("raw.sales", "mart.net"), ("raw.shops", "mart.towns")}
    night(tmp_path, 2, "create or replace view mart.shops_v as select shop, shop as town from raw.sales")
    run(config)
    assert tables(alation) == {("raw.sales", "mart.shops_v"), ("raw.sales", "mart.net"), ("raw.shops", "mart.towns")}
    night(tmp_path, 3, "drop table mart.towns", "truncate mart.net")
    run(config)
    assert tables(alation) == {("raw.sales", "mart.shops_v"), ("raw.sales", "mart.net")}
    night(tmp_path, 4, "create table mart.towns (town text, net int)")
    run(config)
    assert tables(alation) == {("raw.sales", "mart.shops_v"), ("raw.sales", "mart.net"), ("raw.shops", "mart.towns")}
    before = graph(alation)
    run(config)
    assert graph(alation) == before


def test_a_clock_that_is_ahead_does_not_rule_for_ever(tmp_path, alation):
    """A view of the year 2099 gives way to one that is defined later, and the report says what is wrong."""
    config = configure(tmp_path, alation.url)
    ahead = record(VIEW.format(columns="shop, town"), "2099-01-01T00:00:00Z")
    write_log(tmp_path, "ahead.jsonl", [ahead])
    assert any("clock is ahead" in line.what for line in run(config).notes.ranked())
    (tmp_path / "logs" / "ahead.jsonl").unlink()
    other = "create or replace view mart.shops_v as select shop from raw.sales"
    write_log(tmp_path, "later.jsonl", [record(other, "2098-01-01T00:00:00Z")])
    run(config)
    assert tables(alation) == {("raw.sales", "mart.shops_v")}


def test_truncate_and_insert_is_an_overwrite(tmp_path, alation):
    """A load that empties its table first takes the place of the one before; a load beside it stays."""
    config = configure(tmp_path, alation.url)
    first = "insert into mart.towns (town, net) select town, 0 from raw.shops"
    night(tmp_path, 1, "truncate mart.towns", first, "insert into mart.towns (net) select net from raw.sales")
    run(config)
    assert tables(alation) == {("raw.shops", "mart.towns"), ("raw.sales", "mart.towns")}
    night(
        tmp_path,
        2,
        "delete from mart.towns",
        "insert into mart.towns (town, net) select town, net from mart.net n(town, net)",
    )
    run(config)
    assert tables(alation) == {("mart.net", "mart.towns"), ("raw.sales", "mart.towns")}


def test_the_last_night_first_gives_the_same_graph(tmp_path, alation):
    """Logs that arrive in the wrong order, one run each, end where one run over all of them ends."""
    nights = {
        1: [VIEW.format(columns="shop, town"), LOAD, TOWNS],
        2: ["create or replace view mart.shops_v as select shop, shop as town from raw.sales", "drop table mart.towns"],
        3: ["create table mart.towns (town text, net int)", VIEW.format(columns="town as shop, shop as town")],
    }
    graphs = []
    for order in ([1, 2, 3], [3, 2, 1], [2, 3, 1]):
        folder = tmp_path / "".join(map(str, order))
        folder.mkdir()
        config = configure(folder, alation.url)
        for number in order:
            for old in folder.glob("logs/*"):
                old.unlink()
            night(folder, number, *nights[number])
            run(config)
        graphs.append(graph(alation))
        by_hand(alation, *alation.dataflows())
    assert len(graphs[0][0]) > 3
    assert graphs[1:] == graphs[:1] * 2


def test_two_installations_and_direct_edges_never_meet(tmp_path, alation):
    """Another namespace and edges without a dataflow stay as they are, whatever one installation removes."""
    other, ours = tmp_path / "other", tmp_path / "ours"
    for folder in (other, ours):
        folder.mkdir()
        night(folder, 1, LOAD)
    run(at_once(other, alation, "other"))
    with alation.client() as client:
        direct = ((Node("table", "12.raw.sales"),), (Node("table", "12.mart.net"),))
        client.wait(client.post_lineage([], [direct]), 10, 0.05)
    theirs = graph(alation)
    config = at_once(ours, alation)
    run(config)
    night(ours, 2, "drop table mart.net")
    report = run(config)
    assert report.upload["removed"] == 1
    assert graph(alation) == theirs
    assert plan(at_once(other, alation, "other")).plan["keep"] == 1


def test_a_bad_night_is_held_back_and_said(tmp_path, alation):
    """Too many removals stay undone with exit code 3; --allow-removals does them."""
    config = configure(tmp_path, alation.url, top="[reconcile]\nremovals_always = 0\nmax_removed_share = 0.4\n")
    night(tmp_path, 1, LOAD, TOWNS)
    run(config)
    night(tmp_path, 2, "drop table mart.net", "drop table mart.towns")
    report = run(config)
    assert (report.plan["withheld"], report.plan["remove"], len(tables(alation))) == (2, 0, 2)
    assert report.exit_code(0.05) is ExitCode.FAILED
    assert "--allow-removals" in report.failures[0]
    pipeline.run(config, window=pipeline.Window(), progress=lambda _: None, allow_removals=True)
    assert tables(alation) == set()


def test_verify_finds_what_was_changed_by_hand_and_a_plan_mends_it(tmp_path, alation):
    """A dataflow deleted, one with another edge and one that nobody knows: all are told, ours are mended."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD, TOWNS)
    run(config)
    before = graph(alation)
    found = pipeline.verify(config)
    assert (found.compared, found.differences, found.temporary) == (2, [], [])
    load, towns = (name for _, name, target in sorted(alation.edges(), key=lambda e: e[2]) if target.count(".") == 2)
    by_hand(alation, load)
    add_by_hand(alation, "12.raw.sales", towns, "12.mart.towns")
    add_by_hand(alation, "12.raw.sales", "api/other/x/y", "12.mart.towns")
    kinds = {d.external_id: d.kind.name for d in pipeline.verify(config).differences}
    assert kinds == {load: "MISSING", towns: "EDGES"}
    report = pipeline.plan(
        config, out=tmp_path / "plan.json", window=pipeline.Window(), progress=lambda _: None, look=pipeline.look
    )
    assert report.exit_code(0.05) is ExitCode.DIFFERENCE
    assert (report.plan["resume"], report.plan["change"], report.plan["remove"]) == (1, 1, 0)
    pipeline.apply(config, tmp_path / "plan.json", progress=lambda _: None)
    assert not pipeline.verify(config).differences
    assert set(before[0]) < set(alation.edges())
    assert {name for _, name, _ in set(alation.edges()) - set(before[0])} == {"api/other/x/y"}


def test_a_dataflow_of_ours_that_the_state_does_not_know_is_told_and_left(tmp_path, alation):
    """What lies under our namespace but is not in the state is a difference, and is not deleted."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    run(config)
    with alation.client() as client:
        stranger = {"external_id": "api/test/wh/stranger", "title": "t", "content": "c"}
        path = segments_of([Node("table", "12.raw.sales")], "api/test/wh/stranger", [Node("table", "12.mart.towns")])
        client.wait(client.post_lineage([stranger], [path]), 10, 0.05)
    report = pipeline.plan(config, out=None, window=pipeline.Window(), progress=lambda _: None, look=pipeline.look)
    assert ["api/test/wh/stranger" in line for line in report.differences] == [True]
    run(config)
    assert "api/test/wh/stranger" in alation.dataflows()


def test_tmp_nodes_are_listed_as_new_and_healed(tmp_path, alation):
    """A table that the catalog does not hold is a TMP node; it is new once, and healed when it is gone."""
    config = configure(tmp_path, alation.url, top=AT_ONCE, extra='unknown_tables = "upload"')
    night(tmp_path, 1, "insert into mart.absent select shop from raw.sales", LOAD)
    run(config)
    first, second = pipeline.verify(config), pipeline.verify(config)
    assert [n.key for n in first.new if n.otype == "table"] == ["12.mart.absent"]
    assert (first.temporary, second.temporary, second.new, second.healed) == (first.new, first.new, [], [])
    night(tmp_path, 2, "drop table mart.absent")
    run(config)
    third = pipeline.verify(config)
    assert (third.temporary, third.healed) == ([], first.new)


def test_alation_is_asked_about_single_tables(tmp_path, alation):
    """Of tables that are asked about, those that the catalog lacks are TMP nodes, with their columns."""
    config = configure(tmp_path, alation.url, extra='unknown_tables = "upload"')
    night(tmp_path, 1, "insert into mart.absent (shop) select shop from raw.sales")
    run(config)
    with alation.client() as client:
        asked = [Node("table", "12.mart.ABSENT"), Node("table", "12.raw.sales"), Node("table", "12.raw.never")]
        found = temporary_among(client, asked)
    assert set(found) == {"table:12.mart.absent", "column:12.mart.absent.shop"}


def test_verify_waits_for_what_is_written_late(tmp_path, alation):
    """A difference that goes away while verify waits is none."""
    config = configure(tmp_path, alation.url, top="[reconcile]\nverify_wait_s = 300\n")
    night(tmp_path, 1, LOAD)
    run(config)
    held = alation.graph()["edges"]
    name = next(iter(alation.dataflows()))
    paths = [segments_of([_node(e["source"])], name, [_node(e["target"])]) for e in held]
    by_hand(alation, name)
    alation.forget_requests()

    def write_late() -> None:
        while not alation.requests("GET", "/integration/v2/dataflow/"):
            time.sleep(0.05)
        with alation.client() as client:
            client.wait(client.post_lineage([{"external_id": name, "title": "", "content": ""}], paths), 10, 0.05)

    writer = threading.Thread(target=write_late)
    writer.start()
    assert not pipeline.verify(config).differences
    writer.join()


def _node(end: dict[str, str]) -> Node:
    return Node(end["otype"], end["key"])


# Undo


def undo(config: Config, number: int, *, agree: bool = True) -> tuple[list[str], tuple[str, ...]]:
    """Undo a run; what was shown before: actions, and dataflows that stay as a later run left them."""
    actions: list[str] = []
    left: list[str] = []

    def ask(meant: pipeline.Undo) -> bool:
        actions.extend(operation.action.value for operation in meant.plan.operations())
        left.extend(meant.left)
        return agree

    report = pipeline.undo(config, number, agree=ask, progress=lambda _: None)
    assert not report.failures
    return actions, tuple(left)


def runs_of(config: Config) -> list[int]:
    """The numbers of all runs, the latest first."""
    return [run.id for run in pipeline.show_state(config).runs]


def test_a_run_is_undone_in_alation_and_here(tmp_path, alation):
    """Added, changed and removed dataflows are again what they were; without the log the next run keeps it so."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, VIEW.format(columns="shop, town"), LOAD, TOWNS)
    run(config)
    before = graph(alation)
    night(
        tmp_path,
        2,
        VIEW.format(columns="town as shop"),
        "drop table mart.net",
        "insert into mart.net (net) select net from raw.sales",
    )
    run(config)
    night(tmp_path, 3, "drop table mart.towns")
    run(config)
    last, middle, _ = runs_of(config)
    assert undo(config, last, agree=False) == (["add"], ())
    undo(config, last)
    undo(config, middle)
    assert graph(alation) == before
    assert not pipeline.verify(config).differences
    for number in (2, 3):
        (tmp_path / "logs" / f"night{number}.jsonl").unlink()
    run(config)
    assert graph(alation) == before


def test_an_undone_run_can_be_done_again(tmp_path, alation):
    """Undoing is a run: undoing it brings back what it took."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    run(config)
    before = graph(alation)
    undo(config, runs_of(config)[0])
    assert graph(alation) == ([], set())
    undo(config, runs_of(config)[0])
    assert graph(alation) == before


def test_declining_changes_nothing(tmp_path, alation):
    """A plan that was only shown leaves no trace, neither in Alation nor in what is known."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    run(config)
    before, writes = graph(alation), len(alation.writes())
    undo(config, runs_of(config)[0], agree=False)
    assert (graph(alation), len(alation.writes())) == (before, writes)
    assert plan(config).plan["keep"] == 1
    assert not pipeline.verify(config).differences


def test_what_a_later_run_changed_again_stays(tmp_path, alation):
    """Undoing an older run leaves alone, and names, what was changed since."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD, TOWNS)
    run(config)
    first = runs_of(config)[0]
    night(tmp_path, 2, LOAD)
    run(config)
    actions, left = undo(config, first)
    assert (actions, len(left)) == (["remove"], 1)
    assert tables(alation) == {("raw.sales", "mart.net")}


def test_the_run_that_applied_a_saved_plan_is_undone_as_a_whole(tmp_path, alation):
    """The number of either run will do: that of the plan, or that of its application."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    plan(config, out=tmp_path / "plan.json")
    pipeline.apply(config, tmp_path / "plan.json", progress=lambda _: None)
    assert tables(alation)
    undo(config, runs_of(config)[0])
    assert not tables(alation)


def test_undoing_what_is_not_there_is_refused(tmp_path, alation):
    """A number that never was, and a run that was undone, are told apart from what can be done."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    run(config)
    (first,) = runs_of(config)
    with pytest.raises(ConfigError, match="no run 99"):
        undo(config, 99)
    undo(config, first)
    with pytest.raises(ConfigError, match="undone already"):
        undo(config, first)


def test_undoing_does_nothing_else_that_waits(tmp_path, alation):
    """Removals that are held back stay so while another run is undone."""
    config = configure(tmp_path, alation.url, top="[reconcile]\nremovals_always = 0\nmax_removed_share = 0.0\n")
    night(tmp_path, 1, LOAD)
    run(config)
    night(tmp_path, 2, TOWNS)
    run(config)
    night(tmp_path, 3, "drop table mart.net")
    assert run(config).plan["withheld"] == 1
    assert undo(config, runs_of(config)[1]) == (["remove"], ())
    assert tables(alation) == {("raw.sales", "mart.net")}


def test_an_undo_that_broke_off_is_finished_by_the_next_run(tmp_path, alation):
    """When Alation is lost in the middle of undoing, the next run, here without the log, brings it to its end."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD, TOWNS)
    run(config)
    for log in tmp_path.glob("logs/*"):
        log.write_text("")
    alation.fault("status", method="DELETE", status=503)
    report = pipeline.undo(config, runs_of(config)[0], agree=lambda _: True, progress=lambda _: None)
    assert report.failures
    assert len(tables(alation)) == 2
    alation.clear_faults()
    pipeline.run(config, window=pipeline.Window(), progress=lambda _: None, allow_removals=True)
    assert graph(alation) == ([], set())


# Moving


def test_an_installation_moves_with_its_state(tmp_path, alation):
    """Exported here and imported there, the same log makes no request and everything is where it was."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD, TOWNS, VIEW.format(columns="shop, town"))
    run(config)
    night(tmp_path, 2, "drop table mart.towns")
    run(config)
    rows = pipeline.export_state(config, tmp_path / "state.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "state.jsonl").read_text().splitlines()]
    assert (lines[0]["format"], lines[0]["namespaces"], lines[-1]) == ("alation-lineage state", ["test"], {"end": rows})
    assert (tmp_path / "state.jsonl").stat().st_mode & 0o777 == 0o600
    there = tmp_path / "there"
    there.mkdir()
    night(there, 1, LOAD, TOWNS, VIEW.format(columns="shop, town"))
    moved = at_once(there, alation)
    assert pipeline.import_state(moved, tmp_path / "state.jsonl") == rows
    writes = len(alation.writes())
    report = run(moved)
    assert (report.plan["keep"], len(alation.writes())) == (2, writes)
    assert pipeline.show_state(moved).known == 3
    undo(moved, runs_of(moved)[1])
    assert ("raw.shops", "mart.towns") in tables(alation)
    with pytest.raises(StateError, match="holds dataflows already"):
        pipeline.import_state(moved, tmp_path / "state.jsonl")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda lines: lines[:-1], "is cut"),
        (lambda lines: [*lines[:2], *lines[3:]], "it ends after"),
        (lambda lines: [b"{}", *lines[1:]], "is no state"),
        (lambda lines: [lines[0], b"nonsense", *lines[1:]], ":2: this is no JSON"),
        (lambda lines: [lines[0].replace(b'"version":1', b'"version":2'), *lines[1:]], "version 2"),
        (lambda lines: [line.replace(b'"api/test/', b'"api/other/') for line in lines], "not of the namespace"),
        (lambda lines: [line.replace(b'"otype":"table"', b'"otype":7') for line in lines], "otype cannot be 7"),
        (lambda lines: [line.replace(b'"otype":"table"', b'"extra":7') for line in lines], "has no extra"),
        (
            lambda lines: [line.replace(b'"status":"present"', b'"status":"odd"') for line in lines],
            "'odd' is not",
        ),
        (lambda lines: [line.replace(b'"edges":[[', b'"edges":[[7,') for line in lines], "known: "),
        (lambda lines: [line.replace(b'"kind":"direct"', b'"dataflow_id":7') for line in lines], "kind is missing"),
    ],
)
def test_a_damaged_export_is_refused_whole(tmp_path, alation, damage, message):
    """The message names the line, and nothing of the file is in the state."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    run(config)
    pipeline.export_state(config, tmp_path / "state.jsonl")
    lines = (tmp_path / "state.jsonl").read_bytes().splitlines()
    (tmp_path / "bad.jsonl").write_bytes(b"\n".join(damage(lines)) + b"\n")
    there = tmp_path / "there"
    there.mkdir()
    moved = at_once(there, alation)
    with pytest.raises(StateError, match=message):
        pipeline.import_state(moved, tmp_path / "bad.jsonl")
    shown = pipeline.show_state(moved)
    assert (shown.known, shown.statuses, shown.runs) == (0, {}, [])


def test_what_is_known_survives_a_rebuild(tmp_path, alation):
    """Rebuilding beside a good state changes nothing; a dataflow without edges is taken as an empty shell."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    run(config)
    with alation.client() as client:
        shell = {"external_id": "api/test/wh/shell", "title": "t", "content": "c"}
        client.wait(client.replace_dataflows([shell], []), 10, 0.05)
    assert pipeline.rebuild_state(config) == (1, 1)
    assert pipeline.show_state(config).statuses == {"empty": 1, "present": 1}
    assert run(config).plan["keep"] == 1
    night(tmp_path, 2, "drop table mart.net")
    run(config)
    assert graph(alation) == ([], set())


def test_a_lost_state_is_rebuilt_from_alation(tmp_path, alation):
    """Taken over from Alation, dataflows are ours again: nothing is sent twice, and drops and new texts act on them."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, VIEW.format(columns="shop, town"), LOAD, TOWNS)
    run(config)
    run_of_others = tmp_path / "other"
    run_of_others.mkdir()
    night(run_of_others, 1, LOAD)
    run(at_once(run_of_others, alation, "other"))
    before = graph(alation)
    for part in tmp_path.glob("lineage-state.db*"):
        part.unlink()
    assert pipeline.rebuild_state(config) == (3, 0)
    assert pipeline.rebuild_state(config) == (0, 3)
    writes = len(alation.writes())
    night(tmp_path, 1, VIEW.format(columns="shop, town"))
    assert run(config).plan["keep"] == 3
    assert (graph(alation), len(alation.writes())) == (before, writes)
    night(tmp_path, 2, "drop table mart.net", VIEW.format(columns="town as shop, shop as town"))
    run(config)
    ours = {(s[3:], t[3:]) for s, name, t in alation.edges() if name.startswith("api/test/") and t.count(".") == 2}
    assert ours == {("raw.shops", "mart.shops_v"), ("raw.shops", "mart.towns")}
    assert len([name for name in alation.dataflows() if name.startswith("api/test/")]) == 2


def test_an_empty_shell_that_was_taken_over_does_not_come_back(tmp_path, alation):
    """A dataflow of ours without links is no lineage: after a rebuild nothing is planned for it, night after night."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, LOAD)
    run(config)
    with alation.client() as client:
        shell = {"external_id": "api/test/wh/shell", "title": "shell", "content": "select 1"}
        client.wait(client.post_lineage([shell], []), 10, 0.1)
    for part in tmp_path.glob("lineage-state.db*"):
        part.unlink()
    assert pipeline.rebuild_state(config) == (2, 0)
    run(config)
    planned = run(config).plan
    assert {name: planned[name] for name in ("add", "change", "resume", "remove")} == dict.fromkeys(
        ("add", "change", "resume", "remove"), 0
    )


def test_a_run_that_dies_while_it_learns_is_finished_without_its_log(tmp_path, alation):
    """Half of what a run saw is known when the disk fails, and its log is gone the next night: nothing is lost."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, VIEW.format(columns="shop, town"))
    run(config)
    night(tmp_path, 2, VIEW.format(columns="town as shop, shop as town"))
    with closing(sqlite3.connect(tmp_path / "lineage-state.db")) as state:
        state.execute("create trigger full before insert on targets begin select raise(abort, 'disk is full'); end")
    with pytest.raises(StateError):
        run(config)
    with closing(sqlite3.connect(tmp_path / "lineage-state.db")) as state:
        state.execute("drop trigger full")
    (tmp_path / "logs" / "night2.jsonl").unlink()
    run(config)
    assert len(alation.dataflows()) == 1
    assert ("12.raw.shops.town", "12.mart.shops_v.shop") in {(s, t) for s, _, t in alation.edges()}


def test_what_cannot_be_learned_twice_does_not_stop_every_run(tmp_path, alation):
    """The second run fails at the rest of the first; the third goes on without it."""
    config = at_once(tmp_path, alation)
    night(tmp_path, 1, VIEW.format(columns="shop, town"))
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db"):
        pass
    with closing(sqlite3.connect(tmp_path / "lineage-state.db")) as state:
        state.execute("create trigger full before insert on targets begin select raise(abort, 'not this'); end")
    for _ in range(2):
        with pytest.raises(StateError):
            run(config)
    (tmp_path / "logs" / "night1.jsonl").unlink()
    night(tmp_path, 2, "select 1")
    assert run(config).plan["remove"] == 0
