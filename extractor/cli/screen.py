"""Sections of lines brought onto one screen: the longest give way first, and say how much is not shown."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import NamedTuple

from extractor.report import visible

_ROWS_WITHOUT_TERMINAL = 48
_KEPT_FREE = 2
"""The shell's prompt and the line on how it ended."""


class Section(NamedTuple):
    """A head and rows below it, of which at most ``most`` are shown; ``what`` are they. 0: all or none of them."""

    head: str
    rows: Sequence[str] = ()
    what: str = "lines"
    most: int = 0


class Screen(NamedTuple):
    """So many rows and columns there are; ``columns`` is 0 where nothing is wrapped."""

    rows: int
    columns: int = 0

    @classmethod
    def of_output(cls) -> Screen:
        """The terminal that standard output goes to; else a page of common size."""
        if not sys.stdout.isatty():
            return cls(_ROWS_WITHOUT_TERMINAL)
        size = shutil.get_terminal_size()
        return cls(size.lines - _KEPT_FREE, size.columns)


def on_a_screen(sections: Sequence[Section], screen: Screen) -> list[str]:
    """The lines of the sections, cut so that they fit as far as they may be cut: each keeps its head and one row."""
    shown = [min(len(s.rows), s.most or len(s.rows)) for s in sections]
    while sum(_height(s, n, screen.columns) for s, n in zip(sections, shown, strict=True)) > screen.rows:
        longest = max(range(len(shown)), key=lambda i: shown[i] if sections[i].most else 0, default=-1)
        if longest < 0 or not sections[longest].most or shown[longest] <= 1:
            break
        shown[longest] -= 1
    return [line for section, count in zip(sections, shown, strict=True) for line in _lines(section, count)]


def _height(section: Section, count: int, columns: int) -> int:
    lines = _lines(section, count)
    return sum(max(1, -(-len(line) // columns)) for line in lines) if columns else len(lines)


def _lines(section: Section, count: int) -> list[str]:
    left = len(section.rows) - count
    if left == 1:  # a line that says so takes the place that the row would
        count, left = count + 1, 0
    lines = [visible(line) for line in (section.head, *section.rows[:count]) if line]
    if left:
        lines.append(f"  ... and {left} more {section.what} (all with --json FILE)")
    return lines
