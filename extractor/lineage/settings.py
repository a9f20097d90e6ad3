"""Session settings read from their tokens: USE, SET SCHEMA, search paths, variables that hold names."""

from __future__ import annotations

import re
from collections.abc import Callable

from dialects import Dialect
from extractor.lineage.model import Other, Statement, Use
from extractor.lineage.open_settings import OPEN_SETTINGS, RESETS, is_open, lost
from extractor.lineage.scripting.routine import unquoted

NAME = r"""((?:"[^"]*"|`[^`]*`|\[[^\]]*\]|[\w$#@*-]+)(?:\s*\.\s*(?:"[^"]*"|`[^`]*`|\[[^\]]*\]|[\w$#@*-]+)?)*)"""
FLAGS = re.IGNORECASE | re.DOTALL
END = r"\s*;?\s*\Z"
QUOTED_NAME = r"'[^']*'|" + NAME[1:-1]
Rule = Callable[[re.Match[str], Dialect], "tuple[Statement, ...] | None"]


def _use(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    what = (match["what"] or "").lower()
    if what in ("role", "warehouse", "secondary"):
        return (Other("use", "no lineage by nature"),)
    what = {"catalog": "database", "namespace": "schema"}.get(what, what)
    if is_open(match["name"], dialect):
        return lost(what)
    name = dialect.parse_name(unquoted(match["name"]) if match["name"][0] == "'" else match["name"])
    return (Use("use", (name,), what),)


def _path(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    listed = unquoted(match["names"]) if dialect.parser in ("duckdb", "snowflake") else match["names"]
    if any(is_open(piece.strip(), dialect) for piece in listed.split(",") if '"$user"' not in piece.lower()):
        return lost("schema")
    pieces = [unquoted(p.strip()) if p.strip()[:1] == "'" else p.strip() for p in listed.split(",")]
    names = tuple(dialect.parse_name(p) for p in pieces if p)
    return (Use("set", tuple(n for n in names if n), "path"),)


def _dataset(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """BigQuery: the default dataset of a script, and the project that it lies in."""
    what = "schema" if match["what"].upper() == "ID" else "project"
    return (Use("set", (dialect.parse_name(unquoted(match["name"])),), what),)


def _schema(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    text = match["name"]
    if is_open(text, dialect):
        return lost("schema")
    return (Use("set", (dialect.parse_name(unquoted(text) if text[0] == "'" else text),), "schema"),)


def _variable(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    if dialect.parser not in ("snowflake", "databricks", "spark"):
        return None
    return (Use("set", (((match["name"], False),), dialect.parse_name(unquoted(match["value"]))), "variable"),)


SETTINGS: tuple[tuple[str, re.Pattern[str], Rule], ...] = (
    *RESETS,
    (
        "USE",
        re.compile(
            r"USE(?:\s+(?P<what>SCHEMA|DATABASE|CATALOG|NAMESPACE|ROLE|WAREHOUSE|SECONDARY)(?=\s))?\s+(?P<name>"
            + QUOTED_NAME
            + r")(?:\s+ROLES\s+\w+)?"
            + END,
            FLAGS,
        ),
        _use,
    ),
    (
        "DATABASE",
        re.compile(r"(?P<what>DATABASE)\s+(?P<name>" + NAME[1:-1] + ")" + END, FLAGS),
        _use,
    ),
    (
        "SEARCH_PATH",
        re.compile(r"SET\s+(?:SESSION\s+|LOCAL\s+)?SEARCH_PATH\s*(?:=|\sTO\s)\s*(?P<names>[^;]+?)" + END, FLAGS),
        _path,
    ),
    (
        "SEARCH_PATH",
        re.compile(r"ALTER\s+SESSION\s+SET\s+SEARCH_PATH\s*=\s*(?P<names>'[^']*')" + END, FLAGS),
        _path,
    ),
    (
        "SCHEMA",
        re.compile(
            r"SET\s+(?:SESSION\s+|CURRENT\s+|LOCAL\s+)?SCHEMA\s*=?\s*(?P<name>" + QUOTED_NAME + ")" + END, FLAGS
        ),
        _schema,
    ),
    (  # BigQuery: https://cloud.google.com/bigquery/docs/reference/system-variables
        "@@DATASET_ID",
        re.compile(r"SET\s+@@DATASET_ID\s*=\s*(?P<name>'[^']*'|\"[^\"]*\")" + END, FLAGS),
        _schema,
    ),
    (
        "SET",
        re.compile(r"SET\s+(?P<name>\w+)\s*=\s*(?P<value>'[^']*')" + END, FLAGS),
        _variable,
    ),
    (  # https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-names-identifier-clause
        "VAR",
        re.compile(r"SET\s+VAR(?:IABLE)?\s+(?P<name>\w+)\s*=\s*(?P<value>'[^']*')" + END, FLAGS),
        _variable,
    ),
    (
        "DECLARE",
        re.compile(
            r"DECLARE\s+(?:OR\s+REPLACE\s+)?(?:VARIABLE\s+|VAR\s+)?(?P<name>\w+)(?:\s+STRING)?\s*(?:DEFAULT|=)\s*"
            r"(?P<value>'[^']*')" + END,
            FLAGS,
        ),
        _variable,
    ),
    (
        "@@DATASET_",
        re.compile(r"SET\s+@@DATASET_(?P<what>PROJECT_ID|ID)\s*=\s*(?P<name>'[^']*'|\"[^\"]*\")" + END, FLAGS),
        _dataset,
    ),
    (
        "DATABASE",
        re.compile(r"SET\s+SESSION\s+(?P<what>DATABASE)\s+(?P<name>" + NAME[1:-1] + ")" + END, FLAGS),
        _use,
    ),
    (
        "CURRENT_SCHEMA",
        re.compile(r"ALTER\s+SESSION\s+SET\s+CURRENT_SCHEMA\s*=\s*(?P<name>" + QUOTED_NAME + ")" + END, FLAGS),
        _schema,
    ),
    (
        "CATALOG",
        re.compile(r"SET\s+(?P<what>CATALOG)\s*=?\s*(?P<name>" + QUOTED_NAME + ")" + END, FLAGS),
        _use,
    ),
    *OPEN_SETTINGS,
)
