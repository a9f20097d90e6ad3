"""One call to Alation: the token goes on, and an answer that is no success becomes one of our errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from extractor.alation.auth import TokenSource
from extractor.errors import (
    AlationError,
    AuthenticationFailed,
    Rejected,
    RoleMissing,
    Throttled,
    Unreachable,
)
from extractor.http import HttpClient, Response

LINEAGE_ROLE = "Source Admin or Server Admin"
DATAFLOW_ROLE = "Server Admin"
CATALOG_ROLE = "Source Admin, or Viewer and above with access to the data source,"
JOB_ROLE = "any role that may use the API"
_LONGEST_DETAIL = 1000
_ALTERED = "a proxy between may have cut or altered the request: compare with a call that does not go through it."
_CODES = {
    "400008": f"The body did not arrive as JSON: {_ALTERED}",
    "400009": f"The body did not arrive as one object: {_ALTERED}",
    "400010": "A field is missing or wrong, as said above; repeating it does not help. If the lineage is from a paths "
    "source, correct it there; else please report this.",
    "400011": "This Alation knows fewer fields than were sent: please report this with its version.",
    "400012": "This Alation wants the dataflows to be named with every upload: please report this with its version.",
    "404000": "What is asked for does not exist in this Alation, or no longer: check ids and data sources "
    "(alation-lineage check).",
}


class Wire:
    """Calls that carry a token. A token that Alation refuses is renewed once for each call.

    Args:
        http: the server.
        tokens: where access tokens come from.
    """

    def __init__(self, http: HttpClient, tokens: TokenSource) -> None:
        self.http = http
        self.tokens = tokens

    def call(
        self,
        method: str,
        path: str,
        *,
        role: str,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
    ) -> Response:
        """The successful answer to one request.

        Args:
            method: the HTTP method.
            path: the route, with its slash at the end.
            role: who may do this in Alation, named when the answer is 403.
            params: query parameters.
            json: the body.

        Raises:
            AlationError: in the class that says what a caller can do about it.
        """
        token = self.tokens.token()
        response = self._send(method, path, params, json, token)
        if response.status == 401:
            token = self.tokens.renewed(token)
            response = self._send(method, path, params, json, token)
        if not response.succeeded:
            raise failure(self.http, response, role)
        return response

    def pages(
        self, path: str, *, role: str, params: Mapping[str, str | int] | None = None, json: Any = None
    ) -> Iterator[Any]:
        """The JSON of each page, following ``X-Next-Page`` until an answer has none."""
        response = self.call("GET", path, role=role, params=params, json=json)
        seen = {path}
        while True:
            yield response.json()
            following = self._next_page(response, path)
            if following is None or following in seen:
                return
            seen.add(following)
            response = self.call("GET", following, role=role, json=json)

    def _send(
        self, method: str, path: str, params: Mapping[str, str | int] | None, json: Any, token: SecretStr
    ) -> Response:
        headers = {"TOKEN": token.get_secret_value()}
        return self.http.request(method, path, params=params, json=json, headers=headers)

    def _next_page(self, response: Response, path: str) -> str | None:
        """The next page as a route below the base URL. Its host is ignored: the token goes to no other."""
        link = response.headers.get("x-next-page", "").strip()
        if not link:
            return None
        parts = urlsplit(link)
        route = self.http.below_base(parts.path) or path
        return f"{route}?{parts.query}" if parts.query else route


def failure(http: HttpClient, response: Response, role: str) -> AlationError:
    """What a refusal means, as the error that says what to do.

    Sources: *Log Based API Error Codes* for 400000 to 400013, *Generate Tokens* for 401 and 403.
    """
    status, (code, detail) = response.status, _details(http, response)
    where = f"{response.where}: Alation answers {status}" + (f" {code}" if code else "")
    said = f" ({detail})" if detail else ""
    if status == 401:
        words = f"{where}{said}. A fresh access token was refused too: check user_id, and create a new refresh token."
        return AuthenticationFailed(words, status=status, code=code)
    if status == 403 and "credentials were not provided" in detail:
        words = f"{where}{said}. The token did not arrive: a proxy between may remove the TOKEN header."
        return AuthenticationFailed(words, status=status, code=code)
    if status == 403:
        words = f"{where}{said}. The user of the token lacks a role: this call needs {role} in Alation."
        return RoleMissing(words, status=status, code=code)
    if status == 429:
        words = f"{where}{said}: too many requests, even after waiting{_wait(response)}. Run again later."
        return Throttled(words, status=status, code=code)
    if status >= 500:
        words = f"{where}{said}, even after trying again{_wait(response)}. Run again when Alation is well."
        return Unreachable(words, status=status, code=code)
    return Rejected(f"{where}{said}. {_advice(status, code)}", status=status, code=code)


def _advice(status: int, code: str | None) -> str:
    if code in _CODES:
        return _CODES[code]
    if status == 404:
        return "Check that the URL is that of Alation itself and that what is asked for exists there."
    if status == 413:
        return "The request is too large for the server or a proxy: lower max_bytes or max_paths in [upload]."
    return "The request is refused as it stands; repeating it does not help."


def _wait(response: Response) -> str:
    asked_s = response.retry_after_s
    return f" (it asks to wait {asked_s:.0f} s)" if asked_s else ""


def _details(http: HttpClient, response: Response) -> tuple[str | None, str]:
    """Alation's own code and words. Bodies met: an object with detail, code and errors; a sentence; a page."""
    body: Any = None
    if not response.is_html:
        try:
            body = response.json()
        except Rejected:
            body = None
    if not isinstance(body, dict):
        return None, body[:_LONGEST_DETAIL] if isinstance(body, str) else http.excerpt(response)
    words = [str(body[name]) for name in ("title", "detail", "error", "error_description") if body.get(name)]
    words += _each_error(body.get("errors"))
    code = body.get("code")
    text = http.redact("; ".join(words)) or http.excerpt(response)
    return (None if code is None else str(code)), text[:_LONGEST_DETAIL]


def _each_error(errors: Any) -> list[str]:
    """``[{"key": ["400068: ..."]}]`` as ``key: 400068: ...``, whatever else it may look like."""
    lines = []
    for error in errors if isinstance(errors, list) else [errors] if errors else []:
        if isinstance(error, dict):
            lines += [f"{k}: {'; '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in error.items()]
        else:
            lines.append(str(error))
    return lines
