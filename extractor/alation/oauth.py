"""Access tokens from OAuth client credentials. Source: *Overview (Service User Authorization)*; cloud tenants only.

The client's id stands in the configuration, its secret where secrets are. A token lives as long as the client says,
from five minutes to 72 hours, so it is renewed shortly before its end, and once when Alation refuses it.
"""

from __future__ import annotations

import time
from typing import Any

from pydantic import SecretStr

from extractor.alation.auth import TokenInfo, code_of, seconds_to_use
from extractor.errors import AlationError, AuthenticationFailed, Rejected, Throttled, Unreachable
from extractor.http import HttpClient, Response

TOKEN_ROUTE = "/oauth/v2/token/"  # noqa: S105 - a route, not a secret


class ClientCredentialsAuth:
    """Access tokens of a service user.

    Args:
        http: the server; the secret and the tokens are hidden from its messages.
        client_id: the client that an admin of the tenant has made.
        client_secret: its secret.
    """

    def __init__(self, http: HttpClient, client_id: str, client_secret: SecretStr) -> None:
        self._http = http
        self._client_id = client_id
        self._client_secret = client_secret
        self._access_token: SecretStr | None = None
        self._renew_at = 0.0
        http.hide(client_secret)

    def token(self) -> SecretStr:
        """An access token, made at the first call and again shortly before its end.

        Raises:
            AuthenticationFailed: the client or its secret is wrong; the message says what to do.
        """
        if self._access_token is None or time.monotonic() >= self._renew_at:
            self._access_token = self._create()
        return self._access_token

    def renewed(self, refused: SecretStr) -> SecretStr:
        """A token other than the one that was refused."""
        if self._access_token is None or self._access_token == refused:
            self._access_token = self._create()
        return self._access_token

    def check(self) -> TokenInfo:
        """That the client gives tokens; its secret has no end that could be told.

        Raises:
            AuthenticationFailed: it gives none.
        """
        self._access_token = self._create()
        return TokenInfo(active=True, expires_at=None, name=self._client_id)

    def check_access(self) -> TokenInfo:
        """As `check`: a token that was made a moment ago is good."""
        return self.check()

    def _create(self) -> SecretStr:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
        }
        response = self._http.request("POST", TOKEN_ROUTE, form=form)
        if not response.succeeded:
            raise self._refusal(response)
        body: Any = response.json()
        value = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(value, str) or not value:
            raise AuthenticationFailed(f"{response.where}: the answer holds no access token. {self._advice()}")
        token = SecretStr(value)
        self._http.hide(token)
        life_s = body.get("expires_in")
        is_told = isinstance(life_s, (int, float)) and life_s > 0
        self._renew_at = time.monotonic() + (seconds_to_use(float(life_s)) if is_told else float("inf"))
        return token

    def _refusal(self, response: Response) -> AlationError:
        status, said = response.status, f"{response.where}: {response.status} ({self._http.excerpt(response)})"
        if status == 429:
            return Throttled(f"{said}: too many requests, even after waiting. Run again later.", status=status)
        if status >= 500:
            return Unreachable(f"{said}, even after trying again. Run again when Alation is well.", status=status)
        if status == 404 or response.is_html:
            words = "Only cloud tenants know OAuth clients; elsewhere use user_id and a refresh token."
            return Rejected(f"{said}. {words}", status=status)
        return AuthenticationFailed(f"{said}. {self._advice()}", status=status, code=code_of(response))

    def _advice(self) -> str:
        return (
            f"The OAuth client {self._client_id} or its secret is wrong, or may not use client credentials. Let an "
            "admin look at the client in Alation's settings (Authentication, OAuth Client Applications), and put its "
            "secret into ALATION_LINEAGE_CLIENT_SECRET or the file that ALATION_LINEAGE_CLIENT_SECRET_FILE names."
        )
