"""How far long work is: a line for each step, and counts in between for whoever wants to see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

_Item = TypeVar("_Item")

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


def counting(items: Iterable[_Item], what: str, unit: str, told: Callable[[Count], None]) -> Iterator[_Item]:
    """The items as they are, each counted when it is asked for; nobody knows how many there will be."""
    for number, item in enumerate(items):
        told(Count(what, number, 0, unit))
        yield item


def unheard(_: str) -> None:
    """The progress of work that nobody watches."""


def _unheard(_: Count) -> None:
    return
