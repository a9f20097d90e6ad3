"""A Dask cluster as an engine: the logs are read, and statements analysed, by its workers.

https://distributed.dask.org/en/stable/client.html; what a dead worker had is done again by another:
https://distributed.dask.org/en/stable/resilience.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

import distributed
from distributed.scheduler import KilledWorker

from extractor.engines.interface import Answer, Limits, Task
from extractor.engines.remote import analyse_all
from extractor.errors import ConfigError, EngineFailed

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 200
_AHEAD = 2
_RETRIES = 3
_CONNECT_S = 30
_CLIENT: Any = distributed.Client
"""Its methods are not typed."""


class DaskEngine:
    """The cluster whose scheduler is at ``address``; a context manager.

    Raises:
        ConfigError: no scheduler answers there.
    """

    spreads = True

    def __init__(self, address: str, limits: Limits) -> None:
        self._limits = limits
        try:
            self._client = _CLIENT(f"tcp://{address}", timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConfigError(f"no Dask scheduler answers at {address}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def outlines(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Analyse all tasks on the workers, in chunks; answers come in the order of the tasks."""
        for answers in self.each(partial(analyse_all, limits=self._limits), _chunks(tasks)):
            yield from answers

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The function of each item, on the workers; so many are under way that none of them waits.

        Raises:
            EngineFailed: workers die again and again of the same item.
        """
        waiting = iter(items)
        under_way: deque[Any] = deque()
        while True:
            wanted = max(1, sum(self._client.nthreads().values())) * _AHEAD - len(under_way)
            for item in islice(waiting, max(0, wanted)):
                # An item goes as one value: what it holds is no task of Dask's.
                under_way.append(self._client.submit(_Call(function, item), pure=False, retries=_RETRIES))
            if not under_way:
                return
            future = under_way.popleft()
            try:
                yield future.result()
            except KilledWorker as error:
                raise EngineFailed(f"workers of the Dask cluster die again and again: {error}") from error
            finally:
                future.release()


class _Call:
    """A function with its item, as something to call."""

    def __init__(self, function: Callable[[T], R], item: T) -> None:
        self._function = function
        self._item = item

    def __call__(self) -> Any:
        return self._function(self._item)


def _chunks(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    waiting = iter(tasks)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk
