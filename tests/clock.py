"""A clock for tests of waiting."""

from __future__ import annotations

from datetime import datetime, timedelta


class Clock:
    """A time that passes only while somebody sleeps."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The present."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.at += timedelta(seconds=seconds)
