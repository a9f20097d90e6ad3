"""How far one statement reaches: which semicolons belong to the body of a block or routine."""

from __future__ import annotations

from dialects import LexicalRules
from dialects.lexing import Token

_TRANSACTION = frozenset(
    "TRANSACTION TRAN WORK ISOLATION READ DEFERRED IMMEDIATE EXCLUSIVE DISTRIBUTED NAME CONCURRENT".split()
)
_ROUTINES = frozenset("PROCEDURE PROC FUNCTION TRIGGER PACKAGE MACRO EVENT TASK RULE TYPE".split())
_OTHER_OBJECTS = frozenset("TABLE VIEW SCHEMA DATABASE USER ROLE INDEX SEQUENCE STAGE SYNONYM MODEL STREAM PIPE".split())
_LOOPS = frozenset(("LOOP", "WHILE", "FOR", "REPEAT"))
_AFTER_END = _LOOPS | {"IF", "CASE"}
_BEFORE_STATEMENT = frozenset(("THEN", "ELSE", "DO", "LOOP", "BEGIN", "REPEAT", ";"))
_WATCHED = (
    frozenset("BEGIN END CASE IF DECLARE PROCEDURE FUNCTION IS AS LANGUAGE EXTERNAL COMPOUND BEGIN_PROC END_PROC".split())
    | _LOOPS
)
_HEAD = 14


class Extent:
    """Follows the tokens of one statement and tells whether a semicolon may end it."""

    def __init__(self, rules: LexicalRules) -> None:
        self._blocks = rules.blocks
        self._head: list[str] = []
        self._kind = "plain"
        self._object = ""
        self._open: list[str] = []
        self._pending = 0
        self._named = False
        self._parens = 0
        self._before = ""
        self._doubt = ""

    def may_end(self) -> bool:
        """Whether a ``;`` that comes now ends the statement; it is taken note of if not."""
        self._settle(";")
        self._named = False
        self._before = ";"
        if self._kind == "rest":
            return False
        if self._kind == "parens":
            return self._parens <= 0
        return not self._open and self._pending <= 0

    def continues(self, token: Token) -> bool:
        """Whether ``token``, after a ``;`` that may end the statement, still belongs to it (ELSE after IF)."""
        return self._blocks == "tsql" and self._head[:1] == ["IF"] and token.text.upper() == "ELSE"

    def starts_another(self, token: Token) -> bool:
        """Whether ``token`` begins a statement of its own although no separator stands before it."""
        return False

    def feed(self, token: Token) -> None:
        """Take the next token of the statement."""
        if token.kind == "operator":
            self._parens += (token.text == "(") - (token.text == ")")
        word = token.text.upper() if token.kind == "word" else token.text if token.kind == "operator" else ""
        self._settle(word)
        if len(self._head) < _HEAD and self._kind == "plain":
            self._read_head(word)
        if self._kind == "block" and word in _WATCHED and self._before != ".":
            self._follow(word)
        self._before = word

    def _read_head(self, word: str) -> None:
        self._head.append(word)
        first = self._head[0]
        if first in ("CREATE", "ALTER", "REPLACE"):
            if word in _ROUTINES:
                self._begin_routine(word)
            elif word in _OTHER_OBJECTS or word == "(":
                self._head += [""] * _HEAD
        elif len(self._head) == 1 and self._opens_block(word):
            self._kind = "block"
        elif len(self._head) == 3 and self._head[1] == ":" and self._blocks != "none":
            self._kind = "block" if self._opens_block(word) else "plain"

    def _opens_block(self, word: str) -> bool:
        if word in ("BEGIN", "DO"):
            return self._blocks != "none"
        if self._blocks == "scripting":
            return word in _LOOPS or word in ("IF", "CASE", "DECLARE", "EXECUTE")
        if self._blocks == "tsql":
            return word in ("IF", "WHILE")
        return self._blocks == "plsql" and word == "DECLARE"

    def _begin_routine(self, word: str) -> None:
        self._object = word
        if self._blocks == "tsql":
            self._kind = "rest"
        elif word in ("MACRO", "RULE"):
            self._kind = "parens"
        elif self._blocks != "none":
            self._kind = "block"
            self._named = word in ("PROCEDURE", "FUNCTION", "PACKAGE") and self._blocks == "plsql"

    def _follow(self, word: str) -> None:
        top = self._open[-1] if self._open else ""
        if word in ("BEGIN", "END"):
            self._doubt = word
        elif word == "BEGIN_PROC":
            self._open.append(word)
        elif word == "END_PROC":
            self._open = self._open[: self._open.index("BEGIN_PROC")] if "BEGIN_PROC" in self._open else []
        elif word == "CASE":
            self._open.append("CASE")
        elif self._blocks == "plsql":
            self._follow_declarations(word, top)
        elif self._blocks == "scripting":
            self._follow_script(word, top)

    def _follow_declarations(self, word: str, top: str) -> None:
        """Each subprogram that is declared, and the routine itself, has a BEGIN of its own to wait for."""
        if top not in ("", "PACKAGE"):
            return
        if word in ("PROCEDURE", "FUNCTION"):
            self._named = True
        elif word == "DECLARE":
            self._pending += 1
        elif word == "COMPOUND":
            self._open.append("PACKAGE")
        elif word in ("IS", "AS") and self._named:
            self._named = False
            if self._object == "PACKAGE" and not self._open:
                self._open.append("PACKAGE")
            else:
                self._pending += 1
        elif word in ("LANGUAGE", "EXTERNAL") and self._before in ("IS", "AS"):
            self._pending -= 1

    def _follow_script(self, word: str, top: str) -> None:
        if top == "CASE" or not (self._before in _BEFORE_STATEMENT or len(self._head) <= 1):
            if word == "DECLARE" and self._before == "AS":
                self._pending = 1
            return
        if word == "IF":
            self._open.append("IF")
        elif word in _LOOPS:
            self._open.append("LOOP")
        elif word == "DECLARE" and not self._open and self._head[:1] != ["DECLARE"]:
            self._pending = 1

    def _settle(self, word: str) -> None:
        """BEGIN and END mean one thing or another by the word that follows."""
        doubt, self._doubt = self._doubt, ""
        if doubt == "BEGIN" and not self._is_transaction(word):
            self._begin()
        elif doubt == "END":
            self._close(word)

    def _is_transaction(self, word: str) -> bool:
        if word in _TRANSACTION:
            return True
        if self._open or self._head != ["BEGIN"]:
            return False
        return word == ";" or (self._blocks == "ansi" and word not in ("ATOMIC", "NOT", "DECLARE"))

    def _begin(self) -> None:
        top = self._open[-1] if self._open else ""
        if top in ("", "PACKAGE") and self._pending > 0:
            self._pending -= 1
        elif top == "PACKAGE":
            return
        self._open.append("BEGIN")

    def _close(self, word: str) -> None:
        if not self._open:
            return
        top = self._open[-1]
        if self._blocks == "tsql" or top == "CASE":
            self._open.pop()
        elif word in _AFTER_END:
            if (word in _LOOPS and top == "LOOP") or word == top:
                self._open.pop()
        else:
            self._open.pop()
