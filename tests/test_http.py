"""HTTP over loopback: what is sent, what is tried again, what is refused, and what never shows."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from loopback import Answer, answering
from pydantic import SecretStr

from extractor.errors import ConfigError, Rejected, Unreachable
from extractor.http import ClientCertificate, HttpClient, Response, json_bytes

HTML = Answer(200, b"<!DOCTYPE html><title>Log in</title>", {"Content-Type": "text/html"})


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """Whatever proxy the machine has, loopback is not behind it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_sends_json_with_params_and_headers():
    """A request carries its method, its encoded parameters, its headers and its JSON body."""
    with answering(Answer(202, {"job_id": 7})) as server, HttpClient(server.url) as client:
        answer = client.request("DELETE", "/a/", params={"key": "1.a b#c&d"}, json=["x"], headers={"TOKEN": "t"})
    sent = server.requests[0]
    assert (answer.status, answer.json(), answer.where) == (202, {"job_id": 7}, "DELETE /a/")
    assert (sent.method, sent.path, sent.body) == ("DELETE", "/a/?key=1.a+b%23c%26d", b'["x"]')
    assert (sent.headers["token"], sent.headers["content-type"]) == ("t", "application/json")


def test_sends_forms():
    """A form goes out with the content type of forms."""
    with answering(Answer()) as server, HttpClient(server.url) as client:
        client.request("POST", "/a/", form={"grant_type": "client_credentials"})
    assert server.requests[0].body == b"grant_type=client_credentials"
    assert server.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_keeps_the_path_of_the_base_url():
    """An Alation below a path is reached below it, with or without a slash at its end."""
    with answering(Answer()) as server:
        for base in ("/catalog", "/catalog/"):
            with HttpClient(server.url + base) as client:
                client.request("GET", "/api/")
                assert client.below_base("/catalog/api/?skip=1") == "/api/?skip=1"
                assert client.below_base("/catalogue/x") == "/catalogue/x"
    assert [request.path for request in server.requests] == ["/catalog/api/"] * 2


def test_reuses_its_connection():
    """Requests one after the other share a connection."""
    with answering(Answer()) as server, HttpClient(server.url) as client:
        for _ in range(3):
            client.request("GET", "/")
    assert len({request.connection for request in server.requests}) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_repeats_what_may_pass(status, method):
    """Every method is repeated after 429 and the errors of a server that is not well, body and all."""
    again = Answer(status, {}, {"Retry-After": "0"})
    with answering(again, again, Answer(200, {"done": 1})) as server, HttpClient(server.url) as client:
        assert client.request(method, "/a/", json={"n": 1}).json() == {"done": 1}
    assert [request.body for request in server.requests] == [b'{"n":1}'] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 501])
def test_does_not_repeat_what_cannot_pass(status):
    """Any other refusal is handed back after one try."""
    with answering(Answer(status, {"detail": "no"})) as server, HttpClient(server.url) as client:
        assert client.request("POST", "/a/", json={}).status == status
    assert len(server.requests) == 1


def test_gives_the_last_answer_when_the_retries_run_out():
    """After ``retries`` repeats, the last answer is handed back with its status."""
    with answering(Answer(503, {}, {"Retry-After": "0"})) as server, HttpClient(server.url, retries=2) as client:
        assert client.request("GET", "/").status == 503
    assert len(server.requests) == 3


def test_does_not_wait_for_hours():
    """A Retry-After of more than five minutes is not waited for."""
    with answering(Answer(429, {}, {"Retry-After": "86400"})) as server, HttpClient(server.url) as client:
        assert client.request("GET", "/").retry_after_s == 86400
    assert len(server.requests) == 1


def test_reads_a_retry_after_that_is_a_date():
    """Retry-After may be a date; one that has passed means now, and nonsense means nothing."""

    def asked(value: str) -> float | None:
        return Response(429, {"retry-after": value}, b"", "GET /").retry_after_s

    soon = asked(format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True))
    assert soon is not None
    assert 0 < soon <= 600
    assert asked(format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)) == 0
    assert asked("soon") is None


def test_repeats_after_a_lost_connection():
    """A connection that ends before the answer costs a try, not the request."""
    with answering(Answer(close=True), Answer(200, {})) as server, HttpClient(server.url) as client:
        assert client.request("POST", "/a/", json={}).succeeded
    assert len(server.requests) == 2


def test_says_that_the_connection_was_lost():
    """When the connection is lost every time, the error says so with the host."""
    with (
        answering(Answer(close=True)) as server,
        HttpClient(server.url, retries=1) as client,
        pytest.raises(Unreachable, match=r"POST /a/: the connection to 127.0.0.1:\d+ was lost"),
    ):
        client.request("POST", "/a/", json={})


def test_says_what_to_check_when_nobody_listens():
    """A refused connection names host and port, and what to check."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with (
        HttpClient(f"http://127.0.0.1:{port}", retries=0) as client,
        pytest.raises(Unreachable, match=rf"no connection to 127.0.0.1:{port} \(.*\): check the URL"),
    ):
        client.request("GET", "/")


def test_says_that_the_host_is_not_known():
    """A host name that does not resolve is told apart from a server that is down."""
    with (
        HttpClient("http://alation.invalid", retries=0) as client,
        pytest.raises(Unreachable, match=r"host name of alation\.invalid is not known"),
    ):
        client.request("GET", "/")


def test_says_that_the_answer_is_late():
    """A server that takes the connection and stays silent ends in a time-out with its length."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with (
            HttpClient(f"http://127.0.0.1:{silent.getsockname()[1]}", retries=0, timeout_s=0.2) as client,
            pytest.raises(Unreachable, match=r"no answer from .* within 0.2 s: check that it is up"),
        ):
            client.request("GET", "/")


def test_goes_through_the_proxy_of_the_environment(monkeypatch):
    """A proxy named in the environment gets the request, with the whole URL."""
    with answering(Answer(200, {"through": "proxy"})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with HttpClient("http://alation.invalid") as client:
            assert client.request("GET", "/a/").json() == {"through": "proxy"}
    assert proxy.requests[0].path == "http://alation.invalid/a/"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_follows_no_redirect(method):
    """A redirect is an error that names its target without the query, and its usual causes."""
    moved = Answer(301, {}, {"Location": "https://sso.example.com/login?state=geheim"})
    with (
        answering(moved) as server,
        HttpClient(server.url) as client,
        pytest.raises(Rejected, match="missing slash at the end") as caught,
    ):
        client.request(method, "/a", json={})
    assert "https://sso.example.com/login" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert (caught.value.status, len(server.requests)) == (301, 1)


def test_says_that_a_page_is_no_json():
    """An HTML page where JSON was expected is named as such."""
    with (
        answering(HTML) as server,
        HttpClient(server.url) as client,
        pytest.raises(Rejected, match=r"is an HTML page where JSON was expected\. Check that the URL"),
    ):
        client.request("GET", "/a/").json()


def test_says_that_bytes_are_no_json():
    """So is a body that is neither."""
    with (
        answering(Answer(200, b"OK")) as server,
        HttpClient(server.url) as client,
        pytest.raises(Rejected, match="2 bytes that are not JSON"),
    ):
        client.request("GET", "/a/").json()


def test_shows_no_hidden_secret(caplog):
    """A hidden secret is in no log line, no repr and no error, even when the server sends it back."""
    caplog.set_level(logging.DEBUG)
    echo = Answer(503, b"no such token: s3cret-value", {"Retry-After": "0"})
    moved = Answer(302, {}, {"Location": "/login/s3cret-value/"})
    with answering(echo, moved) as server, HttpClient(server.url, retries=0) as client:
        client.hide(SecretStr("s3cret-value"))
        answer = client.request("POST", "/a/", json={"token": "s3cret-value"}, headers={"TOKEN": "s3cret-value"})
        assert client.excerpt(answer) == "no such token: ***"
        with pytest.raises(Rejected) as caught:
            client.request("POST", "/a/", json={})
    shown = f"{answer!r} {client!r} {caught.value} {caught.value!r} {caplog.text}"
    assert "s3cret-value" not in shown
    assert caught.value.__context__ is None


def test_shows_no_password_of_the_url():
    """User and password inside of the URL are in no message."""
    with HttpClient("http://me:pa55@alation.invalid/", retries=0) as client:
        with pytest.raises(Unreachable) as caught:
            client.request("GET", "/")
        assert "pa55" not in f"{caught.value} {client!r}"


def test_replaces_what_utf8_cannot_hold():
    """A lone surrogate of a damaged log becomes a question mark instead of an error."""
    assert json_bytes({"sql": "ä\udce4"}) == '{"sql":"ä?"}'.encode()
    assert json.loads(json_bytes({"n": [1, None, "x"]})) == {"n": [1, None, "x"]}


@pytest.mark.parametrize("url", ["", "alation.example.com", "https://", "ftp://a.b", "https://a:99999", "https://[::1"])
def test_refuses_an_url_that_is_none(url):
    """A URL without scheme or host, or with an impossible port, is a matter of configuration."""
    with pytest.raises(ConfigError, match="must look like https://"):
        HttpClient(url)


@pytest.mark.parametrize("proxy", ["socks9://me:pa55@proxy", "http://me:pa55@proxy:port"])
def test_names_a_proxy_that_cannot_be_used(monkeypatch, proxy):
    """A proxy setting that is wrong is named by its variables, without the password that it may hold."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigError, match="a proxy in the environment cannot be used: HTTP_PROXY") as caught:
        HttpClient("https://alation.example.com")
    assert "pa55" not in str(caught.value)


def test_names_a_host_of_numbers():
    """An IPv6 address is shown in its brackets, with its port."""
    with HttpClient("https://[::1]:8443/x") as client:
        assert repr(client) == "HttpClient([::1]:8443)"


def test_loads_the_http_library_late():
    """Importing the module, as every command does, does not load the HTTP library."""
    code = "import sys, extractor.http, extractor.alation; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def pem(tmp_path_factory) -> Path:
    """A self-signed certificate for 127.0.0.1, its key beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command is missing")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder / "cert.pem"


class TestTls:
    """A server with a certificate that no public authority has signed."""

    @pytest.fixture
    def context(self, pem) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, pem.with_name("key.pem"))
        return context

    def test_refuses_a_certificate_of_nobody(self, context):
        """Without ``ca_bundle`` the certificate is refused at once, and the message names the setting."""
        with (
            answering(Answer(), tls=context) as server,
            HttpClient(server.url) as client,
            pytest.raises(Unreachable, match=r"is not trusted .* set ca_bundle to the PEM file"),
        ):
            client.request("GET", "/")
        assert server.requests == []

    def test_trusts_the_ca_bundle(self, context, pem):
        """With ``ca_bundle`` the same server is reached."""
        with answering(Answer(200, {"tls": 1}), tls=context) as server, HttpClient(server.url, ca_bundle=pem) as client:
            assert client.request("GET", "/").json() == {"tls": 1}

    @pytest.fixture
    def asking(self, context, pem) -> ssl.SSLContext:
        """The same server, which lets nobody in without a certificate of ours."""
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(pem)
        return context

    def test_shows_its_certificate(self, asking, pem):
        """A server that asks for a certificate gets it; without one the message says so."""
        shown = ClientCertificate(pem, pem.with_name("key.pem"))
        with answering(Answer(200, {"tls": 2}), tls=asking) as server:
            with HttpClient(server.url, ca_bundle=pem, client_certificate=shown) as client:
                assert client.request("GET", "/").json() == {"tls": 2}
            with HttpClient(server.url, ca_bundle=pem, retries=0) as client, pytest.raises(Unreachable):
                client.request("GET", "/")

    def test_shows_a_certificate_whose_key_is_encrypted(self, asking, pem):
        """The key's password comes from where secrets are; without it nobody is asked at a terminal."""
        key = pem.with_name("encrypted.pem")
        command = ["openssl", "rsa", "-aes256", "-passout", "pass:open", "-in", "key.pem", "-out", key.name]
        subprocess.run(command, cwd=pem.parent, check=True, capture_output=True)
        shown = ClientCertificate(pem, key, SecretStr("open"))
        with answering(Answer(200, 1), tls=asking) as server:
            with HttpClient(server.url, ca_bundle=pem, client_certificate=shown) as client:
                assert client.request("GET", "/").json() == 1
            for password in (None, SecretStr("wrong")):
                with pytest.raises(ConfigError, match="ALATION_LINEAGE_CLIENT_KEY_PASSWORD") as caught:
                    HttpClient(server.url, client_certificate=ClientCertificate(pem, key, password))
                assert "wrong" not in str(caught.value)

    def test_a_certificate_that_cannot_be_read_is_named(self, tmp_path):
        """A missing file is an error of the configuration."""
        with pytest.raises(ConfigError, match="client_certificate or its key cannot be read"):
            HttpClient("https://127.0.0.1", client_certificate=ClientCertificate(tmp_path / "none.pem"))

    def test_says_that_the_port_speaks_no_tls(self):
        """TLS on a port of plain HTTP is named as a matter of scheme and port."""
        with (
            answering(Answer()) as server,
            HttpClient(server.url.replace("http:", "https:"), retries=0) as client,
            pytest.raises(Unreachable, match="no TLS connection"),
        ):
            client.request("GET", "/")

    @pytest.mark.parametrize("content", [None, b"not a certificate"])
    def test_names_a_bundle_that_cannot_be_read(self, tmp_path, content):
        """A missing or damaged bundle is a matter of configuration, with its path."""
        bundle = tmp_path / "ca.pem"
        if content is not None:
            bundle.write_bytes(content)
        with pytest.raises(ConfigError, match=r"ca\.pem: ca_bundle cannot be read"):
            HttpClient("https://alation.example.com", ca_bundle=bundle)
