"""Paging: ``limit`` and ``skip``, a cap on the page, and ``X-Next-Page`` while more is left."""

from __future__ import annotations

from typing import NamedTuple, Self
from urllib.parse import urlencode

from extractor.sandbox.call import Call, refused, whole_number

DEFAULT_LIMIT = 100
CAP = 1000


class Page(NamedTuple):
    """One page of a list."""

    limit: int
    skip: int

    @classmethod
    def of(cls, call: Call) -> Self:
        """The page that a request asks for, no longer than the cap."""
        fault = call.fault("page_cap")
        cap = min(CAP, max(1, int(fault.value))) if fault else CAP
        return cls(min(_number(call, "limit", DEFAULT_LIMIT, 1), cap), _number(call, "skip", 0, 0))

    def headers(self, call: Call, total: int) -> dict[str, str]:
        """``X-Next-Page``, relative to the host, when there are more objects than this page ends with."""
        if self.skip + self.limit >= total:
            return {}
        others = [(k, v) for k, v in call.params.multi_items() if k not in {"limit", "skip"}]
        query = urlencode([*others, ("limit", self.limit), ("skip", self.skip + self.limit)])
        return {"X-Next-Page": f"{call.path}?{query}"}


def _number(call: Call, name: str, default: int, least: int) -> int:
    text = call.params.get(name)
    if text is None:
        return default
    number = whole_number(text)
    if number is None or number < least:
        raise refused(400, 400006, f"Invalid query parameters: ['{name}']")
    return number
