"""The queries over history tables: ready ones, one file each, and the user's own.

A ready query is a file of ``ready/`` with lines ``-- name: value`` before its text. ``:since`` and ``:until`` are the
span of time that is asked for; a query without them is read whole each time.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple, cast

from extractor.errors import ConfigError

Times = Literal["aware", "naive", "text", "epoch"]
_HEAD = re.compile(r"-- (?P<name>title|format|times|overlap_minutes|note|page): (?P<value>.*)")
_BIND = re.compile(r"(?<![:\w]):(since|until)\b")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class HistoryQuery(NamedTuple):
    """A query over a history table.

    ``format`` is that of the rows it gives, ``times`` how the span is handed over: as times with zone or without
    (UTC), as text (``2026-03-02 02:00:00.000000``) or as seconds since 1970. ``overlap_minutes`` is how late rows
    may come. ``note`` says what the user must know; ``page`` is where the vendor describes the table.
    """

    name: str
    sql: str
    title: str = "own query"
    format: str = "auto"
    times: Times = "naive"
    overlap_minutes: float = 60.0
    note: str = ""
    page: str = ""

    @property
    def is_snapshot(self) -> bool:
        """Whether it knows no time, so that all of it is read each time."""
        return _BIND.search(self.sql) is None


@cache
def ready_queries() -> dict[str, HistoryQuery]:
    """The ready queries by name."""
    found = {}
    for entry in sorted(files(__package__).joinpath("ready").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".sql"):
            name = entry.name.removesuffix(".sql")
            found[name] = _parsed(name, entry.read_text(encoding="utf-8"))
    return found


def text_of(name: str) -> str:
    """The text of a ready query as its file has it.

    Raises:
        ConfigError: nothing goes by that name.
    """
    if name not in ready_queries():
        raise ConfigError(f"no query is called {name!r}; ready are {', '.join(ready_queries())}")
    return files(__package__).joinpath("ready", f"{name}.sql").read_text(encoding="utf-8")


def query_of(written: str, root: Path) -> HistoryQuery:
    """The query that a setting means: the name of a ready one, a file ending with .sql, or the query itself.

    Raises:
        ConfigError: nothing goes by that name, the file cannot be read, or one of ``:since`` and ``:until`` is missing.
    """
    known = ready_queries()
    if written in known:
        return known[written]
    text = written
    if written.endswith(".sql") and "\n" not in written:
        try:
            text = (root / Path(written).expanduser()).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the query {written} cannot be read: {error}") from None
    elif _NAME.fullmatch(written):
        raise ConfigError(f"no query is called {written!r}; ready are {', '.join(known)}; or write a query of your own")
    query = _parsed("own-query", text)
    used = set(_BIND.findall(query.sql))
    if len(used) == 1:
        raise ConfigError(
            f"the query has :{used.pop()} alone: write both :since and :until, the span of time that is asked for "
            "(or neither, and all of it is read each time)"
        )
    return query


def _parsed(name: str, text: str) -> HistoryQuery:
    lines = text.strip().split("\n")
    head: dict[str, str] = {}
    while lines and lines[0].startswith("--"):
        match = _HEAD.match(lines[0])
        if match is None:
            break
        head[match["name"]] = f"{head[match['name']]} {match['value']}" if match["name"] in head else match["value"]
        del lines[0]
    try:
        overlap = float(head.get("overlap_minutes", "60"))
    except ValueError:
        raise ConfigError(f"the query {name}: overlap_minutes is no number") from None
    times = head.get("times", "naive")
    if times not in ("aware", "naive", "text", "epoch"):
        raise ConfigError(f"the query {name}: times is {times!r}; it can be aware, naive, text or epoch")
    sql = "\n".join(lines).strip().rstrip(";")
    title, note = head.get("title", "own query"), head.get("note", "")
    return HistoryQuery(
        name, sql, title, head.get("format", "auto"), cast("Times", times), overlap, note, head.get("page", "")
    )
