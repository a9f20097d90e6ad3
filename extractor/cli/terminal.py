"""The one way to the terminal: names and SQL come from logs, and a log must not be able to steer a terminal."""

from __future__ import annotations

import io
import logging
import os
import shutil
import sys
from typing import Any, TextIO

from extractor.cli.options import LogFormat
from extractor.progress import Progress
from extractor.report import ExitCode, Report, visible

_LOG = logging.getLogger("extractor.cli")


class LiveLine:
    """The last line of a terminal, written over again and again, and gone before anything else is printed."""

    def __init__(self) -> None:
        self._is_shown = False

    @property
    def is_possible(self) -> bool:
        """Whether standard error is a terminal that can go back within a line, and nobody wants JSON there."""
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not logs_are_json()

    def show(self, text: str) -> None:
        """Show this in place of what was shown before, no wider than the terminal."""
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[K{visible(text)[:width]}")
        sys.stderr.flush()
        self._is_shown = True

    def clear(self) -> None:
        """Take the line away, so that something else can be printed there."""
        if self._is_shown:
            self._is_shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


LIVE = LiveLine()


def say(text: str, *, error: bool = False) -> None:
    """Print text; its line breaks and tabs are kept, all else that a terminal would obey is spelled."""
    LIVE.clear()
    if error and logs_are_json():
        _LOG.log(_level_of(text), "%s", text)
        return
    if error:
        sys.stdout.flush()  # where both go to one file, lines stay in their order
    lines = ("\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n"))
    print("\n".join(lines), file=sys.stderr if error else sys.stdout)


def print_json(value: Any) -> None:
    """Print a document; what a terminal would obey, or its encoding lacks, is escaped, so that it stays JSON."""
    from extractor.outputs.plain import in_json

    text = in_json(value)
    if not text.isascii() and not takes_lines(sys.stdout):
        import json

        text = json.dumps(json.loads(text), indent=2)
    LIVE.clear()
    print("\n".join(_escaped(line) for line in text.split("\n")))


def _escaped(line: str) -> str:
    """A line of JSON in which characters that are not shown as themselves stand as JSON's escapes."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() or c == " " else _json_escape(c) for c in line)


def _json_escape(character: str) -> str:
    r"""The character as JSON spells it: ``\u202e``, and two of them beyond the basic plane."""
    code = character.encode("utf-16-be").hex()
    return "".join(f"\\u{code[at : at + 4]}" for at in range(0, len(code), 4))


def logs_are_json() -> bool:
    """Whether standard error is for programs: each line of it is a JSON object."""
    return any(getattr(handler, "writes_json", False) for handler in logging.getLogger("extractor").handlers)


def log_end(report: Report, code: ExitCode) -> None:
    """The counts of a run as one line of the log, where the log is JSON."""
    if logs_are_json():
        counts = {
            "exit_code": int(code),
            "files": len(report.files),
            "records": report.records_read,
            "statements": {outcome.value: count for outcome, count in report.statements.items()},
            "edges": report.edges_derived,
            "plan": report.plan,
            "upload": report.upload,
        }
        _LOG.info("done", extra={"about": counts})


def speak_text() -> None:
    """Let standard error be text again, and the live line be gone: what a process does at its end."""
    LIVE.clear()
    top = logging.getLogger("extractor")
    for handler in [handler for handler in top.handlers if getattr(handler, "writes_json", False)]:
        top.removeHandler(handler)
        top.setLevel(logging.NOTSET)


def _level_of(text: str) -> int:
    if text.startswith("warning:"):
        return logging.WARNING
    return logging.ERROR if text.startswith(("error:", "failed:", "exit ")) else logging.INFO


def steps_told(quiet: bool, log_format: LogFormat = LogFormat.TEXT) -> Progress:
    """What shows the steps of long work and how far it is: on standard error, in this format, or nowhere."""
    from extractor.cli.progress import Steps

    if log_format is LogFormat.JSON:
        from extractor.cli.logging_json import log_as_json

        log_as_json(quiet=quiet)
    return (lambda _: None) if quiet else Steps()


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
