"""Commands that move whole tables, databases and files, read from their tokens; each is one engine's own."""

from __future__ import annotations

import re

from dialects import Dialect
from extractor.lineage.model import Other, Projection, Select, Source, Star, Statement, Use, Write
from extractor.lineage.scripting.routine import unquoted
from extractor.lineage.settings import END, FLAGS, NAME, Rule

_TABLE = NAME[1:-1]
_PLACE = r"(?P<place>(?:Disk|File|S3|AzureBlobStorage)\s*\([^()]*\))"
_LITERAL = re.compile(r"'([^']*)'")


def _all(source: str, dialect: Dialect) -> Select:
    return Select((Projection("", star=Star()),), (Source("table", dialect.parse_name(source)),))


def _detached(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """Db2: the partition becomes a table of its own.

    https://www.ibm.com/docs/en/db2/11.5?topic=statements-alter-table
    """
    query = _all(match["source"], dialect)
    return (Write("detach partition", dialect.parse_name(match["target"]), "move", query, by_name=True),)


def _left(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """PostgreSQL: the partition is a table of its own again, under the name that it had."""
    if dialect.parser != "postgres":
        return None
    return (Use("detach partition", (dialect.parse_name(match["source"]),), "part"),)


def _whole_database(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """DuckDB: all tables go, and the text names none of them."""
    if dialect.parser != "duckdb":
        return None
    kind = " ".join(match["kind"].split()).lower()
    return (Other(kind, "unresolved", "it moves every table of a database, and the text names none"),)


def _handler(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    del match
    return (Other("handler", "read only"),) if dialect.parser == "mysql" else None


def _put(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """Snowflake's client: a file goes to a stage."""
    if dialect.parser != "snowflake":
        return None
    stage, file = unquoted(match["stage"]), unquoted(match["file"])
    return (Write("put", ((stage, True),), "copy", target_kind="external", files=(file,)),)


def _get(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """Snowflake's client: files of a stage come to a directory."""
    if dialect.parser != "snowflake":
        return None
    stage, place = unquoted(match["stage"]), unquoted(match["file"])
    return (Write("get", ((place, True),), "copy", target_kind="directory", files=(stage,)),)


def _place_of(text: str) -> str:
    """The name of a backup: a file's path, a URL, or a disk and the path on it."""
    found = _LITERAL.findall(text)
    return "/".join(found) if text[:4].lower() == "disk" else found[0] if found else text


def _backup(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """ClickHouse: https://clickhouse.com/docs/operations/backup."""
    if dialect.parser != "clickhouse":
        return None
    place = ((_place_of(match["place"]), True),)
    return (Write("backup", place, "copy", _all(match["source"], dialect), target_kind="file"),)


def _restore(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    if dialect.parser != "clickhouse":
        return None
    target = dialect.parse_name(match["target"] or match["source"])
    return (Write("restore", target, "copy", None, files=(_place_of(match["place"]),)),)


def _dblink(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """https://www.postgresql.org/docs/current/contrib-dblink-exec.html."""
    del match, dialect
    return (Other("dblink_exec", "dynamic", "a call that is given the text of a statement, to be run elsewhere"),)


def _insert_bulk(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """What a client's bulk copy (bcp, SqlBulkCopy, SSIS) sends: its rows come over the wire."""
    del match, dialect
    return (Other("insert bulk", "no lineage by nature", "the rows come from a client"),)


_STAGE = r"(?P<stage>@[^\s;]+|'@[^']*')"
_FILE = r"(?P<file>file:[^\s;]+|'file:[^']*')"
MOVED_TABLES: tuple[tuple[str, re.Pattern[str], Rule], ...] = (
    (
        "DETACH",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<source>{_TABLE})\s+DETACH\s+PARTITION\s+\S+\s+INTO\s+(?P<target>{_TABLE})" + END,
            FLAGS,
        ),
        _detached,
    ),
    (
        "DETACH",
        re.compile(
            rf"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?{_TABLE}\s+DETACH\s+PARTITION\s+"
            rf"(?P<source>{_TABLE})(?:\s+(?:CONCURRENTLY|FINALIZE))?" + END,
            FLAGS,
        ),
        _left,
    ),
    ("DATABASE", re.compile(r"(?P<kind>EXPORT\s+DATABASE)\b", FLAGS), _whole_database),
    ("DATABASE", re.compile(r"(?P<kind>IMPORT\s+DATABASE)\b", FLAGS), _whole_database),
    ("DATABASE", re.compile(r"(?P<kind>COPY\s+FROM\s+DATABASE)\b", FLAGS), _whole_database),
    ("HANDLER", re.compile(r"HANDLER\s", FLAGS), _handler),
    ("PUT", re.compile(rf"PUT\s+{_FILE}\s+{_STAGE}", FLAGS), _put),
    ("GET", re.compile(rf"GET\s+{_STAGE}\s+{_FILE}", FLAGS), _get),
    (
        "BACKUP",
        re.compile(rf"BACKUP\s+TABLE\s+(?P<source>{_TABLE})\s+(?:AS\s+{_TABLE}\s+)?TO\s+{_PLACE}", FLAGS),
        _backup,
    ),
    (
        "RESTORE",
        re.compile(
            rf"RESTORE\s+TABLE\s+(?P<source>{_TABLE})\s+(?:AS\s+(?P<target>{_TABLE})\s+)?FROM\s+{_PLACE}", FLAGS
        ),
        _restore,
    ),
    ("BULK", re.compile(r"INSERT\s+BULK\s", FLAGS), _insert_bulk),
    ("DBLINK_EXEC", re.compile(r"SELECT\s+(?:\w+\.)?DBLINK_EXEC\s*\(", FLAGS), _dblink),
)
"""A word that the text has near its beginning, what it looks like, and what it means."""
