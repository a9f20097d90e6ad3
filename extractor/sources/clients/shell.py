"""Shell scripts that hand SQL to a client: their variables, and what stands in here-documents and after ``-c``.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html: "Here-Document", "Parameter Expansion".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_CLIENTS = (
    "bteq|sqlplus|sqlcl|psql|vsql|nzsql|mysql|mariadb|beeline|hive|spark-sql|impala-shell|snowsql|snow|db2|hdbsql|isql"
    "|sqlcmd|duckdb|sqlite3|clickhouse-client|clickhouse|trino|presto|bq|gsql|rsql|cat"
)
_CALL = re.compile(rf"(?:^|[|&;(`\s/])(?:{_CLIENTS})(?=[\s<;]|$)", re.MULTILINE)
_HERE = re.compile(r"<<(?P<tabs>-?)\s*(?P<quote>['\"\\]?)(?P<word>[A-Za-z_!]\w*)")
_INLINE = re.compile(
    r"\s(?:-c|-e|-q|-Q|-s|--command|--execute|--query)[ =]?\s*(?:'(?P<plain>[^']*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\")",
    re.DOTALL,
)
_ASSIGNED = re.compile(
    r"^[ \t]*(?:(?:export|readonly|local|typeset|declare)[ \t]+(?:-\w+[ \t]+)*)?(?P<name>[A-Za-z_]\w*)="
    r"(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|]*)[ \t]*(?:;|&&|#|$)"
)
_SETS = re.compile(
    r"\s(?:-v|-D|--hivevar|--hiveconf|--variable|--var|--define|--set)[ =]?\s*(?P<quote>[\"']?)"
    r"(?P<name>[\w.:]+)=(?P<value>[^\"'\s]*)(?P=quote)"
)
_FILE = re.compile(
    r"\s(?:-[A-Za-z]{0,6}f|-i|--file|--input-file)[ =]?\s*(?P<quote>[\"']?)(?P<file>[^\s\"'<>|;&]+)(?P=quote)"
)
_AT = re.compile(r"\s@(?P<quote>[\"']?)(?P<file>[^\s\"'<>|;&]+)")
_FROM_FILE = re.compile(r"(?<!<)<\s*(?P<quote>[\"']?)(?P<file>[^\s\"'<>|;&(]+)")
_TERMINATOR = re.compile(r"\bdb2\b[^\n]*\s-\w*td(?P<mark>\S)")
_USE = re.compile(
    r"\\(?P<escaped>[\\$`])|\$\{(?P<braced>\w+)(?::?[-=](?P<default>[^}]*))?[^}]*\}|\$(?P<name>[A-Za-z_]\w*|\d)"
    r"|`(?P<ticks>[^`]*)`|\$\((?P<command>[^()]*(?:\([^()]*\)[^()]*)*)\)"
)
_NAME = re.compile(r"\.(?:sh|ksh|bash|zsh)$", re.IGNORECASE)
_OF_HIVE = frozenset({"hiveconf", "hivevar", "system", "env", "spark", "var"})
_CALL_LINES = 300
"""How many lines one call may go on for."""
_PATTERN_CUT = re.compile(r"\$\{\w+[#%/^,:](?![-=])")
_OPEN = "(?:$(...))"


class Section(NamedTuple):
    """What one call of a client is given, line by line as in the file.

    ``lines`` are its text, the first of which is line ``first`` of the script; ``directive`` is a line that the call's
    options stand for (a terminator); ``variables`` are those that the call sets; ``file`` is given in place of text.
    """

    first: int
    text: str
    directive: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    file: str = ""


class Shell:
    """The variables of a shell script while it is gone through; what is ``given`` counts where it sets none itself."""

    def __init__(self, given: dict[str, str]) -> None:
        self._given = given
        self._set: dict[str, str] = {}

    def expand(self, text: str) -> str:
        """``text`` with the values of the shell's variables; one without a value stays, as ``${NAME}``."""
        return _USE.sub(self._value, text) if "$" in text or "`" in text or "\\" in text else text

    def assign(self, line: str) -> None:
        """Take an assignment, where the line is one; a value that cannot be told is none."""
        match = _ASSIGNED.match(line)
        if match is None:
            return
        value = match["value"]
        name = match["name"]
        if value[:1] == "'":
            self._set[name] = value[1:-1]
            return
        bare = value[1:-1] if value[:1] == '"' else value
        expanded = _USE.sub(lambda use: self._known(use) or _OPEN, bare)
        self._set.pop(name, None)
        if _OPEN not in expanded and not _PATTERN_CUT.search(bare):
            self._set[name] = expanded

    def _known(self, use: re.Match[str]) -> str | None:
        if use["escaped"]:
            return str(use["escaped"])
        if use["ticks"] is not None or use["command"] is not None or _PATTERN_CUT.match(use[0]):
            return None
        name = use["braced"] or use["name"]
        for known in (self._set, self._given):
            if name in known:
                return known[name]
        default = use["default"]
        return None if default is None or "$" in default else str(default).strip("\"'")

    def _value(self, use: re.Match[str]) -> str:
        value = self._known(use)
        if value is not None:
            return value
        if use["braced"] in _OF_HIVE:
            return use[0]  # beeline's own, whose $ somebody forgot to quote
        return f"${{{use['braced'] or use['name'] or 'command'}}}"


def is_shell(text: str, name: str = "") -> bool:
    """Whether a text, of a file of that name, is a shell script that calls a client with SQL."""
    if "<<" in text and any(_CALL.search(line[: m.start()]) for line in text.split("\n") if (m := _HERE.search(line))):
        return True
    is_named = _NAME.search(name) is not None or (text.startswith("#!") and "sh" in text.partition("\n")[0])
    return is_named and _CALL.search(text) is not None


def sections(text: str, shell: Shell) -> Iterator[Section]:
    """What a shell script sends to clients, in its order."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line, first = lines[number], number + 1
        number += 1
        if line.lstrip().startswith("#"):
            continue
        call = _CALL.search(line)
        if call is None:
            shell.assign(line)
            continue
        while _continues(line) and number < len(lines) and number - first < _CALL_LINES:
            line += "\n" + lines[number]
            number += 1
        if _continues(line):  # a quote that never ends is none
            line, number = lines[first - 1], first
        here = _HERE.search(line)
        if here is None:
            yield from _without_document(line, first, shell)
            continue
        end = _end_of(lines, number, here)
        found = lines[number:end]
        content = "\n".join(part.lstrip("\t") for part in found) if here["tabs"] else "\n".join(found)
        expanded = content if here["quote"] else shell.expand(content)
        yield Section(number + 1, expanded, _directive(line), _variables(line, shell))
        number = end + 1


def _continues(line: str) -> bool:
    """Whether a call goes on in the next line: after a backslash, or within a text in quotes."""
    bare = re.sub(r"\\.", "", line, flags=re.DOTALL)
    without = re.sub(r"'[^']*'|\"[^\"]*\"", "", bare)
    return line.endswith("\\") or (_HERE.search(line) is None and ("'" in without or '"' in without))


def _end_of(lines: list[str], number: int, here: re.Match[str]) -> int:
    for at in range(number, len(lines)):
        if (lines[at].lstrip("\t") if here["tabs"] else lines[at]).rstrip() == here["word"]:
            return at
    return len(lines)


def _without_document(line: str, first: int, shell: Shell) -> Iterator[Section]:
    """The texts that stand in a call itself, and the files that it names."""
    directive, variables = _directive(line), _variables(line, shell)
    texts = list(_INLINE.finditer(line))
    for match in texts:
        at = first + line.count("\n", 0, match.start())
        if match["plain"] is not None:
            yield Section(at, match["plain"], directive, variables)
        else:
            yield Section(at, shell.expand(match["double"].replace('\\"', '"')), directive, variables)
    if not texts:
        bare = line.replace("\\\n", " ")
        ways = (_FILE, _AT, _FROM_FILE) if "sqlplus" in line or "sqlcl" in line else (_FILE, _FROM_FILE)
        for way in ways:
            for match in way.finditer(bare):
                yield Section(first, "", directive, variables, shell.expand(match["file"]))


def _directive(line: str) -> str:
    match = _TERMINATOR.search(line)
    return f"--#SET TERMINATOR {match['mark']}" if match is not None else ""


def _variables(line: str, shell: Shell) -> tuple[tuple[str, str], ...]:
    return tuple((match["name"], shell.expand(match["value"])) for match in _SETS.finditer(line))
