"""The contract of an engine: texts in, outlines or named failures out, one answer for every task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, TypeVar

from extractor.models import Outcome

T = TypeVar("T")
R = TypeVar("R")


class Limits(NamedTuple):
    """What one statement may cost: seconds, bracket levels, and megabytes of the worker that analyses it."""

    statement_s: float = 30.0
    nesting: int = 150
    memory_mb: int = 1024


class Task(NamedTuple):
    """One distinct statement to analyse."""

    fingerprint: str
    dialect: str
    text: str


class Answer(NamedTuple):
    """The end of a task: ``outline`` as bytes, or else the ``outcome`` that it failed with and why.

    ``seconds`` is how long the analysis took.
    """

    fingerprint: str
    outline: bytes | None
    outcome: Outcome | None = None
    reason: str = ""
    seconds: float = 0.0


class Engine(Protocol):
    """Runs pure functions somewhere: on texts of statements, and where it ``spreads`` on partitions of logs too."""

    @property
    def spreads(self) -> bool:
        """Whether the logs are read by workers that reach them, one partition at a time, or by the caller."""

    def outlines(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Analyse all tasks, in any order, exactly one answer for each.

        Tasks are drawn as they are needed, so the iterable may be endless.
        """

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """What a pure function gives for each item, in the order of the items.

        Items are drawn as they are needed. An item whose worker dies is done again by another.
        """
