"""One request as the routes see it, and a refusal as they raise it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import QueryParams
from starlette.responses import Response

from extractor.sandbox.faults import Fault, Faults

LARGEST_NUMBER = 9_000_000_000_000_000
"""No number of an object, a page or a place in a list is larger."""


def whole_number(text: str) -> int | None:
    """The number that a parameter holds, or None when it holds none that can be meant."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else LARGEST_NUMBER + 1
    return number if number <= LARGEST_NUMBER else None


class Refusal(Exception):
    """A request is answered with this status and body, and nothing of it is kept."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def refused(status: int, code: int | None, detail: str, errors: list[Any] | None = None) -> Refusal:
    """A refusal in Alation's shape: ``{"detail", "code", "errors"}``, with the code as a string."""
    body: dict[str, Any] = {"detail": detail}
    if code is not None:
        body["code"] = str(code)
    if errors is not None:
        body["errors"] = errors
    return Refusal(status, body)


@dataclass(frozen=True, slots=True)
class Call:
    """A request: its parameters, its body and the transaction that its work belongs to."""

    method: str
    path: str
    params: QueryParams
    headers: Mapping[str, str]
    body: bytes
    path_params: Mapping[str, Any]
    db: Connection
    faults: Faults = field(repr=False)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Refusal: 400008, it is not.
        """
        try:
            return json.loads(self.body)
        except ValueError:
            raise refused(400, 400008, "The request body is not valid JSON.") from None

    def fault(self, kind: str) -> Fault | None:
        """The fault of this kind that applies to this request, counted as used."""
        return self.faults.take(kind, self.method, self.path)

    def only_parameters(self, allowed: set[str]) -> None:
        """Refuse query parameters that the route does not know, with 400006."""
        unknown = sorted(set(self.params) - allowed)
        if unknown:
            raise refused(400, 400006, f"Invalid query parameters: {unknown}")


Handler = Callable[[Call], Response]
