"""Statements by which a table gets another name or another schema, in the ways that the parser does not read."""

from __future__ import annotations

import re

from dialects import Dialect
from extractor.lineage.model import Alter, Other, Rename, Statement
from extractor.lineage.scripting.routine import unquoted
from extractor.lineage.settings import END, FLAGS, NAME, Rule


def _renamed(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    found: list[Statement] = []
    pairs = re.sub(r"\s+ON\s+CLUSTER\s+\S+\s*\Z", "", match["pairs"], flags=FLAGS)
    for pair in pairs.split(","):
        parts = re.split(r"\s+(?:TO|AS)\s+", pair.strip().rstrip(";"), maxsplit=1, flags=FLAGS)
        old, new = (parts[0], parts[1]) if len(parts) == 2 else ("", "")
        if old and new:
            was, becomes = dialect.parse_name(old), dialect.parse_name(new.strip())
            in_place = (match["what"] or "").upper().startswith("OBJECT") or dialect.name in ("db2", "hana")
            if in_place and len(becomes) == 1:  # Synapse, Db2, HANA: it stays in its schema
                becomes = (*was[:-1], becomes[-1])
            found.append(Rename("rename", was, becomes))
    return tuple(found)


def _renamed_together(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """Vertica: ``ALTER TABLE a, b RENAME TO c, d``, one after the other; each stays in its schema."""
    olds = [dialect.parse_name(name) for name in match["olds"].split(",")]
    news = [dialect.parse_name(name) for name in match["news"].split(",")]
    if len(olds) != len(news):
        return None
    return tuple(Rename("rename", old, (*old[:-1], new[-1])) for old, new in zip(olds, news, strict=True))


def _schema_of(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """The table moves to another schema under its own name."""
    old, schema = dialect.parse_name(match["old"]), dialect.parse_name(match["schema"])
    return (Rename("rename", old, (*old[:-2], *schema, old[-1])),)


def _renamed_column(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """``ALTER TABLE t RENAME a TO b``: without the word COLUMN, the parser takes ``a`` for the table's new name."""
    (old, _), (new, _) = dialect.parse_name(match["old"])[-1], dialect.parse_name(match["new"])[-1]
    return (Alter("alter table", dialect.parse_name(match["table"]), renamed=((old, new),)),)


def _sp_rename(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    if match["kind"] and unquoted(match["kind"]).upper() != "OBJECT":
        return (Other("rename column", "no lineage by nature"),)
    old, new = dialect.parse_name(unquoted(match["old"])), dialect.parse_name(unquoted(match["new"]))
    return (Rename("rename", old, (*old[:-1], *new) if len(new) == 1 else new),)


def _exchange_tables(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    return (Rename("swap", dialect.parse_name(match["one"]), dialect.parse_name(match["two"]), swap=True),)


RENAMES: tuple[tuple[str, re.Pattern[str], Rule], ...] = (
    (
        "RENAME",
        re.compile(
            r"RENAME\s+(?P<what>TABLES?|VIEW|OBJECT(?:\s*::)?)?\s*(?P<pairs>(?!COLUMN)\S.*?\s(?:TO|AS)\s.*?)" + END,
            FLAGS,
        ),
        _renamed,
    ),
    (
        " RENAME ",
        re.compile(
            rf"ALTER\s+(?:FOREIGN\s+)?(?:TABLE|VIEW|MATERIALIZED\s+VIEW)\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<table>{NAME})"
            r"\s+RENAME\s+(?!(?:COLUMN|TO|AS|CONSTRAINT|INDEX|KEY|PARTITION|SUBPARTITION|ATTRIBUTE|FIELD)\s)"
            rf"(?P<old>{NAME})\s+TO\s+(?P<new>{NAME})" + END,
            FLAGS,
        ),
        _renamed_column,
    ),
    (
        " RENAME ",
        re.compile(rf"ALTER\s+TABLE\s+(?P<olds>{NAME}(?:\s*,\s*{NAME})+)\s+RENAME\s+TO\s+(?P<news>.+?)" + END, FLAGS),
        _renamed_together,
    ),
    (
        "TRANSFER",
        re.compile(
            rf"ALTER\s+SCHEMA\s+(?P<schema>{NAME})\s+TRANSFER\s+(?:OBJECT\s*::\s*)?(?P<old>{NAME})" + END,
            FLAGS,
        ),
        _schema_of,
    ),
    (
        "SCHEMA",
        re.compile(
            r"ALTER\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW|FOREIGN\s+TABLE)\s+(?:IF\s+EXISTS\s+)?(?P<old>"
            + NAME[1:-1]
            + r")\s+SET\s+SCHEMA\s+(?P<schema>"
            + NAME[1:-1]
            + ")"
            + END,
            FLAGS,
        ),
        _schema_of,
    ),
    (
        "SP_RENAME",
        re.compile(
            r"EXEC(?:UTE)?\s+(?:sys\.|dbo\.)?sp_rename\s+(?:@objname\s*=\s*)?(?P<old>N?'[^']*'|\"[^\"]*\"|[\w.]+)\s*,\s*(?:@newname\s*=\s*)?"
            r"(?P<new>N?'[^']*'|\"[^\"]*\"|\w+)(?:\s*,\s*(?:@objtype\s*=\s*)?(?P<kind>N?'[^']*'))?" + END,
            FLAGS,
        ),
        _sp_rename,
    ),
    (
        "EXCHANGE",
        re.compile(
            r"EXCHANGE\s+(?:TABLES|DICTIONARIES)\s+(?P<one>" + NAME[1:-1] + r")\s+AND\s+(?P<two>" + NAME[1:-1] + ")",
            FLAGS,
        ),
        _exchange_tables,
    ),
)
