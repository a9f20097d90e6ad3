"""One execution in two kinds of logs: a statement log and an audit log, a general log and a slow log, two carriers.

They share no id. What they share is the session, the statement, and the moment, which one of them may tell to the
second only. Pieces of one rotated log are one log: what repeats there was run twice.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import count
from typing import NamedTuple

from extractor.pipeline.spool import Event
from extractor.sources.rotation import family_of

_SECOND = 1_000_000
_MARK = "two logs"


def bad_end(session: str, at_us: int, fingerprint: str, file_name: str, known: AbstractSet[str] = frozenset()) -> str:
    """The mark of a statement that failed or was cancelled, as another log may show it without knowing its end.

    It is none of the ``known`` ones: what failed twice in one moment has two.
    """
    mark = "\0".join((_MARK, session.replace("\0", " "), str(at_us), fingerprint, *family_of(file_name)))
    return next(one for number in count() if (one := f"{mark}\0{number}") not in known)


class _Shown(NamedTuple):
    """An execution: when each log says that it began, and whether one of them gives it an id."""

    moments: dict[tuple[str, str], int]
    has_id: bool

    def is_of(self, event: Event, family: tuple[str, str]) -> bool:
        """Whether an event of a log may be it, told once more."""
        if family in self.moments or (self.has_id and event.statement_id is not None):
            return False
        return all(_is_one_moment(at_us, event.at_us) for at_us in self.moments.values())


class TwoLogs:
    """Knows what each log has shown in this second; ``bad_ends`` holds marks of `bad_end`."""

    def __init__(self, file_names: dict[int, str], bad_ends: AbstractSet[str]) -> None:
        self._file_names = file_names
        self._families: dict[int, tuple[str, str]] = {}
        self._second = -1
        self._shown: dict[tuple[str, str, int], list[_Shown]] = {}
        self._bad: dict[tuple[str, str], list[tuple[int, tuple[str, str]]]] = {}
        for mark in bad_ends:
            kind, *rest = mark.split("\0")
            if kind == _MARK:
                session, at_us, fingerprint, *family = rest
                self._bad.setdefault((session, fingerprint), []).append((int(at_us), (family[0], family[1])))

    def told_by(self, event: Event) -> str:
        """What another log has told of the same execution, or ""; what is asked for is taken as shown."""
        if event.at_us < 0 or not event.session.rpartition("\0")[2]:
            return ""
        second = event.at_us // _SECOND
        if second != self._second:
            self._second = second
            self._shown.clear()
        session, family = event.session.replace("\0", " "), self._family(event.file)
        for bad in self._bad.get((session, event.fingerprint), ()):
            if bad[1] != family and _is_one_moment(bad[0], event.at_us):
                self._bad[session, event.fingerprint].remove(bad)
                return "another log says that this execution did not succeed"
        has_id = event.statement_id is not None
        shown = self._shown.setdefault((session, event.fingerprint, event.piece), [])
        for place, one in enumerate(shown):
            if one.is_of(event, family):
                one.moments[family] = event.at_us
                shown[place] = one._replace(has_id=one.has_id or has_id)
                return "the same execution was read from another log"
        shown.append(_Shown({family: event.at_us}, has_id))
        return ""

    def _family(self, file: int) -> tuple[str, str]:
        if file not in self._families:
            self._families[file] = family_of(self._file_names[file])
        return self._families[file]


def _is_one_moment(one: int, other: int) -> bool:
    if one == other:
        return True
    return one // _SECOND == other // _SECOND and (one % _SECOND == 0 or other % _SECOND == 0)
