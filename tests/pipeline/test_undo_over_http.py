"""Runs that are undone, in a sandbox over HTTP and here."""

from __future__ import annotations

import pytest

from extractor import pipeline
from extractor.errors import ConfigError
from tests.pipeline.company import configure, plan, run
from tests.pipeline.nights import LOAD, TOWNS, VIEW, at_once, graph, night, runs_of, tables, undo


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
