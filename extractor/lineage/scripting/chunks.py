"""Bodies whose statements end in semicolons: PL/SQL, PL/pgSQL, Snowflake, BigQuery, MySQL and Db2 scripting.

A body is read as a flat run of chunks. A chunk that begins with a word of SQL reaches to its semicolon; any
other one (declarations, IF, LOOP, assignments) also ends where a nested statement begins. Control flow itself
is of no account: every statement of a body can run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dialects.lexing import Token

SQL_WORDS = frozenset(
    [
        "SELECT",
        "WITH",
        "INSERT",
        "UPDATE",
        "DELETE",
        "MERGE",
        "CREATE",
        "ALTER",
        "DROP",
        "TRUNCATE",
        "COPY",
        "BULK",
        "UNLOAD",
        "REPLACE",
        "UPSERT",
        "USE",
        "LOAD",
        "EXPORT",
        "RENAME",
        "INS",
        "UPD",
        "DEL",
        "SEL",
    ]
)
_OPENERS = frozenset(("BEGIN", "THEN", "ELSE", "LOOP", "DO", "REPEAT", "EXCEPTION"))
_BEFORE_CASE_STATEMENT = frozenset(("END", ":", ">", "."))
"""Behind these words CASE is no expression: END CASE, and a labelled statement."""
_AFTER_CREATE = frozenset(("PROCEDURE", "FUNCTION", "TRIGGER", "PACKAGE"))


class Chunk(NamedTuple):
    """One run of tokens of a body. ``sql`` tells whether it begins with a word of SQL."""

    tokens: tuple[Token, ...]
    sql: bool

    def text(self, source: str) -> str:
        """The chunk as it stands in ``source``."""
        return source[self.tokens[0].start : self.tokens[-1].end]

    @property
    def words(self) -> list[str]:
        """Its words in upper case; other tokens as they are."""
        return [t.text.upper() if t.kind == "word" else t.text for t in self.tokens]


def chunks(tokens: Sequence[Token]) -> Iterator[Chunk]:
    """The chunks of a body, in order."""
    run: list[Token] = []
    depth = cases = 0
    sql = False
    for token in tokens:
        word = token.text.upper() if token.kind == "word" else token.text if token.kind == "operator" else ""
        if not run:
            if word == "ATOMIC":  # BEGIN [NOT] ATOMIC
                continue
            depth = cases = 0
            sql = word in SQL_WORDS
        elif word == "CASE" and run[-1].text.upper() not in _BEFORE_CASE_STATEMENT:
            cases += 1
        if word == "(":
            depth += 1
        elif word == ")":
            depth = max(0, depth - 1)
        if word == ";" and depth == 0:
            if run:
                yield Chunk(tuple(run), sql)
            run = []
        elif word in _OPENERS and depth == 0 and not cases and not _inside(sql, run, word):
            yield Chunk((*run, token), sql=False)
            run = []
        else:
            run.append(token)
            cases -= word == "END" and cases > 0
    if run:
        yield Chunk(tuple(run), sql)


def _inside(sql: bool, run: list[Token], word: str) -> bool:  # noqa: FBT001 - a plain predicate of this loop
    """Whether an opening word is a part of the SQL statement being read (CASE ... THEN, DO UPDATE, WHEN ... THEN)."""
    if not sql:
        return False
    second = run[1].text.upper() if len(run) > 1 else ""
    routine = run[0].text.upper() == "CREATE" and any(t.text.upper() in _AFTER_CREATE for t in run[1:5])
    return not (routine and word == "BEGIN" and second)
