"""A first look at a record, in microseconds and without a dialect: whether it can matter at all."""

from __future__ import annotations

import re

from dialects.lexing import words
from dialects.patterns import sound

_READ = re.compile(
    sound(
        r"[\s(]*+(?:(?:--[^\n]*+\n|/\*(?!!)[^*]*+(?:\*(?!/)[^*]*+)*+\*/)[\s(]*+)*+"
        r"(?:select|sel|with|show|describe|desc|explain|help|values)(?![\w$#@])"
    ),
    re.IGNORECASE,
)
WRITING_FUNCTIONS = words(
    "COPY_TABLE SWAP_PARTITIONS_BETWEEN_TABLES MOVE_PARTITIONS_TO_TABLE COPY_PARTITIONS_TO_TABLE UNLOAD WRITE_NOS "
    "S3EXPORT"
)
"""Functions that move data though a query calls them: Vertica's over partitions, tables and files, Starburst's
``unload``, Teradata's WRITE_NOS."""
MATTERING = words(
    "into insert ins update upd delete del merge upsert create drop alter truncate exec execute call use set go begin "
    "declare do bulk copy unload load export import rename refresh swap replace exchange undrop attach detach cache "
    "prepare database connect delimiter write_nos procedure"
) | {name.lower() for name in WRITING_FUNCTIONS}
"""The words without which no statement writes or changes the session, whatever it begins with."""
_CLIENT_LINE = re.compile(r"\n[ \t]*(?:/[ \t\r]*(?:\n|\Z)|\\|\.[A-Za-z])")
_TO_SPACES = str.maketrans({chr(c): " " for c in range(128) if not (chr(c).isalnum() or chr(c) in "_$#@")})
_BETWEEN_WORDS = re.compile(r"[^\w$#@]+")
_REPLACE = re.compile(r"\breplace\s*+(?!\()\s", re.IGNORECASE)


def may_matter(sql: str) -> bool:
    """Whether a record could write, or change what later names mean; False only when it surely does neither.

    Sure is: it begins as a query, holds no word that begins another kind of statement, and no second statement.
    Words within strings and comments count as well, so that a False never depends on a dialect.
    """
    if not _READ.match(sql):
        return True
    if ";" in sql and sql.find(";") < len(sql.rstrip("; \t\r\n")):
        return True
    if _CLIENT_LINE.search(sql):
        return True
    found = MATTERING.intersection(_words_of(sql.lower()))
    if not found:
        return False
    return found != {"replace"} or _REPLACE.search(sql) is not None


def _words_of(text: str) -> list[str]:
    """The words of a text, as every dialect's lexer bounds them; beyond ASCII the pattern knows what is a letter."""
    return text.translate(_TO_SPACES).split() if text.isascii() else _BETWEEN_WORDS.split(text)
