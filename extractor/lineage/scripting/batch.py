"""T-SQL batches: statements need no semicolon between them, so words decide where one begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, blank
from extractor.lineage.scripting.chunks import SQL_WORDS, Chunk

_ALWAYS = frozenset(
    [
        "DECLARE",
        "PRINT",
        "RAISERROR",
        "THROW",
        "RETURN",
        "WHILE",
        "TRUNCATE",
        "GOTO",
        "WAITFOR",
        "COMMIT",
        "ROLLBACK",
        "BREAK",
        "CONTINUE",
        "GRANT",
        "REVOKE",
        "DENY",
        "DEALLOCATE",
        "BULK",
        "KILL",
        "RECONFIGURE",
        "DBCC",
        "CHECKPOINT",
    ]
)
_MAIN = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"))
_SOURCES = frozenset(("SELECT", "VALUES", "EXEC", "EXECUTE"))
_NOT_BEFORE_SELECT = frozenset(
    ("UNION", "ALL", "EXCEPT", "INTERSECT", "AS", "FOR", "(", "IN", "EXISTS", "ANY", "SOME", "IS")
)
_WITH_OPTIONS = frozenset(
    [
        "LOG",
        "RECOMPILE",
        "SCHEMABINDING",
        "EXECUTE",
        "ENCRYPTION",
        "TIES",
        "CHECK",
        "NOCHECK",
        "ROLLUP",
        "CUBE",
        "NOLOCK",
        "VIEW_METADATA",
        "RESULT",
        "NATIVE_COMPILATION",
        "VALUES",
        "INLINE",
        "GRANT",
        "MARK",
        "NORECOVERY",
        "RECOVERY",
        "PERMISSION_SET",
        "EXP_ROW_SIZE",
        "IDENTITY_GAP",
        "RESERVEPAGEGAP",
        "MAX_ROWS_PER_PAGE",
        "FILLFACTOR",
        "COMPRESSION",
        "TRUNCATE_ONLY",
        "NO_LOG",
    ]
)
_OBJECTS = frozenset(
    (
        "TABLE",
        "VIEW",
        "PROCEDURE",
        "PROC",
        "FUNCTION",
        "TRIGGER",
        "INDEX",
        "SCHEMA",
        "DATABASE",
        "TYPE",
        "COLUMN",
        "CONSTRAINT",
        "USER",
        "SEQUENCE",
        "SYNONYM",
        "ROLE",
    )
)


class _Statement:
    """The statement being read: what it began with and which of its parts have been seen."""

    __slots__ = ("first", "main", "set_seen", "sourced", "tokens", "with_seen")

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.first = ""
        self.main = ""
        self.set_seen = False
        self.sourced = False
        self.with_seen = False

    @property
    def waiting(self) -> bool:
        """Whether common table expressions have been read, but not yet the statement that they are for."""
        return self.with_seen and not self.main

    def add(self, token: Token, word: str, depth: int) -> None:
        if not self.tokens:
            self.first = word
            self.main = word if word in _MAIN else ""
        elif depth == 0 and not self.main and word in _MAIN:
            self.main = word
        elif depth == 0 and self.main == "INSERT" and word in _SOURCES:
            self.sourced = True
        if depth == 0 and word == "SET":
            self.set_seen = True
        if word == "WITH" and (not self.tokens or self.tokens[-1].text.upper() == "AS"):  # CREATE VIEW v AS WITH ...
            self.with_seen = True
        self.tokens.append(token)


def batch_chunks(tokens: Sequence[Token]) -> Iterator[Chunk]:
    """The statements of a batch or body, in order."""
    current = _Statement()
    depth = cases = 0
    before = ""
    for position, token in enumerate(tokens):
        word = token.text.upper() if token.kind == "word" else token.text if token.kind == "operator" else ""
        depth += (word == "(") - (word == ")")
        if word == "CASE":
            cases += 1
        ends_case = word == "END" and cases > 0
        if ends_case:
            cases -= 1
        after = tokens[position + 1] if position + 1 < len(tokens) else None
        if word == ";" and depth <= 0:
            yield from _closed(current)
            current, depth, cases = _Statement(), 0, 0
        else:
            if current.tokens and depth <= 0 and cases == 0 and not ends_case and _starts(word, before, after, current):
                yield from _closed(current)
                current = _Statement()
            current.add(token, word, depth)
        before = word or token.kind
    yield from _closed(current)


def _closed(statement: _Statement) -> Iterator[Chunk]:
    if statement.tokens:
        yield Chunk(tuple(statement.tokens), statement.first in SQL_WORDS)


def _starts(word: str, before: str, after: Token | None, current: _Statement) -> bool:
    """Whether ``word`` begins a statement although no semicolon stands before it."""
    if not word or before == ".":
        return False
    rule = _RULES.get(word)
    if rule is not None:
        return rule(before, current, after) and not (current.waiting and word in _MAIN)
    return word in _ALWAYS and before != "AS" and (before, word) != ("INSERT", "BULK")


def _select(before: str, current: _Statement, after: Token | None) -> bool:
    del after
    if before in _NOT_BEFORE_SELECT:
        return False
    if current.waiting:
        return False
    return not (current.main == "INSERT" and not current.sourced)


def _change(before: str, current: _Statement, after: Token | None) -> bool:
    """INSERT, UPDATE, DELETE: not as actions of MERGE, in FOR UPDATE, ON DELETE, AFTER INSERT."""
    follows = after is not None and after.text == "("
    if before == "ON" and current.first == "SET":  # SET NOCOUNT ON, and the next statement
        return True
    if (
        before in ("THEN", "FOR", "ON", "AFTER", "OF", ",", "INSTEAD", "AND", "OR", "NOT", "IF", "BULK")
        and current.first != "IF"
    ):
        return False
    return not (current.first == "IF" and follows)


def _merge(before: str, current: _Statement, after: Token | None) -> bool:
    del current, after
    return before not in ("INNER", "LEFT", "RIGHT", "FULL", "OUTER")


def _with(before: str, current: _Statement, after: Token | None) -> bool:
    del current
    if after is None or after.text == "(" or after.text.upper() in _WITH_OPTIONS:
        return False
    return before != "AS"


def _set(before: str, current: _Statement, after: Token | None) -> bool:
    del after
    if current.first in ("IF", "WHILE"):  # IF @a IS NULL SET @a = 1
        return True
    if current.first == "MERGE" or before in ("UPDATE", "ON", "DEFAULT", "NULL", "RESULT"):
        return False
    return not ("UPDATE" in (current.first, current.main) and not current.set_seen)


def _exec(before: str, current: _Statement, after: Token | None) -> bool:
    if after is not None and after.text.upper() == "AS":
        return False
    return before != "WITH" and not (current.main == "INSERT" and not current.sourced)


def _if(before: str, current: _Statement, after: Token | None) -> bool:
    del current, after
    return before not in _OBJECTS


def _drop(before: str, current: _Statement, after: Token | None) -> bool:
    del before
    return not (
        current.first == "ALTER" and (after is None or after.text.upper() not in _OBJECTS - {"COLUMN", "CONSTRAINT"})
    )


def _alter(before: str, current: _Statement, after: Token | None) -> bool:
    return before != "OR" and not (current.first == "ALTER" and after is not None and after.text.upper() == "COLUMN")


def _create(before: str, current: _Statement, after: Token | None) -> bool:
    del current, after
    return before != "GRANT"


def _fetch(before: str, current: _Statement, after: Token | None) -> bool:
    del after
    return before not in ("ROWS", "ROW") and current.first != "SELECT"


def _block(before: str, current: _Statement, after: Token | None) -> bool:
    del current, after
    return before != "WITH"


def _rename(before: str, current: _Statement, after: Token | None) -> bool:
    del before, current
    return after is not None and after.text.upper() == "OBJECT"


def _use(before: str, current: _Statement, after: Token | None) -> bool:
    del current
    return (
        before not in ("(", ",", "ENABLE", "DISABLE")  # ENABLE USE IN OPTIMIZATION
        and after is not None
        and after.kind in ("word", "quoted")
        and after.text.upper() not in ("PLAN", "HINT")
    )


_RULES = {
    "SELECT": _select,
    "INSERT": _change,
    "UPDATE": _change,
    "DELETE": _change,
    "MERGE": _merge,
    "WITH": _with,
    "SET": _set,
    "EXEC": _exec,
    "EXECUTE": _exec,
    "IF": _if,
    "DROP": _drop,
    "ALTER": _alter,
    "CREATE": _create,
    "FETCH": _fetch,
    "OPEN": _fetch,
    "CLOSE": _fetch,
    "BEGIN": _block,
    "END": _block,
    "ELSE": _block,
    "RENAME": _rename,
    "SAVE": _use,
    "USE": _use,
}


_WORDS = "|".join(sorted(_ALWAYS | _RULES.keys() | {"CASE", "VALUES"}))
_MARKS = re.compile(
    r"(?<![\w@#$.])(?:WITH\s*\(|(?:(AS|UNION|ALL|EXCEPT|INTERSECT|THEN)\s+)?(?<![\w@#$.])"
    rf"({_WORDS})(?![\w@#$]))|[();]"
)
"""What `batch_chunks` goes by: words that may begin a statement, each with the word before it, brackets, semicolons."""
_FIRST = re.compile(r"\s*(\w+)")


def is_one_at_a_glance(text: str, rules: LexicalRules) -> bool:
    """Whether a text is one statement of SQL for `batch_chunks`; False where its tokens have to be looked at.

    It goes by the same words, found by one search, and is sure of the common forms alone.
    """
    text = text.strip().rstrip(";").strip()
    head = _FIRST.match(text)
    if head is None or "--" in text or "/*" in text:
        return False
    first = head[1].upper()
    if first not in SQL_WORDS:
        return False
    main, waiting = (first if first in _MAIN else ""), first == "WITH"
    depth = cases = 0
    is_open = main in ("INSERT", "UPDATE")  # before the SELECT or VALUES of the one, the SET of the other
    for mark in _MARKS.finditer(blank(text, rules).upper(), head.end()):
        word = mark[2]
        if word is None:
            depth += {"(": 1, ")": -1, ";": 0}[mark[0][-1]]
            if depth < 0 or (depth == 0 and mark[0] == ";"):
                return False
        elif word == "CASE":
            cases += 1
        elif word == "END" and cases:
            cases -= 1
        elif depth == 0 and cases == 0:
            if waiting and word in _MAIN:
                main, waiting, is_open = word, False, word in ("INSERT", "UPDATE")
            elif is_open and word in _OPEN_TO[main]:
                is_open = False
            elif word == "WITH" and mark[1] == "AS" and not main:  # CREATE VIEW v AS WITH ...
                waiting = True
            elif not _goes_on(word, mark[1] or "", first):
                return False
            elif word == "SELECT":
                main = main or word
    return True


_OPEN_TO = {"INSERT": frozenset(("SELECT", "VALUES")), "UPDATE": frozenset(("SET",))}


def _goes_on(word: str, before: str, first: str) -> bool:
    """Whether a word is a part of the statement that is read, for certain."""
    if word == "VALUES":
        return True
    if first == "MERGE":
        return word == "SET" or (before == "THEN" and word in ("INSERT", "UPDATE", "DELETE"))
    return word == "SELECT" and before not in ("", "THEN")
