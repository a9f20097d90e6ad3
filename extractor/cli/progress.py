"""Long work as it is watched: one line that lives on a terminal, a line a minute elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from extractor.cli.terminal import LIVE, say
from extractor.progress import Count

LIVE_EVERY_S = 0.1
LINE_EVERY_S = 60.0
_SURE_AFTER_S = 2.0


class Steps:
    """Tells the steps of work on standard error, and in between how far it is, how fast, and how long it will take."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._what = ""
        self._began_s = self._told_s = 0.0
        self._done_before = self._done_last = 0

    def __call__(self, line: str) -> None:
        """Tell a step."""
        say(line, error=True)

    def count(self, count: Count) -> None:
        """Show how far the work is, unless that was shown a moment ago."""
        now_s = self._clock()
        if count.what != self._what or count.done < self._done_last:  # other work, or the next window's
            self._what, self._began_s, self._told_s, self._done_before = count.what, now_s, now_s, count.done
        self._done_last = count.done
        wait_s = LIVE_EVERY_S if LIVE.is_possible else LINE_EVERY_S
        if now_s - self._told_s < wait_s:
            return
        self._told_s = now_s
        line = count_in_words(count, count.done - self._done_before, now_s - self._began_s)
        if LIVE.is_possible:
            LIVE.show(line)
        else:
            say(line, error=True)


def count_in_words(count: Count, done_now: int, elapsed_s: float) -> str:
    """``ds12: 1.2 of 4.0 GB, 35.1 MB/s, 1 min 20 s left``."""
    shown = _bytes if count.unit == "bytes" else _plain
    rate = done_now / elapsed_s if elapsed_s > 0 else 0.0
    words = [f"{count.what}: {shown(count.done)}" + (f" of {shown(count.total)}" if count.total else "")]
    words[0] += "" if count.unit == "bytes" else f" {count.unit}"
    if rate > 0:
        words.append(f"{shown(round(rate))}/s" if rate >= 1 else f"{shown(round(rate * 60))}/min")
        if elapsed_s >= _SURE_AFTER_S and count.total > count.done:
            words.append(f"{time_in_words((count.total - count.done) / rate)} left")
    return ", ".join(words)


def time_in_words(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _plain(number: int) -> str:
    return f"{number:,}"


def _bytes(number: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number} bytes"
