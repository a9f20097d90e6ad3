"""One call to Data Observability: the key goes on, and an answer that is no success becomes one of our errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import SecretStr

from extractor.errors import AlationError, AuthenticationFailed, Rejected, RoleMissing, Throttled, Unreachable
from extractor.http import HttpClient, Response

SERVICE = "Data Observability"
_LONGEST_DETAIL = 600


class Wire:
    """Calls below ``{backend_service_host}/{tenant}/configuration`` that carry the key or the bearer token.

    Source: Data Observability, *API Keys* for the two headers.
    """

    def __init__(self, http: HttpClient, tenant: str, key: SecretStr, auth: Literal["api_key", "bearer"]) -> None:
        self.http = http
        self._root = f"/{tenant}/configuration"
        self._key = key
        self._auth = auth
        http.hide(key)

    def call(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, json: Any = None
    ) -> Response:
        """The successful answer to one request; lost connections, 429 and 5xx were tried again before.

        Raises:
            AlationError: in the class that says what a caller can do about it.
        """
        headers = self._headers()
        try:
            response = self.http.request(method, f"{self._root}{path}", params=params, json=json, headers=headers)
        except Rejected as error:
            raise self._redirected(method, path, error) from None
        if not response.succeeded:
            raise self._failure(response)
        return response

    def answer(self, response: Response) -> Any:
        """The body of a successful answer as JSON.

        Raises:
            Rejected: it is something else, such as the page of a proxy.
        """
        try:
            return response.json()
        except Rejected:
            what = "an HTML page" if response.is_html else "not JSON"
            raise Rejected(
                f"{response.where}: the answer ({response.status}) of {self.http.host} is {what}. Check that "
                "backend_service_host is the address of the service's API (it often ends with /api/backend), and that "
                "no log-in page or proxy answers in its place.",
                status=response.status,
            ) from None

    def _headers(self) -> dict[str, str]:
        secret = self._key.get_secret_value()
        return {"X-TLM-Key": secret} if self._auth == "api_key" else {"Authorization": f"Bearer {secret}"}

    def _redirected(self, method: str, path: str, error: Rejected) -> Rejected:
        return Rejected(
            f"{method} {self._root}{path}: {self.http.host} redirects ({error.status}), which is not followed, "
            "because that would lose the request. Put the final address into backend_service_host.",
            status=error.status,
        )

    def _failure(self, response: Response) -> AlationError:
        """What a refusal means. The service's own 404 has a code; the page of a wrong address has none."""
        status, said = response.status, self._said(response)
        where = f"{response.where}: {SERVICE} answers {status}{said}"
        if status == 401:
            words = f"{where}. The key is missing, wrong or expired: {self._advice()}"
            return AuthenticationFailed(words, status=status)
        if status == 403:
            words = f"{where}. The key is not allowed to do this: use one whose role is admin, of this tenant."
            return RoleMissing(words, status=status)
        if status == 429:
            return Throttled(f"{where}: too many requests, even after waiting. Try again later.", status=status)
        if status >= 500:
            return Unreachable(f"{where}, even after trying again. Try again when it is well.", status=status)
        if status == 404:
            words = f"{where}. Check backend_service_host and tenant, and that what is asked for exists there."
            return Rejected(words, status=status, code=None if response.is_html else "404")
        return Rejected(f"{where}. The request is refused as it stands.", status=status)

    def _advice(self) -> str:
        other = "bearer" if self._auth == "api_key" else "api_key"
        return (
            "put a new one where the old one is (ALATION_LINEAGE_OBSERVABILITY_KEY, the file that "
            f'ALATION_LINEAGE_OBSERVABILITY_KEY_FILE names, or the keyring); is auth = "{other}" meant?'
        )

    def _said(self, response: Response) -> str:
        """The service's own words, without secrets: ``{"description": ...}`` by its documents, anything by a proxy."""
        words = ""
        if not response.is_html:
            try:
                body = response.json()
            except Rejected:
                body = None
            if isinstance(body, dict):
                words = "; ".join(str(body[n]) for n in ("description", "message", "detail", "error") if body.get(n))
        text = self.http.redact(words) or self.http.excerpt(response)
        return f" ({text[:_LONGEST_DETAIL]})" if text else ""
