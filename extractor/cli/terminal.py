"""The one way to the terminal: names and SQL come from logs, and a log must not be able to steer a terminal."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TextIO

from extractor.report import visible


def say(text: str, *, error: bool = False) -> None:
    """Print text; its line breaks and tabs are kept, all else that a terminal would obey is spelled."""
    lines = ("\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n"))
    print("\n".join(lines), file=sys.stderr if error else sys.stdout)


def steps_told(quiet: bool) -> Callable[[str], None]:
    """What shows the steps of long work: on standard error, or nowhere."""

    def show_step(line: str) -> None:
        if not quiet:
            say(line, error=True)

    return show_step


def bear_any_text() -> None:
    """Let a terminal or pipe whose encoding lacks a character show its number instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def takes_colours(stream: TextIO) -> bool:
    """Whether colours may be written: to a terminal, unless NO_COLOR (no-color.org) or TERM=dumb asks not to."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def takes_lines(stream: TextIO) -> bool:
    """Whether the stream's encoding holds the characters that trees are drawn with."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")
