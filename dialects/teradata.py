"""Teradata: names of two parts, compared without their case, quoted or not.

SQL Fundamentals, "Name validation"; SQL Data Definition Language and Data Manipulation Language.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialects.base import Dialect, LexicalRules, SessionStatement, TemporaryRule
from dialects.lexing import Token, tokens
from dialects.rewriting import Rewrite, after, closing, name_end, rewriting, where_found, word_at
from dialects.special_names import with_quoted_specials

_TERADATA = (
    Rewrite("LOCKING|LOCK TABLE|VIEW|DATABASE <name> FOR|IN ACCESS|READ|WRITE|SHARE|EXCLUSIVE|CHECKSUM MODE? NOWAIT?"),
    Rewrite("LOCKING|LOCK ROW FOR|IN ACCESS|READ|WRITE|SHARE|EXCLUSIVE|CHECKSUM MODE? NOWAIT?"),
    Rewrite("LOCKING|LOCK <name> FOR|IN ACCESS|READ|WRITE|SHARE|EXCLUSIVE|CHECKSUM MODE? NOWAIT?"),
    Rewrite("TABLE ( UNNEST (..) ) AS?", "LATERAL (SELECT {3}) AS"),
    Rewrite("TABLE ( UNNEST (..) WITH ORDINALITY ) AS?", "LATERAL (SELECT {3}, NULL) AS"),
    Rewrite("TABLE ( TD_SYSFNLIB . UNNEST (..) ) AS?", "LATERAL (SELECT {5}) AS"),
    Rewrite("TABLE ( TD_SYSFNLIB . UNNEST (..) WITH ORDINALITY ) AS?", "LATERAL (SELECT {5}, NULL) AS"),
    Rewrite("( TITLE|FORMAT <string> )"),
    Rewrite("( NAMED <any> )", " AS {2}"),
    Rewrite("( NAMED <any> , TITLE|FORMAT <string> )", " AS {2}"),
    Rewrite("SUBSTR|SUBSTRING ( <name> FROM <any> FOR <any> )", "{0}({2}, {4}, {6})"),
    Rewrite("SUBSTR|SUBSTRING ( <name> FROM <any> )", "{0}({2}, {4})"),
    Rewrite("^ CREATE SET|MULTISET VOLATILE TABLE", "CREATE VOLATILE {1} TABLE"),
    Rewrite("^ USING (...) INSERT|INS|UPDATE|UPD|DELETE|DEL|MERGE|SELECT|SEL", "{2}"),
)
_UNITS = "YEAR|MONTH|DAY|HOUR|MINUTE|SECOND"
_MENDS = (
    Rewrite(f"INTERVAL <string> {_UNITS} (...)? TO {_UNITS} (...)?", "INTERVAL {1} {2}"),
    Rewrite(f"{_UNITS} (...)? TO {_UNITS} (...)?"),
    Rewrite("( DATE|TIME|TIMESTAMP|CHAR|VARCHAR|DECIMAL|INTEGER|BIGINT (...)? , FORMAT|TITLE <string> )"),
    Rewrite("FROM|JOIN READ_NOS ( ..LOCATION ( <string> ) ..)", "{0} READ_FILES({5})"),
    Rewrite("ALL $"),
    Rewrite("^ CREATE ERROR TABLE <name> FOR <name> ...", "CREATE TABLE {3} (LIKE {5})"),
    Rewrite("^ REPLACE RECURSIVE VIEW", "CREATE RECURSIVE VIEW"),
)
"""What the parser refuses: lengths of time as a result, formats, files of object stores, rare definitions."""


def _with_plain_windows(text: str, rules: LexicalRules) -> str:
    """Windows without RESET WHEN: it tells where sums begin anew, in an engine whose parser knows no such clause."""
    found = list(tokens(text, rules))
    for place in range(len(found) - 1):
        if word_at(found, place) == "RESET" and word_at(found, place + 1) == "WHEN":
            end = place
            while end < len(found) and word_at(found, end) not in ("ROWS", ")"):
                end = closing(found, end) if word_at(found, end) == "(" else end + 1
            if end < len(found):
                return _with_plain_windows(text[: found[place].start] + text[found[end].start :], rules)
    return text


def _with_plain_operators(text: str, rules: LexicalRules) -> str:
    """``f (ON t PARTITION BY a ON u DIMENSION USING x('y'))`` as ``f((SELECT * FROM t), (SELECT * FROM u))``.

    SQL Operators and User-Defined Functions, "Table Operators".
    """
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place in range(1, len(found) - 2):
        is_call = found[place - 1].kind == "word" and word_at(found, place) == "(" and word_at(found, place + 1) == "ON"
        if not is_call or found[place].start < copied or word_at(found, place - 1) == "WRITE_NOS":
            continue
        inputs = list(_inputs(text, found, place))
        if inputs:
            pieces.append(f"{text[copied : found[place].start]}({', '.join(inputs)})")
            copied = found[closing(found, place) - 1].end
    return "".join((*pieces, text[copied:]))


def _inputs(text: str, found: list[Token], opening: int) -> Iterator[str]:
    """What a table operator reads: each table or query behind an ON that is its own, as a subquery."""
    place, end = opening + 1, closing(found, opening) - 1
    while place < end and word_at(found, place) != "USING":
        last = place + 1
        if word_at(found, place) == "ON":
            bracket = word_at(found, place + 1) == "("
            last = closing(found, place + 1) if bracket else name_end(found, place + 1)
            if last < 0:
                return
            read = text[found[place + 1].start : found[last - 1].end]
            yield f"(SELECT * FROM {read}{' AS rows_in' * bracket})"  # noqa: S608 - read by the parser only
        elif word_at(found, place) == "(":
            last = closing(found, place)
        place = last


_REWRITE = rewriting(*_TERADATA)


def _prepare(text: str, rules: LexicalRules) -> str:
    return _REWRITE(with_quoted_specials(text, rules), rules)


TERADATA = Dialect(
    name="teradata",
    title="Teradata Vantage",
    parser="teradata",
    levels=("schema", "table"),
    words=("database", "table"),
    max_parts=2,
    session=(SessionStatement("DATABASE name", "schema"), SessionStatement("SET SESSION DATABASE name", "schema")),
    temporary=TemporaryRule(
        made_by=("CREATE VOLATILE TABLE name AS (query) WITH DATA", "CREATE GLOBAL TEMPORARY TABLE name AS query")
    ),
    system_schemas=frozenset({"dbc", "sysudtlib", "syslib", "td_sysfnlib", "tdwm", "systemfe", "sysadmin"}),
    lexical=LexicalRules(word_start="#", word_more="$", dot_commands=True),
    prepare=_prepare,
    mend=after(
        where_found("RESET", _with_plain_windows),
        where_found(r"\(\s*ON\b", _with_plain_operators),
        rewriting(*_MENDS),
    ),
)

DIALECTS = (TERADATA,)
