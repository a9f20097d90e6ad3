"""Lines for a command-line client that change what later names mean: psql's, vsql's and nzsql's CONNECT.

https://www.postgresql.org/docs/current/app-psql.html (``connect``): the first argument is the database, ``-`` keeps
the present one; a connection text in the argument's place names it with ``dbname=``. A variable (``:db``) stays one.
"""

from __future__ import annotations

import re

_CONNECT = re.compile(r"\s*\\c(?:onnect)?[ \t]+(?:-reuse-previous=\w+[ \t]+)?(?P<rest>\S.*?)\s*\Z", re.DOTALL)
_NAMED = re.compile(r"\bdbname\s*=\s*'?(?P<name>:?[\w$-]+)|\w+://[^\s/]*/(?P<path>[\w$-]+)")
_FIRST = re.compile(r"\"(?P<quoted>[^\"]+)\"|'(?P<text>[^']+)'|(?P<bare>[\w$]+|:[\w'\"]+)(?=\s|;|\Z)")


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
