"""A plan's file: any JSON tool reads it, and only a whole plan of ours is taken back."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from dataflow_samples import at, flow
from lineage_service import LineageService
from nights import plan_night, run_night

from extractor.errors import StateError
from extractor.state import Store
from extractor.upload import Action, Plan, apply_plan


@pytest.fixture
def saved(store: Store, service: LineageService, tmp_path: Path) -> Path:
    """A saved plan with a change, a removal and an addition."""
    run_night(store, service, [flow("load", {"b": ["a"]}), flow("v1", {"v": ["a"]}, defines=True)])
    night = [flow("load", {"b": ["a", "z"]}, hours=24), flow("v2", {"v": ["b"]}, hours=24, defines=True)]
    path = tmp_path / "plan.json"
    with plan_night(store, night, started_at=at(24)) as plan:
        plan.save(path)
    return path


def test_a_saved_plan_is_one_json_document(saved: Path) -> None:
    """Counts, requests, expected time and every operation with its dataflow object and paths stand in it."""
    document = json.loads(saved.read_text())
    assert document["counts"] == {"add": 1, "change": 1, "resume": 0, "remove": 1, "keep": 0, "withheld": 0}
    assert (document["posts"], document["deletes"], document["expected_s"]) == (1, 1, 28.0)
    assert [o["action"] for o in document["operations"]] == ["change", "remove", "add"]
    added = document["operations"][2]
    assert added["dataflow"]["external_id"] == "api/test/logs/v2"
    assert added["paths"] == [
        [
            [{"otype": "table", "key": "12.sales.b"}],
            [{"otype": "dataflow", "key": "api/test/logs/v2"}],
            [{"otype": "table", "key": "12.sales.v"}],
        ]
    ]
    assert document["operations"][1]["reason"] == "superseded by api/test/logs/v2"


def test_a_saved_plan_does_what_it_says(saved: Path, store: Store, service: LineageService) -> None:
    """Applying the loaded plan brings Alation where the plan of the run would have."""
    plan = Plan.load(saved)
    assert [o.action for o in plan.operations()] == [Action.CHANGE, Action.REMOVE, Action.ADD]
    assert apply_plan(plan, store, service).is_complete
    assert set(service.dataflows) == {"api/test/logs/load", "api/test/logs/v2"}
    with plan_night(store, []) as next_plan:
        assert next_plan.is_empty


def test_a_plan_laid_out_anew_is_the_same_plan(saved: Path) -> None:
    """A JSON tool may rewrite the file."""
    before = list(Plan.load(saved).operations())
    saved.write_text(json.dumps(json.loads(saved.read_text()), indent=2))
    with Plan.load(saved) as plan:
        assert list(plan.operations()) == before


def test_a_plan_is_private(saved: Path) -> None:
    """A plan holds SQL: its file can be read by its owner alone."""
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_a_cut_plan_is_refused(saved: Path) -> None:
    """A file whose end is missing is no plan."""
    saved.write_bytes(saved.read_bytes()[:-200])
    with pytest.raises(StateError, match=r"cut|cannot be read"):
        list(Plan.load(saved).operations())


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"operations": []}', "not json", '{"format": 2, "operations": []}']
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: str) -> None:
    """Other files give an error that names the file."""
    path = tmp_path / "plan.json"
    path.write_text(content)
    with pytest.raises(StateError, match=r"plan\.json"):
        Plan.load(path)


def test_a_missing_plan_is_refused(tmp_path: Path) -> None:
    """A path without a file gives an error that names it."""
    with pytest.raises(StateError, match="No such file"):
        Plan.load(tmp_path / "plan.json")


def test_a_plan_never_touches_another_namespace(saved: Path, store: Store, service: LineageService) -> None:
    """A plan whose operations were edited to concern somebody else's dataflow is refused."""
    saved.write_text(saved.read_text().replace("api/test/logs/v1", "api/somebody/logs/v1"))
    with pytest.raises(StateError, match="namespace"):
        apply_plan(Plan.load(saved), store, service)
    assert len(service.dataflows) == 2


def test_an_unusable_place_is_told(saved: Path, tmp_path: Path) -> None:
    """A folder that does not exist gives an error that names the file."""
    with pytest.raises(StateError, match="cannot be written"):
        Plan.load(saved).save(tmp_path / "nowhere" / "plan.json")
