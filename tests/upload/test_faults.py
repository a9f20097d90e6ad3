"""A night against an Alation that misbehaves, over real HTTP: nothing is lost, and the next night ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dataflow_samples import flow
from nights import plan_night, run_night
from sandbox_server import SandboxControl, sandbox

from extractor.config import UploadSettings
from extractor.models import Dataflow, Node
from extractor.state import Status, Store, edge_identity, node_identity
from extractor.upload import ApplyReport, apply_plan

FIRST = [flow(f"load{n}", {f"t{n}": ["a", "old"], f"t{n}.k": ["a.k"]}) for n in range(3)]
FIRST += [flow("view-a", {"v": ["a"]}, defines=True)]
SECOND = [flow(f"load{n}", {f"t{n}": ["a", "new"], f"t{n}.k": ["a.k"]}, hours=24) for n in range(2)]
SECOND += [flow("view-b", {"v": ["b"]}, hours=24, defines=True), flow("more", {"m": ["a"]}, hours=24)]
IN_THE_END = [FIRST[2], *SECOND]
SMALL = UploadSettings(max_paths=4)

WRITES = ["/integration/v2/lineage/", "/integration/v2/dataflow/"]
FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 500, "times": 9},
    {"kind": "status", "status": 503, "times": 2, "retry_after_s": 0},
    {"kind": "status", "status": 429, "times": 9, "retry_after_s": 0},
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 400},
    {"kind": "html", "status": 502, "times": 9},
    {"kind": "drop", "times": 9},
    {"kind": "drop_after", "times": 1},
    {"kind": "job_failed", "times": 2},
    {"kind": "job_partial", "times": 2},
    {"kind": "job_endless", "times": 1},
    {"kind": "job_vanished", "times": 1},
    {"kind": "job_status", "times": 1},
    {"kind": "job_result_string"},
    {"kind": "job_name"},
    {"kind": "expire_token", "times": 1},
]


def night(store: Store, alation: SandboxControl, seen: list[Dataflow]) -> ApplyReport:
    """Plan and apply a night with little patience."""
    with alation.client(retries=2) as client, plan_night(store, seen, settings=SMALL) as plan:
        return apply_plan(plan, store, client, job_deadline_s=0.5, job_poll_s=0.05)


def edges(alation: SandboxControl) -> list[tuple[str, str, str]]:
    """What Alation holds, as the state identifies it."""
    ends = [(e["source"], e["dataflow"], e["target"]) for e in alation.graph()["edges"]]
    return sorted(
        (node_identity(Node(s["otype"], s["key"])), dataflow, node_identity(Node(t["otype"], t["key"])))
        for s, dataflow, t in ends
    )


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: "-".join(str(v) for v in f.values()))
def test_a_night_of_faults_is_mended_by_the_next(tmp_path: Path, fault: dict[str, Any], path: str) -> None:
    """Whatever a write meets, what Alation holds in the end is what an undisturbed night gives."""
    with sandbox(tmp_path) as alation, Store.open(f"sqlite:///{tmp_path}/state.db") as store:
        assert night(store, alation, FIRST).is_complete
        alation.fault(path=path, **fault)
        report = night(store, alation, SECOND)
        alation.clear_faults()
        counted = report.sent + report.removed + len(report.failed)
        assert counted > 0 or report.stopped is not None
        assert night(store, alation, SECOND).is_complete
        wanted = sorted((s, d.external_id, t) for d in IN_THE_END for s, t in map(edge_identity, d.edges))
        assert edges(alation) == wanted
        held = {row.external_id: row.status for row in store.owned("test")}
        assert {name for name, status in held.items() if status is Status.PRESENT} == {
            d.external_id for d in IN_THE_END
        }
        assert set(alation.dataflows()) == set(held)
        writes = len(alation.writes())
        assert night(store, alation, SECOND).is_complete
        assert len(alation.writes()) == writes


def test_too_long_content_costs_only_its_dataflow(tmp_path: Path) -> None:
    """When Alation refuses a dataflow's content, the others of its request arrive."""
    long = flow("long", {"t9": ["a"]}, content="x" * 5_000)
    with sandbox(tmp_path) as alation, Store.open(f"sqlite:///{tmp_path}/state.db") as store:
        alation.fault("content_limit", value=1_000)
        with alation.client() as client:
            report = run_night(store, client, [*FIRST, long])
        assert set(report.failed) == {long.external_id}
        assert set(alation.dataflows()) == {d.external_id for d in FIRST}
