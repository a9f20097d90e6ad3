"""The settings of a backfill: how history is cut, and when Alation may be asked to take it."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)")
_STEP = re.compile(r"([1-9]\d{0,3})\s*(h|d|w|mo|y)")


class BackfillSettings(BaseModel):
    """The section ``[backfill]``.

    ``window`` is the piece of history that is planned and applied at once: a number with ``h``, ``d``, ``w``, ``mo``
    or ``y``. ``requests_per_hour`` is the most that are sent to Alation, ``hours`` the time of day in which they may
    be sent (``22:00-05:30``, of ``time_zone``); without them there is no limit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    window: str = "1mo"
    requests_per_hour: Annotated[float, Field(gt=0)] | None = None
    hours: str | None = None
    time_zone: str = "UTC"

    @field_validator("window")
    @classmethod
    def _is_a_step(cls, value: str) -> str:
        parse_step(value)
        return value

    @field_validator("hours")
    @classmethod
    def _are_hours(cls, value: str | None) -> str | None:
        if value is not None:
            parse_hours(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value!r}; write it as in Europe/Berlin") from None
        return value


def parse_step(text: str) -> tuple[int, str]:
    """The number and the unit of a window's length.

    Raises:
        ValueError: it is no such length.
    """
    match = _STEP.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is no length of a window: write a number with h, d, w, mo or y, as in 1mo or 7d")
    return int(match[1]), match[2]


def parse_hours(text: str) -> tuple[time, time]:
    """The beginning and the end of the hours of a day; the end may lie on the next day.

    Raises:
        ValueError: these are no hours, or none.
    """
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} are no hours of a day: write them as in 22:00-05:30")
    begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if begin == end:
        raise ValueError(f"{text!r} begin and end at the same minute: leave the setting out for the whole day")
    return begin, end
