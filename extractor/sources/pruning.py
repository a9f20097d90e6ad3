"""Files that need not be opened, since by their path all that is in them ran outside of the window."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from extractor.sources.interface import InputFile

_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<gap>[-_/.]?)(?P<month>0[1-9]|1[0-2])(?P=gap)(?P<day>0[1-9]|[12]\d|3[01])(?!\d{3})"
    r"|(?:^|/)y(?:ear)?=(?P<y>\d{4})/m(?:onth)?=(?P<m>\d\d?)/d(?:ay)?=(?P<d>\d\d?)(?=/)"
)
_SCRIPT = re.compile(r"\.(?:sql|ddl|dml|hql|btq|bteq|ksh|sh|psql|pks|pkb|prc|vw|tpt)(?:\.\w{2,4})?$", re.IGNORECASE)
_GRACE = timedelta(days=2)
"""For zones, for logs that run over midnight, for clocks that differ."""


def day_of(name: str) -> datetime | None:
    """The day that a path tells, at its start in UTC: None when it tells none, or two that differ.

    ``logs/2026/03/02/x``, ``pg-2026-03-02_000000.log``, ``y=2026/m=03/d=02/x``, ``dt=20260302/x``.
    """
    days = {_day(match) for match in _DATE.finditer(name)}
    return days.pop() if len(days) == 1 else None


def _day(match: re.Match[str]) -> datetime | None:
    year, month, day = match.group("year", "month", "day") if match["year"] else match.group("y", "m", "d")
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None


def is_outside(file: InputFile, since: datetime | None, until: datetime | None) -> bool:
    """Whether nothing in a file can have run within the window, by the day in its path.

    A log may be named by the day on which it was begun: for the beginning of the window, its last change has to lie
    before as well. A script has no times; whatever its path says, it is inside.
    """
    day = day_of(file.name)
    if day is None or _SCRIPT.search(file.name):
        return False
    if until is not None and day - _GRACE >= until:
        return True
    latest = max(day, file.modified_at) if file.modified_at is not None else None
    return since is not None and latest is not None and latest + _GRACE < since
