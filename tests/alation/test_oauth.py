"""OAuth client credentials: a token when needed, renewed when refused or nearly over, and never shown."""

from __future__ import annotations

import time

import pytest
from loopback import Answer, answering
from pydantic import SecretStr
from sandbox_server import sandbox

from extractor.alation import AlationClient
from extractor.config import AlationSettings
from extractor.errors import AlationError, AuthenticationFailed, Rejected, Throttled, Unreachable

ROUTE = "/oauth/v2/token/"
NO_ROWS = Answer(200, [])


def client_of(url: str, secret: str = "cs-secret", **fields: object) -> AlationClient:
    """A client without retries."""
    values = {"url": url, "client_id": "etl", "retries": 0, "timeout_s": 10, **fields}
    return AlationClient.from_settings(AlationSettings.model_validate(values), SecretStr(secret))


def token(value: str, life_s: float | None = 3600) -> Answer:
    """An access token that lives so long."""
    body = {"access_token": value, "token_type": "Bearer", "scope": "default"}
    return Answer(200, body if life_s is None else {**body, "expires_in": life_s})


def test_asks_once_and_sends_the_token():
    """The credentials go as a form, and the token serves many calls."""
    with answering(token("at-1"), NO_ROWS) as server, client_of(server.url) as client:
        list(client.tables(1))
        list(client.tables(1))
    assert [r.path.partition("?")[0] for r in server.requests] == [ROUTE] + ["/integration/v2/table/"] * 2
    assert server.requests[0].body == b"grant_type=client_credentials&client_id=etl&client_secret=cs-secret"
    assert [r.headers.get("token") for r in server.requests] == [None, "at-1", "at-1"]


def test_renews_a_refused_token_once():
    """A 401 makes one new token, and the call is made again with it."""
    answers = token("at-1"), Answer(401, {"detail": "expired"}), token("at-2"), NO_ROWS
    with answering(*answers) as server, client_of(server.url) as client:
        list(client.tables(1))
    assert server.requests[-1].headers["token"] == "at-2"


def test_renews_before_the_end():
    """A token that has run out by the clock is made anew before the next call."""
    answers = token("at-1", 0.5), NO_ROWS, token("at-2", 0.5), NO_ROWS
    with answering(*answers) as server, client_of(server.url) as client:
        list(client.tables(1))
        time.sleep(1.1)
        list(client.tables(1))
    assert [r.headers.get("token") for r in server.requests] == [None, "at-1", None, "at-2"]


def test_a_token_without_an_end_is_kept():
    """Where the answer does not say how long it lives, it is used until it is refused."""
    with answering(token("at-1", None), NO_ROWS) as server, client_of(server.url) as client:
        list(client.tables(1))
        list(client.tables(1))
    assert [r.path for r in server.requests].count(ROUTE) == 1


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(401, {"error": "invalid_client"}), AuthenticationFailed, "etl or its secret is wrong"),
        (Answer(400, {"error": "unsupported_grant_type"}), AuthenticationFailed, "may not use client credentials"),
        (Answer(404, b"<html>", {"Content-Type": "text/html"}), Rejected, "Only cloud tenants"),
        (Answer(429), Throttled, "too many requests"),
        (Answer(503), Unreachable, "Run again when Alation is well"),
        (Answer(200, {"token_type": "Bearer"}), AuthenticationFailed, "holds no access token"),
        (Answer(200, []), AuthenticationFailed, "holds no access token"),
    ],
)
def test_what_the_token_route_may_answer(answer, error, words):
    """Each refusal is the right error, says what to do, and holds no secret."""
    with answering(answer) as server, client_of(server.url) as client, pytest.raises(AlationError) as caught:
        list(client.tables(1))
    assert caught.type is error
    assert words in str(caught.value)
    assert "cs-secret" not in str(caught.value)


def test_works_against_the_sandbox(tmp_path):
    """The sandbox's client logs in, reads, survives an expired token, and is told apart from a wrong one."""
    with sandbox(tmp_path) as control:
        settings = {"url": control.url, "client_id": "sandbox", "retries": 0}
        with AlationClient.from_settings(AlationSettings.model_validate(settings), control.secret()) as client:
            assert client.check_token().active
            assert client.check_access_token().days_left() is None
            control.fault("expire_token", times=1)
            assert client.data_sources() == []
        with client_of(control.url, "wrong", client_id="sandbox") as client, pytest.raises(AuthenticationFailed):
            client.check_token()
