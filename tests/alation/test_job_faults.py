"""Each call that starts a job crossed with each way a job can end."""

from __future__ import annotations

import pytest
from sandbox_server import sandbox

from extractor.errors import JobFailed
from extractor.models import Node, segments_of

A, B = Node("table", "12.s.a"), Node("table", "12.s.b")
CATALOG = {"data_sources": [{"id": 12, "dbtype": "mysql", "schemas": {"s": {"a": ["x"], "b": ["y"]}}}]}
OBJECTS = [{"external_id": "api/x", "title": "t", "content": "INSERT"}]
PATHS = [segments_of([A], "api/x", [B])]
CALLS = {
    "post_lineage": lambda c: c.post_lineage(OBJECTS, PATHS),
    "delete_lineage": lambda c: c.delete_lineage(A, B),
    "replace_dataflows": lambda c: c.replace_dataflows(OBJECTS, PATHS),
    "patch_dataflows": lambda c: c.patch_dataflows([{"id": 1, "title": "t"}]),
    "delete_dataflows": lambda c: c.delete_dataflows(["api/x"]),
}
ENDS = {
    "job_failed": "told to let this job fail",
    "job_endless": "did not end within 0.3 s",
    "job_vanished": "does not know its job",
    "job_status": "status 'queued' is not known",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One sandbox for all of these tests."""
    with sandbox(tmp_path_factory.mktemp("jobs"), CATALOG) as control:
        yield control


@pytest.fixture
def control(running):
    """The sandbox without faults, whose jobs end at once."""
    running.clear_faults()
    running.fault("job_polls", value=0)
    yield running
    running.clear_faults()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ENDS)
def test_a_job_that_does_not_succeed_is_an_error(control, call, kind):
    """Whatever started it, a job that failed, vanished or never ends is told as such."""
    control.fault(kind)
    with control.client() as client, pytest.raises(JobFailed, match=ENDS[kind]):
        client.wait(CALLS[call](client), 0.3, 0.05)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ["job_name", "job_result_string"])
def test_the_shape_of_a_job_does_not_matter(control, call, kind):
    """A name instead of a number, and JSON inside of a string, are followed and read like all others."""
    control.fault(kind)
    with control.client() as client:
        status = client.wait(CALLS[call](client), 5, 0.05)
    assert status.state == "successful"
    assert status.result[0]["response"]


@pytest.mark.parametrize("call", ["post_lineage", "replace_dataflows"])
def test_what_a_partial_job_could_not_do_is_told(control, call):
    """An upload of which a part was refused is partially successful, and says what failed."""
    control.fault("job_partial")
    with control.client() as client:
        status = client.wait(CALLS[call](client), 5, 0.05)
    assert (status.state, len(status.failures)) == ("partially_successful", 1)
