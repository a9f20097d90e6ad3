"""Batches of Transact-SQL: a statement ends where the next one's first word stands, semicolon or not.

The words that begin statements are reserved in Transact-SQL (Reserved Keywords, SQL Server documentation), so they
cannot be names unless they are quoted; what remains is to know where such a word continues the statement before.
A routine is the rest of its batch.
"""

from __future__ import annotations

from dialects.lexing import words
from extractor.statements.blocks import ROUTINES, TRANSACTION_WORDS

STARTERS = words(
    "SELECT INSERT UPDATE DELETE MERGE CREATE ALTER DROP TRUNCATE EXEC EXECUTE DECLARE SET USE IF WHILE BEGIN PRINT "
    "GRANT REVOKE DENY COMMIT ROLLBACK RETURN WAITFOR BULK DBCC OPEN FETCH CLOSE DEALLOCATE SAVE KILL RESTORE BACKUP "
    "RAISERROR RECONFIGURE CHECKPOINT GOTO BREAK CONTINUE THROW"
)
_OBJECTS = words(
    "TABLE VIEW PROC PROCEDURE FUNCTION DATABASE SCHEMA TRIGGER USER LOGIN ROLE SYNONYM TYPE INDEX STATISTICS SEQUENCE"
)
_QUERY_BEFORE = words("UNION ALL EXCEPT INTERSECT AS FOR ( IN EXISTS ANY SOME")
_DML_BEFORE = words("THEN ON FOR AFTER OF BULK")
_JOIN_HINTS = words("INNER LEFT RIGHT FULL OUTER CROSS OPTION")
WATCHED = STARTERS | ROUTINES | words("( ) ; CASE END ELSE WITH VALUES DEFAULT CATCH TRY DATABASE")
"""The words that `BatchExtent.feed` must see; the others matter only as the word before them."""
_RIGHTS = words("GRANT REVOKE DENY")
_DML = words("INSERT UPDATE DELETE")


class BatchExtent:
    """One statement of a batch; an `extractor.statements.blocks.Extent`.

    ``before`` is the word before the next one; who feeds only the `WATCHED` words sets it each time, and feeds the
    next word of any kind where ``is_closed`` says that a block just ended.
    """

    def __init__(self) -> None:
        self._verb = ""
        self._object = ""
        self.before = ""
        self._open: list[str] = []
        self._parens = 0
        self._in_rowset = False
        self._count = 0
        self._is_routine = False
        self._in_control = False
        self._awaits_body = False
        self._is_filled = False
        self.is_closed = False

    def may_end(self) -> bool:
        """Whether a ``;`` that comes now ends the statement; in OPENROWSET it separates server, user and password."""
        self.before = ";"
        return not self._open and not self._is_routine and not self._in_rowset

    def continues(self, word: str) -> bool:
        """ELSE continues an IF whose statement a ``;`` ended."""
        return self._in_control and word == "ELSE"

    def starts_another(self, word: str, following: str) -> bool:
        """Whether the word begins a statement of its own."""
        if not self._count or self._open or self._is_routine or self._parens > 0:
            return False
        if word == "ELSE":
            return False
        if self.is_closed:
            return word not in ("TRY", "CATCH") and following != "CATCH"
        if word not in STARTERS or self._awaits_body or self.before == ".":
            return False
        return not self._belongs(word, following)

    def feed(self, word: str, following: str) -> None:
        """Take the next word of the statement."""
        self._parens = max(0, self._parens + (word == "(") - (word == ")"))
        self._in_rowset = self._parens > 0 and (self._in_rowset or self.before == "OPENROWSET")
        self._count += 1
        if not self._open and not self._parens and self.before != ".":
            self._follow_statement(word, following)
        if word == "BEGIN" and following not in TRANSACTION_WORDS and following not in ("DIALOG", "CONVERSATION"):
            self._open.append(word)
            self.is_closed = False
        elif word == "CASE" and self.before != ".":
            self._open.append(word)
        elif word == "END" and self._open:
            self.is_closed = self._open.pop() == "BEGIN" and not self._open
        self.before = word

    def _follow_statement(self, word: str, following: str) -> None:
        if self._count == 1 or (self._awaits_body and word in STARTERS):
            self._begin(word, following)
        elif word == "ELSE" and self._in_control:
            self._awaits_body, self.is_closed = True, False
        elif word == "WITH" and self.before == "AS":
            self._verb, self._is_filled = "WITH", False
        elif self._verb == "WITH" and (word in _DML or word in ("SELECT", "MERGE")):
            self._verb, self._is_filled = word, False
        elif word in ROUTINES and self.before in ("CREATE", "ALTER"):
            self._is_routine = self._verb in ("CREATE", "ALTER")
        elif (word in ("SELECT", "VALUES", "EXEC", "EXECUTE", "DEFAULT") and self._verb == "INSERT") or (
            word == "SET" and self._verb == "UPDATE"
        ):
            self._is_filled = True
        if self.before in ("CREATE", "ALTER", "DROP") and not self._object:
            self._object = word

    def _begin(self, word: str, following: str) -> None:
        self._verb, self._object = word, ""
        self._is_filled = word == "UPDATE" and following == "STATISTICS"
        self._awaits_body = word in ("IF", "WHILE")
        self._in_control = self._in_control or self._awaits_body

    def _belongs(self, word: str, following: str) -> bool:
        """Whether a word that can begin a statement continues this one instead."""
        before, verb = self.before, self._verb
        if verb in _RIGHTS:
            return before in _RIGHTS or before in (",", "FOR")
        if word == "SELECT":
            return before in _QUERY_BEFORE or verb == "WITH" or (verb == "INSERT" and not self._is_filled)
        if word in _DML:
            return before in _DML_BEFORE or verb == "WITH"
        if word == "MERGE":
            return before in _JOIN_HINTS or verb == "WITH"
        if word == "USE":  # "enable use in optimization" of such a view
            return before in ("ENABLE", "DISABLE")
        if word == "SET":  # a "precomputed result set" of SAP ASE is a view
            return before == "RESULT" or self._takes_set(following)
        if word in ("EXEC", "EXECUTE"):
            return before == "WITH" or (verb == "INSERT" and not self._is_filled)
        if word == "IF":
            return before in _OBJECTS and following in ("EXISTS", "NOT")
        if word in ("ALTER", "DROP"):
            return before == "OR" or (verb == "ALTER" and following not in _OBJECTS)
        if word == "BULK":
            return before == "INSERT"
        if word == "FETCH":
            return before in ("ROWS", "ROW")
        return word == "DELETE" and before == "ON"

    def _takes_set(self, following: str) -> bool:
        if self._verb == "UPDATE" and not self._is_filled:
            return True
        if self._verb == "ALTER":
            return following == "(" or self._object == "DATABASE"
        return self.before in ("UPDATE", "DELETE")
