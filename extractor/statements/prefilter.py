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
    "S3EXPORT DBLINK_EXEC"
)
"""Functions that move data though a query calls them: Vertica's over partitions, tables and files, Starburst's
``unload``, Teradata's WRITE_NOS, PostgreSQL's dblink_exec."""
MATTERING = words(
    "into insert ins update upd delete del merge upsert create drop alter truncate exec execute call use set go begin "
    "declare do bulk copy unload load export import rename refresh swap replace exchange undrop attach detach cache "
    "prepare database connect delimiter write_nos procedure"
) | {name.lower() for name in WRITING_FUNCTIONS}
"""The words without which no statement writes or changes the session, whatever it begins with."""
_CLIENT_LINE = re.compile(r"\n[ \t]*(?:/[ \t\r]*(?:\n|\Z)|\\|\.[A-Za-z])")
_NONE: frozenset[str] = frozenset()
_MATTERING_BYTES = frozenset(word.encode("ascii") for word in MATTERING)
_TO_WORDS = bytes(ord(chr(c).lower()) if chr(c).isalnum() or chr(c) in "_$#@" else 32 for c in range(128)) + bytes(128)
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
    found = _mattering_words(sql)
    if not found:
        return False
    return len(found) > 1 or "replace" not in found or _REPLACE.search(sql) is not None


def _mattering_words(sql: str) -> frozenset[str]:
    """The words that matter among those of a text, as every dialect's lexer bounds words.

    Bytes are cut sooner than texts; beyond ASCII the pattern knows what is a letter.
    """
    if sql.isascii():
        found = _MATTERING_BYTES.intersection(sql.encode("ascii").translate(_TO_WORDS).split())
        return frozenset([word.decode("ascii") for word in found]) if found else _NONE
    return MATTERING.intersection(_BETWEEN_WORDS.split(sql.lower()))
