"""Giving a database's log line what its wrapper took away: the time, and the process."""

from __future__ import annotations

import re

_SEVERITY = re.compile(
    rb"(?:^|[\s\]:)>-])(?:DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|STATEMENT"
    rb"|LOCATION):  "
)
_DATE = re.compile(rb"\d{4}-\d\d-\d\d")
_PROCESS = re.compile(rb"\[\d+\]|\bpid *[=:]|[0-9a-f]{8}\.[0-9a-f]")
_LOOKED_AT = 400


def stamped(line: bytes, at: bytes, pid: bytes = b"") -> bytes:
    """A line of PostgreSQL's log with a time (and a process) in front, where it tells none itself.

    Any other line is returned as it is: only PostgreSQL leaves out of its lines what its prefix does not ask for.
    """
    found = _SEVERITY.search(line[:_LOOKED_AT])
    if found is None or line[:1] in b"\t{":
        return line
    prefix = line[: found.start() + 1]
    process = b"[" + pid + b"] " if pid and not _PROCESS.search(prefix) else b""
    time = b"" if _DATE.search(prefix) or not at else _as_logged(at)
    return time + process + line


def _as_logged(at: bytes) -> bytes:
    """An ISO time as PostgreSQL writes times: ``2026-03-02 02:00:11.402 UTC`` and a blank."""
    text = at.replace(b"T", b" ", 1)
    if text.endswith(b"Z"):
        return text[:-1] + b" UTC "
    zoned = re.fullmatch(rb"(.*:\d\d(?:\.\d+)?)([+-]\d\d:?\d\d)", text)
    return zoned[1] + b" " + zoned[2] + b" " if zoned else text + b" UTC "
