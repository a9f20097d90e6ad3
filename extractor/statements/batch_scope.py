"""Statements that only mean something together: a value is put into a variable by one and used by another."""

from __future__ import annotations

import re

from dialects import Dialect
from dialects.lexing import blank
from extractor.statements.classify import StatementClass, classify
from extractor.statements.here_documents import without_shell
from extractor.statements.split import Piece, split
from extractor.statements.sqlcmd import without_sqlcmd

_TSQL = re.compile(
    r"\bEXEC(?:UTE)?\s*\(\s*@|\bsp_executesql\s+@"
    r"|\bFETCH\b[^;]*?\bINTO\s+@"
    r"|\bSELECT\s+(?:TOP\s*\(?\s*\d+\s*\)?\s+)?@\w+\s*[-+*/]?=(?=[^;]*\bFROM\b)"
    r"|\b(?:SET|DECLARE)\s+@[^;]*?=\s*\(\s*SELECT\b",
    re.IGNORECASE,
)
_MAY_SET = re.compile(r"@|\b(?:DECLARE|SET|LET)\b", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:\A|;)\s*(?:DECLARE|SET|LET)\s+[^;]*?(?:=|DEFAULT)\s*\(\s*SELECT\b", re.IGNORECASE)
_DECLARED = re.compile(r"\s*DECLARE\s+(?!GLOBAL\b|TEMPORARY\b)", re.IGNORECASE)
_BLOCK = re.compile(r"\s*BEGIN\b", re.IGNORECASE)
_SESSION_VARIABLE = re.compile(
    r"\bSELECT\b[^;]*\bINTO\s+@|\bPREPARE\s+\w+\s+FROM\s+@|\bEXECUTE\s+IMMEDIATE\b", re.IGNORECASE
)
_CLIENT = re.compile(r"^\s*(?:GO|DELIMITER)\b", re.IGNORECASE | re.MULTILINE)
"""What a client reads itself: statements on both sides of it are never one, and a body behind DELIMITER has its own."""
_OPENS = re.compile(r"\s*(?:DECLARE|SET|SELECT|WITH)\b", re.IGNORECASE)
_CURSOR = re.compile(r"\s*DECLARE\s+[\w\[\]]+\s+(?:INSENSITIVE\s+)?(?:SCROLL\s+)?CURSOR\b", re.IGNORECASE)
_VARIABLES = frozenset({"mysql", "snowflake", "databricks", "spark", "duckdb"})


def pieces(sql: str, dialect: Dialect) -> list[Piece]:
    """What is analysed as one: the statements of ``sql``, or, where variables carry values, what they run through.

    Transact-SQL is then taken batch by batch, a BigQuery script from its first DECLARE on, Snowflake's DECLARE with its
    block, and a script with session variables (MySQL, Snowflake, Databricks, DuckDB) from the first one on.
    """
    sql = without_shell(sql)
    if dialect.lexical.blocks == "tsql":
        sql = without_sqlcmd(sql)
    found = split(sql, dialect)
    if len(found) < 2:
        return found
    if dialect.lexical.blocks == "tsql":
        return _joined(found, sql, "@", dialect) if "@" in sql and _TSQL.search(blank(sql, dialect.lexical)) else found
    if dialect.parser == "bigquery":
        first = next((i for i, piece in enumerate(found) if _DECLARED.match(piece.text)), None)
        return found if first is None else [*found[:first], _one(found[first:], sql)]
    if dialect.parser == "snowflake" and any(_DECLARED.match(piece.text) for piece in found):
        return _with_declarations(found, sql)
    if dialect.parser in _VARIABLES and _MAY_SET.search(sql):
        plain = blank(sql, dialect.lexical)
        if _SCRIPT.search(plain) or _SESSION_VARIABLE.search(plain):
            return _joined(found, sql, "", dialect)
    return found


def _with_declarations(found: list[Piece], sql: str) -> list[Piece]:
    """Snowflake: DECLARE only stands in front of a block, whose variables and cursors it lists."""
    kept: list[list[Piece]] = []
    opened = False
    for piece in found:
        if opened:
            kept[-1].append(piece)
        else:
            kept.append([piece])
        begins = _BLOCK.match(piece.text) is not None
        opened = not begins and (opened or _DECLARED.match(piece.text) is not None)
    return [_one(run, sql) if len(run) > 1 else run[0] for run in kept]


def _declares_cursor(text: str, dialect: Dialect) -> bool:
    return "CURSOR" in text.upper() and _CURSOR.match(blank(text, dialect.lexical)) is not None


def _sets(text: str, mark: str, dialect: Dialect) -> bool:
    """Whether a statement could put a value into a variable, which ``SET NAMES`` and its like do not."""
    may_set = mark in text and _OPENS.match(text) is not None
    return may_set and classify(text, dialect) is not StatementClass.UTILITY


def _joined(found: list[Piece], sql: str, mark: str, dialect: Dialect) -> list[Piece]:
    """Runs of statements between two GO or DELIMITER, each from the first that could set a variable."""
    kept: list[list[Piece]] = []
    opened = False
    for piece in found:
        opened = opened and not _CLIENT.search(sql[kept[-1][-1].end : piece.start])
        if opened:
            kept[-1].append(piece)
        else:
            kept.append([piece])
            opened = _sets(piece.text, mark, dialect) or _declares_cursor(piece.text, dialect)
    return [_one(run, sql) if len(run) > 1 else run[0] for run in kept]


def _one(found: list[Piece], sql: str) -> Piece:
    return found[0]._replace(text=sql[found[0].start : found[-1].end], end=found[-1].end)
