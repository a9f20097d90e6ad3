"""What wraps a log's lines on their way: container runtimes, syslog, and the log services of the clouds.

An envelope is told by the first lines of a file; the format of the log is then told by what is in it. A line keeps the
number that it has in the file. CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html and
.../SubscriptionFilters.html; Google: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry; Azure:
https://learn.microsoft.com/azure/azure-monitor/essentials/resource-logs; containers: the json-file driver and the CRI.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from extractor.sources.json_objects import ObjectCutter, parse_object
from extractor.sources.stamping import stamped
from extractor.sources.syslog import Numbered, Syslog, head_of

_CRI = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)) (?:stdout|stderr) ([PF]) ")
_CLOUDWATCH = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ")
_LOOKED_AT = 50
_ENOUGH = 0.6
_PLAIN = frozenset({"message", "pid", "level", "thread"})
_POSTGRESQL = frozenset({"record", "error_severity"})
_Object = dict[str, Any]


class Envelope(NamedTuple):
    """A wrapper: its name; how it is told; how lines are taken out of it.

    Where ``depth`` is not None the file is read as JSON objects, not as lines: those that lie so deep.
    """

    name: str
    fits: Callable[[list[bytes]], bool]
    unwrap: Callable[[Iterable[Numbered], datetime], Iterator[Numbered]]
    depth: int | None = None


def envelope_of(head: bytes) -> Envelope | None:
    """The envelope that the beginning of a file shows, or None."""
    lines = [line for line in head.split(b"\n")[:_LOOKED_AT] if line.strip()]
    return next((envelope for envelope in ENVELOPES if lines and envelope.fits(lines)), None)


def envelopes_in(wrappers: Iterable[str]) -> list[str]:
    """Those of a file's wrappers that are envelopes; the others are compressions."""
    known = {envelope.name for envelope in ENVELOPES}
    return [name for name in wrappers if name in known]


def unwrapped_head(envelope: Envelope, head: bytes, written_at: datetime) -> bytes:
    """The beginning of a file without its envelope, for recognition; a last line that breaks off is left out."""
    complete = head[: head.rfind(b"\n") + 1] or head
    if envelope.depth is None:
        wrapped: Iterable[Numbered] = enumerate(complete.split(b"\n"), 1)
    else:
        wrapped = objects_at(envelope.depth, [head], len(head))
    return b"".join(line + b"\n" for _, line in envelope.unwrap(wrapped, written_at))


def objects_at(depth: int, blocks: Iterable[bytes], limit: int) -> Iterator[Numbered]:
    """The JSON objects in some blocks, each as a line with the number of the line it begins on."""
    for text, line, _ in ObjectCutter(limit, depth=depth).cut(blocks):
        yield line + 1, text


def _most(pattern: Callable[[bytes], object]) -> Callable[[list[bytes]], bool]:
    def fits(lines: list[bytes]) -> bool:
        return sum(bool(pattern(line)) for line in lines) >= _ENOUGH * len(lines)

    return fits


def _starts(pattern: re.Pattern[bytes]) -> Callable[[list[bytes]], bool]:
    """For envelopes that mark only the first line of a message: the file begins with one."""
    return lambda lines: pattern.match(lines[0]) is not None


def _has(*keys: str) -> Callable[[bytes], bool]:
    """Whether a line is an object with those keys; a line that the head cuts off is judged by the text before."""

    def fits(line: bytes) -> bool:
        found = parse_object(line)
        return all(key in found for key in keys) if found is not None else False

    return fits


def _first_object_has(depth: int, *keys: str) -> Callable[[list[bytes]], bool]:
    def fits(lines: list[bytes]) -> bool:
        if not lines[0].lstrip().startswith(b"{"):
            return False
        first = next(iter(ObjectCutter(1 << 20, depth=depth).cut([b"\n".join(lines)])), None)
        if first is None:
            return False
        return all(b'"%s"' % key.encode() in first.text for key in keys)

    return fits


def _texts(text_of: Callable[[_Object], tuple[str, str]]) -> Callable[..., Iterator[Numbered]]:
    """An unwrapper of objects that each hold a text of one line or more, and a time."""

    def unwrap(lines: Iterable[Numbered], _: datetime) -> Iterator[Numbered]:
        for number, line in lines:
            found = parse_object(line) if line.strip() else None
            if found is None:
                if line.strip():
                    yield number, line  # whoever reads it says what is wrong with it
                continue
            text, at = text_of(found)
            for piece in stamped(text.encode(), at.encode()).rstrip(b"\n").split(b"\n"):
                yield number, piece

    return unwrap


def _of_container(lines: Iterable[Numbered], _: datetime) -> Iterator[Numbered]:
    """The json-file driver: a line that was longer than its buffer goes on in the next object."""
    held: dict[str, tuple[int, bytes]] = {}
    for number, line in lines:
        found = parse_object(line)
        if found is None or not isinstance(found.get("log"), str):
            yield number, line
            continue
        stream, text = str(found.get("stream")), found["log"].encode()
        first, before = held.pop(stream, (number, b""))
        if not text.endswith(b"\n"):
            held[stream] = first, before + text
            continue
        yield first, stamped(before + text[:-1], str(found.get("time", "")).encode())
    yield from held.values()


def _of_cri(lines: Iterable[Numbered], _: datetime) -> Iterator[Numbered]:
    """Kubernetes: ``P`` marks a part of a line, ``F`` its end."""
    first, held = 0, b""
    for number, line in lines:
        head = _CRI.match(line)
        if head is None:
            yield number, line
            continue
        first, held = first or number, held + line[head.end() :]
        if head[2] == b"F":
            yield first, stamped(held, head[1])
            first, held = 0, b""
    if held:
        yield first, held


def _of_cloudwatch(lines: Iterable[Numbered], _: datetime) -> Iterator[Numbered]:
    """An export to a bucket: only the first line of a message has the time in front."""
    for number, line in lines:
        head = _CLOUDWATCH.match(line)
        yield number, line if head is None else stamped(line[head.end() :], head[1])


def _of_subscription(lines: Iterable[Numbered], _: datetime) -> Iterator[Numbered]:
    """CloudWatch through Firehose: objects of many events each; control messages carry none."""
    for number, line in lines:
        found = parse_object(line)
        if found is None:
            yield number, line  # whoever reads it says what is wrong with it
            continue
        events = found.get("logEvents")
        for event in events if isinstance(events, list) else ():
            text, at = str(event.get("message", "")), event.get("timestamp")
            moment = datetime.fromtimestamp(at / 1000, UTC).isoformat() if isinstance(at, int) else ""
            for piece in stamped(text.encode(), moment.encode()).rstrip(b"\n").split(b"\n"):
                yield number, piece


def _google(entry: _Object) -> tuple[str, str]:
    payload = entry.get("jsonPayload")
    if isinstance(payload, dict) and not _PLAIN.issuperset(payload):
        return orjson.dumps(payload).decode(), ""
    text = entry.get("textPayload") or (payload.get("message") if isinstance(payload, dict) else "")
    return str(text or ""), str(entry.get("timestamp", ""))


def _azure(entry: _Object) -> tuple[str, str]:
    properties = entry.get("properties")
    if isinstance(properties, dict) and "message" not in properties:
        return orjson.dumps(properties).decode(), str(entry.get("time", ""))
    text = properties.get("message", "") if isinstance(properties, dict) else ""
    return str(text), str(entry.get("time", ""))


def _of_syslog(lines: Iterable[Numbered], written_at: datetime) -> Iterator[Numbered]:
    return Syslog(written_at).unwrap(lines)


def _is_google(line: bytes) -> bool:
    found = parse_object(line) or {}
    payload = found.get("jsonPayload")
    if "textPayload" in found:
        return "timestamp" in found
    return isinstance(payload, dict) and (_PLAIN.issuperset(payload) or not _POSTGRESQL.isdisjoint(payload))


_TEXTS_OF_AZURE = ("message", "statement", "Command")
"""Where resource logs hold a text: PostgreSQL and MySQL, SQL Server's audit, the requests of Synapse's pools."""


def _is_azure(line: bytes) -> bool:
    found = parse_object(line) or {}
    properties = found.get("properties")
    if "category" not in found or not isinstance(properties, dict):
        return False
    return any(isinstance(properties.get(name), str) for name in _TEXTS_OF_AZURE)


ENVELOPES = (
    Envelope("container", _most(_has("log", "stream")), _of_container),
    Envelope("cri", _most(_CRI.match), _of_cri),
    Envelope("syslog", _most(head_of), _of_syslog),
    Envelope("cloudwatch-subscription", _first_object_has(0, "messageType", "logEvents"), _of_subscription, depth=0),
    Envelope("google-logging", _most(_is_google), _texts(_google)),
    Envelope("azure-logging", _most(_is_azure), _texts(_azure)),
    Envelope("azure-logging", _first_object_has(1, "category", "properties", "message"), _texts(_azure), depth=1),
    Envelope("cloudwatch", _starts(_CLOUDWATCH), _of_cloudwatch),
)
