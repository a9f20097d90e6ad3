"""Cutting a text into the statements that are sent to the database one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from typing import NamedTuple

from dialects import Dialect, LexicalRules
from dialects.client import statement_of_line, without_sends
from dialects.lexing import Token, blank, extended_end, may_hold_lines, solid_parts, solid_pattern, tokens, words
from extractor.statements.batches import WATCHED, BatchExtent
from extractor.statements.blocks import ROUTINES, BlockExtent, Extent, plain_word

_OPENERS = words("BEGIN DECLARE DO IF WHILE LOOP FOR REPEAT CASE EXECUTE")
_MAKERS = words("CREATE ALTER REPLACE")


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

    Separators are ``;``, GO, DELIMITER's own, a line with a slash, and lines for the client, each where the dialect
    knows them; never within strings, comments or the body of a block or routine. Lines for the client are set
    aside, but for the one that connects to another database, which is a statement. Transact-SQL
    needs no separators. Between two pieces stand only separators, whitespace and comments. Never raises.
    """
    spans = _spans(without_sends(sql, dialect.lexical), dialect.lexical)
    pieces: list[Piece] = []
    line, counted_to = 1, 0
    for start, end, repeat in spans:
        line += sql.count("\n", counted_to, start)
        counted_to = start
        pieces.append(Piece(sql[start:end], start, end, line, repeat))
    return pieces


def _spans(sql: str, rules: LexicalRules) -> list[tuple[int, int, int]]:
    if not may_hold_lines(sql, rules):
        found = _whole_span(sql, rules) or _plain_spans(sql, rules)
        if found is not None and (rules.blocks != "tsql" or all(_is_one(sql[a:b], rules) for a, b, _ in found)):
            return found
    cutter = _Cutter(sql, rules)
    for token, following in pairwise(chain(tokens(sql, rules), [None])):
        if token is not None:
            cutter.take(token, plain_word(following))
    cutter.cut()
    return cutter.spans


def _whole_span(sql: str, rules: LexicalRules) -> list[tuple[int, int, int]] | None:
    """The shortest way, for a text without comments that no ``;`` divides; None for any other."""
    body = sql.rstrip().rstrip(";").rstrip()
    if not body or rules.q_quotes or ("$" in sql and rules.dollar_quotes != "none"):
        return None
    begin = len(sql) - len(sql.lstrip())
    if ";" in body:
        if "'" not in body:  # few other quotes hold one
            return None
    elif not _may_comment(sql, rules) and (len(body) == len(sql) or _surely_closed(sql, rules)):
        return [(begin, len(body), 1)]
    found = solid_parts(sql, rules)[1::2]
    firsts = {mark[0] for mark in found}
    at_end = sql.count(";", len(body))
    if not firsts.isdisjoint("-#/") or found.count(";") != at_end or found[len(found) - at_end :] != [";"] * at_end:
        return None
    ends_open = bool(found) and found[-1] != ";" and sql.endswith(found[-1])
    return [(begin, len(sql) if ends_open else len(body), 1)]


def _surely_closed(sql: str, rules: LexicalRules) -> bool:
    """Whether what is quoted in a text ends in it: told of the plainest texts alone, that have quotes of one kind."""
    if "{" in sql or "\\" in sql:
        return False
    kinds = [*rules.string_quotes, *(opening for opening, _ in rules.identifier_quotes)]
    used = [quote for quote in dict.fromkeys(kinds) if quote in sql]
    if len(used) != 1:
        return not used
    only = used[0]
    return only in "'\"`" and sql.count(only) % 2 == 0 and only * 3 not in sql


def _may_comment(sql: str, rules: LexicalRules) -> bool:
    """Whether a comment may begin in a text; what looks like one within a string counts as well."""
    return "--" in sql or "/*" in sql or (rules.hash_comments and "#" in sql) or (rules.slash_comments and "//" in sql)


def _plain_spans(sql: str, rules: LexicalRules) -> list[tuple[int, int, int]] | None:
    """The short way, for texts whose every ``;`` is a separator; None when the tokens have to be looked at."""
    spans: list[tuple[int, int, int]] = []
    start, end, position = -1, -1, 0
    last = len(sql.rstrip())
    for first, begin, stop in chain(_marks(sql, rules), [(";", len(sql), len(sql))]):
        between = sql[position:begin]
        if between and not between.isspace():
            if start < 0:
                start = begin - len(between.lstrip())
            end = begin - (len(between) - len(between.rstrip()))
        position = stop
        if first == ";":
            if start >= 0:
                if stop < last and _may_hold_blocks(sql, start, rules):
                    return None
                spans.append((start, end, 1))
                start = -1
        elif first not in "-#/":
            start, end = begin if start < 0 else start, stop
    return spans


def _marks(sql: str, rules: LexicalRules) -> Iterator[tuple[str, int, int]]:
    """First character, beginning and real end of all strings, quoted names, comments and separators."""
    pattern = solid_pattern(rules)
    position = 0
    while True:
        for match in pattern.finditer(sql, position):
            end = extended_end(sql, match, rules)
            yield sql[match.start()], match.start(), end
            if end != match.end():
                position = end
                break
        else:
            return


_WORD = re.compile(r"[\w@#$]+|[^\s\w]")


def _is_one(text: str, rules: LexicalRules) -> bool:
    """Whether no word of a Transact-SQL text begins a second statement."""
    found = _WORD.findall(blank(text, rules).upper())
    extent = BatchExtent()
    last = len(found) - 1
    for place, word in enumerate(found):
        if place == 0 or word in WATCHED or extent.is_closed:
            extent.before = found[place - 1] if place else ""
            following = found[place + 1] if place < last else ""
            if extent.starts_another(word, following):
                return False
            extent.feed(word, following)
    return True


def _may_hold_blocks(sql: str, start: int, rules: LexicalRules) -> bool:
    if rules.blocks in ("none", "tsql"):
        return rules.blocks == "tsql" and ";" in sql[start:].rstrip("; \t\r\n")
    head = [plain_word(token) for token in islice(tokens(sql[start : start + 400], rules), 12)]
    first = head[0] if head else ""
    if "FUNCTION" in head and "WITH" in head:
        return True
    if first in _MAKERS:
        return not ROUTINES.isdisjoint(head)
    return first in _OPENERS or head[1:2] == [":"]


class _Cutter:
    """Walks the tokens of one text and keeps the spans found so far: start, end and how often each runs."""

    def __init__(self, sql: str, rules: LexicalRules) -> None:
        self.spans: list[tuple[int, int, int]] = []
        self._sql = sql
        self._rules = rules
        self._extent = self._fresh()
        self._start = -1
        self._end = -1
        self._batch_from = 0
        self._delimiter = ";"
        self._skip_to = 0
        self._separated = False

    def take(self, token: Token, following: str) -> None:
        """Take the next token; ``following`` is the one after it as a plain word."""
        if token.start < self._skip_to:
            return
        if token.kind == "line":
            self._client_line(token.text.strip())
            if self._rules.backslash_commands and statement_of_line(token.text) is not None:
                start = token.end - len(token.text.lstrip())
                self.spans.append((start, start + len(token.text.strip()), 1))
        elif self._delimiter != ";" and (at := self._delimiter_at(token)) >= 0:
            if at > token.start:
                self._grow(token.start, at, "", "")
            self._skip_to = at + len(self._delimiter)
            self.cut()
        elif token.text == ";" and self._delimiter == ";" and (self._start < 0 or self._extent.may_end()):
            self._separated = self._start >= 0
        else:
            self._grow(token.start, token.end, plain_word(token), following)

    def cut(self) -> None:
        """End the statement that is being gathered, if there is one."""
        if self._start >= 0:
            self.spans.append((self._start, self._end, 1))
            self._extent = self._fresh()
        self._start = -1
        self._separated = False

    def _fresh(self) -> Extent:
        return BatchExtent() if self._rules.blocks == "tsql" else BlockExtent(self._rules)

    def _grow(self, start: int, end: int, word: str, following: str) -> None:
        ended = self._separated and not self._extent.continues(word)
        if ended or self._extent.starts_another(word, following):
            self.cut()
        if self._start < 0:
            self._start = start
        self._separated = False
        self._end = end
        self._extent.feed(word, following)

    def _delimiter_at(self, token: Token) -> int:
        if token.kind in ("string", "quoted", "template"):
            return -1
        if self._sql.startswith(self._delimiter, token.start):
            return token.start
        return self._sql.find(self._delimiter, token.start, token.end) if token.kind == "word" else -1

    def _client_line(self, line: str) -> None:
        self.cut()
        parts = line.split()
        first = parts[0].upper().rstrip(";") if parts else ""
        if first in ("DELIMITER", "--#SET"):
            self._delimiter = parts[-1] if first == "--#SET" else parts[1]
        elif first == "GO":
            count = parts[1].rstrip(";") if len(parts) > 1 else ""
            self._end_batch(int(count) if count.isdigit() else 1)

    def _end_batch(self, repeat: int) -> None:
        if repeat != 1:
            self.spans[self._batch_from :] = [(a, b, repeat) for a, b, _ in self.spans[self._batch_from :]]
        self._batch_from = len(self.spans)
