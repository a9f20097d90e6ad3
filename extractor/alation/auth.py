"""Tokens: a long-lived refresh token gives short-lived access tokens.

Source: *Generate Tokens*, *Refresh & Access Token Overview*. A refresh token lives 60 days and an access token 24
hours unless the instance says otherwise, down to hours; so an access token is renewed shortly before its end, and
once when Alation refuses it.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import SecretStr

from extractor.errors import AlationError, AuthenticationFailed, Rejected, Throttled, Unreachable
from extractor.http import HttpClient, Response

CREATE_ACCESS = "/integration/v1/createAPIAccessToken/"
VALIDATE_REFRESH = "/integration/v1/validateRefreshToken/"
VALIDATE_ACCESS = "/integration/v1/validateAPIAccessToken/"
_MARGIN_S = 120.0


class TokenSource(Protocol):
    """Where access tokens come from: a refresh token, or OAuth client credentials."""

    def token(self) -> SecretStr:
        """An access token that is good as far as is known."""

    def renewed(self, refused: SecretStr) -> SecretStr:
        """Another one, after Alation refused this one."""

    def check(self) -> TokenInfo:
        """What Alation says of what access tokens are made from."""

    def check_access(self) -> TokenInfo:
        """What Alation says of an access token that was made now."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What Alation says of a token. ``expires_at`` is in UTC, None when it is not told."""

    active: bool
    expires_at: datetime | None
    name: str = ""

    def days_left(self, now: datetime | None = None) -> float | None:
        """Days until the token ends, negative when it has; None when the end is not told."""
        if self.expires_at is None:
            return None
        return (self.expires_at - (now or datetime.now(UTC))).total_seconds() / 86_400


class AccessTokens(ABC):
    """Access tokens that are made when they are asked for, kept, and renewed shortly before their end.

    Args:
        http: the server; the secret and the tokens are hidden from its messages.
        secret: what access tokens are made from.
    """

    nowhere: str
    """What to do when the route does not exist."""

    def __init__(self, http: HttpClient, secret: SecretStr) -> None:
        self._http = http
        self._secret = secret
        self._access_token: SecretStr | None = None
        self._renew_at = 0.0
        http.hide(secret)

    def token(self) -> SecretStr:
        """An access token, made at the first call and again shortly before its end.

        Raises:
            AuthenticationFailed: what it is made from is wrong or expired; the message says what to do.
        """
        if self._access_token is None or time.monotonic() >= self._renew_at:
            self._access_token = self._create()
        return self._access_token

    def renewed(self, refused: SecretStr) -> SecretStr:
        """A token other than the one that was refused."""
        if self._access_token is None or self._access_token == refused:
            self._access_token = self._create()
        return self._access_token

    @abstractmethod
    def _create(self) -> SecretStr:
        """Ask for a new access token."""

    @abstractmethod
    def _advice(self) -> str:
        """What to do when the secret is refused."""

    def _taken(self, where: str, value: Any, use_s: float) -> SecretStr:
        """The token of an answer, to be used for so many seconds."""
        if not isinstance(value, str) or not value:
            raise AuthenticationFailed(f"{where}: the answer holds no access token. {self._advice()}")
        token = SecretStr(value)
        self._http.hide(token)
        self._renew_at = time.monotonic() + use_s
        return token

    def _refusal(self, response: Response) -> AlationError:
        status, said = response.status, f"{response.where}: {response.status} ({self._http.excerpt(response)})"
        if status == 429:
            return Throttled(f"{said}: too many requests, even after waiting. Run again later.", status=status)
        if status >= 500:
            return Unreachable(f"{said}, even after trying again. Run again when Alation is well.", status=status)
        if status == 404 or response.is_html:
            return Rejected(f"{said}. {self.nowhere}", status=status)
        return AuthenticationFailed(f"{said}. {self._advice()}", status=status, code=code_of(response))


class RefreshTokenAuth(AccessTokens):
    """Access tokens from a refresh token, which belongs to the user with that number."""

    nowhere = "Check that the URL is the address of Alation itself."

    def __init__(self, http: HttpClient, user_id: int, refresh_token: SecretStr) -> None:
        super().__init__(http, refresh_token)
        self._user_id = user_id

    def check(self) -> TokenInfo:
        """What Alation says of the refresh token.

        Raises:
            AuthenticationFailed: it is not known.
        """
        return _info(self._ask(VALIDATE_REFRESH, {"refresh_token": self._secret.get_secret_value()}))

    def check_access(self) -> TokenInfo:
        """What Alation says of an access token that was made now.

        Raises:
            AuthenticationFailed: none can be made, or Alation does not know the one it made.
        """
        return _info(self._ask(VALIDATE_ACCESS, {"api_access_token": self.token().get_secret_value()}))

    def _create(self) -> SecretStr:
        body = self._ask(CREATE_ACCESS, {"refresh_token": self._secret.get_secret_value()})
        return self._taken(CREATE_ACCESS, body.get("api_access_token"), _life_s(body))

    def _ask(self, path: str, token: dict[str, str]) -> dict[str, Any]:
        response = self._http.request("POST", path, json={**token, "user_id": self._user_id})
        if not response.succeeded:
            raise self._refusal(response)
        answer = response.json()
        if not isinstance(answer, dict) or str(answer.get("status", "")).lower() == "failed":
            raise AuthenticationFailed(f"{path}: {self._http.excerpt(response)}. {self._advice()}")
        return answer

    def _advice(self) -> str:
        return (
            f"The refresh token is wrong or expired, or does not belong to user_id {self._user_id}. Create a new one "
            "in Alation (Account Settings, Authentication, Create Refresh Token) and put it where the old one is: "
            "ALATION_LINEAGE_REFRESH_TOKEN, the file that ALATION_LINEAGE_REFRESH_TOKEN_FILE names, or the keyring."
        )


def moment(text: Any) -> datetime | None:
    """A time as Alation writes it, in UTC; None when there is none or it cannot be read."""
    if not isinstance(text, str):
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _life_s(body: dict[str, Any]) -> float:
    """Seconds until a new access token is due. Measured between the server's own times, so no clock has to agree."""
    start, end = moment(body.get("created_at")), moment(body.get("token_expires_at"))
    if end is None:
        return float("inf")
    return seconds_to_use((end - (start or datetime.now(UTC))).total_seconds())


def seconds_to_use(life_s: float) -> float:
    """How long to use a token that lives so long: it is renewed shortly before its end, at most once a second."""
    return max(life_s - _MARGIN_S, life_s / 2, 1.0)


def _info(body: dict[str, Any]) -> TokenInfo:
    return TokenInfo(
        active=str(body.get("token_status", "")).strip().upper() == "ACTIVE",
        expires_at=moment(body.get("token_expires_at")),
        name=str(body.get("name") or ""),
    )


def code_of(response: Response) -> str | None:
    """Alation's own code in the body of a refusal."""
    try:
        body = response.json()
    except Rejected:
        return None
    return str(body["code"]) if isinstance(body, dict) and body.get("code") is not None else None
