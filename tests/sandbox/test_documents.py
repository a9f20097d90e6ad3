"""The sandbox answers with the codes and bodies of Alation's documents."""

from __future__ import annotations

import base64
import json

import pytest
from rawcall import DATAFLOW, JOB, LINEAGE, Caller, flow, table

SEED_SAMPLE = {
    "dataflow_objects": [{"external_id": "api/df1_external_id", "content": "Combine table1 and table2"}],
    "paths": [
        [
            [table("1.schema.table1"), table("1.schema.table2")],
            [flow("api/df1_external_id")],
            [table("1.schema.table4")],
        ],
        [
            [table("1.schema.table2"), table("1.schema.table3")],
            [flow("api/df1_external_id")],
            [table("1.schema.table5")],
        ],
    ],
}
PATH = [[table("12.sales.orders")], [table("12.mart.revenue")]]


def test_takes_the_sample_of_the_seed(raw, control):
    """The overview's own sample is taken as a job and becomes its four edges, all ends TMP."""
    answer = raw.ask("POST", LINEAGE, SEED_SAMPLE)
    assert (answer.status, list(answer.body)) == (202, ["job_id"])
    assert raw.finished(answer)["status"] == "successful"
    df = "api/df1_external_id"
    assert control.edges() == [
        ("1.schema.table1", df, "1.schema.table4"),
        ("1.schema.table2", df, "1.schema.table4"),
        ("1.schema.table2", df, "1.schema.table5"),
        ("1.schema.table3", df, "1.schema.table5"),
    ]
    assert control.temporary() == {f"1.schema.table{n}" for n in range(1, 6)}


@pytest.mark.parametrize("path", [LINEAGE, DATAFLOW, JOB, "/integration/v2/table/", "/integration/v1/datasource/"])
def test_a_missing_token_is_403(shared, path):
    """Without a token: 403, code 403000, and the sentence of the documents."""
    answer = shared.ask("GET", path, token=None)
    assert answer[:2] == (403, {"detail": "Authentication credentials were not provided.", "code": "403000"})


def test_a_bad_token_is_401(shared):
    """An unknown token: 401, 'Authentication failed'."""
    answer = shared.ask("POST", LINEAGE, {"paths": [PATH]}, token="nonsense")
    assert answer[:2] == (401, {"detail": "Authentication failed", "code": "401000"})


def test_takes_the_token_as_a_bearer(shared):
    """The token is taken from Authorization as well."""
    answer = shared.ask("GET", "/integration/v2/schema/", token=None, Authorization=f"Bearer {shared.token}")
    assert answer.status == 200


def test_a_wrong_refresh_token_is_401(shared):
    """The token routes say that the refresh token is invalid, for a wrong token and for a wrong user."""
    for wrong in ({"refresh_token": "x"}, {"user_id": 2}):
        for route in ("createAPIAccessToken", "validateRefreshToken", "revokeAPIAccessTokens", "regenRefreshToken"):
            answer = shared.ask("POST", f"/integration/v1/{route}/", shared.credentials(**wrong), token=None)
            assert answer[:2] == (401, {"detail": "Refresh token provided is invalid.", "code": "401000"})


def test_the_life_of_tokens(raw):
    """Tokens are created, asked about, withdrawn and made anew, in the shapes of the documents."""
    created = raw.ask("POST", "/integration/v1/createAPIAccessToken/", raw.credentials(), token=None)
    assert set(created.body) == {"api_access_token", "user_id", "created_at", "token_expires_at", "token_status"}
    refresh = raw.ask("POST", "/integration/v1/validateRefreshToken/", raw.credentials(), token=None)
    assert refresh.body["token_status"] == "ACTIVE"
    question = {"api_access_token": raw.token, "user_id": 1}
    assert raw.ask("POST", "/integration/v1/validateAPIAccessToken/", question).body["token_status"] == "ACTIVE"
    assert raw.ask("POST", "/integration/v1/revokeAPIAccessTokens/", raw.credentials()).status == 200
    assert raw.ask("POST", "/integration/v1/validateAPIAccessToken/", question).status == 401
    assert raw.ask("GET", LINEAGE).status == 401
    other = raw.ask("POST", "/integration/v1/regenRefreshToken/", raw.credentials(), token=None).body
    assert raw.ask("POST", "/integration/v1/validateRefreshToken/", raw.credentials(), token=None).status == 401
    assert raw.ask("POST", "/integration/v1/createAPIAccessToken/", other, token=None).status == 201
    by_name = {"username": "me", "password": "x", "name": "night"}
    assert raw.ask("POST", "/integration/v1/createRefreshToken/", by_name, token=None).body["name"] == "night"
    assert raw.ask("POST", "/integration/v1/createRefreshToken/", {}, token=None).status == 400


@pytest.mark.parametrize("path", ["/oauth/v2/token", "/oauth/v2/token/"])
def test_oauth_by_form_and_by_basic(shared, path):
    """Client credentials are taken in the form and as Basic, with and without the slash; errors in OAuth's words."""
    secret = shared.control.token
    form = f"grant_type=client_credentials&client_id=sandbox&client_secret={secret}".encode()
    answer = shared.ask("POST", path, form, token=None)
    assert shared.ask("GET", "/integration/v2/table/", token=answer.body["access_token"]).status == 200
    basic = base64.b64encode(f"sandbox:{secret}".encode()).decode()
    answer = shared.ask("POST", path, b"grant_type=client_credentials", token=None, Authorization=f"Basic {basic}")
    assert (answer.status, answer.body["token_type"]) == (200, "Bearer")
    wrong = shared.ask("POST", path, b"grant_type=client_credentials&client_id=x", token=None)
    assert (wrong.status, wrong.body["error"]) == (401, "invalid_client")
    other = shared.ask("POST", path, b"grant_type=password", token=None)
    assert (other.status, other.body["error"]) == (400, "unsupported_grant_type")
    broken = shared.ask("POST", path, b"grant_type=client_credentials", token=None, Authorization="Basic %%%")
    assert broken.status == 401


LINEAGE_REFUSALS = [
    (b"{not json", 400008),
    ([1], 400009),
    ({}, 400010),
    ({"paths": {}}, 400010),
    ({"paths": [[]]}, 400010),
    ({"paths": [[[table("1.a.b")]]]}, 400010),
    ({"paths": [[[table("1.a.b")], []]]}, 400010),
    ({"paths": [[[table("1.a.b")], ["x"]]]}, 400010),
    ({"paths": [[[table("1.a.b")], [{"otype": "schema", "key": "1.a"}]]]}, 400010),
    ({"paths": [[[table("1.a.b")], [{"otype": "table"}]]]}, 400010),
    ({"paths": [[[table("1.a.b")], [flow("df"), table("1.a.b")], [table("1.a.c")]]]}, 400010),
    ({"paths": [[[flow("api/x")], [table("1.a.b")]]]}, 400010),
    ({"paths": [[[table("1.a.b")], [table("1.a.c"), flow("api/x")]]]}, 400010),
    ({"paths": [PATH], "dataflow_objects": {}}, 400010),
    ({"paths": [PATH], "dataflow_objects": "x"}, 400010),
    ({"paths": [PATH], "dataflow_objects": ["x"]}, 400010),
    ({"paths": [PATH], "dataflow_objects": [{}]}, 400010),
    ({"paths": [PATH], "dataflow_objects": [{"external_id": "etl/x"}]}, 400010),
    ({"paths": [PATH], "dataflow_objects": [{"external_id": "api/"}]}, 400010),
    ({"paths": [PATH], "dataflow_objects": [{"external_id": "api/x", "content": 5}]}, 400010),
    ({"paths": [[[table("40.a.b")], [table("12.mart.revenue")]]]}, 400010),
    ({"paths": [PATH], "more": 1}, None),
]


@pytest.mark.parametrize(("body", "code"), LINEAGE_REFUSALS)
def test_lineage_bodies(shared, body, code):
    """Each wrong body is 400 with its code as a string, and leaves the graph as it was."""
    before = shared.control.graph()
    answer = shared.ask("POST", LINEAGE, body)
    if code is None:
        assert answer.status == 202
        return
    assert (answer.status, answer.body["code"]) == (400, str(code))
    assert isinstance(answer.body["detail"], str)
    assert shared.control.graph() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 400008),
        ("x", 400009),
        ({"dataflow_objects": [{"external_id": "api/x"}], "paths": [], "extra": 1}, 400011),
        ({"paths": [PATH]}, 400012),
        ({"dataflow_objects": [], "paths": [PATH]}, 400012),
        ({"dataflow_objects": [{"external_id": "x"}]}, 400010),
        ({"dataflow_objects": [{"external_id": "api/x"}], "paths": [PATH]}, 400010),
        ({"dataflow_objects": [{"external_id": "api/x"}]}, None),
    ],
)
def test_dataflow_bodies(shared, body, code):
    """POST dataflow needs dataflow objects, takes no other keys, and only paths through a dataflow."""
    answer = shared.ask("POST", DATAFLOW, body)
    assert (answer.status, answer.body.get("code")) == ((202, None) if code is None else (400, str(code)))


def test_the_strict_switch_refuses_other_keys(raw, control):
    """With the fault 'strict', POST lineage refuses unknown top-level keys with 400011."""
    control.fault("strict")
    answer = raw.ask("POST", LINEAGE, {"paths": [PATH], "more": 1})
    assert (answer.status, answer.body["code"]) == (400, "400011")


def test_a_content_limit_can_be_set(raw, control):
    """With the fault 'content_limit', longer content is refused with 400010."""
    control.fault("content_limit", value=10)
    body = {"paths": [], "dataflow_objects": [{"external_id": "api/x", "content": "x" * 11}]}
    answer = raw.ask("POST", LINEAGE, body)
    assert (answer.status, answer.body["code"]) == (400, "400010")
    assert "longer than 10 characters" in answer.body["detail"]


@pytest.mark.parametrize("missing", ["source_otype", "source_key", "target_otype", "target_key"])
def test_delete_lineage_needs_all_four_parameters(shared, missing):
    """DELETE lineage names its missing parameter."""
    params = {
        "source_otype": "table",
        "source_key": "1.a.b",
        "target_otype": "table",
        "target_key": "1.a.c",
    }
    del params[missing]
    query = "&".join(f"{k}={v}" for k, v in params.items())
    answer = shared.ask("DELETE", f"{LINEAGE}?{query}")
    assert (answer.status, answer.body["code"]) == (400, "400010")
    assert missing in json.dumps(answer.body["errors"])


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", f"{LINEAGE}?otype=schema&oid=1", None, 400010),
        ("GET", f"{LINEAGE}?otype=table", None, 400010),
        ("GET", f"{LINEAGE}?otype=table&oid=1&keyField=name", None, 400010),
        ("GET", f"{LINEAGE}?what=1", None, 400006),
        ("GET", f"{DATAFLOW}?keyField=title", [1], 400010),
        ("GET", f"{DATAFLOW}?what=1", None, 400006),
        ("GET", DATAFLOW, {"a": 1}, 400010),
        ("GET", f"{DATAFLOW}?limit=x", None, 400006),
        ("DELETE", DATAFLOW, None, 400008),
        ("DELETE", f"{DATAFLOW}?keyField=external_id", {}, 400010),
        ("PATCH", DATAFLOW, {}, 400010),
        ("PATCH", DATAFLOW, [{"title": "x"}], 400010),
        ("PATCH", DATAFLOW, [{"id": 1, "external_id": "api/y"}], 400010),
        ("GET", f"{JOB}?id=x", None, 400000),
        ("GET", "/integration/v2/table/?colour=red", None, 400006),
        ("GET", "/integration/v2/table/?ds_id=x", None, 400006),
        ("GET", "/integration/v2/table/?order_by=colour", None, 400006),
        ("GET", "/integration/v2/table/?limit=0", None, 400006),
        ("GET", "/integration/v2/schema/?schema_id=1", None, 400006),
    ],
)
def test_wrong_questions(shared, method, path, body, code):
    """Wrong parameters and bodies of the other calls: 400 with their codes."""
    answer = shared.ask(method, path, body)
    assert (answer.status, answer.body["code"]) == (400, str(code))


def test_names_the_invalid_parameters(shared):
    """Unknown filters are listed in the words of the documents."""
    answer = shared.get("/integration/v2/column/", colour="red", table_id=1, size=2)
    assert answer.body["detail"] == "Invalid query parameters: ['colour', 'size']"


@pytest.mark.parametrize(
    "path",
    [
        f"{JOB}?id=99",
        f"{JOB}?name=Nothing%231",
        f"{LINEAGE}?otype=table&oid=99",
        f"{LINEAGE}?otype=dataflow&oid=99",
        "/integration/v1/datasource/99/",
        "/integration/v2/datasource/12/",
    ],
)
def test_what_does_not_exist_is_404000(shared, path):
    """A number that nothing has: 404 with code 404000."""
    answer = shared.ask("GET", path)
    assert (answer.status, answer.body["code"]) == (404, "404000")


@pytest.mark.parametrize("path", [LINEAGE.rstrip("/"), "/integration/v3/lineage/", "/elsewhere", JOB.rstrip("/")])
def test_a_route_without_its_slash_is_a_page(shared, path):
    """A wrong route gives an HTML page with 404, as Django does, so that clients are tested against it."""
    answer = shared.ask("POST", path, {})
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_wrong_method_is_405(shared):
    """A method that a route does not have: 405."""
    assert shared.ask("PUT", LINEAGE, {}).status == 405


def test_serves_its_assumptions(shared):
    """What the documents leave open can be read from the sandbox itself."""
    lines = shared.ask("GET", "/sandbox/assumptions", token=None).body
    assert len(lines) > 20
    assert all(line and "\n" not in line for line in lines)


def test_an_expired_refresh_token(raw: Caller):
    """An expired refresh token is EXPIRED when validated and 401 when used."""
    raw.control.fault("refresh_expired")
    asked = raw.ask("POST", "/integration/v1/validateRefreshToken/", raw.credentials(), token=None)
    assert asked.body["token_status"] == "EXPIRED"
    used = raw.ask("POST", "/integration/v1/createAPIAccessToken/", raw.credentials(), token=None)
    assert (used.status, used.body["code"]) == (401, "401000")
