"""PostgreSQL's ``log_line_prefix``: as a setting, or guessed from the lines of a log.

https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-LOG-LINE-PREFIX
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from extractor.sources.postgresql_words import SEVERITIES

_ZONE = r"(?:[A-Za-z][A-Za-z0-9_/+-]*|[+-]\d\d(?::?\d\d)?)"
_BARE_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?"
_TIME = rf"{_BARE_TIME} {_ZONE}"
_ESCAPES: dict[str, tuple[str, str]] = {
    "a": ("app", r".{0,200}?"),
    "u": ("user", r"[^\s]{0,200}?"),
    "d": ("database", r"[^\s]{0,200}?"),
    "r": ("remote", r"(?:\[local\]|[^\s()]*(?:\(\d+\))?)"),
    "h": ("host", r"(?:\[local\]|[^\s()]*?)"),
    "b": ("backend", r"[a-z ]*?"),
    "p": ("pid", r"\d+"),
    "P": ("leader", r"\d*"),
    "t": ("at", _TIME),
    "m": ("at", _TIME),
    "n": ("at", r"\d+\.\d+"),
    "i": ("tag", r"[A-Za-z ]*?"),
    "e": ("state", r"[0-9A-Z]{5}"),
    "c": ("session", r"[0-9a-f]+\.[0-9a-f]+"),
    "l": ("number", r"\d+"),
    "s": ("started", _TIME),
    "v": ("vxid", r"[\d/]*"),
    "x": ("txid", r"\d+"),
    "Q": ("query", r"-?\d+"),
}
_SEVERITY = r"(?P<severity>[A-Z\x80-\xff]+[1-5]?) ?:  "
ENGLISH = {word.encode(): english for word, english in SEVERITIES.items()}
ENGLISH |= {b"DEBUG%d" % level: "DEBUG" for level in range(1, 6)}
"""As `SEVERITIES`, for bytes: what is not in it is no severity, and the line no head."""
GROUPS = ("at", "session", "pid", "user", "database", "number", "state", "backend", "leader", "severity")
_WIDESPREAD = (
    "%m [%p] ",
    "%m [%p] %q%u@%d ",
    "%m [%p] %u@%d ",
    "%m [%p] %u@%d/%a ",
    "%m [%p] %q%u@%d/%a ",
    "%m [%p] %q[user=%u,db=%d,app=%a] ",
    "%m [%p] user=%u,db=%d,app=%a,client=%h ",
    "%m [%p] %q%a ",
    "%t:%r:%u@%d:[%p]:",
    "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:",
    "%m [%p]: [%l-1] db=%d,user=%u ",
    "%t-%c-",
    "%m-%c-",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: [%l-1] user=%u,db=%d ",
    "%t [%p]: [%l-1] %u@%d ",
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
    "%m [%p]: [%l] %quser=%u,db=%d,app=%a,client=%h ",
    "%m [%c] ",
    "%m %c %l ",
    "%m %u@%d [%p] ",
    "%m %u %d [%p] ",
    "%m %d %u [%p] ",
    "%t %u@%d [%p] ",
    "%t %d %u ",
    "%t [%p] ",
    "%t [%p]: ",
    "< %m >",
    "<%m>",
    "%m ",
    "%t ",
    "[%p] ",
    "",
)
_LOOSE_TIME = re.compile(rf"(?P<at>{_BARE_TIME}(?: ?{_ZONE})?)")
_LOOSE = (
    ("session", re.compile(r"(?<![0-9a-f.])(?P<v>[0-9a-f]{8}\.[0-9a-f]{1,8})(?![0-9a-f.])")),
    ("pid", re.compile(r"\[(?P<v>\d+)\]|(?:pid|process)[=:](?P<w>\d+)", re.IGNORECASE)),
    ("user", re.compile(r"(?:user|usr|u)[=:](?P<v>[^,\s\]]*)|(?P<w>[\w.\-]+)@[\w.\-]+", re.IGNORECASE)),
    ("database", re.compile(r"(?:database|db|d)[=:](?P<v>[^,\s\]]*)|[\w.\-]+@(?P<w>[\w.\-]+)", re.IGNORECASE)),
)
_GUESS_LINES = 400


class Prefix(NamedTuple):
    """A prefix ready to be matched against the beginning of a line (bytes), and what it was made from.

    The pattern has all groups of `GROUPS`, unset where the prefix does not tell. ``is_loose`` says that the prefix
    itself is unknown: its parts are then looked up in the group ``rest``.
    """

    text: str
    pattern: re.Pattern[bytes]
    is_loose: bool = False


def compile_prefix(prefix: str) -> Prefix:
    """The pattern of a given ``log_line_prefix``; an escape that is unknown stands for itself."""
    optional_from = -1
    seen: set[str] = set()
    parts: list[str] = []
    for match in re.finditer(r"%(-?\d+)?(.)|[^%]+|%", prefix, re.DOTALL):
        letter = match[2]
        if letter is None:
            parts.append(re.escape(match[0]))
        elif letter == "q":
            optional_from = len(parts)
        elif letter == "%":
            parts.append("%")
        elif letter in _ESCAPES:
            parts.append(_group(*_ESCAPES[letter], seen, padded=bool(match[1])))
        else:
            parts.append(re.escape(match[0]))
    if optional_from >= 0:
        parts[optional_from:] = ["(?:" + "".join(parts[optional_from:]) + ")?"]
    absent = "".join(f"(?P<{name}>(?!))?" for name in GROUPS if name not in seen and name != "severity")
    return Prefix(prefix, _compile("".join(parts) + r"\s*" + _SEVERITY + absent))


def _compile(pattern: str) -> re.Pattern[bytes]:
    """A pattern for bytes of UTF-8; the class of bytes beyond ASCII stays a class of bytes."""
    return re.compile(pattern.encode())


def _group(name: str, pattern: str, seen: set[str], *, padded: bool) -> str:
    named = f"(?:{pattern})" if name in seen else f"(?P<{name}>{pattern})"
    seen.add(name)
    return rf"\s*{named}\s*" if padded else named


def guess_prefix(lines: Iterable[str]) -> Prefix | None:
    """The prefix that fits the most lines; among equals the one that tells most. None when none fits."""
    sample = [line for line in lines if line and not line.startswith("\t")][:_GUESS_LINES]
    encoded = [line.encode() for line in sample]
    best: tuple[int, int, Prefix] | None = None
    for text in _WIDESPREAD:
        prefix = compile_prefix(text)
        fitting = sum(match_head(prefix, line) is not None for line in encoded)
        told = _told(prefix, encoded)
        if fitting and (best is None or (fitting, told) > best[:2]):
            best = (fitting, told, prefix)
    loose = Prefix("", _compile(rf"(?P<rest>[^\t]{{0,200}}?\b{_BARE_TIME}.{{0,400}}?)[\s:\-]*{_SEVERITY}"), True)
    fitting = sum(match_head(loose, line) is not None for line in encoded)
    if fitting and (best is None or fitting > best[0] * 1.05):
        return loose
    return best[2] if best is not None else None


def match_head(prefix: Prefix, line: bytes) -> re.Match[bytes] | None:
    """The head of a message at the beginning of a line, or None."""
    match = prefix.pattern.match(line)
    return match if match is not None and match["severity"] in ENGLISH else None


def _told(prefix: Prefix, lines: list[bytes]) -> int:
    """How many parts (time, session, user, application ...) the prefix gives, over some lines."""
    matches = (match_head(prefix, line) for line in lines[:50])
    return sum(bool(value) for match in matches if match for value in match.groups())


def loose_parts(rest: str) -> dict[str, str]:
    """What an unknown prefix tells: its time, and what looks like a session, a process, a user, a database."""
    found: dict[str, str] = {}
    if at := _LOOSE_TIME.search(rest):
        found["at"] = at["at"]
    for name, pattern in _LOOSE:
        if match := pattern.search(rest):
            groups = match.groupdict()
            found[name] = groups.get("v") or groups.get("w") or ""
    return found
