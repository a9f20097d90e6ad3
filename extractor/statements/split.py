"""Cutting a text into the statements that are sent to the database one by one."""

from __future__ import annotations

from typing import NamedTuple

from dialects import Dialect
from dialects.lexing import Token, tokens
from extractor.statements.blocks import Extent


class Piece(NamedTuple):
    """One statement of a text: ``text == sql[start:end]``, without separators and the comments around it.

    ``line`` is the 1-based line of ``sql`` on which it begins; ``repeat`` is how often it runs (``GO 5``).
    """

    text: str
    start: int
    end: int
    line: int
    repeat: int = 1


def split(sql: str, dialect: Dialect) -> list[Piece]:
    """The statements of ``sql`` in order, cut on the dialect's own tokens.

    Separators are ``;``, GO, DELIMITER's own, a line with a slash, and lines for the client (set aside), each
    where the dialect knows them; never within strings, comments or the body of a block or routine. Between two
    pieces stand only separators, whitespace and comments. Never raises.
    """
    cutter = _Cutter(sql, dialect)
    for token in tokens(sql, dialect.lexical):
        cutter.take(token)
    cutter.cut()
    return cutter.pieces


class _Cutter:
    """Walks the tokens of one text and keeps the pieces found so far."""

    def __init__(self, sql: str, dialect: Dialect) -> None:
        self.pieces: list[Piece] = []
        self._sql = sql
        self._rules = dialect.lexical
        self._extent = Extent(self._rules)
        self._start = -1
        self._end = -1
        self._line = 1
        self._counted_to = 0
        self._batch_from = 0
        self._delimiter = ";"
        self._skip_to = 0
        self._separated = False

    def take(self, token: Token) -> None:
        if token.start < self._skip_to:
            return
        if token.kind == "line":
            self._client_line(token.text.strip())
        elif self._delimiter != ";" and (at := self._delimiter_at(token)) >= 0:
            if at > token.start:
                self._grow(Token(token.kind, self._sql[token.start : at], token.start, at))
            self._skip_to = at + len(self._delimiter)
            self.cut()
        elif token.text == ";" and self._delimiter == ";" and self._extent.may_end():
            self._separated = True
        elif self._separated and not self._extent.continues(token):
            self.cut()
            self._grow(token)
        else:
            self._grow(token)

    def cut(self) -> None:
        """End the piece that is being gathered, if there is one."""
        if self._start >= 0:
            self._line += self._sql.count("\n", self._counted_to, self._start)
            self._counted_to = self._start
            text = self._sql[self._start : self._end]
            self.pieces.append(Piece(text, self._start, self._end, self._line))
        self._start = -1
        self._separated = False
        self._extent = Extent(self._rules)

    def _grow(self, token: Token) -> None:
        if self._extent.starts_another(token):
            self.cut()
        if self._start < 0:
            self._start = token.start
        self._separated = False
        self._end = token.end
        self._extent.feed(token)

    def _delimiter_at(self, token: Token) -> int:
        if token.kind in ("string", "quoted", "template"):
            return -1
        if self._sql.startswith(self._delimiter, token.start):
            return token.start
        return self._sql.find(self._delimiter, token.start, token.end) if token.kind == "word" else -1

    def _client_line(self, line: str) -> None:
        self.cut()
        words = line.rstrip(";").split()
        if not words:
            return
        first = words[0].upper()
        if first == "DELIMITER" and len(words) > 1:
            self._delimiter = line.split()[1]
        elif first == "--#SET" and len(words) > 2:
            self._delimiter = line.split()[2]
        elif first == "GO":
            self._end_batch(int(words[1]) if len(words) > 1 and words[1].isdigit() else 1)

    def _end_batch(self, repeat: int) -> None:
        if repeat != 1:
            batch = self.pieces[self._batch_from :]
            self.pieces[self._batch_from :] = [piece._replace(repeat=repeat) for piece in batch]
        self._batch_from = len(self.pieces)
