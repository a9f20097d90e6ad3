"""How far one statement reaches: which semicolons belong to the body of a block or routine."""

from __future__ import annotations

from typing import Protocol

from dialects import LexicalRules
from dialects.lexing import Token, words

TRANSACTION_WORDS = words(
    "TRANSACTION TRAN WORK ISOLATION READ DEFERRED IMMEDIATE EXCLUSIVE DISTRIBUTED NAME CONCURRENT"
)
ROUTINES = words("PROCEDURE PROC FUNCTION TRIGGER PACKAGE MACRO EVENT TASK RULE TYPE")
_OTHER_OBJECTS = words("TABLE VIEW SCHEMA DATABASE USER ROLE INDEX SEQUENCE STAGE SYNONYM MODEL STREAM PIPE")
_LOOPS = words("LOOP WHILE FOR REPEAT")
_AFTER_END = _LOOPS | {"IF", "CASE"}
_BEFORE_STATEMENT = words("THEN ELSE DO LOOP BEGIN REPEAT ;")
_HEAD = 14


class Extent(Protocol):
    """Follows the tokens of one statement and tells where it may end.

    ``word`` is a token's text in upper case when it is a word, its text when it is an operator, else empty;
    ``following`` is the same of the token after it.
    """

    def may_end(self) -> bool:
        """Whether a ``;`` that comes now ends the statement; it is taken note of if not."""

    def continues(self, word: str) -> bool:
        """Whether a token after a ``;`` that may end the statement still belongs to it."""

    def starts_another(self, word: str, following: str) -> bool:
        """Whether a token begins a statement of its own although no separator stands before it."""

    def feed(self, word: str, following: str) -> None:
        """Take the next token of the statement."""


def plain_word(token: Token | None) -> str:
    """A token as an `Extent` wants it."""
    if token is None:
        return ""
    if token.kind == "word":
        return token.text.upper()
    return token.text if token.kind == "operator" else ""


class BlockExtent:
    """Blocks in the standard's manner: ``;`` ends a statement unless a block or a routine's body is open."""

    def __init__(self, rules: LexicalRules) -> None:
        self._blocks = rules.blocks
        self._head: list[str] = []
        self._kind = "plain"
        self._object = ""
        self._open: list[str] = []
        self._awaited = 0
        self._names_routine = False
        self._parens = 0
        self._before = ""
        self._is_first = True
        self._declares = False

    def may_end(self) -> bool:
        """Whether a ``;`` that comes now ends the statement."""
        self._names_routine = False
        self._before = ";"
        if self._kind == "parens":
            return self._parens <= 0
        if self._object == "TRIGGER" and self._parens > 0:  # Teradata: the body of a trigger stands in brackets
            return False
        return not self._open and self._awaited <= 0

    def continues(self, word: str) -> bool:
        """Behind the functions of ``WITH FUNCTION ... END;`` comes the query."""
        return self._declares and word != "/"

    def starts_another(self, word: str, following: str) -> bool:  # noqa: ARG002 - the Protocol's
        """Nothing starts unseparated here."""
        return False

    def feed(self, word: str, following: str) -> None:
        """Take the next word of the statement."""
        self._parens += (word == "(") - (word == ")")
        if word == "WITH" and following in ("FUNCTION", "PROCEDURE") and self._blocks != "none":
            self._kind, self._declares = "block", True
        if self._kind == "plain" and len(self._head) < _HEAD:
            self._read_head(word, following)
        if self._kind == "block" and self._before != ".":
            self._follow(word, following)
        if word == "SELECT" and self._declares and not self._open and self._awaited <= 0:
            self._declares, self._kind = False, "done"
        self._is_first = word == ":"
        self._before = word

    def _read_head(self, word: str, following: str) -> None:
        self._head.append(word)
        if self._head[0] in ("CREATE", "ALTER", "REPLACE"):
            if word in ROUTINES:
                self._begin_routine(word)
            elif word in _OTHER_OBJECTS or word == "(":
                self._head += [""] * _HEAD
        elif (len(self._head) == 1 or self._head[1:2] == [":"]) and self._opens_block(word, following):
            self._kind = "block"
        elif len(self._head) == 3:
            self._head += [""] * _HEAD

    def _opens_block(self, word: str, following: str) -> bool:
        if word == "BEGIN":
            if self._blocks == "none" or following in TRANSACTION_WORDS or following in ("", ";"):
                return False
            return self._blocks != "ansi" or following in ("ATOMIC", "NOT", "DECLARE")
        if self._blocks == "scripting":
            return word in _AFTER_END or word in ("DECLARE", "EXECUTE")
        return word == "DECLARE" if self._blocks == "plsql" else word == "DO"

    def _begin_routine(self, word: str) -> None:
        self._object = word
        if word in ("MACRO", "RULE"):
            self._kind = "parens"
        elif self._blocks != "none":
            self._kind = "block"
            self._names_routine = self._blocks == "plsql" and word in ("PROCEDURE", "FUNCTION", "PACKAGE")

    def _follow(self, word: str, following: str) -> None:
        top = self._open[-1] if self._open else ""
        if word == "BEGIN":
            self._begin(top, following)
        elif word == "END":
            self._close(top, following)
        elif word == "BEGIN_PROC":
            self._open.append(word)
        elif word == "END_PROC":
            self._open = self._open[: self._open.index("BEGIN_PROC")] if "BEGIN_PROC" in self._open else []
        elif word == "CASE" and self._before != "END":
            self._open.append("CASE")
        elif self._blocks == "plsql" and top in ("", "PACKAGE"):
            self._declare(word)
        elif self._blocks == "scripting" and top != "CASE":
            self._script(word)

    def _declare(self, word: str) -> None:
        """Each subprogram that is declared, and the routine itself, has a BEGIN of its own to wait for."""
        if word in ("PROCEDURE", "FUNCTION"):
            self._names_routine = True
        elif word == "DECLARE":
            self._awaited += 1
        elif word == "COMPOUND":
            self._open.append("PACKAGE")
        elif word in ("IS", "AS") and self._names_routine:
            self._names_routine = False
            if self._object == "PACKAGE" and not self._open:
                self._open.append("PACKAGE")
            else:
                self._awaited += 1
        elif word in ("LANGUAGE", "EXTERNAL") and self._before in ("IS", "AS"):
            self._awaited -= 1

    def _script(self, word: str) -> None:
        if word == "DECLARE" and self._before == "AS":
            self._awaited = 1
        elif self._before in _BEFORE_STATEMENT or self._is_first:
            if word == "IF" and self._before != "END":
                self._open.append("IF")
            elif word in _LOOPS and self._before != "END":
                self._open.append("LOOP")

    def _begin(self, top: str, following: str) -> None:
        if following in TRANSACTION_WORDS:
            return
        if top in ("", "PACKAGE") and self._awaited > 0:
            self._awaited -= 1
        elif top == "PACKAGE":
            return
        self._open.append("BEGIN")

    def _close(self, top: str, following: str) -> None:
        if not top:
            return
        if top == "CASE" or following not in _AFTER_END or (following in _LOOPS and top == "LOOP") or following == top:
            self._open.pop()
