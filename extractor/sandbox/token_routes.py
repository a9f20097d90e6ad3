"""Tokens: made, asked about, withdrawn; and the check that every other route makes."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import Connection, Row, delete, insert, select, update
from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from extractor.sandbox.call import Call, Refusal, refused
from extractor.sandbox.tables import ACCESS_TOKENS, REFRESH_TOKENS

USER_ID = 1
OAUTH_CLIENT = "sandbox"
_REFRESH_LIFE_S = 60 * 86_400
_ACCESS_LIFE_S = 86_400
_OAUTH_LIFE_S = 3600


def first_refresh_token(db: Connection) -> str:
    """The oldest refresh token, made at the first start."""
    oldest = select(REFRESH_TOKENS.c.token).order_by(REFRESH_TOKENS.c.created_at).limit(1)
    return db.execute(oldest).scalar_one_or_none() or _new_refresh_token(db, "sandbox")


def access_token_of(headers: Headers) -> str:
    """The token that a request carries, in ``TOKEN`` or as a bearer.

    Raises:
        Refusal: 403, it carries none.
    """
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    token = headers.get("token") or (bearer.strip() if kind.lower() == "bearer" else "")
    if not token:
        raise refused(403, 403000, "Authentication credentials were not provided.")
    return token


def check_access(db: Connection, token: str) -> None:
    """Refuse an access token that is not known or has expired, with 401."""
    row = db.execute(select(ACCESS_TOKENS).where(ACCESS_TOKENS.c.token == token)).one_or_none()
    if row is None or row.expires_at <= time.time():
        raise refused(401, 401000, "Authentication failed")


def is_good_refresh(row: Row[Any]) -> bool:
    """Whether a refresh token has not ended."""
    return bool(row.expires_at > time.time())


def expire_access(db: Connection, token: str) -> None:
    """Let an access token end now."""
    db.execute(update(ACCESS_TOKENS).where(ACCESS_TOKENS.c.token == token).values(expires_at=0.0))


def create_refresh(call: Call) -> JSONResponse:
    """``createRefreshToken/``: by name and password."""
    body = _fields(call, "username", "password", "name")
    token = _new_refresh_token(call.db, str(body["name"]))
    return JSONResponse(_refresh_shown(call, _refresh_row(call.db, token)), 201)


def regenerate_refresh(call: Call) -> JSONResponse:
    """``regenRefreshToken/``: a new token for an old one, which ends."""
    row = _own_refresh(call)
    call.db.execute(delete(REFRESH_TOKENS).where(REFRESH_TOKENS.c.token == row.token))
    token = _new_refresh_token(call.db, row.name)
    return JSONResponse(_refresh_shown(call, _refresh_row(call.db, token)), 201)


def validate_refresh(call: Call) -> JSONResponse:
    """``validateRefreshToken/``."""
    return JSONResponse(_refresh_shown(call, _own_refresh(call)))


def create_access(call: Call) -> JSONResponse:
    """``createAPIAccessToken/``."""
    row = _own_refresh(call)
    if row.expires_at <= time.time() or call.fault("refresh_expired"):
        raise refused(401, 401000, "Refresh token provided is expired.")
    return JSONResponse(_access_shown(_new_access_token(call.db, row.token, _ACCESS_LIFE_S)), 201)


def validate_access(call: Call) -> JSONResponse:
    """``validateAPIAccessToken/``."""
    body = _fields(call, "api_access_token", "user_id")
    token = str(body["api_access_token"])
    row = call.db.execute(select(ACCESS_TOKENS).where(ACCESS_TOKENS.c.token == token)).one_or_none()
    if row is None or str(body["user_id"]) != str(row.user_id):
        raise refused(401, 401000, "API access token provided is invalid.")
    return JSONResponse(_access_shown(row))


def revoke_access(call: Call) -> JSONResponse:
    """``revokeAPIAccessTokens/``: all access tokens of a refresh token end."""
    row = _own_refresh(call)
    call.db.execute(delete(ACCESS_TOKENS).where(ACCESS_TOKENS.c.refresh_token == row.token))
    return JSONResponse({"detail": "All API access tokens of the refresh token are revoked."})


def oauth(call: Call) -> JSONResponse:
    """``/oauth/v2/token``: client credentials, in the form or as HTTP Basic."""
    form = {name: values[0] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        raise Refusal(400, {"error": "unsupported_grant_type", "error_description": "Only client_credentials."})
    client, secret = _basic(call) or (form.get("client_id", ""), form.get("client_secret", ""))
    known = first_refresh_token(call.db)
    if client != OAUTH_CLIENT or not secrets.compare_digest(secret.encode(), known.encode()):
        raise Refusal(401, {"error": "invalid_client", "error_description": "Client authentication failed."})
    row = _new_access_token(call.db, known, _OAUTH_LIFE_S)
    return JSONResponse(
        {"access_token": row.token, "token_type": "Bearer", "expires_in": _OAUTH_LIFE_S, "scope": "default"}
    )


def _basic(call: Call) -> tuple[str, str] | None:
    kind, _, value = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return client, secret


def _fields(call: Call, *names: str) -> dict[str, Any]:
    body = call.json()
    missing = [name for name in names if not isinstance(body, dict) or not _is_given(name, body.get(name))]
    if missing:
        raise refused(400, 400010, "Required fields are missing.", [{n: ["This field is required."]} for n in missing])
    return dict(body)


def _is_given(name: str, value: Any) -> bool:
    is_number = name == "user_id" and isinstance(value, int) and not isinstance(value, bool)
    return is_number or (isinstance(value, str) and value != "")


def _own_refresh(call: Call) -> Row[Any]:
    body = _fields(call, "refresh_token", "user_id")
    row = _refresh_row(call.db, str(body["refresh_token"]))
    if row is None or str(body["user_id"]) != str(row.user_id):
        raise refused(401, 401000, "Refresh token provided is invalid.")
    return row


def _refresh_row(db: Connection, token: str) -> Row[Any] | None:
    return db.execute(select(REFRESH_TOKENS).where(REFRESH_TOKENS.c.token == token)).one_or_none()


def _new_refresh_token(db: Connection, name: str) -> str:
    token, now = secrets.token_urlsafe(32), time.time()
    values = {"token": token, "user_id": USER_ID, "name": name, "created_at": now, "expires_at": now + _REFRESH_LIFE_S}
    db.execute(insert(REFRESH_TOKENS).values(values))
    return token


def _new_access_token(db: Connection, refresh_token: str, life_s: float) -> Row[Any]:
    token, now = secrets.token_urlsafe(32), time.time()
    values = {"token": token, "refresh_token": refresh_token, "user_id": USER_ID, "created_at": now}
    db.execute(insert(ACCESS_TOKENS).values(**values, expires_at=now + life_s))
    return db.execute(select(ACCESS_TOKENS).where(ACCESS_TOKENS.c.token == token)).one()


def _refresh_shown(call: Call, row: Row[Any] | None) -> dict[str, Any]:
    assert row is not None
    expired = row.expires_at <= time.time() or call.fault("refresh_expired") is not None
    return {
        "refresh_token": row.token,
        "user_id": row.user_id,
        "name": row.name,
        "created_at": _moment(row.created_at),
        "token_expires_at": _moment(row.expires_at),
        "last_used_at": None,
        "token_status": "EXPIRED" if expired else "ACTIVE",
    }


def _access_shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "api_access_token": row.token,
        "user_id": row.user_id,
        "created_at": _moment(row.created_at),
        "token_expires_at": _moment(row.expires_at),
        "token_status": "ACTIVE" if row.expires_at > time.time() else "EXPIRED",
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
