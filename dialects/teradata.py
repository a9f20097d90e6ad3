"""Teradata: names of two parts, compared without their case, quoted or not.

SQL Fundamentals, "Name validation"; SQL Data Definition Language and Data Manipulation Language.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialects.base import Dialect, LexicalRules, SessionStatement, TemporaryRule
from dialects.lexing import Token, tokens, words
from dialects.rewriting import Rewrite, after, closing, name_end, rewriting, where_found, word_at
from dialects.special_names import with_quoted_specials
from dialects.unicode_names import UNICODE_NAMES, plain_name, with_plain_names

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
    Rewrite("SAMPLE WHEN ..END"),
    Rewrite("SELECT|SEL AND CONSUME TOP <any>", "SELECT"),
    Rewrite("^ INSERT|INS INTO? <name> (...) $", "INSERT INTO {2} VALUES {3}"),
    Rewrite("^ CURRENT|SEQUENCED|NONSEQUENCED VALIDTIME|TRANSACTIONTIME AND? ...", "{3}"),
    Rewrite("^ VALIDTIME|TRANSACTIONTIME AS OF DATE|TIMESTAMP <string> ...", "{5}"),
    Rewrite("WITH SUM|AVG|AVERAGE|AVE|COUNT|MIN|MINIMUM|MAX|MAXIMUM (...) (...)? BY <name>"),
    Rewrite("WITH SUM|AVG|AVERAGE|AVE|COUNT|MIN|MINIMUM|MAX|MAXIMUM (...) (...)? ORDER", "ORDER"),
    Rewrite("WITH SUM|AVG|AVERAGE|AVE|COUNT|MIN|MINIMUM|MAX|MAXIMUM (...) (...)? $"),
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


_TYPES = words(
    "BYTEINT SMALLINT INT INTEGER BIGINT DEC DECIMAL NUMERIC NUMBER FLOAT REAL CHAR CHARACTER VARCHAR DATE TIME "
    "TIMESTAMP"
)
_CURRENT = words("DATE TIME NUMBER")
"""Types whose words are values as well, today's date and the time of day, or may name a column."""
_NOT_CONVERTED = words(
    "AS RETURNS INDEX KEY TABLE BY UNIQUE CHECK ON IN SET SELECT SEL DISTINCT ALL ANY SOME WHERE AND OR NOT HAVING "
    "QUALIFY CASE WHEN THEN ELSE BETWEEN LIKE VALUES OVER WITH USING FROM JOIN EXISTS"
)
_SIGNATURES = words("FUNCTION METHOD PROCEDURE MACRO TYPE")


def _with_plain_conversions(text: str, rules: LexicalRules) -> str:
    """``amount (DECIMAL(10,2))`` without the type: a parser takes the column for a function.

    SQL Functions, Expressions, and Predicates, "Teradata Conversion Syntax". Types are reserved words, so that such
    brackets behind a name hold no column; in the list of a definition they may be the types of parameters.
    What stands in brackets is converted as well, ``SUM(a)(BIGINT)``. ``LAST_DAY(DATE)`` is a call: a column
    is converted so behind its table's name or a blank.
    """
    found = list(tokens(text, rules))
    if any(word_at(found, place) in _SIGNATURES for place in range(min(4, len(found)))):
        return text
    pieces: list[str] = []
    copied = 0
    for place in range(1, len(found) - 2):
        if found[place].text != "(" or word_at(found, place + 1) not in _TYPES:
            continue
        end = closing(found, place)
        last = closing(found, place + 2) if word_at(found, place + 2) == "(" else place + 2
        before = found[place - 1]
        is_value = before.kind in ("quoted", "string", "number") or before.text == ")"
        is_value = is_value or (before.kind == "word" and before.text.upper() not in _NOT_CONVERTED)
        if before.kind == "word" and word_at(found, place + 1) in _CURRENT and last == place + 2:
            is_value = is_value and (before.end < found[place].start or word_at(found, place - 2) == ".")
        if is_value and last + 1 == end and found[place].start >= copied:
            pieces.append(text[copied : found[place].start])
            copied = found[end - 1].end
    return "".join((*pieces, text[copied:]))


def _with_plain_unpivots(text: str, rules: LexicalRules) -> str:
    """``TD_UNPIVOT (ON ... USING ...)`` as UNPIVOT, which the parser knows.

    SQL Operators and User-Defined Functions, "TD_UNPIVOT".
    """
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place in range(1, len(found) - 2):
        if word_at(found, place) != "TD_UNPIVOT" or word_at(found, place + 1) != "(" or found[place].start < copied:
            continue
        end = closing(found, place + 1)
        inputs = list(_inputs(text, found, place + 1))
        given = {word_at(found, i): _literals(found, i + 1) for i in range(place, end) if word_at(found, i + 1) == "("}
        values, kinds = given.get("VALUE_COLUMNS", ()), given.get("UNPIVOT_COLUMN", ("",))
        listed = given.get("COLUMN_LIST", ())
        if len(inputs) != 1 or not values or not listed or not kinds[0]:
            continue
        if len(values) > 1:
            values, listed = (f"({', '.join(values)})",), tuple(f"({columns})" for columns in listed)
        rows = f"(SELECT * FROM {inputs[0]} AS unpivoted)"  # noqa: S608 - read by the parser only
        pieces += (
            text[copied : found[place].start],
            f"{rows} UNPIVOT ({values[0]} FOR {kinds[0]} IN ({', '.join(listed)}))",
        )
        copied = found[end - 1].end
    return "".join((*pieces, text[copied:]))


def _literals(found: list[Token], opening: int) -> tuple[str, ...]:
    inner = found[opening + 1 : closing(found, opening) - 1]
    return tuple(token.text[1:-1] for token in inner if token.kind == "string")


_PREPARE = after(
    where_found(UNICODE_NAMES, with_plain_names),
    where_found(rf"\(\s*(?:{'|'.join(sorted(_TYPES))})\s*[()]", _with_plain_conversions),
    where_found("TD_UNPIVOT", _with_plain_unpivots),
    rewriting(*_TERADATA),
)


def _prepare(text: str, rules: LexicalRules) -> str:
    return _PREPARE(with_quoted_specials(text, rules), rules)


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
    lexical=LexicalRules(word_start="#$", word_more="$", dot_commands=True),
    prepare=_prepare,
    plain_name=plain_name,
    mend=after(
        where_found("RESET", _with_plain_windows),
        where_found(r"\(\s*ON\b", _with_plain_operators),
        rewriting(*_MENDS),
    ),
)

DIALECTS = (TERADATA,)
