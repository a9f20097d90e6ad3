"""A history table drained to a file: span of time by span of time, so that parsing never holds a connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson
import xxhash
from sqlalchemy import Connection, text

from extractor.settings_of_history import HistorySettings
from extractor.sources.databases.connection import connected
from extractor.sources.databases.queries import HistoryQuery

_ROWS_A_FETCH = 1_000
Told = Callable[[str], None]


class Span(NamedTuple):
    """A time from, a time to (without it), and whether what is read in it may come again the next time."""

    since: datetime
    until: datetime
    is_overlap: bool


class Drained(NamedTuple):
    """What was written: rows, how many more were read the last time, and the digests to be remembered."""

    rows: int
    repeats: int
    seen: frozenset[int]


def spans_of(since: datetime, until: datetime, overlap: timedelta, page: timedelta) -> Iterator[Span]:
    """The spans that are asked for one after the other; a page ends where the overlap with the next reading begins."""
    again_from = until - overlap
    at = since
    while at < until:
        end = min(at + page, until)
        if at < again_from < end:
            end = again_from
        yield Span(at, end, at >= again_from)
        at = end


def drain(
    url: str,
    query: HistoryQuery,
    settings: HistorySettings,
    root: Path,
    spans: Iterator[Span] | None,
    seen_before: frozenset[int],
    spool: BinaryIO,
    told: Told,
) -> Drained:
    """Write the rows of all spans to ``spool``, one JSON object a line; without spans, all rows of the query.

    Raises:
        ConfigError, SourceError: as for `connected`; nothing of what was written counts then.
    """
    rows = repeats = 0
    seen: set[int] = set()
    with connected(url, settings, root) as connection:
        for span in spans if spans is not None else (None,):
            for line in _lines(connection, query, span):
                digest = xxhash.xxh3_64_intdigest(line)
                if span is not None and span.is_overlap:
                    seen.add(digest)
                if digest in seen_before:
                    repeats += 1
                    continue
                rows += 1
                spool.write(line + b"\n")
            if span is not None:
                told(f"{query.name}: read to {span.until:%Y-%m-%d %H:%M}, {rows:,} rows")
    return Drained(rows, repeats, frozenset(seen))


def _lines(connection: Connection, query: HistoryQuery, span: Span | None) -> Iterator[bytes]:
    values = {}
    if span is not None and not query.is_snapshot:
        values = {"since": _time(span.since, query), "until": _time(span.until, query)}
    streaming = connection.execution_options(stream_results=True, yield_per=_ROWS_A_FETCH)
    with streaming.execute(text(query.sql), values) as result:
        for row in result.mappings():
            yield encoded(row)
    connection.rollback()  # nothing was written; the next span sees what others have written since


def _time(at: datetime, query: HistoryQuery) -> datetime | str | float:
    at = at.astimezone(UTC)
    if query.times == "aware":
        return at
    if query.times == "epoch":
        return at.timestamp()
    naive = at.replace(tzinfo=None)
    return naive.isoformat(" ", "microseconds") if query.times == "text" else naive


def encoded(row: Mapping[Any, Any]) -> bytes:
    """A row as one line of JSON, whatever types its driver gives; large objects are read."""
    plain = {str(name): value.read() if hasattr(value, "read") else value for name, value in row.items()}
    try:
        return orjson.dumps(plain, default=_plain)
    except TypeError:  # numbers beyond 64 bits, halves of surrogate pairs
        return json.dumps(plain, default=_any).encode()


def _plain(value: Any) -> Any:
    """The nearest that JSON has: bytes are texts, exact numbers keep their digits."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else str(value)


def _any(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else _plain(value)
