"""PostgreSQL's text log (stderr), with any ``log_line_prefix``.

A message begins with the prefix and a severity; its further lines begin with one tab each. There is no end mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.models import Origin
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.log_line_prefix import Prefix, compile_prefix, guess_prefix, loose_parts
from extractor.sources.postgresql_events import Events, Message, severity_of

_FIELDS = frozenset({"DETAIL", "HINT", "QUERY", "CONTEXT", "STATEMENT", "LOCATION"})
_KEPT_FIELDS = frozenset({"DETAIL", "STATEMENT"})


def _prefix_of(sample: Sample) -> Prefix | None:
    given = sample.source.log_line_prefix if sample.source else None
    return compile_prefix(given) if given else guess_prefix(sample.lines)


def _judge(sample: Sample) -> Verdict:
    prefix = _prefix_of(sample)
    heads = [line for line in sample.lines if line and not line.startswith("\t")]
    fitting = [m for line in heads if prefix and (m := prefix.pattern.match(line.encode()))]
    if prefix is None or not fitting:
        return Verdict(0, "no line has a PostgreSQL severity after a prefix: set log_line_prefix")
    severities = {_word(m["severity"]) for m in fitting}
    share = len(fitting) / len(heads)
    if share < 0.05 or (len(fitting) < 2 and len(heads) > 3):
        return Verdict(0, f"only {len(fitting)} of {len(heads)} lines look like PostgreSQL's")
    shown = "an unknown prefix" if prefix.is_loose else f"log_line_prefix {prefix.text!r}"
    if not prefix.text and not prefix.is_loose:
        shown = "no prefix"
    certainty = 0.9 if "LOG" in severities else 0.6
    return Verdict(certainty if share > 0.2 else 0.4, f"{len(fitting)} of {len(heads)} lines begin with {shown}")


def _word(severity: bytes) -> str:
    return severity_of(severity.decode("utf-8", "replace"))


class _Stderr:
    """Gathers lines to messages, and fields to their messages."""

    def __init__(self, reading: Reading, prefix: Prefix) -> None:
        self._reading = reading
        self._prefix = prefix
        self._groups = frozenset(prefix.pattern.groupindex)
        self._events = Events(reading)
        self._head: re.Match[bytes] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._is_cut = False
        self._origin = Origin(reading.lines.file, 1)
        self._message: dict[str, Message] = {}
        self._indents = any(line.startswith("\t") for line in reading.sample.lines)
        self._stray_run = False

    def items(self) -> Iterator[Item]:
        lines = self._reading.lines
        match_head = self._prefix.pattern.match
        for line in lines:
            if line[:1] == b"\t":
                self._continue(line[1:])
                continue
            head = match_head(line)
            if head is None:
                if self._is_stray(line):
                    self._count_stray()
                continue
            if self._head is not None:
                yield from self._complete(cut=False)
            self._stray_run = False
            self._head = head
            self._parts = [line[head.end() :]]
            self._size = len(line)
            self._is_cut = lines.is_cut
            self._origin = Origin(lines.file, lines.number)
        if self._head is not None:
            yield from self._complete(cut=lines.is_damaged)
        yield from self._events.finish()

    def _continue(self, line: bytes) -> None:
        self._size += len(line) + 1
        if self._size > self._reading.max_statement_bytes or self._reading.lines.is_cut:
            self._is_cut = True
        else:
            self._parts.append(line)

    def _is_stray(self, line: bytes) -> bool:
        """Whether a line without prefix or tab belongs to no message; a tab can be lost on a log's way."""
        if self._head is None:
            return bool(line)
        if line and (self._indents and line[:1] != b" "):
            return True
        self._continue(line)
        return False

    def _count_stray(self) -> None:
        """Lines of others between the messages: the first of a run counts as noise."""
        if not self._stray_run:
            self._reading.stats.entries += 1
            self._reading.stats.noise += 1
            self._stray_run = True

    def _complete(self, *, cut: bool) -> Iterator[Item]:
        head = self._head
        assert head is not None
        self._head = None
        severity = _word(head["severity"])
        if severity in _FIELDS:
            if severity in _KEPT_FIELDS:
                yield from self._add_field(head, severity)
            return
        message = self._message_of(head, severity, cut=cut or self._is_cut)
        yield from self._events.take(message)

    def _add_field(self, head: re.Match[bytes], severity: str) -> Iterator[Item]:
        message = self._message_of(head, severity, cut=self._is_cut)
        yield from self._events.add(message.session, severity, message.text, message)

    def _message_of(self, head: re.Match[bytes], severity: str, *, cut: bool) -> Message:
        text = self._reading.text(b"\n".join(self._parts))
        if self._prefix.is_loose:
            found = loose_parts(head["rest"].decode("utf-8", "replace"))
        else:
            found = {n: head[n].decode("utf-8", "replace") for n in self._groups if head[n]}
        session = found.get("session") or found.get("pid", "")
        number = found.get("number", "")
        return Message(
            session,
            severity,
            text,
            found.get("at", ""),
            self._origin,
            _name(found.get("user")),
            _name(found.get("database")),
            found.get("state", ""),
            number=int(number) if number.isdecimal() else 0,
            statement_id=f"{session}/{number}" if number and "session" in found else None,
            is_cut=cut,
        )


def _name(value: str | None) -> str | None:
    return None if not value or value == "[unknown]" else value


def _read(reading: Reading) -> Iterator[Item]:
    prefix = _prefix_of(reading.sample)
    if prefix is None:
        reading.stats.entries += 1
        yield reading.bad("no line has a PostgreSQL severity after a prefix: set log_line_prefix of the source")
        return
    yield from _Stderr(reading, prefix).items()


FORMAT = SourceFormat("postgresql-stderr", "PostgreSQL text log (stderr)", _judge, _read)
