"""The connection between Data Observability and Alation. Source: *Alation Integration APIs*, Setup."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import SecretStr

from extractor.errors import Rejected
from extractor.http import Response
from extractor.observability.wire import Wire

ROUTE = "/integrations/alation"


class Integration(NamedTuple):
    """The Alation that Data Observability is connected to, and the user of the token it has."""

    url: str
    user_id: int


def connect(wire: Wire, url: str, user_id: int, refresh_token: SecretStr) -> Integration:
    """Make the connection, or change it. The token is sent and never shown; the service does not tell it again."""
    wire.http.hide(refresh_token)
    body = {"url": url, "user_id": user_id, "refresh_api_token": refresh_token.get_secret_value()}
    return _read(wire, wire.call("PUT", ROUTE, json=body))


def show(wire: Wire) -> Integration | None:
    """The connection; None when there is none."""
    try:
        response = wire.call("GET", ROUTE)
    except Rejected as error:
        if error.code == "404":
            return None
        raise
    body = wire.answer(response)
    return None if body in (None, {}) else _read(wire, response)


def disconnect(wire: Wire) -> str:
    """Remove the connection and give what the service says; one that is gone already is no error."""
    try:
        body = wire.answer(wire.call("DELETE", ROUTE))
    except Rejected as error:
        if error.code == "404":
            return "it was gone already"
        raise
    return wire.http.redact(message_of(body))


def message_of(body: Any) -> str:
    """The service's word on what it did."""
    return str(body.get("message") or "done") if isinstance(body, dict) else "done"


def _read(wire: Wire, response: Response) -> Integration:
    body = wire.answer(response)
    url, user_id = (body.get("url"), body.get("user_id")) if isinstance(body, dict) else (None, None)
    if not isinstance(url, str) or not str(user_id).isdigit():
        raise Rejected(
            f"{response.where}: the answer ({response.status}) holds no url and user_id", status=response.status
        )
    return Integration(wire.http.redact(url), int(str(user_id)))
