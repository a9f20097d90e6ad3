"""The eight calls, over real HTTP."""

from __future__ import annotations

import json
import logging

import pytest
from loopback import Answer, answering
from pydantic import SecretStr
from sandbox_server import sandbox

from extractor.errors import AlationError, AuthenticationFailed, JobFailed, Rejected, RoleMissing
from extractor.models import AssetMapping
from extractor.observability import Integration, ObservabilityClient
from extractor.settings_of_observability import ObservabilitySettings
from tests.observability.service import CATALOG, client, connect

ORDERS = AssetMapping("a-orders", 12, "Warehouse", 1, "sales", 1, "Orders")


@pytest.fixture
def service(tmp_path):
    """A sandbox with assets."""
    with sandbox(tmp_path, CATALOG) as running:
        yield running


def test_the_connection_is_made_shown_changed_and_removed(service):
    """What is put is got, without its token; a second put changes it; after the delete there is none."""
    with client(service) as asked:
        assert asked.integration() is None
        made = asked.connect("https://one.example.com/", 81, SecretStr("r3fresh"))
        assert made == asked.integration() == Integration("https://one.example.com/", 81)
        asked.connect("https://two.example.com/", 82, SecretStr("r3fresh"))
        assert asked.integration() == Integration("https://two.example.com/", 82)
        assert asked.disconnect() == "Alation integration configuration deleted successfully"
        assert asked.integration() is None
        assert asked.disconnect() == "it was gone already"


def test_an_automatic_mapping_is_followed_to_its_end(service):
    """The job is in progress, then completed with what it mapped: each asset whose table's name is the only one."""
    connect(service)
    with client(service) as asked:
        job = asked.start_mapping()
        assert asked.mapping_job(job).status == "IN_PROGRESS"
        done = asked.wait(job, 5, 0.05)
        assert (done.status, done.error_message) == ("COMPLETED", "")
        assert [(m.asset_id, m.data_source_id, m.schema_name, m.table_name) for m in done.result] == [
            ("a-orders", 12, "sales", "Orders"),
            ("a-shops", 12, "sales", "shops"),
            ("a-snow", 31, "DWH.SALES", "ORDERS"),
        ]
        assert asked.mappings() == list(done.result)


def test_existing_mappings_stay_unless_they_may_be_overwritten(service):
    """A mapping by hand survives an automatic one, and is corrected by one that overwrites."""
    connect(service)
    with client(service) as asked:
        wrong = asked.add_mapping("a-orders", 3)
        assert wrong.table_name == "revenue"
        assert "a-orders" not in {m.asset_id for m in asked.wait(asked.start_mapping(), 5, 0.05).result}
        assert wrong in asked.mappings()
        asked.wait(asked.start_mapping(overwrite=True), 5, 0.05)
        assert ORDERS in asked.mappings()


def test_a_mapping_is_made_and_removed_by_hand(service):
    """Added with a table's id, answered as a whole, removed by its asset."""
    with client(service) as asked:
        assert asked.add_mapping("a-orders", 1) == ORDERS
        assert asked.mappings() == [ORDERS]
        assert asked.remove_mapping("a-orders") == "Alation mapping deleted successfully"
        assert asked.mappings() == []
        with pytest.raises(Rejected, match="has no mapping"):
            asked.remove_mapping("a-orders")


def test_a_second_mapping_of_an_asset_is_refused_with_the_first_one(service):
    """The conflict names the table that the asset is; the same mapping again is none."""
    with client(service) as asked:
        asked.add_mapping("a-orders", 1)
        assert asked.add_mapping("a-orders", 1) == ORDERS
        with pytest.raises(Rejected, match=r"sales\.Orders \(table 1\) already"):
            asked.add_mapping("a-orders", 2)


@pytest.mark.parametrize(("asset", "table"), [("nobody", 1), ("a-orders", 999)])
def test_unknown_ends_of_a_mapping_are_refused(service, asset, table):
    """Neither end may be invented."""
    with client(service) as asked, pytest.raises(Rejected, match=r"There is no such asset|Alation has no such table"):
        asked.add_mapping(asset, table)


@pytest.mark.parametrize("user", [1, 2])
def test_a_job_that_failed_says_why(service, user):
    """Without a connection, or with a token that Alation refuses, FAILED comes with the service's error_message."""
    with client(service) as asked:
        if user == 2:
            asked.connect(service.url, 1, SecretStr("expired-long-ago"))
        with pytest.raises(JobFailed, match="refuses the refresh token" if user == 2 else "no Alation integration"):
            asked.wait(asked.start_mapping(), 5, 0.05)


@pytest.mark.parametrize("auth", ["api_key", "bearer"])
def test_the_key_goes_into_its_header(auth):
    """An API key goes as X-TLM-Key, a bearer token as Authorization, and neither with the other."""
    with answering(Answer(200, [])) as server:
        settings = ObservabilitySettings(backend_service_host=f"{server.url}/api/backend", tenant="acme", auth=auth)
        with ObservabilityClient.from_settings(settings, SecretStr("k3y")) as asked:
            asked.mappings()
        headers = server.requests[0].headers
    expected = {"x-tlm-key": "k3y"} if auth == "api_key" else {"authorization": "Bearer k3y"}
    assert {n: v for n, v in headers.items() if n in ("x-tlm-key", "authorization", "token")} == expected
    assert server.requests[0].path == "/api/backend/acme/configuration/mappings/alation"


def test_requests_have_the_shape_of_the_documents():
    """Paths, parameters and bodies of all eight calls are those of *Alation Integration APIs*."""
    mapping = ORDERS._asdict()
    answers = [Answer(200, {"url": "https://a/", "user_id": 81})] * 2 + [Answer(200, {"message": "gone"})]
    answers += [Answer(200, {"message": "started", "job_id": "f583"}), Answer(200, {"status": "COMPLETED"})]
    answers += [Answer(200, [mapping]), Answer(200, mapping), Answer(200, [mapping]), Answer(200, {"message": "gone"})]
    with answering(*answers) as server:
        settings = ObservabilitySettings(backend_service_host=server.url, tenant="t")
        with ObservabilityClient.from_settings(settings, SecretStr("k3y")) as asked:
            asked.connect("https://a/", 81, SecretStr("r3fresh"))
            asked.integration()
            asked.disconnect()
            asked.start_mapping(overwrite=True)
            asked.mapping_job("f583")
            asked.mappings()
            asked.add_mapping("a-orders", 1)
            asked.remove_mapping("a-orders")
    root = "/t/configuration"
    assert [(r.method, r.path, json.loads(r.body or b"null")) for r in server.requests] == [
        (
            "PUT",
            f"{root}/integrations/alation",
            {"url": "https://a/", "user_id": 81, "refresh_api_token": "r3fresh"},
        ),
        ("GET", f"{root}/integrations/alation", None),
        ("DELETE", f"{root}/integrations/alation", None),
        ("POST", f"{root}/mappings/alation/auto?should_overwrite=true", None),
        ("GET", f"{root}/mappings/alation/auto?job_id=f583", None),
        ("GET", f"{root}/mappings/alation", None),
        ("POST", f"{root}/mappings/alation", {"asset_id": "a-orders", "alation_table_id": 1}),
        ("GET", f"{root}/mappings/alation", None),
        ("DELETE", f"{root}/mappings/alation?asset_id=a-orders", None),
    ]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "no list"),
        ([{"asset_id": "a"}], "mapping 1"),
        ([1], "mapping 1"),
        ([{**ORDERS._asdict(), "table_id": "x"}], "table_id"),
    ],
)
def test_an_answer_of_another_shape_is_told_with_its_place(body, place):
    """No traceback: the message says which mapping and which field."""
    with answering(Answer(200, body)) as server:
        settings = ObservabilitySettings(backend_service_host=server.url, tenant="t")
        with ObservabilityClient.from_settings(settings, SecretStr("k")) as asked, pytest.raises(Rejected, match=place):
            asked.mappings()


def test_a_page_in_the_place_of_an_answer_is_told(service):
    """A page with 200 is no answer, and a page with 404 is not taken for 'there is none'."""
    for status in (200, 404):
        service.fault("html", status=status, times=1)
        with client(service) as asked, pytest.raises(Rejected, match="backend_service_host"):
            asked.integration()


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [(401, AuthenticationFailed, 'auth = "bearer" meant'), (403, RoleMissing, "admin"), (400, Rejected, "refused")],
)
def test_a_refusal_says_what_to_do(service, status, kind, words):
    """The class says who can help, the message how."""
    service.fault("status", status=status)
    with client(service) as asked, pytest.raises(kind, match=words):
        asked.mappings()


def test_a_wrong_key_and_a_wrong_tenant_are_told_apart(service):
    """401 asks for another key, 404 for another tenant."""
    with client(service, key="wr0ng") as asked, pytest.raises(AuthenticationFailed) as told:
        asked.mappings()
    assert "wr0ng" not in str(told.value)
    with client(service, tenant="other") as asked, pytest.raises(Rejected, match="tenant"):
        asked.mappings()


def test_no_secret_is_in_an_error_a_log_or_a_repr(caplog):
    """A service that echoes the key and the refresh token does not make us print them."""
    caplog.set_level(logging.DEBUG)
    echo = {"description": "k3y-secret and r3fresh-secret are bad", "url": "https://a/r3fresh-secret", "user_id": 1}
    said = []
    for status in (200, 400, 401, 403, 404, 429, 503):
        answer = Answer(status, echo, {"Retry-After": "0"})
        with answering(answer) as server:
            settings = ObservabilitySettings(backend_service_host=server.url, tenant="t", retries=1)
            with ObservabilityClient.from_settings(settings, SecretStr("k3y-secret")) as asked:
                said.append(repr(asked))
                try:
                    said.append(repr(asked.connect("https://a/", 1, SecretStr("r3fresh-secret"))))
                except AlationError as error:
                    said.append(str(error))
    told = "\n".join([*said, caplog.text])
    assert len(said) == 14
    assert "k3y-secret" not in told
    assert "r3fresh-secret" not in told


def test_what_is_kept_outlives_a_restart(tmp_path):
    """Key, connection, mappings and jobs of the sandbox are there after it was started again."""
    with sandbox(tmp_path, CATALOG) as first:
        connect(first)
        with client(first) as asked:
            job = asked.start_mapping()
            asked.wait(job, 5, 0.05)
    with sandbox(tmp_path, CATALOG) as second, client(second) as asked:
        assert second.api_key == first.api_key
        assert asked.integration() == Integration(first.url, 1)
        assert asked.mapping_job(job).status == "COMPLETED"
        assert len(asked.mappings()) == 3
