"""A dictionary that forgets what was used longest ago."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """At most ``capacity`` units of values, each weighing 1 unless `put` says otherwise; the latest always stays.

    ``forgotten`` is told of each value that is given up.
    """

    def __init__(self, capacity: int, forgotten: Callable[[V], None] | None = None) -> None:
        self._capacity = capacity
        self._forgotten = forgotten
        self._weight = 0
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, which counts as used now; None when it is not held."""
        held = self._held.get(key)
        if held is None:
            return None
        self._held.move_to_end(key)
        return held[0]

    def put(self, key: K, value: V, weight: int = 1) -> V:
        """Hold a value, forgetting older ones until all fits, and return it."""
        before = self._held.pop(key, None)
        self._weight += weight - (before[1] if before else 0)
        self._held[key] = (value, weight)
        while self._weight > self._capacity and len(self._held) > 1:
            self._forget(*self._held.popitem(last=False)[1])
        return value

    def pop(self, key: K) -> None:
        """Give up a value, if it is held."""
        held = self._held.pop(key, None)
        if held is not None:
            self._forget(*held)

    def clear(self) -> None:
        """Give up all values, the longest unused first."""
        while self._held:
            self._forget(*self._held.popitem(last=False)[1])

    def _forget(self, value: V, weight: int) -> None:
        self._weight -= weight
        if self._forgotten is not None:
            self._forgotten(value)

    def __len__(self) -> int:
        return len(self._held)
