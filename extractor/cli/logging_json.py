"""Standard error as JSON lines, for those who collect logs: time, level, message, and what the line is about."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import orjson

from extractor.logs import fields_of


class JsonLines(logging.Formatter):
    """A log line as one JSON object: ``time``, ``level``, ``message``; ``run``, ``source``, ``session``, ``place``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class _Lines(logging.StreamHandler):  # type: ignore[type-arg] # generic for the type checker alone
    writes_json = True


def log_as_json(*, quiet: bool) -> None:
    """Write every line that goes to standard error as JSON from now on; only warnings and errors when ``quiet``."""
    top = logging.getLogger("extractor")
    lines = _Lines(sys.stderr)
    lines.setFormatter(JsonLines())
    lines.setLevel(logging.WARNING if quiet else logging.INFO)
    top.addHandler(lines)
    top.setLevel(logging.INFO)
