"""pgaudit of Cloud SQL for PostgreSQL, in Google's data access audit log: a JSON entry for each record or chunk of one.

https://cloud.google.com/sql/docs/postgres/pg-audit: ``protoPayload.request`` holds the fields; a long one is cut in
``chunkCount`` entries, of which ``chunkIndex`` counts from 1.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from extractor.models import BadRecord
from extractor.sources.interface import Item, Reading
from extractor.sources.postgresql_audit import audit_from
from extractor.sources.postgresql_events import Events, Message
from extractor.sources.row_formats import Placed, RowFormat, at, text_at

_MAX_OPEN = 1_000
_TYPE = "PgAuditEntry"


def _request(row: Any) -> dict[str, Any] | None:
    request = at(row, "protoPayload", "request")
    if not isinstance(request, dict):
        return None
    is_audit = _TYPE in str(request.get("@type", "")) or {"auditClass", "statementId", "statement"} <= request.keys()
    return request if is_audit else None


class _Chunks:
    """Joins the chunks of one entry; those that wait for others are bounded, the oldest are given up as cut."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, ...], dict[int, Placed]] = OrderedDict()

    def take(self, one: Placed, request: dict[str, Any]) -> Iterator[tuple[Placed, str, bool]]:
        """The entries that are whole with this chunk, or given up: (first chunk, text, whether it is cut)."""
        count = _number(request, "chunkCount") or 1
        if count == 1:
            yield one, str(request.get("statement") or ""), one.is_cut
            return
        names = ("databaseSessionId", "statementId", "substatementId", "auditType", "command", "object")
        key = tuple(str(request.get(name)) for name in names)
        chunks = self._open.setdefault(key, {})
        chunks[_number(request, "chunkIndex")] = one
        if len(chunks) == count:
            yield self._pop(key, is_cut=False)
        elif len(self._open) > _MAX_OPEN:
            yield self._pop(next(iter(self._open)), is_cut=True)

    def finish(self) -> Iterator[tuple[Placed, str, bool]]:
        """Those of which a chunk is missing."""
        while self._open:
            yield self._pop(next(iter(self._open)), is_cut=True)

    def _pop(self, key: tuple[str, ...], *, is_cut: bool) -> tuple[Placed, str, bool]:
        chunks = self._open.pop(key)
        placed = [chunks[index] for index in sorted(chunks)]
        text = "".join(str((_request(one.row) or {}).get("statement") or "") for one in placed)
        return placed[0], text, is_cut or any(one.is_cut for one in placed)


def _number(request: dict[str, Any], name: str) -> int:
    written = str(request.get(name) or "")
    return int(written) if written.isdecimal() and len(written) < 9 else 0


def _read(reading: Reading, _: list[str], placed: Iterable[Placed | BadRecord]) -> Iterator[Item]:
    events, chunks = Events(reading), _Chunks()
    for one in placed:
        if isinstance(one, BadRecord):
            reading.stats.entries += 1
            yield one
        elif (request := _request(one.row)) is None:
            reading.stats.entries += 1
            reading.stats.noise += 1
        else:
            reading.stats.entries += 1
            reading.stats.repeats += 1  # until its entry is whole, which takes one of them back
            for whole in chunks.take(one, request):
                yield from _take(events, reading, *whole)
    for whole in chunks.finish():
        yield from _take(events, reading, *whole)
    yield from events.finish()


def _take(events: Events, reading: Reading, one: Placed, sql: str, is_cut: bool) -> Iterator[Item]:  # noqa: FBT001
    """The records that an entry lets go."""
    request = _request(one.row) or {}
    reading.stats.entries -= 1
    reading.stats.repeats -= 1
    number, part = _number(request, "statementId"), _number(request, "substatementId")
    kind, command = str(request.get("auditClass") or ""), str(request.get("command") or "")
    audit = audit_from(str(number), str(part), kind, command, sql)
    message = Message(
        str(request.get("databaseSessionId") or ""),
        "LOG",
        "",
        text_at(one.row, "timestamp") or "",
        one.origin,
        text_at(request, "user"),
        text_at(request, "database"),
        is_cut=is_cut,
    )
    yield from events.audited(message, audit)


FORMAT = RowFormat(
    "cloudsql-pgaudit",
    "Cloud SQL for PostgreSQL: pgaudit in the data access audit log",
    frozenset({"protopayload", "logname"}),
    None,
    lambda rows: any(_request(row) is not None for row in rows),
    is_json=True,
    reads=_read,
)
