"""What PostgreSQL's messages mean for statements, the same for the text, CSV and JSON forms of its log.

The server writes a statement before it runs (``log_statement``) or after (``log_min_duration_statement``), tells a
failure by an ERROR with the statement's text, and shows one execution several times. So the last statement of each
session is held back until the session's next statement, or the end: until then it can still end as failed. The
records therefore come out in order within each session, and only roughly so across sessions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from extractor.models import Origin, QueryOutcome, QueryRecord
from extractor.sources.interface import Reading
from extractor.sources.postgresql_audit import MARK, Audit, audit_of
from extractor.sources.postgresql_held import HeldSession, is_same
from extractor.sources.postgresql_plans import plan_of
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
_MAX_ENDED = 100_000

_CANCEL_STATE = "57014"
_UNKNOWN = QueryOutcome.UNKNOWN
_SIMPLE, _MS = CARRIES_SQL.groupindex["simple"], CARRIES_SQL.groupindex["ms"]
_new = tuple.__new__
Released = Sequence[QueryRecord]
WORKER = "parallel worker"
"""The type of a backend that tells its errors although its leader does."""
ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})


class Message(NamedTuple):
    """One message of the log. ``session`` is its session's key, ``at`` its time as written.

    ``is_of_worker`` says that a parallel worker tells what its leader tells, too.
    """

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
    is_of_worker: bool = False


class Events:
    """Takes messages in the order of the log and gives the records that they let go."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._read_time = reading.clock.read
        self._limit = reading.max_statement_bytes
        self._sessions: dict[str, HeldSession] = {}
        self._ended: dict[str, int] = {}
        self._held_bytes = 0
        self._number = 0

    def take(self, message: Message) -> Released:
        """The next message of the log."""
        self._reading.stats.entries += 1
        session = self._sessions.get(message.session) or self._session_of(message.session)
        if message.is_of_worker:
            self._repeat()
            return ()
        released: Released
        if message.text.startswith(MARK) and (audit := audit_of(message.text)) is not None:
            session.failed = None
            released = self._audited(session, message, audit)
        elif message.severity == "LOG":
            session.failed = None
            match = CARRIES_SQL.match(message.text)
            if match is None or match.end() == 0:
                released = self._plain(session, message)
            elif match[_SIMPLE] and match[_MS] is None:  # by far the most
                sql = message.text[match.end() :]
                released = self._hold(session, self._record(session, message, sql, _UNKNOWN))
            else:
                released = self._log(session, message, match)
        else:
            released = self._other(session, message)
        if len(self._sessions) > _MAX_SESSIONS or self._held_bytes > _MAX_HELD_BYTES:
            released = [*released, *self._release_oldest()]
        return released

    def ran(self, session_key: str) -> None:
        """A message that holds a duration alone: the statement before it ran to its end."""
        self._reading.stats.entries += 1
        session = self._session_of(session_key)
        session.failed = None
        self._ran(session)

    def add(self, session_key: str, field: str, text: str, message: Message) -> Released:
        """A further field (STATEMENT, DETAIL ...) of the session's last message, where it stands on its own."""
        session = self._session_of(session_key)
        if field == "STATEMENT" and session.failed is not None:
            self._reading.stats.noise -= 1
            outcome, session.failed = session.failed, None
            return self._fail(session, message, text, outcome)
        if field == "DETAIL" and session.held is not None:
            session.held = _with_prepared(session.held, text)
        return ()

    def finish(self) -> Released:
        """All that is still held back, in the order of the log."""
        left = [record for session in self._sessions.values() for record in self._let_go(session)]
        self._sessions.clear()
        return sorted(left, key=_place)

    def _session_of(self, key: str) -> HeldSession:
        session = self._sessions.get(key)
        if session is None:
            times = self._ended.get(key, 0)
            session = self._sessions[key] = HeldSession(f"{key}#{times + 1}" if times else key)
        return session

    def _end(self, key: str) -> Released:
        """The session of that key is over; a process id can come back, and is another session then."""
        session = self._sessions.pop(key, None)
        if key.isdecimal():
            if len(self._ended) >= _MAX_ENDED:
                self._ended.clear()
            self._ended[key] = self._ended.get(key, 0) + 1
        return self._let_go(session) if session is not None else ()

    def _count_noise(self) -> None:
        self._reading.stats.noise += 1

    def _repeat(self) -> None:
        self._reading.stats.repeats += 1

    def _other(self, session: HeldSession, message: Message) -> Released:
        """A message that is no LOG: an error with or without its statement, a notice."""
        session.failed = _failure(message) if message.severity in ERRORS else None
        if session.failed is not None and message.statement:
            return self._fail(session, message, message.statement, session.failed)
        self._count_noise()
        return self._let_go(session) if message.severity in ("FATAL", "PANIC") else ()

    def _log(self, session: HeldSession, message: Message, match: re.Match[str]) -> Released:
        rest = message.text[match.end() :]
        if match["simple"]:
            if match["ms"] is not None and self._is_told_again(session, rest):
                return ()
            return self._hold(session, self._logged(session, message, rest, match["ms"]))
        if match["plan"]:
            return self._plan(session, message, rest, match["ms"])
        if match["step"]:
            return self._step(session, message, match, rest)
        self._ran(session)
        return ()

    def _plain(self, session: HeldSession, message: Message) -> Released:
        self._count_noise()
        if match := AUTHORIZED.match(message.text):
            released = self._end(message.session) if session.was_used else ()
            session = self._session_of(message.session)
            session.user, session.database = match["user"], match["database"]
            return released
        return self._end(message.session) if message.text.startswith("disconnection: ") else ()

    def _ran(self, session: HeldSession) -> None:
        self._count_noise()
        if session.held is None and session.bound is not None:
            self._adopt_bound(session)
        if session.held is not None and session.held.outcome is QueryOutcome.UNKNOWN:
            session.held = session.held._replace(outcome=QueryOutcome.OK)

    def _step(self, session: HeldSession, message: Message, match: re.Match[str], sql: str) -> Released:
        """One step of the extended protocol: parse and bind are repeats of the execution that follows."""
        step, held = match["step"], session.held
        outcome = QueryOutcome.UNKNOWN if match["ms"] is None else QueryOutcome.OK
        if step in PARSE:
            self._repeat()
        elif step in BIND:
            self._repeat()
            session.bound = self._record(session, message, sql, QueryOutcome.UNKNOWN)
        elif step in FETCH and held is not None and is_same(held.sql, sql):
            self._repeat()
        elif outcome is QueryOutcome.OK and self._is_told_again(session, sql):
            session.bound = None
        else:
            if session.bound is not None and is_same(session.bound.sql, sql):
                session.bound = None
            return self._hold(session, self._logged(session, message, sql, match["ms"]))
        return ()

    def _is_told_again(self, session: HeldSession, sql: str) -> bool:
        """Whether this line tells only that the statement held back has run to its end."""
        held = session.held
        if held is None or not (session.by_plan or session.is_running) or not session.is_of(sql):
            return False
        self._repeat()
        session.held, session.by_plan = held._replace(outcome=QueryOutcome.OK), False
        return True

    def _plan(self, session: HeldSession, message: Message, rest: str, lasted_ms: str | None) -> Released:
        """auto_explain: a repeat of the statement, or the only trace of one that ran inside a function."""
        plan = plan_of(rest)
        if plan is None or not plan.sql.strip():
            self._count_noise()
            return ()
        if session.knows_plan(plan):
            self._repeat()
            return ()
        record = self._logged(session, message, plan.sql, lasted_ms or "0")
        if session.is_running and len(session.parts) < _MAX_GROUP:
            session.add_part(record)
            session.was_planned(plan)
            self._grow(session, len(plan.sql))
            return ()
        released = self._hold(session, record)
        session.by_plan = True
        session.was_planned(plan)
        return released

    def audited(self, message: Message, audit: Audit) -> Released:
        """What an audit log of its own tells, where its fields do not stand in a message's text."""
        self._reading.stats.entries += 1
        return self._audited(self._session_of(message.session), message, audit)

    def _audited(self, session: HeldSession, message: Message, audit: Audit) -> Released:
        """pgaudit: a repeat of the statement, one that runs inside it, or the only trace of it."""
        sql = audit.sql
        if sql is None:
            self._count_noise()
            return ()
        if session.knows_audit(audit, sql):
            self._repeat()
            return ()
        if session.bound is not None and is_same(session.bound.sql, sql):
            session.bound = None
        record = self._record(session, message, sql, QueryOutcome.UNKNOWN)
        if session.runs_inside(audit) and len(session.parts) < _MAX_GROUP:
            session.add_part(record, audit)
            self._grow(session, len(sql))
            return ()
        released = self._hold(session, record)
        session.was_audited(audit, sql)
        return released

    def _fail(self, session: HeldSession, message: Message, sql: str, outcome: QueryOutcome) -> Released:
        """The statement of that text failed, and with it all that ran inside it."""
        if session.bound is not None and is_same(session.bound.sql, sql):
            session.bound = None
        if session.is_running and session.is_of(sql):
            self._repeat()
            session.end(outcome)
            return ()
        if session.end_part(sql, outcome):
            self._repeat()
            return ()
        return self._hold(session, self._record(session, message, sql, outcome))

    def _logged(self, session: HeldSession, message: Message, sql: str, lasted_ms: str | None) -> QueryRecord:
        """A statement that was logged before it ran, or, with its duration, after: then it began so much earlier.

        It did not begin before the session's last one, although a log in whole seconds would make it seem so.
        """
        if lasted_ms is None:
            return self._record(session, message, sql, QueryOutcome.UNKNOWN)
        last = session.last_start
        record = self._record(session, message, sql, QueryOutcome.OK)
        if (ended := record.started_at) is None:
            return record
        try:
            started = ended - timedelta(milliseconds=float(lasted_ms))
        except (ValueError, OverflowError):
            return record
        session.last_start = max(started, min(last, ended)) if last is not None else started
        return record._replace(started_at=session.last_start)

    def _record(self, session: HeldSession, message: Message, sql: str, outcome: QueryOutcome) -> QueryRecord:
        number = message.number
        if not number:
            self._number += 1
            number = self._number
        session.last_start = self._read_time(message.at)
        is_cut = message.is_cut or len(sql) > self._limit
        fields = (
            sql[: self._limit] if is_cut else sql,
            session.last_start,
            session.name,
            message.user or session.user,
            message.database or session.database,
            None,
            outcome,
            number,
            message.statement_id,
            None,
            None,
            is_cut,
            message.origin,
        )
        record: QueryRecord = _new(QueryRecord, fields)
        return _with_prepared(record, message.detail) if message.detail else record

    def _hold(self, session: HeldSession, record: QueryRecord) -> Released:
        released = self._let_go(session)
        session.hold(record)
        size = len(record.sql)
        session.size += size
        self._held_bytes += size
        return released

    def _grow(self, session: HeldSession, size: int) -> None:
        session.size += size
        self._held_bytes += size

    def _adopt_bound(self, session: HeldSession) -> None:
        """A bind without an execute that was written: the execution was too quick for the log, or sampled out."""
        if session.bound is not None:
            self._reading.stats.repeats -= 1
            session.held, session.bound = session.bound, None
            self._grow(session, len(session.held.sql))

    def _let_go(self, session: HeldSession) -> Released:
        if session.held is None and session.bound is None and not session.parts:
            return ()
        if session.bound is not None:
            self._reading.stats.repeats -= 1
        self._held_bytes -= session.size
        return session.let_go()

    def _release_oldest(self) -> Released:
        """Let go of the half of the sessions that were met first."""
        keys = list(self._sessions)[: max(1, len(self._sessions) // 2)]
        left = [record for key in keys for record in self._let_go(self._sessions.pop(key))]
        return sorted(left, key=_place)


def _place(record: QueryRecord) -> tuple[str, int]:
    return record.origin or ("", 0)


def severity_of(word: str) -> str:
    """The English word of a severity in any language; ``DEBUG`` for all its levels."""
    return SEVERITIES.get(word.rstrip("12345"), word)


def _failure(message: Message) -> QueryOutcome:
    if message.state == _CANCEL_STATE or (not message.state and CANCELLED.search(message.text)):
        return QueryOutcome.CANCELLED
    return QueryOutcome.FAILED


def _with_prepared(record: QueryRecord, detail: str) -> QueryRecord:
    """An EXECUTE whose DETAIL tells the text that was prepared: that text is what runs."""
    match = PREPARED.match(detail)
    return record._replace(sql=detail[match.end() :]) if match else record
