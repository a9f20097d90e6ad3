"""DROP of what holds tables, and of tables whose kind the parser does not read.

A schema that goes takes its tables along only where the statement says so (CASCADE), or where the engine never asks:
without it most engines refuse a schema that still holds something, and a log does not always tell that they did.
"""

from __future__ import annotations

import re

from dialects import Dialect
from extractor.lineage.model import Drop, DropWithin, Name, Other, Statement
from extractor.lineage.settings import END, FLAGS, NAME, Rule

_NAMES = NAME[1:-1] + r"(?:\s*,\s*" + NAME[1:-1] + ")*"
_ALWAYS_WHOLE = {
    "DATABASE": frozenset({"mysql", "clickhouse", "postgres", "redshift", "snowflake", "tsql", "fabric"}),
    "SCHEMA": frozenset({"mysql", "snowflake"}),
}
"""Engines that drop it with all that it holds, without being told: the vendors' pages of DROP DATABASE, DROP SCHEMA."""
_DATABASE_IS_SCHEMA = frozenset({"spark", "spark2", "databricks", "hive", "athena"})


def _within(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    word, how = match["what"].upper(), match["how"].upper()
    kind = f"drop {word.lower()}"
    whole = "CASCADE" in how or (dialect.parser in _ALWAYS_WHOLE.get(word, ()) and "RESTRICT" not in how)
    if not whole or (word == "USER" and dialect.parser != "oracle"):
        return (Other(kind, "no lineage by nature"),)
    is_database = word == "CATALOG" or (word == "DATABASE" and dialect.parser not in _DATABASE_IS_SCHEMA)
    level = "database" if is_database and len(dialect.levels) > 2 else "schema"
    return (DropWithin(kind, _names(match["names"], dialect), level),)


def _emptied(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """Teradata: DELETE DATABASE drops all that a database holds, and leaves it behind."""
    if dialect.parser != "teradata":
        return None
    return (DropWithin("delete database", _names(match["names"], dialect), "schema"),)


def _tables(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    what = match["what"].upper()
    kind = "drop view" if "VIEW" in what else "drop table"
    return (Drop(kind, _names(match["names"], dialect)),)


def _log(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    del match, dialect
    return (Other("drop materialized view log", "no lineage by nature"),)


def _names(text: str, dialect: Dialect) -> tuple[Name, ...]:
    return tuple(dialect.parse_name(name) for name in re.findall(NAME, text))


_TAIL = (
    r"(?P<how>(?:\s*\b(?:CASCADE|RESTRICT|FORCE|SYNC|PURGE|NO\s+DELAY|CONSTRAINTS|ALL|ON\s+CLUSTER\s+\S+)"
    r"|\s*(?:\bWITH\s*)?\(\s*FORCE\s*\))*)"
)
_DROP = r"DROP\s+(?P<what>"
_IF = r")\s+(?:IF\s+EXISTS\s+)?(?P<names>" + _NAMES + ")" + _TAIL + END

DROPS: tuple[tuple[str, re.Pattern[str], Rule], ...] = (
    *(
        (word, re.compile(_DROP + word + _IF, FLAGS), _within)
        for word in ("SCHEMA", "DATABASE", "CATALOG", "NAMESPACE", "USER")
    ),
    ("DATABASE", re.compile(r"DELETE\s+DATABASE\s+(?P<names>" + NAME[1:-1] + ")" + _TAIL + END, FLAGS), _emptied),
    ("LOG", re.compile(r"DROP\s+MATERIALIZED\s+(?:VIEW|QUERY)\s+LOG\s+ON\b", FLAGS), _log),
    *(
        (word, re.compile(_DROP + rf"(?:{word})\s+(?:TABLE|VIEW)" + _IF, FLAGS), _tables)
        for word in ("DYNAMIC", "EXTERNAL", "STREAMING", "TRANSIENT", "INTERACTIVE", "LIVE", "FOREIGN", "VIRTUAL")
    ),
    ("TABLES", re.compile(_DROP + "TABLES" + _IF, FLAGS), _tables),
    ("VIEWS", re.compile(_DROP + "VIEWS" + _IF, FLAGS), _tables),
    *((word, re.compile(_DROP + word + _IF, FLAGS), _tables) for word in ("STREAM", "DICTIONARY", "VDS", "PDS")),
)
