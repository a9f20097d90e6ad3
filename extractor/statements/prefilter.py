"""A first look at a record, in microseconds: whether it can matter at all."""

from __future__ import annotations

import re

from dialects import Dialect
from dialects.lexing import may_hold_lines, solid_parts, words
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
_LETTERS_ALONE = bytes(ord(chr(c).lower()) if chr(c).isalpha() or chr(c) in "_$#@" else 32 for c in range(128))
_TO_WORDS = _LETTERS_ALONE + bytes(128)
"""Digits part words here, so that numbers are none; one more word may be found by that, but never one fewer."""
_WRITING = words("into insert ins update upd delete del merge upsert create call go delimiter procedure function") | {
    name.lower() for name in WRITING_FUNCTIONS
}
"""Those of them without which one query, where statements need separators, does neither."""
_BETWEEN_WORDS = re.compile(r"[^\w$#@]+")


def _as_bytes(found: frozenset[str]) -> frozenset[bytes]:
    return frozenset(max(word.encode("ascii").translate(_TO_WORDS).split(), key=len) for word in found)


_MATTERING_BYTES, _WRITING_BYTES = _as_bytes(MATTERING), _as_bytes(_WRITING)
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
    return _matters(sql)


def may_matter_in(sql: str, dialect: Dialect) -> bool:
    """As `may_matter`, by the dialect's rules: what stands in its strings and comments does not count.

    Where statements need separators, a word counts only if it can make a query write.
    """
    rules = dialect.lexical
    if rules.blocks == "tsql":
        return may_matter(sql)
    if not _READ.match(sql) or may_hold_lines(sql, rules):
        return True
    is_one = ";" not in sql or sql.find(";") >= len(sql.rstrip("; \t\r\n"))
    if is_one and not _writes(sql):
        return False
    parts = solid_parts(sql, rules)
    if ";" in parts[1::2] and "".join(parts[parts.index(";") :]).strip("; \t\r\n"):
        return True
    return _writes(" ? ".join(parts[::2]))


def _writes(sql: str) -> bool:
    """Whether a word that makes a query write is among those of a text; bounded as by `_matters`."""
    if sql.isascii():
        return not _WRITING_BYTES.isdisjoint(sql.encode("ascii").translate(_TO_WORDS).split())
    return not _WRITING.isdisjoint(_BETWEEN_WORDS.split(sql.lower()))


def _matters(sql: str) -> bool:
    """Whether a word that matters is among those of a text, as every dialect's lexer bounds words.

    Bytes are cut sooner than texts; beyond ASCII the pattern knows what is a letter. REPLACE before a bracket is the
    function.
    """
    if sql.isascii():
        found = sql.encode("ascii").translate(_TO_WORDS).split()
        if _MATTERING_BYTES.isdisjoint(found):
            return False
        others = _MATTERING_BYTES.intersection(found) != {b"replace"}
    else:
        words_of_text = MATTERING.intersection(_BETWEEN_WORDS.split(sql.lower()))
        if not words_of_text:
            return False
        others = words_of_text != {"replace"}
    return others or _REPLACE.search(sql) is not None
