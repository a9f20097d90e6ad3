"""Tokens: made when needed, renewed when refused or nearly over, and never shown."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from loopback import Answer, answering
from pydantic import SecretStr
from sandbox_server import sandbox

from extractor.alation import AlationClient, TokenInfo
from extractor.alation.auth import moment
from extractor.config import AlationSettings
from extractor.errors import AlationError, AuthenticationFailed, Rejected, Throttled, Unreachable

CREATE = "/integration/v1/createAPIAccessToken/"
NO_ROWS = Answer(200, [])


def client_of(url: str, token: str = "rt-secret") -> AlationClient:
    """A client without retries."""
    settings = AlationSettings.model_validate({"url": url, "user_id": 7, "retries": 0, "timeout_s": 10})
    return AlationClient.from_settings(settings, SecretStr(token))


def token_answer(value: str, life_s: float | None = None, skew_s: float = 0) -> Answer:
    """An access token that lives so long, by a clock that is off by so much."""
    body = {"api_access_token": value, "user_id": 7, "token_status": "ACTIVE"}
    if life_s is not None:
        now = datetime.now(UTC) + timedelta(seconds=skew_s)
        body["created_at"] = now.isoformat()
        body["token_expires_at"] = (now + timedelta(seconds=life_s)).isoformat()
    return Answer(201, body)


@pytest.fixture
def control(tmp_path):
    """A sandbox without a catalog."""
    with sandbox(tmp_path) as running:
        yield running


def test_sends_nothing_before_the_first_call():
    """Making a client reaches no server."""
    with answering(NO_ROWS) as server, client_of(server.url):
        assert server.requests == []


def test_one_access_token_serves_many_calls():
    """The access token is made once and sent in the TOKEN header."""
    with answering(token_answer("at-1", 86_400), NO_ROWS) as server, client_of(server.url) as client:
        for _ in range(3):
            list(client.tables(1))
    assert [request.path for request in server.requests].count(CREATE) == 1
    assert server.requests[0].body == b'{"refresh_token":"rt-secret","user_id":7}'
    assert [request.headers.get("token") for request in server.requests] == [None, "at-1", "at-1", "at-1"]


def test_renews_a_refused_token_once():
    """After a 401 the token is made anew and the call repeated."""
    answers = (token_answer("at-1"), Answer(401, {"detail": "no"}), token_answer("at-2"), NO_ROWS)
    with answering(*answers) as server, client_of(server.url) as client:
        assert list(client.tables(1)) == []
    assert [request.headers.get("token") for request in server.requests] == [None, "at-1", None, "at-2"]


def test_gives_up_when_the_fresh_token_is_refused_too():
    """A second 401 is the end of the call."""
    answers = (token_answer("at-1"), Answer(401, {}), token_answer("at-2"), Answer(401, {}))
    with (
        answering(*answers) as server,
        client_of(server.url) as client,
        pytest.raises(AuthenticationFailed, match="fresh access token was refused too"),
    ):
        list(client.tables(1))
    assert len(server.requests) == 4


@pytest.mark.parametrize("skew_s", [-7200, 0, 7200])
def test_renews_before_the_end(skew_s):
    """A token that ends within moments is made anew before the next call, whatever the server's clock says."""
    answers = (token_answer("at-1", -5, skew_s), NO_ROWS)
    with answering(*answers, token_answer("at-2", 5000, skew_s), NO_ROWS) as server, client_of(server.url) as client:
        list(client.tables(1))
        client._auth._renew_at = 0.0  # its end has come
        list(client.tables(1))
    assert [request.headers.get("token") for request in server.requests] == [None, "at-1", None, "at-2"]


def test_a_token_that_expires_midway_is_renewed(control):
    """An upload whose token ends between two calls goes on with a new one."""
    control.fault("expire_token", after=1, times=1)
    with control.client() as client:
        for number in range(3):
            client.wait(client.post_lineage([{"external_id": f"api/{number}"}], []), 5, 0.05)
    assert list(control.dataflows()) == ["api/0", "api/1", "api/2"]
    assert len(control.requests("POST", CREATE)) == 2


def test_a_wrong_refresh_token_says_what_to_do(control):
    """A wrong refresh token is told with the user id and where to put a new one, and is not shown."""
    settings = control.settings(user_id=5)
    with (
        AlationClient.from_settings(settings, SecretStr("wrong-secret")) as client,
        pytest.raises(
            AuthenticationFailed, match=r"does not belong to user_id 5\. Create a new one in Alation"
        ) as caught,
    ):
        client.data_sources()
    assert "ALATION_LINEAGE_REFRESH_TOKEN" in str(caught.value)
    assert "wrong-secret" not in str(caught.value)
    assert (caught.value.status, caught.value.code) == (401, "401000")


def test_an_expired_refresh_token_says_what_to_do(control):
    """An expired one is told alike."""
    control.fault("refresh_expired")
    with control.client() as client, pytest.raises(AuthenticationFailed, match=r"is expired.*Create a new one"):
        list(client.tables(1))


def test_checks_the_refresh_token(control):
    """A good refresh token is active with about sixty days left; an expired one is not active."""
    with control.client() as client:
        info = client.check_token()
        control.fault("refresh_expired")
        assert client.check_token().active is False
    assert info.active is True
    assert 59 < info.days_left() <= 60


def test_counts_the_days_that_are_left():
    """Days left are negative after the end, and not known when Alation does not tell the end."""
    now = datetime(2031, 2, 3, tzinfo=UTC)
    assert TokenInfo(active=True, expires_at=now + timedelta(days=3)).days_left(now) == 3
    assert TokenInfo(active=True, expires_at=now - timedelta(days=1)).days_left(now) == -1
    assert TokenInfo(active=True, expires_at=None).days_left(now) is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2031-02-03T04:05:06.000007Z", 4),
        ("2031-02-03T04:05:06.000007+02:00", 2),
        ("2031-02-03 04:05:06", 4),
        ("2031-02-03T04:05:06Z", 4),
        ("soon", None),
        (None, None),
        (17, None),
    ],
)
def test_reads_times_as_alation_writes_them(text, hour):
    """Times are read with and without a zone, in UTC; what is no time is none."""
    value = moment(text)
    assert (value and value.hour, value and value.tzinfo) == (hour, UTC if hour else None)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(401, {"detail": "invalid", "code": "401000"}), AuthenticationFailed, "Create a new one"),
        (Answer(401, b"Authentication failed"), AuthenticationFailed, "Authentication failed"),
        (Answer(400, {"detail": "bad user"}), AuthenticationFailed, "bad user"),
        (Answer(200, {"status": "failed", "msg": "logic"}), AuthenticationFailed, "logic"),
        (Answer(200, {"token_status": "ACTIVE"}), AuthenticationFailed, "holds no access token"),
        (Answer(404, b"<html>"), Rejected, "Check that the URL is the address of Alation itself"),
        (Answer(200, b"<html>"), Rejected, "HTML page"),
        (Answer(403, b"<html>Forbidden"), Rejected, "Check that the URL"),
        (Answer(429, {}), Throttled, "Run again later"),
        (Answer(503, {}), Unreachable, "Run again when Alation is well"),
        (Answer(301, {}, {"Location": "/x/"}), Rejected, "redirects"),
    ],
)
def test_what_the_token_route_may_answer(answer, error, words):
    """Each refusal of the token route is the error that says what to do."""
    with answering(answer) as server, client_of(server.url) as client, pytest.raises(error, match=words):
        list(client.tables(1))


@pytest.mark.parametrize("kind", ["status", "html", "redirect", "drop", "job_failed", "job_partial"])
def test_tokens_are_in_no_log_and_no_error(control, caplog, kind):
    """Neither token is in any log line, error or repr, whatever happens."""
    caplog.set_level(logging.DEBUG)
    control.fault(kind, method="POST", path="/integration/v2/", status=400)
    shown = ""
    with control.client(retries=0) as client:
        try:
            client.wait(client.post_lineage([], [[[{"otype": "table", "key": "1.a"}]] * 2]), 5, 0.05)
        except AlationError as error:
            shown = f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"
        access = client._auth._access_token.get_secret_value()
        shown += f"{client!r} {client._auth!r} {vars(client._auth)} {caplog.text}"
    assert control.token not in shown
    assert access not in shown
