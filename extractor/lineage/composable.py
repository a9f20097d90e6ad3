"""Transact-SQL: ``INSERT ... SELECT ... FROM (DELETE ... OUTPUT ...) AS gone``, a change whose rows are inserted.

"OUTPUT Clause", nested_dml_table_source: it stands in the FROM of an INSERT alone. A CTE that changes a table means the
same, and that the parser reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialects.lexing import Token
from dialects.rewriting import closing, word_at

_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})


def with_hoisted_change(found: Sequence[Token], text: str, repair: Callable[[str], str]) -> str | None:
    """``text`` with the change in front as a CTE, or None where there is none; ``repair`` mends its own text."""
    place = next((i for i in range(2, len(found)) if _opens_change(found, i)), 0)
    if not place:
        return None
    end = closing(found, place)
    after = end + (word_at(found, end) == "AS")
    if after >= len(found) or found[after].kind not in ("word", "quoted"):
        return None
    last = closing(found, after + 1) if word_at(found, after + 1) == "(" else after + 1
    alias, named = found[after].text, text[found[after].start : found[last - 1].end]
    change = repair(text[found[place + 1].start : found[end - 2].end])
    return f"WITH {named} AS ({change}) {text[: found[place].start]}{alias}{text[found[last - 1].end :]}"


def _opens_change(found: Sequence[Token], place: int) -> bool:
    return found[place].text == "(" and word_at(found, place + 1) in _CHANGES and word_at(found, place - 1) == "FROM"
