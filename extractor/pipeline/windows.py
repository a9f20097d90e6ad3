"""A part of history, and history cut into parts of one length."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from extractor.settings_of_backfill import parse_step

_LENGTHS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Window(NamedTuple):
    """The part of history to look at: ``since`` is inside, ``until`` is not.

    Records without a time are inside, unless the window is one of many (``only_timed``).
    """

    since: datetime | None = None
    until: datetime | None = None
    only_timed: bool = False

    def holds(self, at: datetime | None) -> bool:
        """Whether a record of that time is to be looked at."""
        if at is None:
            return not self.only_timed
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def windows_between(since: datetime, until: datetime, step: str) -> Iterator[Window]:
    """The windows from ``since`` to ``until`` in time order; each begins where the one before it ends.

    The last one may be shorter. A month that has no such day gives its last one: from 31 January to 28 February.
    Records without a time are in none of them.

    Raises:
        ValueError: ``step`` is no length of a window.
    """
    number, unit = parse_step(step)
    begin, count = since, 0
    while begin < until:
        count += 1
        end = min(_after(since, number * count, unit), until)
        yield Window(begin, end, only_timed=True)
        begin = end


def _after(since: datetime, number: int, unit: str) -> datetime:
    if unit in _LENGTHS:
        return since + number * _LENGTHS[unit]
    months = since.year * 12 + since.month - 1 + number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return since.replace(year=year, month=month + 1, day=min(since.day, calendar.monthrange(year, month + 1)[1]))
