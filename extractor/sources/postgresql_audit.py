"""pgaudit: the message ``AUDIT: `` with a CSV record of its own, in any of PostgreSQL's logs.

https://github.com/pgaudit/pgaudit#format: type, statement id, substatement id, class, command, object type, object
name, statement, parameters, and with ``log_rows`` the rows.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import NamedTuple

from extractor.sources.postgresql_words import without_prepare

MARK = "AUDIT: "
_KINDS = frozenset({"SESSION", "OBJECT"})
_STATEMENT = 7
_NO_TEXT = frozenset({"<not logged>", "<previously logged>", ""})
_SAME_AGAIN = frozenset({"DDL", "FUNCTION"})
_ANY_COMMAND = frozenset({"WITH", "EXPLAIN", "("})
_READS = frozenset({"SELECT", "VALUES", "TABLE"})
_MAX_STATEMENTS = 500


class Audit(NamedTuple):
    """What one message of pgaudit tells. ``number`` counts the session's statements, ``part`` what ran inside one.

    ``sql`` is the whole string that was sent, also where the message is about one statement of several in it; None
    where pgaudit left it out.
    """

    number: int
    part: int
    kind: str
    command: str
    sql: str | None

    @property
    def repeats_its_text(self) -> bool:
        """Whether the message adds to one about the same text: the table that a SELECT made, the function it called."""
        return self.kind in _SAME_AGAIN


def audit_of(text: str) -> Audit | None:
    """The audit record in a message, or None where it is none."""
    if not text.startswith(MARK):
        return None
    try:
        cells = next(csv.reader([text[len(MARK) :]]), [])
    except csv.Error:
        return None
    is_broken_off = bool(cells) and text.endswith('"' + cells[-1].replace('"', '""'))
    if (
        len(cells) <= _STATEMENT + (not is_broken_off)
        or cells[0] not in _KINDS
        or not (cells[1].isdecimal() and cells[2].isdecimal())
    ):
        return None
    return audit_from(cells[1], cells[2], cells[3], cells[4], cells[_STATEMENT])


def audit_from(number: str, part: str, kind: str, command: str, sql: str) -> Audit:
    """The audit record of its fields; the text of an EXECUTE is what was prepared."""
    bare = without_prepare(sql) if command != "PREPARE" else sql
    return Audit(int(number), int(part), kind, command, None if bare in _NO_TEXT else bare)


def next_statement(sql: str, place: int, command: str) -> int | None:
    """Where in a text of several statements a command stands behind the place of another; None where it does not.

    pgaudit and auto_explain tell each statement of a string with the whole string: those that come in its order are of
    one execution, and one that stands further in front begins the next.
    """
    if ";" not in sql.rstrip("; \n\t"):
        return None
    words = _first_words(sql)
    wanted = command.partition(" ")[0].upper()
    for at in range(place + 1, len(words)):
        word = words[at]
        if word == wanted or word in _ANY_COMMAND or (wanted == "SELECT" and word in _READS):
            return at
    return None


@lru_cache(maxsize=256)
def _first_words(sql: str) -> tuple[str, ...]:
    """The first word of each statement of a text."""
    import dialects  # noqa: PLC0415 - only where a text holds several statements
    from extractor.statements import split  # noqa: PLC0415

    pieces = split(sql, dialects.get("postgres"))[:_MAX_STATEMENTS]
    return tuple(next(iter(piece.text.replace("(", " ( ").split()), "").upper() for piece in pieces)
