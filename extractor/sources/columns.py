"""Which column of somebody's table is which of our fields: by a given mapping, a known layout, or by name.

Names are compared without case, underscores, blanks and hyphens. Our fields, as they are written on the left side
of a source's ``fields`` setting, are the names in `FIELDS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_GUESSES: dict[str, tuple[str, ...]] = {
    "sql": (
        "querytext", "sqltext", "statementtext", "querystring", "sqlstatement", "sqlquery", "rawsql", "rawquery",
        "stmttext", "commandtext", "querysqltext", "statementstring", "qhsql", "batchtext", "sqlfulltext", "sql",
        "query", "statement", "stmt", "command", "text",
    ),
    "time": (
        "starttime", "startedat", "startat", "querystarttime", "starttimestamp", "starttimeutc", "startts",
        "submittime", "tstart", "queryat", "executedat", "executiontime", "eventtime", "timestamp", "ts", "time",
        "createtime", "creationtime", "createdat", "created", "logtime", "datetime",
    ),
    "session": ("sessionid", "sessid", "session", "connectionid", "connid", "processid", "pid", "threadid"),
    "session_start": ("sessionstarttime", "sessionstart", "logondatetime", "logontime"),
    "user": ("username", "user", "usr", "dbusername", "dbuser", "loginname", "login", "useremail", "executedby",
        "serverprincipalname", "sessionserverprincipalname"),
    "database": (
        "databasename", "defaultdatabase", "defaultdb", "currentdatabase", "database", "dbname", "db", "catalogname",
        "catalog",
    ),
    "schema": ("schemaname", "defaultschema", "currentschema", "schema"),
    "names": ("defaultdatabases",),
    "status": (
        "executionstatus", "querystatus", "status", "outcome", "statuscode", "querystate", "state", "jobstatus",
        "result",
    ),
    "success": ("success", "succeeded", "issuccessful", "successful"),
    "cancelled": ("cancelled", "canceled", "iscancelled"),
    "failed": ("aborted", "failed", "isfailed"),
    "error": ("errorcode", "errorno", "sqlcode", "returncode", "errormessage", "errortext", "error", "exception"),
    "statement_id": ("queryid", "statementid", "requestid", "jobid", "operationid"),
    "sequence": ("sequencenumber", "sessionlinenum", "linenum", "sequence"),
    "search_path": ("searchpath",),
    "destination": ("destinationtable",),
}  # fmt: skip

FIELDS = tuple(_GUESSES)
_OTHER_NAMES = {"started_at": "time", "outcome": "status", "default_databases": "names"}
_FOLDED = re.compile(r"[\s_\-]+")


def fold(name: str) -> str:
    """A column's name as it is compared."""
    return _FOLDED.sub("", name).lower()


class Joining(NamedTuple):
    r"""How the rows of one statement belong together: equal ``keys``, and a ``number`` that counts from ``first``.

    Without ``number`` equal rows are one statement that the table shows on several. A number that is not written is
    the first. ``following`` is a column that is empty or -1 in the last chunk. With ``escapes_newlines`` a newline is
    written as ``\n`` and a backslash as two. Rows whose ``operation`` is among ``shown_again`` (in upper case) show a
    statement that another row shows, too.
    """

    keys: tuple[str, ...]
    number: str = ""
    first: int = 0
    following: str = ""
    escapes_newlines: bool = False
    operation: str = ""
    shown_again: frozenset[str] = frozenset()


class Layout(NamedTuple):
    """A known layout of rows: our field -> their folded name; it is recognised when all of ``signs`` are there.

    Where ``columns`` name several (``starttime|collecttimestamp``), the first that is there counts; an empty name
    means that the table has no such column, whatever its columns are called. ``session_parts`` are columns without
    which the session's id is not unique. ``words`` translates values of the column of the status. Texts of one of
    ``limits`` characters are cut (None: those where sources usually cut).
    """

    name: str
    title: str
    columns: Mapping[str, str]
    signs: frozenset[str]
    joining: Joining | None = None
    session_parts: tuple[str, ...] = ()
    words: Mapping[str, str] = {}
    limits: frozenset[int] | None = None


class Columns(NamedTuple):
    """Our field -> their column as it is spelled there, and which of the wished ones were not found.

    The rest is what the layout says, with their columns as they are spelled there.
    """

    found: dict[str, str]
    missing: tuple[str, ...] = ()
    joining: Joining | None = None
    session_parts: tuple[str, ...] = ()
    words: Mapping[str, str] = {}
    limits: frozenset[int] | None = None

    def in_words(self) -> str:
        """The mapping for people: ``sql=queryString, session=sessionID``."""
        return ", ".join(f"{ours}={theirs}" for ours, theirs in self.found.items())


def wished_columns(fields: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The mapping of a source's settings by our names of today, and those of its fields that we do not have."""
    wished = {_OTHER_NAMES.get(ours, ours): theirs for ours, theirs in fields.items()}
    unknown = tuple(sorted(ours for ours in wished if ours not in _GUESSES))
    return {ours: theirs for ours, theirs in wished.items() if ours in _GUESSES}, unknown


def choose_columns(names: Iterable[str], fields: Mapping[str, str], layout: Layout | None = None) -> Columns:
    """Find our fields among somebody's column names.

    What ``fields`` says holds; then the layout; what neither names is guessed. A wished column that holds a dot
    (``metadata.query``) or a number (the column's place, from 1) is taken as it is.
    """
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(fold(name), name)
    wished, _ = wished_columns(fields)
    found: dict[str, str] = {}
    missing: list[str] = []
    for ours, theirs in wished.items():
        if fold(theirs) in spelled:
            found[ours] = spelled[fold(theirs)]
        elif "." in theirs or theirs.isdecimal():
            found[ours] = theirs
        else:
            missing.append(theirs)
    known = layout.columns if layout is not None else {}
    taken = set(found.values())
    for ours, guesses in _GUESSES.items():
        if ours in wished:
            continue
        candidates = known[ours].split("|") if ours in known else guesses
        may_share = ours in known
        choice = next((spelled[g] for g in candidates if g in spelled and (may_share or spelled[g] not in taken)), None)
        if choice is not None:
            found[ours] = choice
            taken.add(choice)
    if layout is None:
        return Columns(found, tuple(missing))
    parts = tuple(spelled[name] for name in layout.session_parts if name in spelled)
    joining = None if layout.joining is None else _spelled_joining(layout.joining, spelled)
    return Columns(found, tuple(missing), joining, parts, layout.words, layout.limits)


def _spelled_joining(joining: Joining, spelled: Mapping[str, str]) -> Joining | None:
    keys = tuple(spelled[name] for name in joining.keys if name in spelled)
    if not keys:
        return None
    return joining._replace(
        keys=keys,
        number=spelled.get(joining.number, ""),
        following=spelled.get(joining.following, ""),
        operation=spelled.get(joining.operation, ""),
    )
