"""Access tokens from OAuth client credentials. Source: *Overview (Service User Authorization)*; cloud tenants only.

The client's id stands in the configuration, its secret where secrets are. A token lives as long as the client says,
from five minutes to 72 hours, so it is renewed shortly before its end, and once when Alation refuses it.
"""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from extractor.alation.auth import AccessTokens, TokenInfo, seconds_to_use
from extractor.http import HttpClient

TOKEN_ROUTE = "/oauth/v2/token/"  # noqa: S105 - a route, not a secret


class ClientCredentialsAuth(AccessTokens):
    """Access tokens of a service user: of a client that an admin of the tenant has made."""

    nowhere = "Only cloud tenants know OAuth clients; elsewhere use user_id and a refresh token."

    def __init__(self, http: HttpClient, client_id: str, client_secret: SecretStr) -> None:
        super().__init__(http, client_secret)
        self._client_id = client_id

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
            "client_secret": self._secret.get_secret_value(),
        }
        response = self._http.request("POST", TOKEN_ROUTE, form=form)
        if not response.succeeded:
            raise self._refusal(response)
        body: Any = response.json()
        told = body if isinstance(body, dict) else {}
        life_s = told.get("expires_in")
        use_s = seconds_to_use(float(life_s)) if isinstance(life_s, int | float) and life_s > 0 else float("inf")
        return self._taken(response.where, told.get("access_token"), use_s)

    def _advice(self) -> str:
        return (
            f"The OAuth client {self._client_id} or its secret is wrong, or may not use client credentials. Let an "
            "admin look at the client in Alation's settings (Authentication, OAuth Client Applications), and put its "
            "secret into ALATION_LINEAGE_CLIENT_SECRET or the file that ALATION_LINEAGE_CLIENT_SECRET_FILE names."
        )
