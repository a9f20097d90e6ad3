"""Times as logs write them, into UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_of_iso = datetime.fromisoformat
_LONGEST_BARE = 26
"""``2026-03-02 02:00:11.402113``: behind six digits of a fraction Python lets anything pass, names of zones too."""
_A_DAY = timedelta(days=1, seconds=1)  # 24:00:00 and the leap second are times
_HOURS_OF_ZONES = {
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "SAST": 2, "MSK": 3,
    "PKT": 5, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10, "BRT": -3, "ART": -3,
}  # fmt: skip
_UTC_NAMES = frozenset({"UTC", "GMT", "Z", "UCT", "ETC/UTC", "ETC/GMT"})
_TEXT = re.compile(
    r"\s*(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)"
    r"(?:[ T-]\s*(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,:](\d{1,9}))?)?\s*([AP]M)?)?"
    r"\s*(Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?|[A-Za-z][A-Za-z0-9_/+-]*)?\s*$",
    re.IGNORECASE,
)
_OTHER_FORMS = (
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%d-%b-%y %I.%M.%S.%f %p", "%d-%b-%y %I.%M.%S %p",
    "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S", "%d/%b/%Y:%H:%M:%S %z",
)  # fmt: skip
_NANOSECONDS = re.compile(r"(\.\d{6})\d{1,3}(?!\d)")


class Clock:
    """Turns a log's times into UTC; what carries no zone is in the zone of the source.

    ``problem`` is a line for the report when the zone's name is unknown (UTC is used then), else "".
    """

    def __init__(self, zone_name: str = "UTC") -> None:
        self.problem = ""
        self._suffix = "+00:00" if zone_name.upper() in _UTC_NAMES else ""
        self._zones: dict[str, tzinfo | None] = {}
        self.zone: tzinfo = UTC
        if not self._suffix:
            try:
                self.zone = ZoneInfo(zone_name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                self.problem = f"time_zone {zone_name!r} is no known time zone: times without a zone are read as UTC"
                self._suffix = "+00:00"

    def read(self, value: object) -> datetime | None:
        """The time in UTC, or None when the value is no time: ISO text in any spelling, or an epoch.

        An epoch is in seconds, milliseconds, microseconds or nanoseconds, told apart by its magnitude.
        """
        if type(value) is str:
            try:
                if value[13:14] == ":" and value[4] == "-":
                    if value[-1] == "Z":
                        return _of_iso(value)
                    if value[-4:] == " UTC":
                        return _of_iso(value[:-4] + "+00:00")
                    if (
                        self._suffix and len(value) <= _LONGEST_BARE
                    ):  # one with a zone of its own is refused with a second
                        return _of_iso(value + self._suffix)
            except ValueError:
                pass
            return self._of_text(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _of_epoch(value)
        if isinstance(value, datetime):
            return (value if value.tzinfo is not None else value.replace(tzinfo=self.zone)).astimezone(UTC)
        return None

    def _of_text(self, text: str) -> datetime | None:
        if (match := _TEXT.match(text)) is None:
            return _of_number(text) or self._of_other_form(text)
        year, month, day, hour, minute, second, fraction, half, zone = match.groups()
        hours = int(hour or 0)
        if half:
            hours = hours % 12 + (12 if half.upper() == "PM" else 0)
        microsecond = int((fraction or "0").ljust(6, "0")[:6])
        try:
            day_start = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - its zone follows
            after = timedelta(hours=hours, minutes=int(minute or 0), seconds=int(second or 0), microseconds=microsecond)
            if after > _A_DAY:
                return None
            return self._in_zone(day_start + after, zone)
        except (ValueError, OverflowError):
            return _of_number(text)

    def _in_zone(self, local: datetime, name: str | None) -> datetime:
        zone = self.zone
        if name:
            known = self._zones.get(name, local)
            if known is local:
                if len(self._zones) > 1000:
                    self._zones.clear()
                known = self._zones[name] = _zone_of(name)
            zone = known if isinstance(known, tzinfo) else self.zone
            if zone is not UTC and self.zone is not UTC:
                for fold in (0, 1):  # an abbreviation of the source's own zone tells summer from winter time
                    own = local.replace(tzinfo=self.zone, fold=fold)
                    if own.tzname() == name:
                        return own.astimezone(UTC)
        return local.replace(tzinfo=zone).astimezone(UTC)

    def _of_other_form(self, text: str) -> datetime | None:
        text = _NANOSECONDS.sub(r"\1", text.strip())
        for form in _OTHER_FORMS:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - a zone follows
                return found.astimezone(UTC) if found.tzinfo is not None else self._in_zone(found, None)
            except (ValueError, OverflowError):
                continue
        return None


def _zone_of(name: str) -> tzinfo | None:
    if name.upper() in _UTC_NAMES:
        return UTC
    if name[0] in "+-":
        digits = name[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
        return timezone(-offset if name[0] == "-" else offset)
    if name.upper() in _HOURS_OF_ZONES:
        return timezone(timedelta(hours=_HOURS_OF_ZONES[name.upper()]))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _of_number(text: str) -> datetime | None:
    try:
        return _of_epoch(float(text)) if len(text) < 30 else None
    except ValueError:
        return None


def _of_epoch(value: float) -> datetime | None:
    size = abs(value)
    divisor = 1 if size < 1e11 else 1_000 if size < 1e14 else 1_000_000 if size < 1e17 else 1_000_000_000
    try:
        if isinstance(value, int):
            return _EPOCH + timedelta(microseconds=value * 1_000_000 // divisor)
        return _EPOCH + timedelta(microseconds=round(value * 1_000_000 / divisor))
    except (OverflowError, ValueError):
        return None
