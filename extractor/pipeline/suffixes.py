"""Names that carry a date or a run's number (``orders_20240301``): statements alike but in these are analysed once.

Each statement keeps its own fingerprint and its own names. What is shared is the dear part: the outline of the first is
written once more with the names of the next.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import NamedTuple

from dialects import Dialect
from extractor import statements

_SUFFIX = re.compile(r"(?<=_)(?=[a-f]*[0-9])(?:[0-9a-f]{8,40})(?![0-9A-Za-z_$#@])")
_HELD = 2_000

Key = tuple[str, int]


class Marked(NamedTuple):
    """A statement without its suffixes: what all alike have in common, and the distinct suffixes in their order."""

    key: Key
    values: tuple[str, ...]


def marked(text: str, dialect: Dialect) -> Marked | None:
    """The statement without its suffixes; None when it has none."""
    values: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        return values.setdefault(found[0], f"zq{len(values)}qz")

    plain = _SUFFIX.sub(mark, text)
    if not values:
        return None
    return Marked((statements.fingerprint(plain, dialect), len(values)), tuple(values))


class Outlines:
    """Outlines by what their statements have in common; those used longest ago are forgotten."""

    def __init__(self) -> None:
        self._held: OrderedDict[Key, tuple[tuple[str, ...], bytes]] = OrderedDict()

    def keep(self, found: Marked, outline: bytes) -> None:
        """Keep an outline for others, unless a suffix of it stands in it in another spelling, or within a word."""
        whole = outline.decode()
        spelled = whole.lower()
        if any(spelled.count(value) != len(_exactly(value).findall(whole)) for value in found.values):
            return
        self._held[found.key] = (found.values, outline)
        if len(self._held) > _HELD:
            self._held.popitem(last=False)

    def for_names(self, found: Marked) -> bytes | None:
        """The outline of a statement that is alike one that was kept; None when there is none."""
        held = self._held.get(found.key)
        if held is None:
            return None
        self._held.move_to_end(found.key)
        values, outline = held
        new = dict(zip(values, found.values, strict=True))
        return _SUFFIX.sub(lambda match: new.get(match[0], match[0]), outline.decode()).encode()


def _exactly(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=_){value}(?![0-9A-Za-z_$#@])")
