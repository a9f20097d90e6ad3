"""PostgreSQL's text log (stderr), with any ``log_line_prefix``.

A message begins with the prefix and a severity; its further lines begin with one tab each. There is no end mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.models import Origin
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.log_line_prefix import (
    ENGLISH,
    GROUPS,
    Prefix,
    compile_prefix,
    guess_prefix,
    loose_parts,
    match_head,
)
from extractor.sources.postgresql_csv import CsvLog, begins_row
from extractor.sources.postgresql_events import WORKER, Events, Message

_FIELDS = frozenset({"DETAIL", "HINT", "QUERY", "CONTEXT", "STATEMENT", "LOCATION"})
_KEPT_FIELDS = frozenset({"DETAIL", "STATEMENT"})
_WORKER = WORKER.encode()
_new = tuple.__new__
_with_further_lines = re.compile(rb"\n(?!\t)").split


def _prefix_of(sample: Sample) -> Prefix | None:
    given = sample.source.log_line_prefix if sample.source else None
    return compile_prefix(given) if given else guess_prefix(sample.lines)


def _judge(sample: Sample) -> Verdict:
    prefix = _prefix_of(sample)
    heads = [line for line in sample.lines if line and not line.startswith("\t")]
    fitting = [m for line in heads if prefix and (m := match_head(prefix, line.encode()))]
    if prefix is None or not fitting:
        return Verdict(0, "no line has a PostgreSQL severity after a prefix: set log_line_prefix")
    severities = {ENGLISH[m["severity"]] for m in fitting}
    share = len(fitting) / len(heads)
    if share < 0.05 or (len(fitting) < 2 and len(heads) > 3):
        return Verdict(0, f"only {len(fitting)} of {len(heads)} lines look like PostgreSQL's")
    shown = "an unknown prefix" if prefix.is_loose else f"log_line_prefix {prefix.text!r}"
    if not prefix.text and not prefix.is_loose:
        shown = "no prefix"
    certainty = 0.9 if "LOG" in severities else 0.6
    return Verdict(certainty if share > 0.2 else 0.4, f"{len(fitting)} of {len(heads)} lines begin with {shown}")


def _ways_of(sample: Sample) -> str:
    prefix = _prefix_of(sample)
    return "" if prefix is None else prefix.text


class _Stderr:
    """Gathers lines to messages, and fields to their messages."""

    def __init__(self, reading: Reading, prefix: Prefix) -> None:
        self._reading = reading
        self._prefix = prefix
        self._groups = [] if prefix.is_loose else [prefix.pattern.groupindex[name] for name in GROUPS]
        self._events = Events(reading)
        self._csv = CsvLog(reading, self._events)
        self._head: re.Match[bytes] | None = None
        self._severity = ""
        self._parts: list[bytes] = []
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)
        self._names: dict[bytes | None, str | None] = {None: None}
        self._indents = any(line.startswith("\t") for line in reading.sample.lines)
        self._in_stray_run = False
        self._is_parted = False

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        for batch in lines.batches(_with_further_lines):
            for piece in batch:
                lines.number += 1
                end = piece.find(b"\n")
                if released := self._line(piece if end < 0 else piece[:end]):
                    yield from released
                if end >= 0 and (released := self._further(piece[end + 1 :])):
                    yield from released
        if self._head is not None:
            yield from self._complete(is_cut=lines.is_damaged)
        yield from self._csv.finish()
        yield from self._events.finish()

    def _further(self, block: bytes) -> Sequence[Item]:
        """What lines that all begin with a tab let go."""
        lines = self._reading.lines
        if self._csv.head is None and self._size + len(block) < self._reading.max_statement_bytes:
            lines.number += block.count(b"\n") + 1
            self._indents = True
            self._continue(block[1:].replace(b"\n\t", b"\n"))
            return ()
        released: list[Item] = []
        for line in block.split(b"\n"):
            lines.number += 1
            released += self._line(line)
        return released

    def _line(self, line: bytes) -> Sequence[Item]:
        """What the next line lets go."""
        rows = self._csv
        if rows.head is not None and (released := rows.take(line)) is not None:
            return released
        if line[:1] == b"\t":
            self._indents = True
            self._continue(line[1:])
            return ()
        head = self._prefix.pattern.match(line)
        severity = ENGLISH.get(head["severity"]) if head is not None else None
        if head is None or severity is None:
            if (row := self._take_row(line)) is not None:
                return row
            self._without_head(line)
            return ()
        before = self._complete(is_cut=False) if self._head is not None else ()
        self._in_stray_run = False
        body = line[head.end() :]
        if severity == "LOG" and body[:10] == b"duration: " and body[-3:] == b" ms":
            self._events.ran(self._session_of(head))
            return before
        lines = self._reading.lines
        self._head, self._severity, self._parts = head, severity, [body]
        self._size, self._is_cut = len(line), lines.is_cut
        self._is_parted = False
        self._origin = Origin(lines.file, lines.number)
        return before

    def _take_row(self, line: bytes) -> Sequence[Item] | None:
        """What a row of a csvlog lets go: it stands in a text log where the server was told to write the other."""
        if line[:1] not in b'12"' or not line:
            return None
        before = self._complete(is_cut=False) if self._head is not None and begins_row(line) else ()
        released = self._csv.take(line)
        return None if released is None else [*before, *released]

    def _continue(self, line: bytes) -> None:
        if self._head is None:
            self._count_stray()
            return
        self._size += len(line) + 1
        self._is_cut = self._is_cut or self._is_parted
        if self._size > self._reading.max_statement_bytes or self._reading.lines.is_cut:
            self._is_cut = True
        else:
            self._parts.append(line)

    def _without_head(self, line: bytes) -> None:
        """A line without prefix or tab: of nobody's message, or one whose tab was lost on the log's way."""
        if not line and self._head is None:
            return
        if not line or (self._head is not None and (line[:1] == b" " or not self._indents)):
            self._continue(line)
        else:
            self._count_stray()

    def _count_stray(self) -> None:
        """Lines of others between the messages: the first of a run counts as noise.

        What goes on behind them may be another message's, whose beginning is among them.
        """
        self._is_parted = True
        if not self._in_stray_run:
            self._reading.stats.entries += 1
            self._reading.stats.noise += 1
            self._in_stray_run = True

    def _complete(self, *, is_cut: bool) -> Sequence[Item]:
        head, self._head = self._head, None
        if head is None or (self._severity in _FIELDS and self._severity not in _KEPT_FIELDS):
            return ()
        message = self._message_of(head, is_cut=is_cut or self._is_cut)
        if self._severity in _KEPT_FIELDS:
            return self._events.add(message.session, self._severity, message.text, message)
        return self._events.take(message)

    def _session_of(self, head: re.Match[bytes]) -> str:
        if self._prefix.is_loose:
            found = loose_parts(head["rest"].decode("utf-8", "replace"))
            return found.get("session") or found.get("pid", "")
        return (head["session"] or head["pid"] or b"").decode()

    def _message_of(self, head: re.Match[bytes], *, is_cut: bool) -> Message:
        text = self._reading.text(b"\n".join(self._parts) if len(self._parts) > 1 else self._parts[0])
        if self._prefix.is_loose:
            return self._loose_message(head, text, is_cut=is_cut)
        at, session_id, pid, user, database, number, state, backend, leader, _ = head.group(*self._groups)
        session = (session_id or pid or b"").decode()
        fields = (
            session,
            self._severity,
            text,
            at.decode() if at else "",
            self._origin,
            self._name(user),
            self._name(database),
            state.decode() if state else "",
            "",
            "",
            int(number) if number else 0,
            f"{session}/{int(number)}" if number and session_id else None,
            is_cut,
            bool(leader) or backend == _WORKER,
        )
        message: Message = _new(Message, fields)
        return message

    def _loose_message(self, head: re.Match[bytes], text: str, *, is_cut: bool) -> Message:
        found = loose_parts(head["rest"].decode("utf-8", "replace"))
        session = found.get("session") or found.get("pid", "")
        user, database = found.get("user", ""), found.get("database", "")
        return Message(
            session,
            self._severity,
            text,
            found.get("at", ""),
            self._origin,
            self._name(user.encode()),
            self._name(database.encode()),
            is_cut=is_cut,
        )

    def _name(self, value: bytes | None) -> str | None:
        if value is None or value in self._names:
            return self._names[value]
        if len(self._names) > 10_000:
            self._names = {None: None}
        self._names[value] = _name_of(value)
        return self._names[value]


def _name_of(value: bytes | None) -> str | None:
    text = (value or b"").decode("utf-8", "replace")
    return None if text in ("", "[unknown]") else text


def _read(reading: Reading) -> Iterator[Item]:
    prefix = _prefix_of(reading.sample)
    if prefix is None:
        reading.stats.entries += 1
        yield reading.bad("no line has a PostgreSQL severity after a prefix: set log_line_prefix of the source")
        return
    yield from _Stderr(reading, prefix).items()


FORMAT = SourceFormat("postgresql-stderr", "PostgreSQL text log (stderr)", _judge, _read, _ways_of)
