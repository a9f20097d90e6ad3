"""The one module that calls sqlglot's entry points and holds what moves between its releases."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

import sqlglot
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError, TokenError

from dialects.base import Dialect, ParseFailure
from dialects.client import statement_of_line

_PLAIN_WORD = re.compile(r"[A-Za-z_]{1,30}")
_QUOTES = frozenset("'\"`$[]@")

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def knows(name: str) -> bool:
    """Whether sqlglot has a dialect of that name."""
    try:
        return bool(name) and sqlglot.Dialect.get(name) is not None
    except (SqlglotError, ImportError, ValueError):
        return False


_TEXT = "parsed_text"


def parse(sql: str, dialect: Dialect) -> list[Any]:
    """The expression trees of ``sql``, one for each statement in it; empty statements give none.

    The dialect's pre-pass runs first. The text must already be checked for size and nesting.

    Raises:
        ParseFailure: the text is not understood, or nests deeper than the parser can follow.
    """
    text = _prepared(sql, dialect)
    try:
        trees = _reader(dialect.parser)(text)
    except ParseError as error:
        raise _failure(error) from None
    except TokenError:
        raise ParseFailure("a string, a quoted name or a comment does not end") from None
    except RecursionError:
        raise ParseFailure("nested deeper than the parser can follow") from None
    except (SqlglotError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise ParseFailure(f"the parser broke with {type(error).__name__}") from None
    found = [tree for tree in trees if tree is not None]
    for tree in found:
        tree.meta[_TEXT] = text
    return found


def parsed_text(tree: Any) -> str:
    """The text that `parse` made ``tree`` of, which positions in its nodes speak of."""
    return str(tree.meta.get(_TEXT, ""))


class _Reader:
    """The tokenizer and the parser of one dialect. To make the two costs more than to parse a short text with them."""

    __slots__ = ("_parser", "_tokenizer")

    def __init__(self, name: str) -> None:
        made = sqlglot.Dialect.get_or_raise(name or None)
        self._tokenizer = made.tokenizer()
        self._parser = made.parser(error_level=ErrorLevel.IMMEDIATE)

    def __call__(self, text: str) -> list[Any]:
        """The trees of a text; nothing else of it is kept."""
        found = self._tokenizer.tokenize(text)
        try:
            return self._parser.parse(found, text)
        finally:
            self._parser.reset()
            found.clear()


class _Readers(threading.local):
    """Those that a thread has made: each keeps its place in the text that it reads."""

    def __init__(self) -> None:
        self.made: dict[str, _Reader] = {}


_READERS = _Readers()


def _reader(name: str) -> _Reader:
    found = _READERS.made.get(name)
    if found is None:
        found = _READERS.made[name] = _Reader(name)
    return found


def _prepared(sql: str, dialect: Dialect) -> str:
    if dialect.lexical.backslash_commands and sql[:1] == "\\":
        sql = statement_of_line(sql) or sql
    return dialect.prepare(sql, dialect.lexical) if dialect.prepare else sql


def _failure(error: ParseError) -> ParseFailure:
    first: dict[str, Any] = error.errors[0] if error.errors else {}
    what = str(first.get("description") or "not understood").split("\n", 1)[0].rstrip(". ")
    reason = _without_classes(what)[:120]
    near = str(first.get("highlight") or "")
    if _is_plain_word(near, first):
        reason = f"{reason} near {near!r}"
    return ParseFailure(reason, first.get("line"), first.get("col"))


def _is_plain_word(near: str, error: dict[str, Any]) -> bool:
    """Whether the place of an error may be quoted: a word no longer than a keyword that is no part of a literal."""
    before, after = str(error.get("start_context") or "")[-1:], str(error.get("end_context") or "")[:1]
    return _PLAIN_WORD.fullmatch(near) is not None and not _QUOTES.intersection((before, after))


def _without_classes(description: str) -> str:
    """Sqlglot's messages name Python classes; what matters to a reader is before them."""
    return re.split(r" but got <| for <|<class|<Token", description, maxsplit=1)[0].strip()
