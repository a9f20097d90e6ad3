"""Files that need not be opened, since by their path or time all that is in them ran outside of the window."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from extractor.sources.interface import InputFile

_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<gap>[-_/.]?)(?P<month>0[1-9]|1[0-2])(?P=gap)(?P<day>0[1-9]|[12]\d|3[01])(?!\d{3})"
    r"|(?:^|/)y(?:ear)?=(?P<y>\d{4})/m(?:onth)?=(?P<m>\d\d?)/d(?:ay)?=(?P<d>\d\d?)(?=/)"
)
_SCRIPT = re.compile(r"\.(?:sql|ddl|dml|hql|btq|bteq|ksh|sh|psql|pks|pkb|prc|vw|tpt)(?:\.\w{2,4})?$", re.IGNORECASE)
_LOG = re.compile(
    r"\.(?:log|csv|tsv|json|jsonl|ndjson|parquet|avro|xml|aud|audit)(?:[.\-_]\d{1,14})?(?:\.(?:gz|zst|bz2|xz|lz4))?$",
    re.IGNORECASE,
)
"""Names of what a server or an export writes: nothing in it can have run after it was written last."""
_PLAUSIBLE = datetime(1990, 1, 1, tzinfo=UTC)
"""Some tools pack files with no time, or that of an epoch."""
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
    """Whether nothing in a file can have run within the window, by the day in its path and by its last change.

    A log may be named by the day on which it was begun: for the beginning of the window, its last change has to lie
    before. That alone is enough where its name is that of a log. A script has no times; whatever its path says, it is
    inside.
    """
    if _SCRIPT.search(file.name):
        return False
    day = day_of(file.name)
    if day is not None and until is not None and day - _GRACE >= until:
        return True
    if since is None or file.modified_at is None:
        return False
    if day is None and (file.modified_at < _PLAUSIBLE or not _LOG.search(file.name)):
        return False
    return max(day or file.modified_at, file.modified_at) + _GRACE < since
