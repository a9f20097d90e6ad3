"""The graph in a sandbox over HTTP, night after night: redefined, dropped, drifted."""

from __future__ import annotations

import threading
import time

from extractor import pipeline
from extractor.models import Node, segments_of
from extractor.report import ExitCode
from extractor.upload.compare import temporary_among
from tests.pipeline.company import configure, plan, record, run, write_log
from tests.pipeline.nights import AT_ONCE, LOAD, TOWNS, VIEW, add_by_hand, at_once, by_hand, graph, night, tables


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
