"""Commands of a command-line client among statements: psql's, vsql's and nzsql's CONNECT, COPY, what sends a statement.

https://www.postgresql.org/docs/current/app-psql.html (``connect``, ``copy``): the first argument of
CONNECT is the database, ``-`` keeps the present one; a connection text in the argument's place names it with
``dbname=``. A variable (``:db``) stays one.
"""

from __future__ import annotations

import re

from dialects.base import LexicalRules
from dialects.lexing import replace_solid

_SENDS = re.compile(r"(?<=\s)\\g(?:set|x|exec|desc)?(?=\s|\Z)[^\n]*")
_CONNECT = re.compile(r"\s*\\c(?:onnect)?[ \t]+(?:-reuse-previous=\w+[ \t]+)?(?P<rest>\S.*?)\s*\Z", re.DOTALL)
_NAMED = re.compile(r"\bdbname\s*=\s*'?(?P<name>:?[\w$-]+)|\w+://[^\s/]*/(?P<path>[\w$-]+)")
_FIRST = re.compile(r"\"(?P<quoted>[^\"]+)\"|'(?P<text>[^']+)'|(?P<bare>[\w$]+|:[\w'\"]+)(?=\s|;|\Z)")
_COPY = re.compile(
    r"\s*\\copy\s+(?P<what>\(.*\)|(?:\"[^\"]*\"|[\w$.])+(?:\s*\([^()]*\))?)\s+(?P<way>FROM|TO)\s+"
    r"(?P<file>'[^']*'|(?!(?:PROGRAM|P?STD(?:IN|OUT))\b)[^\s';]+)(?P<rest>[^\n]*?)[\s;]*\Z",
    re.IGNORECASE,
)


def statement_of_line(line: str) -> str | None:
    """The statement that a line for the client stands for: ``c name``, ``copy t FROM 'file'``; None for all others."""
    return use_of_connect(line) or copy_of_line(line)


def copy_of_line(line: str) -> str | None:
    """The line ``copy t FROM file`` (with its backslash) as COPY; None where it names no file."""
    match = _COPY.match(line)
    if match is None:
        return None
    return f"COPY {match['what']} {match['way']} '{match['file'].strip(chr(39))}'{match['rest']}"


def use_of_connect(line: str) -> str | None:
    """The line ``c name`` (with its backslash) as ``USE DATABASE name``; None where no database is named."""
    match = _CONNECT.match(line)
    if match is None:
        return None
    named = _NAMED.search(match["rest"])
    if named is not None:
        return f"USE DATABASE {named['name'] or named['path']}"
    first = _FIRST.match(match["rest"])
    if first is None:
        return None
    quoted = first["quoted"] or first["text"]
    return f'USE DATABASE "{quoted}"' if quoted else f"USE DATABASE {first['bare']}"


def without_sends(text: str, rules: LexicalRules) -> str:
    """``text``, no longer or shorter, with ``;`` for what ends and sends a statement (``g``, ``gset``, ``gexec``)."""
    if not rules.backslash_commands or "\\g" not in text:
        return text
    hidden = replace_solid(text, rules, lambda solid: solid if solid == ";" else "?" * len(solid))
    for match in _SENDS.finditer(hidden):
        text = f"{text[: match.start()]};{' ' * (match.end() - match.start() - 1)}{text[match.end() :]}"
    return text
