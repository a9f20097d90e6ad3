"""Oracle's audit files: XML (``audit_trail = xml, extended``) and text (``.aud``), as each process writes them.

https://docs.oracle.com/en/database/oracle/oracle-database/19/dbseg/: a file that is still open has no closing root
tag; in text, quotes in a value are not doubled and newlines are raw, so a value ends where its length says.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator

from extractor.models import BadRecord, Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.xml_records import read_elements

_MAX_KNOWN = 10_000
_NO_SESSION = frozenset({"", "0", "4294967295"})
"""What privileged users' records have in the place of a session's id."""
_RECORD = re.compile(r"<AuditRecord[\s>]")
_KEY = re.compile(rb"(?P<key>[A-Z][A-Z0-9$# _]{0,60}?) ?:\[(?P<length>\d{1,9})\] ?'")
_DATE = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<time>\d\d:\d\d:\d\d)"
    rb"(?:\.(?P<fraction>\d+))? (?P<year>\d{4})(?: (?P<zone>[+-]\d\d:\d\d))?\s*$"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _outcome_of(code: str) -> QueryOutcome:
    if not code:
        return QueryOutcome.UNKNOWN
    return QueryOutcome.OK if code == "0" else QueryOutcome.FAILED


class _Audited:
    """Makes records of what audit records say; one statement with a record for each object counts once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._known: OrderedDict[tuple[str, str, int], None] = OrderedDict()
        self._number = 0

    def take(
        self, values: dict[str, str], sql: str, session: str, user: str, origin: Origin, *, is_cut: bool
    ) -> Iterator[QueryRecord]:
        """The record, unless there is no text or it was there before. ``values`` are by XML's names of elements."""
        stats = self._reading.stats
        if not sql or sql.isspace():
            stats.noise += 1
            return
        statement = values.get("StatementId", "")
        if statement:
            key = session, statement, hash(sql)
            if key in self._known:
                stats.repeats += 1
                return
            self._known[key] = None
            if len(self._known) > _MAX_KNOWN:
                self._known.popitem(last=False)
        self._number += 1
        limit = self._reading.max_statement_bytes
        yield QueryRecord(
            sql[:limit],
            self._reading.clock.read(values.get("Extended_Timestamp")),
            session,
            user or None,
            None,
            values.get("Current_User") or None,
            _outcome_of(values.get("Returncode", "").strip()),
            self._number,
            statement or None,
            cut=is_cut or len(sql) > limit,
            origin=origin,
        )


def _judge_xml(sample: Sample) -> Verdict:
    if sample.text.lstrip("\ufeff \t\r\n").startswith("<") and _RECORD.search(sample.text):
        return Verdict(0.97, "XML with elements AuditRecord")
    return Verdict(0, "no <AuditRecord> is in its beginning")


def _read_xml(reading: Reading) -> Iterator[Item]:
    audited = _Audited(reading)
    for found in read_elements(reading, "AuditRecord", "record"):
        if isinstance(found, BadRecord):
            yield found
            continue
        element, origin = found
        values = {item.tag: item.text or "" for item in element}
        session = values.get("Session_Id", "")
        session = "" if session in _NO_SESSION else f"{values.get('Instance_Number', '')}/{session}".lstrip("/")
        sql = values.get("Sql_Text", "")
        yield from audited.take(values, sql, session, values.get("DB_User", ""), origin, is_cut=False)


def _judge_text(sample: Sample) -> Verdict:
    lines = [line.encode() for line in sample.lines]
    if any(map(_DATE.match, lines)) and any((m := _KEY.match(line)) and m["key"] == b"ACTION" for line in lines):
        return Verdict(0.97, "a date line, and lines of KEY :[length] 'value'")
    return Verdict(0, "no date line with lines of ACTION :[length] 'text' after it")


class _TextAudit:
    """Gathers the lines of ``.aud`` to values, and values to records."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._audited = _Audited(reading)
        self._values: dict[bytes, bytes] = {}
        self._at: str | None = None
        self._origin = Origin(reading.lines.file, 1)
        self._key = b""
        self._length = 0
        self._parts: list[bytes] = []
        self._size = self._size_with_cr = 0
        self._is_cut = False

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        for line in lines:
            if self._key:
                self._go_on(line)
            elif head := _KEY.match(line):
                self._key, self._length, self._parts = head["key"], int(head["length"]), []
                self._size = self._size_with_cr = -1  # the first line has no line end before it
                self._go_on(line[head.end() :])
            elif date := _DATE.match(line):
                yield from self._complete()
                self._at, self._origin = _iso_of(date), self._reading.here()
        self._end_value(is_whole=not self._key)
        if not lines.is_damaged:
            yield from self._complete()

    def _go_on(self, line: bytes) -> None:
        """Add a line to the open value; it ends at a quote where the length, with CR counted or not, is reached."""
        plain = line.rstrip(b"\r")
        self._size += len(plain) + 1
        self._size_with_cr += len(line) + 1
        self._is_cut |= self._reading.lines.is_cut
        if self._size <= self._reading.max_statement_bytes:
            self._parts.append(plain)
        else:
            self._is_cut = True
        if plain.endswith(b"'") and self._size - 1 <= self._length <= self._size_with_cr - 1:
            self._end_value(is_whole=True)
        elif self._size - 1 > self._length:
            self._end_value(is_whole=False)

    def _end_value(self, *, is_whole: bool) -> None:
        if self._key:
            value = b"\n".join(self._parts)
            self._values[self._key] = value[:-1] if is_whole else value[: self._length]
            self._is_cut |= not is_whole and self._key == b"ACTION"
        self._key = b""

    def _complete(self) -> Iterator[Item]:
        values, self._values = self._values, {}
        is_cut, self._is_cut = self._is_cut, False
        if self._at is None:
            return
        self._reading.stats.entries += 1
        told = {key.decode(): self._reading.text(value) for key, value in values.items()}
        sql = "" if told.get("ACTION", "").isdecimal() else told.get("ACTION", "")
        fields = {"Extended_Timestamp": self._at, "Returncode": told.get("STATUS", "")}
        session = told.get("SESSIONID", "")
        yield from self._audited.take(
            fields,
            sql,
            "" if session in _NO_SESSION else session,
            told.get("DATABASE USER", "").strip("'"),
            self._origin,
            is_cut=is_cut,
        )


def _iso_of(date: re.Match[bytes]) -> str:
    month, day, time, fraction, year, zone = (part.decode() if part else "" for part in date.groups())
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
    return f"{year}-{number:02}-{int(day):02} {time}{'.' if fraction else ''}{fraction}{zone}"


def _read_text(reading: Reading) -> Iterator[Item]:
    return _TextAudit(reading).items()


XML = SourceFormat("oracle-xml-audit", "Oracle audit files in XML", _judge_xml, _read_xml)
TEXT = SourceFormat("oracle-text-audit", "Oracle audit files in text (.aud)", _judge_text, _read_text)
