"""Log lines that came through syslog: a head with time, host, program and process before each line.

The forms are RFC 3164 (no year, no zone), RFC 5424, the ISO form of rsyslog and journald, and Heroku's router.
PostgreSQL numbers its messages and their parts (``[7-1]``, ``[7-2]`` ...). A part that begins with a tab, or with a
field of the message such as its STATEMENT, is a line of its own; any other goes on where the part before it was cut by
syslog's limit.
https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-SYSLOG-SEQUENCE-NUMBERS
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractor.sources.stamping import stamped

Numbered = tuple[int, bytes]
"""A line with its number in the file."""

_ISO = rb"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))"
_TAG = rb"(?P<program>[\w./\-]+)(?:\[(?P<pid>\d+)\])?: ?"
_HEADS = (
    re.compile(rb"(?:<\d+>)?(?P<old>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ " + _TAG),
    re.compile(rb"<\d+>1 " + _ISO + rb" \S+ (?P<program>\S+) (?P<pid>\d+|-) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?"),
    re.compile(_ISO + rb" app\[(?P<program>[\w.\-]+?)(?:\.(?P<pid>\d+))?\]: (?:\[[A-Z_]+\] +)?"),
    re.compile(_ISO + rb" \S+ " + _TAG),
)
_PART = re.compile(rb"\[(\d+)-(\d+)\](?: *(?=\t|#011)| ?)")
_FIELD = re.compile(rb"(?=\S).{0,400}?\b(?:DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION):  ")
_ESCAPE = re.compile(rb"#(0\d\d)")
_MOST_OPEN = 1_000
_LOST = b"\t\xff"
"""Stands for a part that is not there: what cannot be read."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class _Message:
    """A message whose parts are coming: the number of its first line, its lines, the number of its last part."""

    number: int
    pieces: list[bytes]
    part: int = 1
    is_parted: bool = False


def head_of(line: bytes) -> re.Match[bytes] | None:
    """The head that syslog put before a line, or None."""
    return next((match for head in _HEADS if (match := head.match(line))), None)


class Syslog:
    """Takes the heads off; ``written_at`` (when the file was last written) gives the year that RFC 3164 leaves out."""

    def __init__(self, written_at: datetime) -> None:
        self._written_at = written_at
        self._open: dict[bytes, _Message] = {}
        self._last: _Message | None = None

    def unwrap(self, lines: Iterable[Numbered]) -> Iterator[Numbered]:
        """The lines without their heads, the parts of each message together, under the number of its first line."""
        for number, line in lines:
            head = head_of(line)
            if head is None:
                if self._last is not None and line.strip():
                    self._last.is_parted = True
                yield number, line
                continue
            text = line[head.end() :]
            part = _PART.match(text)
            if part is None:
                yield number, stamped(_unescaped(text), self._time_of(head), head["pid"] or b"")
                continue
            yield from self._take_part(number, head, part, text[part.end() :])
        for key in list(self._open):
            yield from self._closed(key)

    def _take_part(self, number: int, head: re.Match[bytes], part: re.Match[bytes], text: bytes) -> Iterator[Numbered]:
        key = head["program"] + b"/" + (head["pid"] or b"")
        text = _unescaped(text)
        message = self._open.get(key)
        if part[2] != b"1" and message is not None:
            self._goes_on(message, int(part[2]), text, head)
            return
        yield from self._closed(key)
        if len(self._open) >= _MOST_OPEN:
            yield from self._closed(next(iter(self._open)))
        self._last = self._open[key] = _Message(number, [stamped(text, self._time_of(head), head["pid"] or b"")])

    def _goes_on(self, message: _Message, part: int, text: bytes, head: re.Match[bytes]) -> None:
        """Another part of a message; where those before it are lost, that is shown by what cannot be read."""
        if part > message.part + 1:
            message.pieces.append(_LOST)
        message.part, message.is_parted, self._last = part, False, message
        if text.startswith(b"\t"):
            message.pieces.append(text)
        elif _FIELD.match(text):  # the STATEMENT of an ERROR is a part of its message, with a prefix of its own
            message.pieces.append(stamped(text, self._time_of(head), head["pid"] or b""))
        else:
            message.pieces[-1] += text

    def _closed(self, key: bytes) -> Iterator[Numbered]:
        message = self._open.pop(key, None)
        if message is None:
            return
        if message is self._last:
            self._last = None
        pieces = [*message.pieces, _LOST] if message.is_parted else message.pieces
        yield from enumerate(pieces, message.number)

    def _time_of(self, head: re.Match[bytes]) -> bytes:
        groups = head.groupdict()
        if iso := groups.get("iso"):
            return bytes(iso)
        return self._with_year(groups["old"].decode()).encode()

    def _with_year(self, text: str) -> str:
        """An RFC 3164 time with the last year in which it is not later than the file (a day's grace for zones)."""
        month, day = _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else 1, int(text[4:6])
        latest = self._written_at + timedelta(days=1)
        year = latest.year - ((month, day) > (latest.month, latest.day))
        return f"{year}-{month:02}-{day:02} {text[7:]}"


def _unescaped(text: bytes) -> bytes:
    """Control characters as rsyslog writes them (``#011`` is a tab)."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 8)]), text) if b"#0" in text else text
