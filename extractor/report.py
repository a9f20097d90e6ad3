"""What a run has to say for itself: counts that add up, problems with their place, and the exit code."""

from __future__ import annotations

import unicodedata
from bisect import insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from extractor.models import Origin, Outcome

MAX_LINES = 200
"""Lines kept of each list of problems; what is beyond is counted. Memory stays bounded on any log."""

SLOWEST = 15
"""So many statements that took longest to analyse are kept; `explain FINGERPRINT` shows one."""

_NOT_PARSED = (Outcome.NOT_PARSED, Outcome.UNSUPPORTED, Outcome.TOO_LARGE, Outcome.TIMED_OUT)
_PROBLEMS = (*_NOT_PARSED, Outcome.UNRESOLVED, Outcome.AMBIGUOUS, Outcome.DYNAMIC, Outcome.CUT, Outcome.UNREADABLE)

_RANK = {
    outcome: rank
    for rank, outcome in enumerate(
        (
            Outcome.LINEAGE,
            Outcome.UNRESOLVED,
            Outcome.AMBIGUOUS,
            Outcome.DYNAMIC,
            Outcome.TIMED_OUT,
            Outcome.TOO_LARGE,
            Outcome.UNSUPPORTED,
            Outcome.NOT_PARSED,
            Outcome.CUT,
            Outcome.UNREADABLE,
            Outcome.FAILED,
            Outcome.CANCELLED,
            Outcome.DUPLICATE,
            Outcome.FILTERED,
            Outcome.READ_ONLY,
            Outcome.NO_LINEAGE,
        )
    )
}


def counted(number: int, one: str, many: str = "") -> str:
    """``1 table``, ``2 tables``, ``1,204 queries``; ``many`` is the plural where it is not the singular with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def visible(text: str) -> str:
    r"""``text`` as it may be shown and stored anywhere: what a terminal obeys, and what no encoding holds, is spelled.

    Control characters, marks that turn the direction of writing and bytes of file names that are no text become
    ``\x1b``, ``\u202e`` and the like; line breaks are spelled as well, so that no name can pass for a line of ours.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " or unicodedata.category(c) == "Zs" else _spelled(c) for c in text)


def _spelled(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no text, as Python carries it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class ExitCode(IntEnum):
    """How a command ended; docs/commands.md lists them."""

    DONE = 0
    NO_EDGES = 1
    USAGE = 2
    FAILED = 3
    DIFFERENCE = 4


def outcome_of_record(outcomes: Iterable[Outcome]) -> Outcome:
    """The one outcome of a record: that of its statement which matters most (lineage first)."""
    return min(outcomes, key=_RANK.__getitem__, default=Outcome.NO_LINEAGE)


@dataclass(slots=True)
class FileReport:
    """One input file: how it was read and what it held.

    ``records`` includes the unreadable ones; ``repeats`` are executions that the log shows once more, ``noise``
    are entries without SQL. ``encoding`` is the one it was read in where that is not the configured one, and
    ``problem`` a line about the file as a whole.
    """

    path: str
    format: str = ""
    reason: str = ""
    records: int = 0
    unreadable: int = 0
    repeats: int = 0
    noise: int = 0
    replaced_characters: int = 0
    encoding: str = ""
    problem: str = ""


@dataclass(slots=True)
class Problem:
    """One line about something that needs a person; ``count`` says how often it was met."""

    what: str
    reason: str
    origin: str
    count: int = 1


@dataclass(slots=True)
class Lines:
    """A bounded list of problems, the same one counted up, with the number of those not kept."""

    kept: dict[tuple[str, str], Problem] = field(default_factory=dict)
    beyond: int = 0

    def add(self, what: str, reason: str, origin: Origin | str | None, times: int = 1) -> bool:
        """Count the problem, and keep it unless there are too many; whether it is a new one that is kept."""
        known = self.kept.get((what, reason))
        if known is not None:
            known.count += times
        elif len(self.kept) < MAX_LINES:
            self.kept[what, reason] = Problem(what, reason, str(origin or ""), times)
            return True
        else:
            self.beyond += 1
        return False

    def merge(self, other: Lines) -> None:
        """Count what another list holds, as if it had been met here now."""
        for (what, reason), line in other.kept.items():
            self.add(what, reason, line.origin, line.count)
        self.beyond += other.beyond

    def forget(self, what: str) -> None:
        """Drop the lines about something that has turned out to be no problem, and about its parts."""
        for key in [k for k in self.kept if k[0] == what or k[0].startswith(f"{what}.")]:
            del self.kept[key]

    def ranked(self) -> list[Problem]:
        """The kept problems, most frequent first."""
        return sorted(self.kept.values(), key=lambda p: -p.count)


@dataclass(slots=True)
class Report:
    """The counts and lines of one run.

    ``records`` and ``statements`` count outcomes; their sums are what was read, always. ``without_edges`` names the
    sources in which statements read one table and write another, but no edge is known for any, old or new;
    ``without_files`` those of which not a single file is there.
    ``unlisted`` ranks the tables whose columns nobody knows by the stars and columns that stayed open for want of them.
    ``unmapped`` lists servers, databases and stores that no data source or file system is known for; ``folds`` the
    tables and directories that stand for their parts. ``run_id`` is the run's number in the state, or 0.
    """

    started_at: datetime
    files: list[FileReport] = field(default_factory=list)
    records: Counter[Outcome] = field(default_factory=Counter)
    statements: Counter[Outcome] = field(default_factory=Counter)
    records_read: int = 0
    statements_read: int = 0
    distinct: int = 0
    parsed: int = 0
    writes_that_read: int = 0
    without_edges: list[str] = field(default_factory=list)
    without_files: list[str] = field(default_factory=list)
    edges_derived: int = 0
    edges_known: int = 0
    dataflows: int = 0
    problems: Lines = field(default_factory=Lines)
    names: Lines = field(default_factory=Lines)
    notes: Lines = field(default_factory=Lines)
    unlisted: Lines = field(default_factory=Lines)
    unmapped: Lines = field(default_factory=Lines)
    folds: Lines = field(default_factory=Lines)
    warnings: list[str] = field(default_factory=list)
    plan: dict[str, Any] = field(default_factory=dict)
    upload: dict[str, Any] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    run_id: int = 0

    def merge(self, part: Report) -> None:
        """Take what reading a part of the input had to say."""
        self.files += part.files
        self.warnings += part.warnings
        self.failures += part.failures
        self.records.update(part.records)
        self.statements.update(part.statements)
        self.records_read += part.records_read
        self.statements_read += part.statements_read
        self.problems.merge(part.problems)

    def took(self, fingerprint: str, seconds: float) -> None:
        """A statement was analysed; those that took longest are kept."""
        insort(self.slowest, (seconds, fingerprint))
        del self.slowest[: max(0, len(self.slowest) - SLOWEST)]

    def fail_file(self, file: FileReport) -> None:
        """A file could not be read, or not to its end."""
        self.files.append(file)
        self.failures.append(f"{file.path}: {file.problem}")

    def read(self, statements: int) -> None:
        """A record with this many statements was read."""
        self.records_read += 1
        self.statements_read += statements

    def statement(self, outcome: Outcome, reason: str = "", origin: Origin | str | None = None, times: int = 1) -> bool:
        """A statement came to its end; what needs a person becomes a line. Whether that is one of a new kind."""
        self.statements[outcome] += times
        return outcome in _PROBLEMS and self.problems.add(outcome.value, reason, origin)

    def record(self, outcome: Outcome) -> None:
        """A record came to its end."""
        self.records[outcome] += 1

    def whole_record(self, outcome: Outcome, reason: str = "", origin: Origin | str | None = None) -> bool:
        """A record set aside as a whole: it counts as one statement that was not looked into. As of `statement`."""
        self.read(1)
        self.record(outcome)
        return self.statement(outcome, reason, origin)

    def whole_records(self, outcome: Outcome, times: int) -> None:
        """So many records set aside as a whole for a reason that needs no line."""
        self.records_read += times
        self.statements_read += times
        if times:
            self.records[outcome] += times
            self.statements[outcome] += times

    @property
    def unparsed_share(self) -> float:
        """The share of the statements that may hold lineage which could not be analysed, 0..1."""
        unparsed = sum(self.statements[o] for o in _NOT_PARSED)
        looked_into = unparsed + sum(
            self.statements[o] for o in (Outcome.LINEAGE, Outcome.UNRESOLVED, Outcome.AMBIGUOUS, Outcome.DYNAMIC)
        )
        return unparsed / looked_into if looked_into else 0.0

    def adds_up(self) -> bool:
        """Whether every record and every statement that was read came to exactly one end."""
        return sum(self.records.values()) == self.records_read and sum(self.statements.values()) == self.statements_read

    def exit_code(self, max_unparsed: float) -> ExitCode:
        """The exit code that the counts ask for."""
        if self.failures or self.unparsed_share > max_unparsed:
            return ExitCode.FAILED
        if self.without_edges:
            return ExitCode.NO_EDGES
        if self.differences:
            return ExitCode.DIFFERENCE
        return ExitCode.DONE

    def to_json(self) -> dict[str, Any]:
        """The whole report as plain values, for machines."""
        return {
            "run": self.run_id,
            "started_at": self.started_at.isoformat(),
            "files": [_plain(f) for f in self.files],
            "records": {"read": self.records_read, **{o.value: n for o, n in sorted(self.records.items())}},
            "statements": {
                "read": self.statements_read,
                "distinct": self.distinct,
                "parsed": self.parsed,
                **{o.value: n for o, n in sorted(self.statements.items())},
            },
            "without_edges": self.without_edges,
            "edges": {"derived": self.edges_derived, "known": self.edges_known},
            "dataflows": self.dataflows,
            "unparsed_share": round(self.unparsed_share, 4),
            "problems": _lines(self.problems),
            "unknown_names": _lines(self.names),
            "notes": _lines(self.notes),
            "unlisted_tables": _lines(self.unlisted),
            "unmapped_places": _lines(self.unmapped),
            "folded_parts": _lines(self.folds),
            "warnings": self.warnings,
            "plan": self.plan,
            "upload": self.upload,
            "differences": self.differences,
            "mapping": self.mapping,
            "failures": self.failures,
            "slowest": [{"fingerprint": f, "seconds": round(s, 3)} for s, f in reversed(self.slowest)],
        }


def _plain(record: FileReport | Problem) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _lines(lines: Lines) -> dict[str, Any]:
    return {"lines": [_plain(p) for p in lines.ranked()], "not_shown": lines.beyond}
