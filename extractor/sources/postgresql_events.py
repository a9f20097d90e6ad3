"""What PostgreSQL's messages mean for statements, the same for the text, CSV and JSON forms of its log.

The server writes a statement before it runs (``log_statement``) or after (``log_min_duration_statement``), tells a
failure by an ERROR with the statement's text, and shows one execution several times. So the last statement of each
session is held back until the session's next statement, or the end: until then it can still end as failed. The
records therefore come out in order within each session, and only roughly so across sessions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Item, Reading
from extractor.sources.postgresql_words import (
    AUTHORIZED,
    BIND,
    CANCELLED,
    CARRIES_SQL,
    FETCH,
    PARSE,
    PREPARED,
    SEVERITIES,
)

_MAX_SESSIONS = 10_000
_MAX_HELD_BYTES = 64_000_000
_MAX_GROUP = 1_000

_QUERY_TEXT = re.compile(
    r'Query Text: (?P<text>.*?)(?=\n(?:Query Parameters: |[^\n]*\(cost=)|\Z)|"Query Text": (?P<json>"(?:[^"\\]|\\.)*")',
    re.DOTALL,
)
_CANCEL_STATE = "57014"
ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})


class Message(NamedTuple):
    """One message of the log. ``session`` is its session's key, ``at`` its time as written."""

    session: str
    severity: str
    text: str
    at: str
    origin: Origin
    user: str | None = None
    database: str | None = None
    state: str = ""
    detail: str = ""
    statement: str = ""
    number: int = 0
    statement_id: str | None = None
    is_cut: bool = False


class _Session:
    """What is held back of one session: its last statement, and what ran inside it."""

    __slots__ = ("bound", "by_plan", "database", "failed", "held", "parts", "user")

    def __init__(self) -> None:
        self.held: QueryRecord | None = None
        self.bound: QueryRecord | None = None
        self.by_plan = False
        self.parts: list[QueryRecord] = []
        self.failed: QueryOutcome | None = None
        self.user: str | None = None
        self.database: str | None = None


class Events:
    """Takes messages in the order of the log and gives records; `finish` gives those still held back."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._sessions: dict[str, _Session] = {}
        self._held_bytes = 0
        self._number = 0

    def take(self, message: Message) -> Iterator[Item]:
        """The records that this message lets go."""
        self._reading.stats.entries += 1
        session = self._session_of(message.session)
        session.failed = None
        if message.severity in ERRORS:
            session.failed = _failure(message)
            if message.statement:
                yield from self._fail(session, message, message.statement)
            elif message.severity != "ERROR":
                self._count_noise()
                yield from self._let_go(session)
            else:
                self._count_noise()
        elif message.severity == "LOG":
            yield from self._log(session, message)
        else:
            self._count_noise()
        if len(self._sessions) > _MAX_SESSIONS or self._held_bytes > _MAX_HELD_BYTES:
            yield from self._release_oldest()

    def add(self, session_key: str, field: str, text: str, message: Message) -> Iterator[Item]:
        """A further field (STATEMENT, DETAIL ...) of the session's last message, where it stands on its own."""
        session = self._session_of(session_key)
        if field == "STATEMENT" and session.failed is not None:
            self._reading.stats.noise -= 1
            yield from self._fail(session, message, text, session.failed)
            session.failed = None
        elif field == "DETAIL" and session.held is not None:
            session.held = _with_prepared(session.held, text)

    def finish(self) -> Iterator[Item]:
        """All that is still held back, in the order of the log."""
        left = [record for session in self._sessions.values() for record in self._let_go(session)]
        yield from sorted(left, key=lambda record: record.origin or ("", 0))
        self._sessions.clear()

    def _session_of(self, key: str) -> _Session:
        session = self._sessions.get(key)
        if session is None:
            session = self._sessions[key] = _Session()
        return session

    def _count_noise(self) -> None:
        self._reading.stats.noise += 1

    def _log(self, session: _Session, message: Message) -> Iterator[Item]:
        text = message.text
        match = CARRIES_SQL.match(text)
        if match is None or match.end() == 0:
            yield from self._plain(session, message)
            return
        rest = text[match.end() :]
        if match["simple"]:
            yield from self._statement(session, message, rest, ran=match["ms"] is not None)
        elif match["plan"]:
            yield from self._plan(session, message, rest)
        elif match["step"]:
            yield from self._step(session, message, match, rest)
        else:
            self._ran(session)

    def _plain(self, session: _Session, message: Message) -> Iterator[Item]:
        self._count_noise()
        if match := AUTHORIZED.match(message.text):
            yield from self._let_go(session)
            session.user, session.database = match["user"], match["database"]
        elif message.text.startswith("disconnection: "):
            yield from self._let_go(session)
            self._sessions.pop(message.session, None)

    def _ran(self, session: _Session) -> None:
        """A duration alone: the statement before it ran to its end."""
        self._count_noise()
        self._promote_bound(session)
        if session.held is not None and session.held.outcome is QueryOutcome.UNKNOWN:
            session.held = session.held._replace(outcome=QueryOutcome.OK)

    def _statement(self, session: _Session, message: Message, sql: str, *, ran: bool) -> Iterator[Item]:
        if ran and self._is_told_again(session, sql):
            return
        yield from self._hold(session, self._record(session, message, sql, ran=ran))

    def _step(self, session: _Session, message: Message, match: re.Match[str], sql: str) -> Iterator[Item]:
        step, held, bound = match["step"], session.held, session.bound
        ran = match["ms"] is not None
        if step in PARSE:
            self._repeat()
        elif step in BIND:
            self._repeat()
            session.bound = self._record(session, message, sql, ran=False)
        elif step in FETCH and held is not None and _same(held.sql, sql):
            self._repeat()
        elif ran and self._is_told_again(session, sql):
            session.bound = None
        else:
            if bound is not None and _same(bound.sql, sql):
                session.bound = None
            yield from self._hold(session, self._record(session, message, sql, ran=ran))

    def _is_told_again(self, session: _Session, sql: str) -> bool:
        """Whether this line tells only that the statement held back has run to its end."""
        held = session.held
        if held is None or not (session.by_plan or held.outcome is QueryOutcome.UNKNOWN) or not _same(held.sql, sql):
            return False
        self._repeat()
        session.held, session.by_plan = held._replace(outcome=QueryOutcome.OK), False
        return True

    def _plan(self, session: _Session, message: Message, rest: str) -> Iterator[Item]:
        """auto_explain: a repeat of the statement, or the only trace of one that ran inside a function."""
        match = _QUERY_TEXT.search(rest)
        if match is None:
            self._count_noise()
            return
        sql = match["text"] if match["text"] is not None else _json_text(match["json"])
        if prepared := PREPARED.match(f"prepare: {sql}"):
            sql = sql[prepared.end() - len("prepare: ") :]
        if (session.held is not None and _same(session.held.sql, sql)) or (
            session.bound is not None and _same(session.bound.sql, sql)
        ):
            self._repeat()
            return
        record = self._record(session, message, sql, ran=True)
        held = session.held
        if held is not None and held.outcome is QueryOutcome.UNKNOWN and len(session.parts) < _MAX_GROUP:
            session.parts.append(record)
            self._held_bytes += len(sql)
            return
        yield from self._hold(session, record)
        session.by_plan = True

    def _fail(self, session: _Session, message: Message, sql: str, how: QueryOutcome | None = None) -> Iterator[Item]:
        """The statement of that text failed, and with it all that ran inside it."""
        outcome = how or _failure(message)
        held, bound = session.held, session.bound
        session.bound = None
        if held is not None and held.outcome is QueryOutcome.UNKNOWN and _same(held.sql, sql):
            self._repeat()
            session.held = held._replace(outcome=outcome)
            session.parts = [part._replace(outcome=outcome) for part in session.parts]
            return
        if bound is not None and not _same(bound.sql, sql):
            session.bound = bound
        record = self._record(session, message, sql, ran=False)
        yield from self._hold(session, record._replace(outcome=outcome))

    def _record(self, session: _Session, message: Message, sql: str, *, ran: bool) -> QueryRecord:
        limit = self._reading.max_statement_bytes
        record = QueryRecord(
            sql[:limit],
            self._reading.clock.read(message.at),
            message.session,
            message.user or session.user,
            message.database or session.database,
            None,
            QueryOutcome.OK if ran else QueryOutcome.UNKNOWN,
            message.number or self._next_number(),
            message.statement_id,
            cut=message.is_cut or len(sql) > limit,
            origin=message.origin,
        )
        return _with_prepared(record, message.detail) if message.detail else record

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _repeat(self) -> None:
        self._reading.stats.repeats += 1

    def _hold(self, session: _Session, record: QueryRecord) -> Iterator[Item]:
        yield from self._let_go(session)
        session.held, session.by_plan = record, False
        self._held_bytes += len(record.sql)

    def _promote_bound(self, session: _Session) -> None:
        """A bind without an execute that was written: the execution was too quick for the log, or sampled out."""
        if session.held is None and session.bound is not None:
            self._reading.stats.repeats -= 1
            session.held, session.bound = session.bound, None

    def _let_go(self, session: _Session) -> list[QueryRecord]:
        records = [*session.parts, session.held] if session.held is not None else list(session.parts)
        if session.bound is not None:
            self._reading.stats.repeats -= 1
            records.append(session.bound)
        self._held_bytes -= sum(len(record.sql) for record in records if record is not session.bound)
        session.held, session.bound, session.parts = None, None, []
        return records

    def _release_oldest(self) -> Iterator[Item]:
        """Let go of the half of the sessions that were met first."""
        keys = list(self._sessions)[: max(1, len(self._sessions) // 2)]
        left = [record for key in keys for record in self._let_go(self._sessions.pop(key))]
        yield from sorted(left, key=lambda record: record.origin or ("", 0))


def severity_of(word: str) -> str:
    """The English word of a severity in any language; ``DEBUG`` for all its levels."""
    return SEVERITIES.get(word.rstrip("12345"), word)


def _failure(message: Message) -> QueryOutcome:
    if message.state == _CANCEL_STATE or (not message.state and CANCELLED.search(message.text)):
        return QueryOutcome.CANCELLED
    return QueryOutcome.FAILED


def _same(one: str, other: str) -> bool:
    return one == other or one.strip() == other.strip()


def _with_prepared(record: QueryRecord, detail: str) -> QueryRecord:
    """An EXECUTE whose DETAIL tells the text that was prepared: that text is what runs."""
    match = PREPARED.match(detail)
    return record._replace(sql=detail[match.end() :]) if match else record


def _json_text(literal: str) -> str:
    import orjson  # noqa: PLC0415 - rarely needed

    try:
        return str(orjson.loads(literal))
    except orjson.JSONDecodeError:
        return literal
