"""What is held back of one session of PostgreSQL: its last statement, and what ran inside it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from extractor.models import QueryOutcome, QueryRecord
from extractor.sources.postgresql_audit import Audit, next_statement
from extractor.sources.postgresql_plans import Plan

_UNKNOWN = QueryOutcome.UNKNOWN


class HeldSession:
    """The last statement of a session, until the session's next one shows that nothing more is told of it.

    ``held`` is that statement, ``bound`` one whose values were bound and that is not known to run, ``parts`` are those
    that ran inside ``held``. ``by_plan`` says that only a plan told of ``held`` so far.
    """

    __slots__ = (
        "_audit",
        "_executed",
        "_is_noted",
        "_part",
        "_part_place",
        "_place",
        "_planned_place",
        "_unplanned",
        "bound",
        "by_plan",
        "database",
        "failed",
        "held",
        "last_start",
        "name",
        "parts",
        "size",
        "user",
        "was_used",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.held: QueryRecord | None = None
        self.bound: QueryRecord | None = None
        self.by_plan = False
        self.parts: list[QueryRecord] = []
        self.size = 0
        self.was_used = False
        self.last_start: datetime | None = None
        self.failed: QueryOutcome | None = None
        self.user: str | None = None
        self.database: str | None = None
        self._forget()

    def _forget(self) -> None:
        self._is_noted = False
        self._audit: int | None = None
        self._executed: str | None = None
        self._part: tuple[int, int] | None = None
        self._place = self._part_place = self._planned_place = -1
        self._unplanned: Counter[str] = Counter()

    @property
    def is_running(self) -> bool:
        """Whether the statement held back is not known to have ended."""
        return self.held is not None and self.held.outcome is _UNKNOWN

    def hold(self, record: QueryRecord) -> None:
        """Another statement begins."""
        self.held, self.by_plan, self.was_used = record, False, True
        if self._is_noted:
            self._forget()

    def let_go(self) -> list[QueryRecord]:
        """All that is held back; nothing is afterwards."""
        held, bound = self.held, self.bound
        if held is not None and bound is None and not self.parts:
            records = [held]
        else:
            records = [*self.parts, *(record for record in (held, bound) if record is not None)]
            self.parts = []
        self.held, self.bound, self.size = None, None, 0
        if self._is_noted:
            self._forget()
        return records

    def is_of(self, sql: str) -> bool:
        """Whether that is the text of the statement held back, or of the EXECUTE that ran it."""
        held = self.held
        return held is not None and (
            is_same(held.sql, sql) or (self._executed is not None and is_same(self._executed, sql))
        )

    def end(self, outcome: QueryOutcome) -> None:
        """The statement held back ended so, and with it what ran inside it."""
        if self.held is not None:
            self.held = self.held._replace(outcome=outcome)
        self.parts = [part._replace(outcome=outcome) for part in self.parts]

    def end_part(self, sql: str, outcome: QueryOutcome) -> bool:
        """The last of the parts with that text ended so; false where no open one has it."""
        for at in range(len(self.parts) - 1, -1, -1):
            part = self.parts[at]
            if part.outcome is _UNKNOWN and is_same(part.sql, sql):
                self.parts[at] = part._replace(outcome=outcome)
                return True
        return False

    def knows_plan(self, plan: Plan) -> bool:
        """Whether a plan tells of a statement that is known already."""
        self._is_noted = True
        if self.bound is not None and is_same(self.bound.sql, plan.sql):
            return True
        held = self.held
        if held is not None and is_same(held.sql, plan.sql):
            if self.is_running:
                return True
            if self.by_plan and self._is_next_planned(plan):
                return True
        key = plan.sql.strip()
        if self._unplanned[key] > 0:
            self._unplanned[key] -= 1
            self.end_part(plan.sql, QueryOutcome.OK)
            return True
        last = self.parts[-1] if self.parts else None
        return last is not None and is_same(last.sql, plan.sql) and self._is_next_planned(plan)

    def _is_next_planned(self, plan: Plan) -> bool:
        place = next_statement(plan.sql, self._planned_place, plan.command)
        if place is not None:
            self._planned_place = place
        return place is not None

    def was_planned(self, plan: Plan) -> None:
        """A statement is taken from its plan: the plans of those behind it in its text tell of the same."""
        self._is_noted = True
        self._planned_place = next_statement(plan.sql, -1, plan.command) or 0

    def knows_audit(self, audit: Audit, sql: str) -> bool:
        """Whether a message of pgaudit tells of a statement that is known already."""
        self._is_noted = True
        if self.held is not None and is_same(self.held.sql, sql) and self._is_of_held(audit, sql):
            if audit.number != self._audit:
                self._place = next_statement(sql, self._place, audit.command) or 0
            self._audit = audit.number
            return True
        if audit.number == self._audit and audit.command == "EXECUTE":
            self._executed = sql
            return True
        key = audit.number, audit.part
        if key == self._part or not self.parts or not is_same(self.parts[-1].sql, sql):
            return key == self._part
        place = next_statement(sql, self._part_place, audit.command)
        if place is None and not audit.repeats_its_text:
            return False
        self._note_part(audit, sql, place)
        return True

    def _is_of_held(self, audit: Audit, sql: str) -> bool:
        if audit.number == self._audit:
            return True
        if not self.is_running:
            return False
        return self._audit is None or next_statement(sql, self._place, audit.command) is not None

    def runs_inside(self, audit: Audit) -> bool:
        """Whether a statement that is not known yet runs inside the one held back."""
        return self.held is not None and (audit.number == self._audit or (self._audit is None and self.is_running))

    def was_audited(self, audit: Audit, sql: str) -> None:
        """The statement now held back is the one that pgaudit told of."""
        self._is_noted = True
        self._audit, self._place = audit.number, next_statement(sql, -1, audit.command) or 0

    def add_part(self, record: QueryRecord, audit: Audit | None = None) -> None:
        """A statement that runs inside the one held back."""
        self.parts.append(record)
        if audit is not None:
            self._note_part(audit, record.sql, next_statement(record.sql, -1, audit.command))

    def _note_part(self, audit: Audit, sql: str, place: int | None) -> None:
        self._is_noted = True
        self._part = audit.number, audit.part
        self._part_place = place or 0
        if not audit.repeats_its_text:
            self._unplanned[sql.strip()] += 1


def is_same(one: str, other: str) -> bool:
    """Whether two texts are one, but for blanks around them."""
    return one == other or one.strip() == other.strip()
