"""How far long work is: a line for each step, and counts in between for whoever wants to see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Progress = Callable[[str], None]
"""Called with one line for each step of the work. It may also have a method ``count``, which takes a `Count`."""


class Count(NamedTuple):
    """``done`` of ``total`` units of a piece of work are done; bytes where ``unit`` is "bytes". 0: nobody knows yet."""

    what: str
    done: int
    total: int
    unit: str


def counter(progress: Progress) -> Callable[[Count], None]:
    """What takes the counts of work; it may be called often, and costs little."""
    found: Callable[[Count], None] | None = getattr(progress, "count", None)
    return found if found is not None else _unheard


def _unheard(_: Count) -> None:
    return
