"""The one module that speaks HTTP: TLS, proxies, time-outs, retries, redaction.

No type of the HTTP library leaves it: what comes back is a `Response` or an error of `extractor.errors`. The
library is imported when the first client is made, so that commands without a network start fast.

- Certificates are checked against the system's trust store, to which ``ca_bundle`` adds. A server that asks for a
  certificate of ours gets ``client_certificate``.
- Proxies come from the environment (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``).
- A redirect is never followed: it would turn a POST into a GET and could carry the token elsewhere.
- 429, 500, 502, 503, 504 and lost connections are tried again, whatever the method: every write of ours names
  what it writes by an external id or a key, so that a repeat changes nothing.
- Secrets that were announced by `HttpClient.hide` appear in no error, no log line and no ``repr``.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from json import dumps
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import orjson
from pydantic import SecretStr

from extractor.errors import AlationError, ConfigError, Rejected, Unreachable

if TYPE_CHECKING:
    import httpx

LOG = logging.getLogger(__name__)
RETRIED_STATUS = frozenset({429, 500, 502, 503, 504})
LONGEST_WAIT_S = 300.0
_FIRST_WAIT_S = 0.5
_LARGEST_BACKOFF_S = 30.0
_LONGEST_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status. ``headers`` has lower-case names; ``where`` is the method and path that was asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    where: str

    @property
    def succeeded(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Rejected: the body is something else, such as the HTML page of a proxy or a log-in form.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            pass
        what = "an HTML page" if self.is_html else f"{len(self.body)} bytes that are not JSON"
        raise Rejected(
            f"{self.where}: the answer ({self.status}) is {what} where JSON was expected. Check that the URL is the "
            "address of Alation itself, not of a portal or a log-in page, and that no proxy answers in its place.",
            status=self.status,
        )

    @property
    def is_html(self) -> bool:
        """Whether the body is an HTML page, as proxies and unknown routes answer."""
        return "html" in self.headers.get("content-type", "") or self.body.lstrip()[:1] == b"<"

    @property
    def retry_after_s(self) -> float | None:
        """What the server asks to wait, in seconds; None when it does not say."""
        value = self.headers.get("retry-after", "").strip()
        if value.isdigit():
            return float(value)
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A PEM file with our certificate and the chain above it; its key is there too or in a file of its own."""

    certificate: Path
    key: Path | None = None
    key_password: SecretStr | None = None


class HttpClient:
    """One server over kept connections. A context manager; also closed by `close`.

    Args:
        base_url: scheme, host and, as far as there is one, the path that all routes lie under.
        timeout_s: for connecting, for sending, and for each wait for data.
        retries: how many times a failed try is repeated at most.
        ca_bundle: a PEM file (or a folder of hashed certificates) to trust beside the system's store.
        client_certificate: what to show to a server that asks who we are.

    Raises:
        ConfigError: the CA bundle or the client's certificate cannot be read, or the URL is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float = 60.0,
        retries: int = 6,
        ca_bundle: Path | None = None,
        client_certificate: ClientCertificate | None = None,
    ) -> None:
        import httpx  # noqa: PLC0415 - a quarter of a second that commands without a network do not pay

        for name in ("httpx", "httpcore"):
            # Their debug lines quote headers, which may hold cookies and redirect targets with secrets.
            logging.getLogger(name).setLevel(logging.WARNING)
        self._httpx = httpx
        self._secrets: set[str] = set()
        self._retries = retries
        self._timeout_s = timeout_s
        self._base = base_url.rstrip("/")
        self.host = _host_of(base_url)
        try:
            self._client = httpx.Client(
                verify=_tls_context(ca_bundle, client_certificate),
                timeout=timeout_s,
                follow_redirects=False,
                headers={"user-agent": f"alation-lineage/{_own_version()}", "accept": "application/json"},
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            # The reason would quote the proxy's address, which may hold a password.
            raise ConfigError(
                "a proxy in the environment cannot be used: HTTP_PROXY, HTTPS_PROXY and ALL_PROXY must look like "
                "http://proxy.example.com:3128, and NO_PROXY like a list of host names."
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"HttpClient({self.host})"

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def hide(self, secret: SecretStr) -> None:
        """From now on, put ``***`` in the place of this secret wherever text leaves this module."""
        if value := secret.get_secret_value():
            self._secrets.add(value)

    def redact(self, text: str) -> str:
        """The text without any of the hidden secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def excerpt(self, response: Response) -> str:
        """The beginning of a body as one redacted line, for an error message."""
        if response.is_html:
            return "an HTML page"
        text = " ".join(response.body[: 8 * _LONGEST_EXCERPT].decode("utf-8", "replace").split())
        text = self.redact(text)
        return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]} ..."

    def below_base(self, path: str) -> str:
        """A path from the root of the host, as a path below the base URL."""
        prefix = urlsplit(self._base).path
        return path[len(prefix) :] if prefix and path.startswith(f"{prefix}/") else path

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request, again as often as ``retries`` allows, and give the answer, whatever its status.

        Args:
            method: ``GET``, ``POST``, ``PATCH``, ``PUT`` or ``DELETE``; each may carry a body.
            path: the route below the base URL, with its leading slash; may hold a query.
            params: query parameters, encoded here.
            json: a value to send as a JSON body; None sends none.
            form: fields to send as a form body.
            headers: further headers, such as the token.

        Raises:
            Unreachable: no answer came in any try.
            Rejected: the answer is a redirect.
        """
        arguments = self._arguments(json, form, params, headers)
        tries = 0
        while True:
            outcome, again = self._once(method, path, arguments)
            if not again or tries >= self._retries:
                break
            wait_s = _wait_s(outcome, tries)
            tries += 1
            LOG.info("%s; again in %.1f s (%d of %d)", _summary(outcome), wait_s, tries, self._retries)
            time.sleep(wait_s)
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    def _once(self, method: str, path: str, arguments: dict[str, Any]) -> tuple[Response | AlationError, bool]:
        """The outcome of one try, and whether another may end otherwise."""
        where = f"{method} {path.partition('?')[0]}"
        failure: Exception
        try:
            answer = self._client.request(method, f"{self._base}{path}", **arguments)
        except (self._httpx.HTTPError, self._httpx.InvalidURL) as error:
            failure = error
        else:
            return self._judged(answer, where)
        words, may_pass = _reason(failure, self._httpx, self.host, self._timeout_s)
        return Unreachable(self.redact(f"{where}: {words}")), may_pass

    def _judged(self, answer: httpx.Response, where: str) -> tuple[Response | AlationError, bool]:
        response = Response(
            answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content, where
        )
        LOG.debug("%s: %d, %d bytes", where, response.status, len(response.body))
        if 300 <= response.status < 400:
            return Rejected(self._redirect(response), status=response.status), False
        asked_s = response.retry_after_s or 0.0
        return response, response.status in RETRIED_STATUS and asked_s <= LONGEST_WAIT_S

    def _redirect(self, response: Response) -> str:
        target = urlsplit(response.headers.get("location", ""))
        place = f"{target.scheme}://{target.hostname}{target.path}" if target.hostname else target.path
        return self.redact(
            f"{response.where}: {self.host} redirects ({response.status}) to {place or 'nowhere'}, and redirects are "
            "not followed, because that would lose the request. The usual causes: a missing slash at the end of the "
            "route, http instead of https in the URL, or the URL of a portal instead of that of Alation itself. "
            "Put the final address into the url setting."
        )

    def _arguments(
        self,
        json: Any,
        form: Mapping[str, str] | None,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
    ) -> dict[str, Any]:
        arguments: dict[str, Any] = {"headers": dict(headers or {})}
        if params:
            arguments["params"] = dict(params)
        if form is not None:
            arguments["data"] = dict(form)
        elif json is not None:
            arguments["content"] = json_bytes(json)
            arguments["headers"]["content-type"] = "application/json"
        return arguments


def json_bytes(value: Any) -> bytes:
    """JSON in UTF-8. Text that UTF-8 cannot hold (lone surrogates of a damaged log) gets ``?`` in their place."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _wait_s(outcome: Response | AlationError, tries: int) -> float:
    """What the server asks for; else twice as long as before, less up to a half, so that clients spread out."""
    if isinstance(outcome, Response) and outcome.retry_after_s is not None:
        return outcome.retry_after_s
    return min(_LARGEST_BACKOFF_S, _FIRST_WAIT_S * 2.0**tries) * random.uniform(0.5, 1.0)


def _summary(outcome: Response | AlationError) -> str:
    return f"{outcome.where}: {outcome.status}" if isinstance(outcome, Response) else str(outcome)


def _reason(error: Exception, httpx: Any, host: str, timeout_s: float) -> tuple[str, bool]:
    """What went wrong and what to check, in words; and whether another try may help."""
    causes = _causes(error)
    if cause := _first(causes, ssl.SSLCertVerificationError):
        words = (
            f"the certificate of {host} is not trusted ({cause.verify_message}). If your company signs its own "
            "certificates, set ca_bundle to the PEM file of its certificate authority; in a slim container, install "
            "the package ca-certificates."
        )
        return words, False
    if cause := _first(causes, ssl.SSLError):
        words = f"no TLS connection to {host} ({cause.reason or 'handshake failed'}): check that the URL's scheme"
        return f"{words} and port are right and that nothing between intercepts TLS.", True
    if _first(causes, socket.gaierror):
        return f"the host name of {host} is not known: check the URL, the DNS and, if you need one, the proxy.", True
    if isinstance(error, httpx.ProxyError):
        return f"the proxy does not let us through to {host}: check HTTPS_PROXY and NO_PROXY.", True
    if isinstance(error, httpx.TimeoutException):
        return f"no answer from {host} within {timeout_s:g} s: check that it is up, or raise timeout_s.", True
    if isinstance(error, httpx.ConnectError):
        words = f"no connection to {host} ({_last_words(causes)}): check the URL and port, that the server is up,"
        return f"{words} and the firewall, VPN or proxy between.", True
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return f"{host} is not an address that HTTP can reach: check the URL.", False
    if isinstance(error, httpx.TransportError):
        return f"the connection to {host} was lost before the whole answer came: check the server and proxy.", True
    return f"the answer of {host} cannot be read ({type(error).__name__}): check the proxy between.", True


def _causes(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in chain:
        chain.append(step)
        step = step.__cause__ or step.__context__
    return chain


def _first(causes: Sequence[BaseException], kind: type[Any]) -> Any:
    return next((cause for cause in causes if isinstance(cause, kind)), None)


def _last_words(causes: Sequence[BaseException]) -> str:
    system = _first(causes, OSError)
    return (system.strerror if system else None) or str(causes[0]) or "refused"


@cache  # reading the system's store takes 20 ms
def _tls_context(ca_bundle: Path | None, shown: ClientCertificate | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if shown is not None:
        _load_certificate(context, shown)
    if ca_bundle is None:
        return context
    try:
        if ca_bundle.is_dir():
            context.load_verify_locations(capath=ca_bundle)
        else:
            context.load_verify_locations(cafile=ca_bundle)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{ca_bundle}: ca_bundle cannot be read as PEM certificates: {error}") from None
    return context


def _load_certificate(context: ssl.SSLContext, shown: ClientCertificate) -> None:
    # Without a password of ours, OpenSSL would ask for one at a terminal that a nightly run does not have.
    password = shown.key_password.get_secret_value() if shown.key_password else ""
    try:
        context.load_cert_chain(shown.certificate, shown.key, password=password)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{shown.certificate}: client_certificate or its key cannot be read as PEM: {error}. Where the key is "
            "encrypted, put its password into ALATION_LINEAGE_CLIENT_KEY_PASSWORD."
        ) from None


def _host_of(base_url: str) -> str:
    """Host and port for messages, without what may stand before an ``@``."""
    try:
        parts = urlsplit(base_url)
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    if not name or parts.scheme not in {"http", "https"}:
        raise ConfigError("the URL of the server must look like https://alation.example.com")
    host = f"[{name}]" if ":" in name else name
    return f"{host}:{port}" if port else host


def _own_version() -> str:
    try:
        return version("alation-lineage")
    except PackageNotFoundError:
        return "0"
