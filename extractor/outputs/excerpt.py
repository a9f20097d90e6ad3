"""The line of a text that an error speaks of, with its place underlined, as compilers show it."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLACE = re.compile(r"(?: near '(?P<word>[^']+)')?(?: at line (?P<line>\d+)(?:, column (?P<column>\d+))?)$")
_WIDTH = 100


class ErrorPlace(NamedTuple):
    """Where an error is: ``line`` within the statement, the word at which it was met, and how the reason reads."""

    line: int
    column: int
    word: str
    reason: str

    @property
    def first_column(self) -> int:
        """The column of the word's first letter."""
        return max(1, self.column - max(0, len(self.word) - 1))


def place_of(reason: str) -> ErrorPlace | None:
    """The place that a reason ends with, or None where it names none. Its column is that of the word's last letter."""
    found = _PLACE.search(reason)
    if found is None:
        return None
    place = ErrorPlace(int(found["line"]), int(found["column"] or 0), found["word"] or "", reason[: found.start()])
    return place if place.line else None


def place_of_beginning(text: str, reason: str) -> ErrorPlace | None:
    """The first word of a statement of which nothing else is understood, or None where it begins with none."""
    found = re.match(r"\s*(\w+)", text)
    if found is None:
        return None
    before = text[: found.start(1)]
    column = found.end(1) - (before.rfind("\n") + 1)
    return ErrorPlace(before.count("\n") + 1, column, found[1], reason)


def excerpt(text: str, place: ErrorPlace, first_line: int, *, raw: str = "") -> list[str]:
    """The line and, where the word stands in it, a line that underlines it; nothing where the text is too short.

    ``first_line`` is the number of the text's first line in its file. ``text`` may have other literals than ``raw``, of
    which the place speaks: the word is then found by its number among its equals.
    """
    lines = text.splitlines()
    if place.line > len(lines):
        return []
    line = lines[place.line - 1].expandtabs(1)
    number = str(first_line + place.line - 1)
    begin, size = _begin(line, (raw.splitlines() or lines)[place.line - 1 : place.line], place), len(place.word) or 1
    cut = max(0, begin - _WIDTH // 2) if begin >= 0 else 0
    rows = [f"  {number} | {'...' if cut else ''}{line[cut : cut + _WIDTH]}".rstrip()]
    if begin >= 0:
        blank = " " * (begin - cut + (3 if cut else 0))
        rows.append(f"  {' ' * len(number)} | {blank}{'^' * size}")
    return rows


def _begin(line: str, raw: list[str], place: ErrorPlace) -> int:
    """Where the word stands in the line, or -1: in the line that is shown, it is the same one of its equals."""
    if not place.word or not raw:
        return place.column - 1 if raw and raw[0] == line and 0 < place.column <= len(line) else -1
    equals = [found.start() for found in re.finditer(rf"(?<!\w){re.escape(place.word)}(?!\w)", raw[0])]
    wanted = place.column - len(place.word)
    shown = [found.start() for found in re.finditer(rf"(?<!\w){re.escape(place.word)}(?!\w)", line)]
    if wanted in equals and len(shown) == len(equals):
        return shown[equals.index(wanted)]
    return shown[0] if len(shown) == 1 else -1
