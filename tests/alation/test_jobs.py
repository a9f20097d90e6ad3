"""Jobs: how they are named, every shape their result comes in, and each way they can end."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Answer, answering
from pydantic import SecretStr
from sandbox_server import sandbox

from extractor.alation import AlationClient, JobRef
from extractor.config import AlationSettings
from extractor.errors import JobFailed, Rejected, RoleMissing
from extractor.models import Node

TOKEN = Answer(201, {"api_access_token": "at", "token_status": "ACTIVE"})
PATHS = [[[Node("table", "1.s.a")], [Node("dataflow", "api/x")], [Node("table", "1.s.b")]]]
FLOWS = [{"external_id": "api/x"}]


def client_of(url: str) -> AlationClient:
    """A client that does not wait long."""
    settings = AlationSettings.model_validate({"url": url, "user_id": 1, "retries": 0, "timeout_s": 10})
    return AlationClient.from_settings(settings, SecretStr("rt"))


def status_of(body: object):
    """What the client makes of a job's answer."""
    with answering(TOKEN, Answer(200, body)) as server, client_of(server.url) as client:
        return client.job(JobRef(id=1))


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    ("body", "ref"),
    [
        ({"job_id": 17}, JobRef(id=17)),
        ({"job_id": "17"}, JobRef(id=17)),
        ({"job_name": "LineageUpload#17"}, JobRef(name="LineageUpload#17")),
        ({"task": {"id": 17, "type": "x"}}, JobRef(id=17)),
        ({"job": {"id": 17}}, JobRef(id=17)),
        ({"job_id": 17, "job_name": "x"}, JobRef(id=17)),
    ],
)
def test_finds_the_job_in_an_answer(status, body, ref):
    """A write may be answered with any success status, and its job named by number, by name or nested."""
    with answering(TOKEN, Answer(status, body)) as server, client_of(server.url) as client:
        assert client.post_lineage(FLOWS, PATHS) == ref


@pytest.mark.parametrize("body", [{}, [], None, {"job_id": None}, {"task": 5}, "done"])
def test_says_that_no_job_was_named(body):
    """An accepted write without a job is an error, because its end cannot be known."""
    with (
        answering(TOKEN, Answer(202, body)) as server,
        client_of(server.url) as client,
        pytest.raises(Rejected, match="names no job to follow"),
    ):
        client.post_lineage(FLOWS, PATHS)


@given(st.one_of(st.integers(0).map(lambda n: JobRef(id=n)), st.text(min_size=1).map(lambda n: JobRef(name=n))))
def test_a_reference_survives_being_stored(ref):
    """Writing a reference and reading it back gives the same one."""
    assert JobRef.parse(str(ref)) == ref


def test_asks_by_name_with_its_number_sign_encoded():
    """A job name holds a number sign, which must not end the query."""
    with answering(TOKEN, Answer(200, {"status": "successful"})) as server, client_of(server.url) as client:
        client.job(JobRef(name="LineageUpload#17"))
    assert server.requests[-1].path == "/api/v1/bulk_metadata/job/?name=LineageUpload%2317"


MAPPING = {"response": "Upserted 1", "mapping": [{"id": 71, "external_id": "api/x"}]}


@pytest.mark.parametrize(
    ("result", "opened", "failures"),
    [
        (None, None, ()),
        ("", "", ()),
        ("Upserted 3 objects", "Upserted 3 objects", ()),
        (json.dumps(MAPPING), MAPPING, ()),
        (json.dumps([json.dumps(MAPPING)]), [MAPPING], ()),
        (["Upserted 3 objects"], ["Upserted 3 objects"], ()),
        ([json.dumps(MAPPING)], [MAPPING], ()),
        ([MAPPING], [MAPPING], ()),
        (MAPPING, MAPPING, ()),
        ("{not json", "{not json", ()),
        ([{**MAPPING, "errors": []}], [{**MAPPING, "errors": []}], ()),
        ([{**MAPPING, "errors": ["bad key"]}], [{**MAPPING, "errors": ["bad key"]}], ("bad key",)),
        ([{**MAPPING, "failed": [{"id": 5}]}], [{**MAPPING, "failed": [{"id": 5}]}], ('{"id": 5}',)),
        ({"error_objects": ["x"], "error": "y"}, {"error_objects": ["x"], "error": "y"}, ("x", "y")),
        ({"error_objects": '["x"]'}, {"error_objects": '["x"]'}, ("x",)),
        (17, 17, ()),
    ],
)
def test_reads_every_shape_of_result(result, opened, failures):
    """Null, text, JSON in text, lists of these and objects are read, and what failed is found in them."""
    status = status_of({"status": "successful", "msg": "m", "result": result})
    assert (status.state, status.message, status.result, status.failures) == ("successful", "m", opened, failures)


@pytest.mark.parametrize("word", ["successful", "Successful", "PARTIALLY_SUCCESSFUL", "Running", "FAILED"])
def test_compares_the_status_without_case(word):
    """The status is known in any case."""
    assert status_of({"status": word, "msg": "", "result": None}).state == word.lower()


@pytest.mark.parametrize("body", [{"status": "queued"}, {"status": None}, {}, [], None])
def test_an_unknown_status_is_no_end(body):
    """A status that no document knows, or none, is unknown and not the end."""
    status = status_of(body)
    assert (status.state, status.ended, status.vanished) == ("unknown", False, False)


def test_a_failed_job_gives_its_reason():
    """What a failed job's result says is in its failures, whatever its shape."""
    assert status_of({"status": "failed", "msg": "no", "result": ["because"]}).failures == ("because",)


@pytest.fixture
def control(tmp_path):
    """A sandbox without a catalog."""
    with sandbox(tmp_path) as running:
        yield running


def upload(control, deadline_s: float = 5):
    """Post one path and wait for its end."""
    with control.client() as client:
        return client.wait(client.post_lineage(FLOWS, PATHS), deadline_s, 0.05)


def test_follows_a_job_to_its_end(control):
    """A job that runs for some polls is followed until it is successful."""
    control.fault("job_polls", value=3)
    assert upload(control).state == "successful"
    assert len(control.requests(path="/api/v1/bulk_metadata/job/")) == 4


def test_follows_a_job_by_name(control):
    """An instance that answers with a job's name is followed by it."""
    control.fault("job_name")
    assert upload(control).state == "successful"
    assert "name=LineageUpload%231" in control.requests(path="/api/v1/bulk_metadata/job/")[0]["query"]


def test_reads_a_result_inside_of_a_string(control):
    """A result that is JSON inside of a string is read all the same."""
    control.fault("job_result_string")
    assert upload(control).result[0]["mapping"][0]["external_id"] == "api/x"


def test_a_partial_success_is_returned_with_its_failures(control):
    """A job that succeeded in part is no error, and what did not succeed is told."""
    control.fault("job_partial")
    status = upload(control)
    assert (status.state, status.failures) == (
        "partially_successful",
        ("The sandbox was told to refuse a path.",),
    )


def test_a_failed_job_is_an_error_with_its_reason(control):
    """A job that failed raises, with the reason that Alation gives."""
    control.fault("job_failed")
    with pytest.raises(JobFailed, match=r"job 1 failed: .*told to let this job fail"):
        upload(control)


def test_a_vanished_job_is_an_error_of_its_own(control):
    """A job that Alation does not know any more raises with status 404, and says what running again does."""
    control.fault("job_vanished")
    with pytest.raises(JobFailed, match="does not know its job 1 any more") as caught:
        upload(control)
    assert caught.value.status == 404


@pytest.mark.parametrize("kind", ["job_endless", "job_status"])
def test_a_job_without_an_end_meets_the_deadline(control, kind):
    """A job that runs for ever, or stays at an unknown status, raises at the deadline and says what to do."""
    control.fault(kind)
    with pytest.raises(JobFailed, match=r"did not end within 0.3 s .* raise job_deadline_s"):
        upload(control, deadline_s=0.3)


def test_a_role_is_no_vanished_job(control):
    """A 403 while polling stays a missing role."""
    control.fault("status", path="/api/", status=403)
    with pytest.raises(RoleMissing):
        upload(control)


def test_an_html_404_while_polling_is_no_vanished_job(control):
    """A page with 404 says that the route is wrong, not that the job is gone."""
    control.fault("html", path="/api/", status=404)
    with pytest.raises(Rejected, match="Check that the URL"):
        upload(control)
