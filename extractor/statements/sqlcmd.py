"""What sqlcmd and SSMS do to a script before the server sees it: ``:setvar`` variables and lines of their own.

https://learn.microsoft.com/en-us/sql/tools/sqlcmd/sqlcmd-use-scripting-variables
"""

from __future__ import annotations

import re

from dialects.lexing import words

_LINE = re.compile(r"^[ \t]*:(\w+)\b[^\n]*", re.MULTILINE)
_SETVAR = re.compile(r"[ \t]*:setvar[ \t]+(\w+)[ \t]+(\"[^\"\n]*\"|\S+)", re.IGNORECASE)
_COMMANDS = words("SETVAR R CONNECT ON ERROR OUT PERFTRACE SERVERLIST XML LIST RESET EXIT QUIT ED LISTVAR")
_USE = re.compile(r"\$\((\w+)\)")


def without_sqlcmd(sql: str) -> str:
    """The script with each ``$(name)`` whose value it sets, and without sqlcmd's lines; lines keep their numbers.

    A variable has the value that the last ``:setvar`` before its use gave it; one that is set elsewhere stays.
    """
    if ":" not in sql or not any(match[1].upper() in _COMMANDS for match in _LINE.finditer(sql)):
        return sql
    values: dict[str, str] = {}
    lines: list[str] = []
    for line in sql.split("\n"):
        command = _LINE.match(line)
        if command is not None and command[1].upper() in _COMMANDS:
            given = _SETVAR.match(line)
            if given is not None:
                values[given[1].lower()] = given[2].strip('"')
            lines.append("")
        else:
            lines.append(_USE.sub(lambda use: values.get(use[1].lower(), use[0]), line) if "$(" in line else line)
    return "\n".join(lines)
