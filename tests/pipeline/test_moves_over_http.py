"""A state that moves, is damaged, or is lost and rebuilt, beside a sandbox over HTTP."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from extractor import pipeline
from extractor.errors import StateError
from extractor.state import Store
from tests.pipeline.company import run
from tests.pipeline.nights import LOAD, TOWNS, VIEW, at_once, graph, night, runs_of, tables, undo


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
