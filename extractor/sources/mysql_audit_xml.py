"""Audit logs of MySQL Enterprise and Percona in XML: fields as elements (new style) or as attributes (old style).

A file is one ``<AUDIT>`` that is closed only when it is rotated, so records are cut out of it as text.
https://dev.mysql.com/doc/refman/8.0/en/audit-log-file-formats.html#audit-log-file-new-style-xml-format
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from extractor.models import Origin
from extractor.sources.executions import Executions
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.mysql_audit_events import AuditEvents, Event
from extractor.sources.mysql_connections import user_of

_BEGIN = re.compile(rb"\s*<AUDIT_RECORD(>|\s|$)")
_ELEMENT = re.compile(r"<(?!AUDIT_RECORD>)([A-Z_]+)>(.*?)</\1>", re.DOTALL)
_OPEN_ELEMENT = re.compile(r"<(SQLTEXT)>(.*)$", re.DOTALL)
_ATTRIBUTE = re.compile(r'"?([A-Z_]+)"?="([^"]*)"')
_OPEN_ATTRIBUTE = re.compile(r'"?(SQLTEXT)"?="([^"]*)$')


def _judge(sample: Sample) -> Verdict:
    begun = sum(_BEGIN.match(line.encode()) is not None for line in sample.lines)
    if not begun:
        return Verdict(0, "no line begins an <AUDIT_RECORD>")
    return Verdict(0.98, f"{begun} of its first {len(sample.lines)} lines begin an <AUDIT_RECORD> of MySQL")


class _AuditXml:
    """Gathers the lines of a record, and reads its fields."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._events = AuditEvents(reading)
        self._executions = Executions(reading)
        self._parts: list[bytes] = []
        self._size = 0
        self._has_elements = False
        self._in_value = False
        self._origin = Origin(reading.lines.file, 1)

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        for line in lines:
            if begin := _BEGIN.match(line):
                if self._parts:
                    yield from self._complete(is_whole=False)
                self._has_elements, self._in_value, self._size = begin[1] == b">", False, 0
                self._origin = Origin(lines.file, lines.number)
            elif not self._parts:
                continue
            self._keep(line)
            if self._ends(line):
                yield from self._complete(is_whole=True)
        if self._parts:
            yield from self._complete(is_whole=False)

    def _keep(self, line: bytes) -> None:
        self._size += len(line) + 1
        if self._size <= self._reading.max_statement_bytes or not self._parts:
            self._parts.append(line)

    def _ends(self, line: bytes) -> bool:
        if self._has_elements:
            return b"</AUDIT_RECORD>" in line
        self._in_value ^= bool(line.count(b'"') & 1)
        return not self._in_value and line.rstrip().endswith((b"/>", b"</AUDIT_RECORD>"))

    def _complete(self, *, is_whole: bool) -> Iterator[Item]:
        text = self._reading.text(b"\n".join(self._parts))
        is_whole = is_whole and self._size <= self._reading.max_statement_bytes
        self._parts = []
        fields = dict((_ELEMENT if self._has_elements else _ATTRIBUTE).findall(text))
        is_cut = False
        open_value = _OPEN_ELEMENT if self._has_elements else _OPEN_ATTRIBUTE
        if "SQLTEXT" not in fields and (broken := open_value.search(text)):
            fields["SQLTEXT"], is_cut = broken[2], True
        self._reading.stats.entries += 1
        if not is_whole and "SQLTEXT" not in fields:
            yield self._reading.bad("the record breaks off or is longer than the limit", self._origin)
        elif "NAME" not in fields:
            yield self._reading.bad("the record has no name", self._origin)
        else:
            yield from self._executions.take(self._events.take(self._event(fields, is_cut=is_cut)))

    def _event(self, fields: dict[str, str], *, is_cut: bool) -> Event:
        def field(*names: str) -> str:
            return next((html.unescape(fields[name]) for name in names if fields.get(name)), "")

        return Event(
            field("NAME"),
            field("SQLTEXT"),
            field("CONNECTION_ID"),
            field("TIMESTAMP"),
            field("STATUS"),
            self._origin,
            user_of(field("USER")),
            field("DB") or None,
            field("RECORD_ID", "RECORD") or None,
            is_cut,
        )


def _read(reading: Reading) -> Iterator[Item]:
    return _AuditXml(reading).items()


FORMAT = SourceFormat("mysql-audit-xml", "MySQL Enterprise and Percona audit log in XML", _judge, _read, lambda _: "")
