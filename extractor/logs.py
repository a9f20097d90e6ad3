"""What the log lines of this package have in common: the run, source and session that they are about."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_ABOUT: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))

PROBLEMS = logging.getLogger("extractor.problems")
"""A line for each kind of problem with a statement, when it is met first. Silent unless somebody listens."""
PROBLEMS.addHandler(logging.NullHandler())
PROBLEMS.setLevel(logging.INFO)


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Lines that are logged within are about these: ``run``, ``source``, ``session``, ``place``, ``outcome``."""
    token = _ABOUT.set({**_ABOUT.get(), **fields})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def log_problem(outcome: str, reason: str, place: object) -> None:
    """A kind of problem with statements was met for the first time."""
    what = {"place": str(place or ""), "outcome": str(outcome)}
    PROBLEMS.info("%s: %s", outcome, reason, extra={"about": what})


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What a log line is about: what it says of itself, and what holds for all lines now."""
    return {**_ABOUT.get(), **getattr(record, "about", {})}
