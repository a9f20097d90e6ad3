"""The switches: what they take, which requests they meet, and that they end."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import get_args

import pytest
from rawcall import LINEAGE, table

from extractor.sandbox.faults import JobKind, SettingKind, WireKind

PATHS = {"paths": [[[table("1.a.b")], [table("1.a.c")]]]}
TABLES = "/integration/v2/table/"


@pytest.mark.parametrize("kind", [k for kinds in (WireKind, JobKind, SettingKind) for k in get_args(kinds)])
def test_every_kind_is_taken_listed_and_ended(shared, kind):
    """Each kind can be put in force, is listed with its defaults, and ends with all others."""
    answer = shared.ask("POST", "/sandbox/faults", {"kind": kind}, token=None)
    assert answer.status == 201
    assert shared.ask("GET", "/sandbox/faults", token=None).body == [answer.body]
    shared.ask("DELETE", "/sandbox/faults", token=None)
    assert shared.ask("GET", "/sandbox/faults", token=None).body == []


def test_the_page_about_the_sandbox_knows_every_kind():
    """Each kind of fault is explained in docs/sandbox.md."""
    page = Path(__file__).parents[2].joinpath("docs", "sandbox.md").read_text(encoding="utf-8")
    assert [k for kinds in (WireKind, JobKind, SettingKind) for k in get_args(kinds) if f"`{k}`" not in page] == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", {}, {"kind": "flood"}, {"kind": "drop", "times": 0}, {"kind": "drop", "colour": 1}]
)
def test_a_fault_that_is_none_is_refused(shared, body):
    """A body that is no fault is 400 and says what is wrong."""
    answer = shared.ask("POST", "/sandbox/faults", body, token=None)
    assert (answer.status, answer.body["code"]) == (400, "400010")
    assert answer.body["errors"]


def test_passes_over_and_counts(raw, control):
    """A fault passes over ``after`` requests, meets ``times`` of them, and is gone."""
    control.fault("status", status=500, after=2, times=3)
    assert [raw.get(TABLES).status for _ in range(7)] == [200, 200, 500, 500, 500, 200, 200]
    assert raw.ask("GET", "/sandbox/faults", token=None).body == []


def test_meets_only_its_method_and_route(raw, control):
    """A fault can be kept to a method and to routes that begin with a path; the controls are never met."""
    control.fault("status", status=403, method="post", path=LINEAGE)
    assert raw.ask("POST", LINEAGE, PATHS).status == 403
    assert raw.get(LINEAGE, otype="table", oid="1.a.b", keyField="key").status == 200
    control.fault("drop")
    assert control.edges() == []


def test_a_throttled_answer_has_its_header(raw, control):
    """429 comes with Retry-After when it is given."""
    control.fault("status", status=429, retry_after_s=7)
    answer = raw.get(TABLES)
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")


@pytest.mark.parametrize(("kind", "edges"), [("drop", 0), ("drop_after", 1)])
def test_a_dropped_connection_with_and_without_its_work(raw, control, kind, edges):
    """A connection is dropped before the work is done, or after it; the client sees half an answer or a reset."""
    control.fault(kind, method="POST", path=LINEAGE)
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        raw.ask("POST", LINEAGE, PATHS)
    assert len(control.edges()) == edges
    assert "status" not in control.requests("POST", LINEAGE)[0]


@pytest.mark.parametrize(("kind", "edges"), [("job_failed", 0), ("job_endless", 0), ("job_vanished", 1)])
def test_what_a_job_leaves(raw, control, kind, edges):
    """A job that fails or never ends leaves nothing; one that vanishes has done its work."""
    control.fault(kind)
    assert raw.ask("POST", LINEAGE, PATHS).status == 202
    assert len(control.edges()) == edges


def test_a_partial_job_leaves_a_part(raw, control):
    """A partial job takes all paths but the last, and says so."""
    control.fault("job_partial")
    body = {"paths": [*PATHS["paths"], [[table("1.a.c")], [table("1.a.d")]]]}
    status = raw.finished(raw.ask("POST", LINEAGE, body))
    assert (status["status"], status["result"][0]["errors"]) == (
        "partially_successful",
        ["The sandbox was told to refuse a path."],
    )
    assert control.edges() == [("1.a.b", None, "1.a.c")]


def test_lists_requests_and_jobs(raw, control):
    """Requests and jobs can be read in their order, and the requests forgotten."""
    control.forget_requests()
    raw.finished(raw.ask("POST", LINEAGE, PATHS))
    assert control.jobs() == [{"id": 1, "name": "LineageUpload#1", "status": "successful"}]
    assert [(r["method"], r["status"]) for r in control.writes()] == [("POST", 202)]
    assert [r["path"] for r in control.requests("GET")] == ["/api/v1/bulk_metadata/job/"] * 2
    control.forget_requests()
    assert control.requests() == []
