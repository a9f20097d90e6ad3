"""What the logs of MySQL and MariaDB share: connections by number, two-digit years, what an error number means.

Error numbers: https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html and
https://mariadb.com/kb/en/mariadb-error-code-reference/
"""

from __future__ import annotations

import re

from extractor.models import QueryOutcome, QueryRecord

BANNER = re.compile(rb".{1,500}, Version: \S.{0,300}started with:\s*$")
BANNER_REST = re.compile(rb"(?:Tcp port: |TCP Port: )|Time\s+Id\s+Command\s+Argument\s*$")
_CANCELLED = frozenset({"1317", "1969", "3024", "1907", "1968", "1927", "1053"})
"""Interrupted; over max_statement_time or max_execution_time; killed with the connection or by a shutdown."""
_MAX_KNOWN = 100_000


class Connection:
    """A connection: the key of its session, who it is, where it stands, and what is held back of it."""

    __slots__ = ("after", "database", "held", "name", "user", "was_used")

    def __init__(self, name: str, user: str | None = None, database: str | None = None) -> None:
        self.name = name
        self.user = user
        self.database = database
        self.held: QueryRecord | None = None
        self.after = ""
        self.was_used = False


class Connections:
    """The connections of one server by their numbers, which come back after a restart."""

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}
        self._times: dict[str, int] = {}

    def of(self, number: str) -> Connection:
        """The connection of that number that is open now."""
        connection = self._open.get(number)
        if connection is None:
            if len(self._open) >= _MAX_KNOWN:
                self._forget_one()
            times = self._times.get(number, 0)
            connection = Connection(f"{number}#{times + 1}" if times else number)
            self._open[number] = connection
        return connection

    def start(self, number: str, user: str | None, database: str | None) -> Connection:
        """A new session of that number: one that was open and did something is over."""
        if (known := self._open.get(number)) is not None and known.was_used:
            self.end(number)
        connection = self.of(number)
        connection.user, connection.database = user, database
        return connection

    def end(self, number: str) -> None:
        """The session of that number is over."""
        if self._open.pop(number, None) is not None:
            if len(self._times) >= _MAX_KNOWN:
                del self._times[next(iter(self._times))]
            self._times[number] = self._times.get(number, 0) + 1

    def all(self) -> list[Connection]:
        """All that are open."""
        return list(self._open.values())

    def restart(self) -> None:
        """The server was started again: all sessions are over."""
        for number in list(self._open):
            self.end(number)

    def _forget_one(self) -> None:
        """Make room: the one that was opened first and of which nothing is held back."""
        oldest = next((number for number, known in self._open.items() if known.held is None), None)
        if oldest is not None:
            del self._open[oldest]


def outcome_of_error(number: object) -> QueryOutcome:
    """What an error number says: 0 is success, a few are cancellations, nothing at all is unknown."""
    text = "" if number is None else str(number).strip()
    if not text.isdecimal():
        return QueryOutcome.UNKNOWN
    if not text.strip("0"):
        return QueryOutcome.OK
    return QueryOutcome.CANCELLED if text in _CANCELLED else QueryOutcome.FAILED


def full_time(written: bytes) -> str:
    """A time that `Clock` reads: ``240302  2:00:11`` with its century and all its digits, any other as it is."""
    text = written.decode("ascii", "replace")
    if text[:6].isdecimal() and text[6:7] == " ":
        return f"20{text[:2]}-{text[2:4]}-{text[4:6]} {text[6:].strip():0>8}"
    return text


def unquoted(name: str) -> str:
    """A name of a database without its backticks."""
    return name[1:-1].replace("``", "`") if name[:1] == "`" and name[-1:] == "`" and len(name) > 1 else name


def user_of(account: str) -> str | None:
    """The user of ``priv[user] @ host [ip]``: the name that was given, else the one whose rights count."""
    rights, bracket, rest = account.partition("[")
    given = rest.partition("]")[0] if bracket else ""
    return given.strip() or rights.partition("@")[0].strip() or None
