"""The contract of an engine: texts in, outlines or named failures out, one answer for every task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from extractor.models import Outcome


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
    """Runs tasks somewhere; answers come in any order, exactly one for each task."""

    def outlines(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Analyse all tasks; tasks are drawn as they are needed, so the iterable may be endless."""
