"""Each call crossed with each way the server can misbehave, and what is on the wire when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from loopback import Answer, answering
from pydantic import SecretStr
from sandbox_server import sandbox

from extractor.alation import AlationClient, JobRef
from extractor.config import AlationSettings
from extractor.errors import AlationError, AuthenticationFailed, Rejected, RoleMissing, Throttled, Unreachable
from extractor.models import Node, segments_of

LINEAGE, DATAFLOW, JOB = "/integration/v2/lineage/", "/integration/v2/dataflow/", "/api/v1/bulk_metadata/job/"
A, B = Node("table", "12.s.a"), Node("table", "12.s.b")
CATALOG = {"data_sources": [{"id": 12, "dbtype": "mysql", "schemas": {"s": {"a": ["x"], "b": ["y"]}}}]}
OBJECTS = [{"external_id": "api/x", "title": "t", "content": "INSERT"}]
PATHS = [segments_of([A], "api/x", [B])]

CALLS: dict[str, tuple[str, str, Callable[[AlationClient], object]]] = {
    "post_lineage": ("POST", LINEAGE, lambda c: c.post_lineage(OBJECTS, PATHS)),
    "delete_lineage": ("DELETE", LINEAGE, lambda c: c.delete_lineage(A, B)),
    "get_lineage": ("GET", LINEAGE, lambda c: c.get_lineage(A)),
    "replace_dataflows": ("POST", DATAFLOW, lambda c: c.replace_dataflows(OBJECTS, PATHS)),
    "patch_dataflows": ("PATCH", DATAFLOW, lambda c: c.patch_dataflows([{"id": 1, "title": "t"}])),
    "delete_dataflows": ("DELETE", DATAFLOW, lambda c: c.delete_dataflows(["api/x"])),
    "get_dataflows": ("GET", DATAFLOW, lambda c: c.get_dataflows(["api/x"])),
    "job": ("GET", JOB, lambda c: c.job(JobRef(id=1))),
    "data_sources": ("GET", "/integration/v", lambda c: c.data_sources()),
    "schemas": ("GET", "/integration/v", lambda c: list(c.schemas(12))),
    "tables": ("GET", "/integration/v", lambda c: list(c.tables(12))),
    "columns": ("GET", "/integration/v", lambda c: list(c.columns(12))),
}
ROLES = {
    "post_lineage": "Source Admin or Server Admin",
    "delete_lineage": "Source Admin or Server Admin",
    "get_lineage": "Source Admin or Server Admin",
    "replace_dataflows": "Server Admin",
    "patch_dataflows": "Server Admin",
    "delete_dataflows": "Server Admin",
    "get_dataflows": "Server Admin",
    "job": "any role that may use the API",
    "data_sources": "Viewer and above with access to the data source",
    "schemas": "Viewer and above with access to the data source",
    "tables": "Viewer and above with access to the data source",
    "columns": "Viewer and above with access to the data source",
}
LASTING: list[tuple[str, dict[str, object], type[AlationError], str]] = [
    ("status", {"status": 400}, Rejected, "400000.*repeating it does not help"),
    ("status", {"status": 401}, AuthenticationFailed, "create a new refresh token"),
    ("status", {"status": 403}, RoleMissing, "lacks a role: this call needs"),
    ("status", {"status": 404}, Rejected, "404000"),
    ("status", {"status": 413}, Rejected, r"lower max_bytes or max_paths"),
    ("status", {"status": 429, "retry_after_s": 0}, Throttled, "too many requests"),
    ("status", {"status": 429, "retry_after_s": 3600}, Throttled, "asks to wait 3600 s"),
    ("status", {"status": 500, "retry_after_s": 0}, Unreachable, "Run again when Alation is well"),
    ("status", {"status": 502, "retry_after_s": 0}, Unreachable, "Alation answers 502"),
    ("status", {"status": 503, "retry_after_s": 0}, Unreachable, "Alation answers 503"),
    ("html", {"status": 200}, Rejected, "HTML page where JSON was expected"),
    ("html", {"status": 404}, Rejected, "Check that the URL"),
    ("html", {"status": 502, "retry_after_s": 0}, Unreachable, "an HTML page"),
    ("redirect", {}, Rejected, "redirects are not followed"),
    ("drop", {}, Unreachable, "was lost before the whole answer came"),
    ("slow", {"value": 30}, Unreachable, "no answer from .* within 0.3 s"),
    ("expire_token", {}, AuthenticationFailed, "create a new refresh token"),
]
PASSING: list[tuple[str, dict[str, object]]] = [
    ("status", {"status": 429, "retry_after_s": 0, "times": 2}),
    ("status", {"status": 500, "retry_after_s": 0, "times": 1}),
    ("status", {"status": 503, "retry_after_s": 0, "times": 2}),
    ("html", {"status": 504, "retry_after_s": 0, "times": 1}),
    ("drop", {"times": 1}),
    ("drop_after", {"times": 1}),
    ("expire_token", {"times": 1}),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One sandbox for all of these tests."""
    with sandbox(tmp_path_factory.mktemp("wire"), CATALOG) as control:
        yield control


@pytest.fixture
def control(running):
    """The sandbox with a dataflow, a job and no fault."""
    running.clear_faults()
    running.fault("job_polls", value=0)
    with running.client() as client:
        client.wait(client.replace_dataflows(OBJECTS, PATHS), 5, 0.05)
    running.clear_faults()
    yield running
    running.clear_faults()


@pytest.mark.parametrize("call", CALLS)
def test_calls_work(control, call):
    """Each call works against a server that is well."""
    with control.client() as client:
        CALLS[call][2](client)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("kind", "fields", "error", "words"), LASTING)
def test_a_fault_that_lasts_is_the_right_error(control, call, kind, fields, error, words):
    """Each call ends in the error class of the fault, with words that say what to do."""
    method, path, ask = CALLS[call]
    control.fault(kind, method=method, path=path, **fields)
    with control.client(retries=1 if kind != "slow" else 0, timeout_s=0.3 if kind == "slow" else 10) as client:
        if call == "job" and kind == "status" and fields["status"] == 404:
            assert client.job(JobRef(id=1)).vanished
            return
        with pytest.raises(error, match=words) as caught:
            ask(client)
    assert control.token not in str(caught.value)


@pytest.mark.parametrize("call", CALLS)
def test_a_missing_role_is_named(control, call):
    """A 403 names the role that this very call needs."""
    method, path, ask = CALLS[call]
    control.fault("status", method=method, path=path, status=403)
    with control.client() as client, pytest.raises(RoleMissing, match=ROLES[call]):
        ask(client)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("kind", "fields"), PASSING)
def test_a_fault_that_passes_costs_nothing(control, call, kind, fields):
    """Each call survives a fault that ends before the tries do, and leaves the same graph as without it."""
    method, path, ask = CALLS[call]
    with control.client() as client:
        client.check_token()
        control.fault(kind, method=method, path=path, **fields)
        ask(client)
        control.clear_faults()
        if call not in {"delete_lineage", "delete_dataflows"}:
            assert control.edges() == [("12.s.a", "api/x", "12.s.b")]
        else:
            assert control.edges() == []


def test_a_token_that_does_not_arrive_is_told_apart_from_a_role():
    """A 403 that says that there were no credentials is about the token, not about a role."""
    body = {"detail": "Authentication credentials were not provided.", "code": "403000"}
    with (
        client_of(Answer(403, body)) as (client, _),
        pytest.raises(AuthenticationFailed, match="may remove the TOKEN header"),
    ):
        client.get_lineage(A)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (
            {"detail": "Bad.", "code": "400010", "errors": [{"key": ["400068: no such"]}]},
            "400010",
            r"400010 \(Bad\.; key: 400068: no such\)",
        ),
        ({"title": "T", "detail": "D", "code": 400011, "errors": []}, "400011", r"400011 \(T; D\)"),
        ({"detail": "D", "errors": {"a": "b"}}, None, r"\(D; a: b\)"),
        ({"detail": "D", "errors": ["plain"]}, None, r"\(D; plain\)"),
        ("Authentication failed", None, r"\(Authentication failed\)"),
        (b"plain words", None, r"\(plain words\)"),
        ([1], None, r"\(\[1\]\)"),
        ({"what": "else"}, None, "what"),
    ],
)
def test_reads_every_shape_of_error(body, code, words):
    """A refusal carries Alation's own code and words, in whatever shape they come."""
    with client_of(Answer(400, body)) as (client, _), pytest.raises(Rejected, match=words) as caught:
        client.post_lineage(OBJECTS, PATHS)
    assert (caught.value.status, caught.value.code) == (400, code)


def test_a_refusal_does_not_quote_whole_statements():
    """A refusal that sends the request back is cut, so that statements do not fill the log."""
    with client_of(Answer(400, {"detail": "x" * 100_000})) as (client, _), pytest.raises(Rejected) as caught:
        client.post_lineage(OBJECTS, PATHS)
    assert len(str(caught.value)) < 2000


class client_of:  # noqa: N801 - reads as a function
    """A client of a server that makes a token and then gives one answer for ever."""

    def __init__(self, *answers: Answer) -> None:
        self._server = answering(Answer(201, {"api_access_token": "access-token-1"}), *answers)

    def __enter__(self):
        state = self._server.__enter__()
        settings = AlationSettings.model_validate({"url": state.url, "user_id": 1, "retries": 0})
        self._client = AlationClient.from_settings(settings, SecretStr("rt"))
        return self._client, state

    def __exit__(self, *error):
        self._client.close()
        self._server.__exit__(*error)


def test_what_a_lineage_upload_looks_like():
    """Paths are written as lists of segments of objects; without new dataflows there is no such key."""
    with client_of(Answer(202, {"job_id": 1})) as (client, server):
        client.post_lineage(OBJECTS, PATHS)
        client.post_lineage([], [[[A], [{"otype": "table", "key": "12.s.b"}]]])
    a, b = {"otype": "table", "key": "12.s.a"}, {"otype": "table", "key": "12.s.b"}
    assert json.loads(server.requests[1].body) == {
        "dataflow_objects": OBJECTS,
        "paths": [[[a], [{"otype": "dataflow", "key": "api/x"}], [b]]],
    }
    assert json.loads(server.requests[2].body) == {"paths": [[[a], [b]]]}
    assert server.requests[1].path == LINEAGE


def test_what_a_deletion_looks_like():
    """DELETE lineage has all four parameters encoded; DELETE dataflow names external ids in its body."""
    with client_of(Answer(202, {"job_id": 1})) as (client, server):
        client.delete_lineage(Node("column", '12.s."a.b".c d#é'), Node("dataflow", "api/x"))
        client.delete_dataflows(["api/x", "api/y"])
    assert server.requests[1].path == (
        f"{LINEAGE}?source_otype=column&source_key=12.s.%22a.b%22.c+d%23%C3%A9&target_otype=dataflow&target_key=api%2Fx"
    )
    assert (server.requests[2].path, server.requests[2].body) == (
        f"{DATAFLOW}?keyField=external_id",
        b'["api/x","api/y"]',
    )


def test_reads_lineage_by_key_and_by_number(control):
    """Lineage is asked for by key, or by the number of a catalog object or dataflow."""
    with control.client() as client:
        by_key = client.get_lineage(A)
        assert by_key["paths"][0][0][0]["key"] == "12.s.a"
        assert client.get_lineage_by_id("table", 1) == by_key
        assert client.get_lineage(Node("dataflow", "api/x")) == by_key


def test_reads_lineage_of_one_type_alone():
    """Objects of other types are left out, and with them paths that have nothing else; an attribute is a column."""
    column, attribute = Node("column", "12.s.a.x")._asdict(), {"otype": "attribute", "key": "12.s.b.y"}
    flow = {"otype": "dataflow", "key": "api/x"}
    paths = [[[A._asdict(), column], [flow], [B._asdict()]], [[column], [flow], [attribute]]]
    with client_of(Answer(200, {"paths": paths})) as (client, _):
        assert client.get_lineage(A, only_otype=True)["paths"] == [[[A._asdict()], [flow], [B._asdict()]]]
        assert client.get_lineage(Node("column", "12.s.a.x"), only_otype=True)["paths"] == [paths[1]]
        assert client.get_lineage(A)["paths"] == paths


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("400008", "did not arrive as JSON: a proxy"),
        ("400009", "did not arrive as one object: a proxy"),
        ("400010", "A field is missing or wrong"),
        ("400011", "knows fewer fields"),
        ("400012", "wants the dataflows to be named"),
        ("400013", "repeating it does not help"),
    ],
)
def test_each_code_says_what_to_do(code, words):
    """Alation's own code is told, with what it means for the reader."""
    body = {"detail": "Bad.", "code": code}
    with client_of(Answer(400, body)) as (client, _), pytest.raises(Rejected, match=words) as caught:
        client.post_lineage(OBJECTS, PATHS)
    assert caught.value.code == code


def test_reads_only_the_dataflows_that_were_asked_for():
    """When a proxy drops the body of a GET, dataflows that were not asked for are left out here."""
    foreign = [[A._asdict()], [{"otype": "dataflow", "key": "api/other"}], [B._asdict()]]
    own = [[A._asdict()], [{"otype": "dataflow", "key": "api/X"}], [B._asdict()]]
    body = {"dataflow_objects": [{"external_id": "api/other"}, {"external_id": "api/X"}], "paths": [foreign, own]}
    with client_of(Answer(200, body)) as (client, _):
        assert client.get_dataflows(["api/x"]) == {"dataflow_objects": [{"external_id": "api/X"}], "paths": [own]}
        assert client.get_dataflows(None) == body


def test_reads_all_pages_of_dataflows(control):
    """Dataflows beyond the first page are read too, by name in slices and all at once."""
    names = [f"api/n/{number}" for number in range(1203)]
    with control.client() as client:
        for start in range(0, len(names), 1000):
            objects = [{"external_id": name} for name in names[start : start + 1000]]
            client.wait(client.replace_dataflows(objects, []), 10, 0.05)
        control.fault("page_cap", value=400)
        assert {d["external_id"] for d in client.get_dataflows(names)["dataflow_objects"]} == set(names)
        assert len(client.get_dataflows(None)["dataflow_objects"]) == 1204
        client.wait(client.delete_dataflows(names), 10, 0.05)


def test_the_token_goes_to_no_other_host():
    """A next page on another host is asked for at our own, and one that comes again ends the reading."""
    page = Answer(200, {"dataflow_objects": []}, {"X-Next-Page": f"https://evil.example.com{DATAFLOW}?skip=1"})
    with client_of(page) as (client, server):
        client.get_dataflows(None)
    assert [request.path for request in server.requests[2:]] == [f"{DATAFLOW}?skip=1"]
