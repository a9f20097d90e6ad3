"""Watches for names that differ only in case and become one object in Alation."""

from __future__ import annotations

from dialects import Dialect
from extractor.keys.quoting import fold_key
from extractor.models import TableName
from extractor.schemas.bounded import Bounded

_KEYS_WATCHED = 20_000
_NOTES_HELD = 100


class CaseWatch:
    """Remembers by which spelling each key was first reached, and notes the second one once.

    The spelling is the name's identity, so that ``orders`` and ``ORDERS`` are not noted where the engine takes
    them as one; where its tables may differ in case all the same, it is the name as written.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._as_written = dialect.case_sensitive_tables
        self._spellings: Bounded[str, tuple[str, ...]] = Bounded(_KEYS_WATCHED)
        self._noted: Bounded[tuple[str, tuple[str, ...]], bool] = Bounded(_KEYS_WATCHED)
        self._notes: list[str] = []

    def see(self, name: TableName, key: str) -> None:
        """A name was resolved to a key."""
        spelling = (name.parts if self._as_written else name.identity)[-2:]
        folded = fold_key(key)
        first = self._spellings.get(folded)
        if first is None:
            self._spellings.put(folded, spelling)
        elif first != spelling and _differ_in_case(first, spelling) and not self._noted.get((folded, spelling)):
            self._noted.put((folded, spelling), value=True)
            if len(self._notes) < _NOTES_HELD:
                self._notes.append(
                    f"{'.'.join(first)} and {'.'.join(spelling)} differ only in case; Alation cannot tell them apart, "
                    f"and both became {key}"
                )

    def take_notes(self) -> tuple[str, ...]:
        """The notes made since the last call."""
        notes = tuple(self._notes)
        self._notes.clear()
        return notes


def _differ_in_case(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    pairs = list(zip(reversed(one), reversed(other), strict=False))
    return any(a != b for a, b in pairs) and all(a.lower() == b.lower() for a, b in pairs)
