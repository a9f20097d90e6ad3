"""Settings of a session whose value the text does not show: names that need it are open from then on.

A variable of the client (sqlcmd's ``$(db)``, SQL*Plus's ``&owner``, psql's ``:schema``), a template's, a parameter, or
the user who is logged in.
"""

from __future__ import annotations

import re

from dialects import Dialect
from dialects.lexing import words
from extractor.lineage.model import Statement, Use
from extractor.lineage.scripting.routine import unquoted

_FLAGS = re.IGNORECASE | re.DOTALL
_MARK = r"\$[({\w]|\{\{|&&?[{\w]|(?<!\w)@\w|:[\w'\"]|\?|(?:IDENTIFIER|CURRENT_USER)\s*\(|\bCURRENT\s+USER\b"
_VALUE = rf"(?P<value>[^;]*?(?:{_MARK})[^;]*?)\s*;?\s*\Z"
_NO_ROLE = r"(?!\s+(?:ROLE|WAREHOUSE|SECONDARY)\s)"
_IDENTIFIER = re.compile(r"IDENTIFIER\s*\(\s*(?:(?P<text>'[^']*')|(?P<variable>\$\w+)|(?P<word>\w+))\s*\)\Z", _FLAGS)
_WITHIN = re.compile(r"\$[({]|\{\{|\A[\[\"'`]?[$:&]")
_USERS = words("USER CURRENT_USER SESSION_USER SYSTEM_USER")


def is_open(value: str, dialect: Dialect) -> bool:
    """Whether the name in a setting is not, or not all, said by the text."""
    if dialect.parser == "snowflake" and value[:1] == "$":
        return False
    return _WITHIN.search(value) is not None or value.upper() in _USERS


def lost(what: str) -> tuple[Statement, ...]:
    """The session's default of that kind is not known from here on."""
    return (Use("set", (), f"unknown {what}".rstrip()),)


def _open(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    what = (match["what"] or "").lower()
    what = {"catalog": "database", "namespace": "schema", "current_schema": "schema"}.get(what, what)
    named = _IDENTIFIER.match(match["value"])
    if named is None or (named["word"] and dialect.parser != "databricks"):
        return lost(what)
    if named["text"]:
        return (Use("use", (dialect.parse_name(unquoted(named["text"])),), what),)
    name = named["variable"] or f"$?{named['word']}"
    return (Use("use", (((name, False),),), what),)


def _as_at_first(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    del match, dialect
    return (Use("reset", (), "reset"),)


OPEN_SETTINGS = (
    ("USE", re.compile(rf"USE{_NO_ROLE}(?:\s+(?P<what>SCHEMA|DATABASE|CATALOG|NAMESPACE))?\s+{_VALUE}", _FLAGS), _open),
    ("DATABASE", re.compile(rf"(?P<what>DATABASE)\s+{_VALUE}", _FLAGS), _open),
    ("SET", re.compile(rf"SET\s+(?:SESSION\s+)?(?P<what>CATALOG|DATABASE)\b\s*=?\s*{_VALUE}", _FLAGS), _open),
    (
        "SCHEMA",
        re.compile(rf"SET\s+(?:SESSION\s+|CURRENT\s+|LOCAL\s+)?(?P<what>SCHEMA)\b\s*=?\s*{_VALUE}", _FLAGS),
        _open,
    ),
    (
        "CURRENT_SCHEMA",
        re.compile(rf"ALTER\s+SESSION\s+SET\s+(?P<what>CURRENT_SCHEMA)\s*=\s*{_VALUE}", _FLAGS),
        _open,
    ),
)
"""A word that the text has near its beginning, what it looks like, and what it means."""

RESETS = (
    ("RESET", re.compile(r"RESET\s+(?:SEARCH_PATH|ALL)\s*;?\s*\Z", _FLAGS), _as_at_first),
    ("DEFAULT", re.compile(r"SET\s+(?:CURRENT\s+)?SCHEMA\s*=?\s*DEFAULT\s*;?\s*\Z", _FLAGS), _as_at_first),
    ("DISCARD", re.compile(r"DISCARD\s+ALL\s*;?\s*\Z", _FLAGS), _as_at_first),
    ("SEARCH_PATH", re.compile(r"ALTER\s+SESSION\s+UNSET\s+SEARCH_PATH\s*;?\s*\Z", _FLAGS), _as_at_first),
    (
        "SEARCH_PATH",
        re.compile(r"SET\s+(?:SESSION\s+|LOCAL\s+)?SEARCH_PATH\s*(?:=|\sTO\s)\s*DEFAULT\s*;?\s*\Z", _FLAGS),
        _as_at_first,
    ),
)
