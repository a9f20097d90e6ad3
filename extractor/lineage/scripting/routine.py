"""Routines and anonymous blocks: where the body is, in which language, and which names are variables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from dialects import Dialect
from dialects.lexing import Token, tokens
from extractor.lineage.model import Name

_ROUTINES = frozenset(
    ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE", "MACRO", "EVENT", "TASK", "PIPE", "ALERT")
)
_BEFORE_ROUTINE = frozenset(
    [
        "OR",
        "REPLACE",
        "ALTER",
        "CREATE",
        "EDITIONABLE",
        "NONEDITIONABLE",
        "DEFINER",
        "SECURE",
        "TEMPORARY",
        "TEMP",
        "AGGREGATE",
        "IF",
        "NOT",
        "EXISTS",
        "CONSTRAINT",
        "PUBLIC",
        "SQL",
        "SECURITY",
        "INVOKER",
    ]
)
_TABLE_ROUTINES = frozenset(("FUNCTION", "MACRO"))
_FOREIGN = frozenset(
    [
        "PYTHON",
        "JAVASCRIPT",
        "JS",
        "JAVA",
        "SCALA",
        "C",
        "R",
        "PLPYTHON3U",
        "PLPYTHONU",
        "PLPERL",
        "PLV8",
        "EXTERNAL",
        "CLR",
        "INTERNAL",
        "REMOTE",
    ]
)
_MODES = frozenset(("IN", "OUT", "INOUT", "VARIADIC", "DECLARE"))


class Routine(NamedTuple):
    """A routine or block: its name (empty for a block), its body, what kind it is, its variables in lower case.

    ``language`` is empty for SQL in any of its procedural forms, else the foreign language's name. ``table`` is
    the table of a trigger, as it is written, ``returns`` the names of the columns that a table function says it gives.
    ``result`` is the definition of the table variable that it gives, whose name ``returns`` then is.
    """

    kind: str
    name: Name
    body: str
    variables: frozenset[str]
    language: str = ""
    table: str = ""
    returns: tuple[str, ...] = ()
    result: str = ""


def find_routine(text: str, dialect: Dialect) -> Routine | None:
    """The routine or block that ``text`` is, or None when it is a plain statement."""
    head = [t for t in islice(tokens(text, dialect.lexical), 24) if t.kind != "line"]
    if not head:
        return None
    first = head[0].text.upper()
    if first == "WITH" and len(head) > 3 and head[3].text.upper() == "PROCEDURE":  # WITH p AS PROCEDURE ... CALL p()
        return _created(text, 3, dialect)
    if first == "CREATE" and dialect.parser == "postgres" and any(t.text.upper() == "RULE" for t in head[1:4]):
        return _rule(text, dialect)
    if first in ("CREATE", "ALTER", "REPLACE"):
        place = _routine_place(head)
        return _created(text, place, dialect) if place is not None else None
    if first == "DO" and any(t.kind == "string" for t in head[:4]):
        body = next(t for t in tokens(text, dialect.lexical) if t.kind == "string")
        return Routine("do", (), unquoted(body.text), _declared(unquoted(body.text), dialect))
    if first == "DO" and any(t.text.upper() == "BEGIN" for t in head):
        return Routine("block", (), text, _declared(text, dialect))
    if first == "DECLARE" and len(head) > 2 and head[1].text.upper() == "GLOBAL":
        return None
    if first == "DECLARE" and dialect.parser in ("databricks", "spark"):  # a variable of the session
        return None
    if first in ("BEGIN", "DECLARE", "IF", "WHILE", "FOR", "LOOP", "<<", "<") and dialect.lexical.blocks not in (
        "none",
        "tsql",
    ):
        return Routine("block", (), text, _declared(text, dialect))
    if first in ("BEGIN", "DECLARE") and dialect.lexical.blocks == "none" and len(head) > 2:
        return Routine("block", (), text, _declared(text, dialect))
    if first == "EXECUTE" and len(head) > 2 and head[1].text.upper() in ("AS", "BLOCK"):
        return Routine("block", (), text, frozenset())
    return None


def _rule(text: str, dialect: Dialect) -> Routine | None:
    """``CREATE RULE r AS ON event TO t [WHERE ...] DO [ALSO | INSTEAD] (command; ...)``: it runs as a trigger does.

    One for SELECT makes its table a view. https://www.postgresql.org/docs/current/sql-createrule.html
    """
    found = list(tokens(text, dialect.lexical))
    words = [t.text.upper() if t.kind == "word" else t.text for t in found]
    if "RULE" not in words or "TO" not in words or "DO" not in words:
        return None
    named, on, do = words.index("RULE") + 1, words.index("TO") + 1, words.index("DO") + 1
    last = on
    while words[last + 1 : last + 2] == ["."]:
        last += 2
    table = text[found[on].start : found[last].end]
    start = do + (words[do : do + 1] in (["ALSO"], ["INSTEAD"]))
    end = len(found) - (words[-1] == ";")
    if words[start : start + 1] == ["("] and words[end - 1] == ")":
        start, end = start + 1, end - 1
    body = text[found[start].start : found[end - 1].end] if start < end else ""
    if "SELECT" in words[named:on]:
        return Routine("rule", (), f"CREATE OR REPLACE VIEW {table} AS {body}", frozenset())
    return Routine("rule", dialect.parse_name(found[named].text), body, frozenset(), table=table)


def _routine_place(head: Sequence[Token]) -> int | None:
    for position, token in enumerate(head[1:], 1):
        word = token.text.upper()
        if token.kind == "word" and word in _ROUTINES:
            return position
        if word == "TABLE" and head[position + 1 :] and head[position + 1].text.upper() in _TABLE_ROUTINES:
            continue
        if token.kind == "word" and word not in _BEFORE_ROUTINE:
            if head[position - 1].text in ("=", "@") or token.text == "USER":
                continue
            return None
    return None


def _created(text: str, place: int, dialect: Dialect) -> Routine | None:
    found = list(tokens(text, dialect.lexical))
    kind = found[place].text.lower()
    name, after = _name_at(found, place + 1, text, dialect)
    language = _language(found, after)
    start = _body_start(found, after, dialect)
    if start is None:
        return None
    variables = _parameters(found, after)
    if found[start].kind == "string":
        body = unquoted(found[start].text)
    else:
        end = found[-1].end
        if found[start].text == "(" and kind == "macro" and found[-1].text == ")":
            start, end = start + 1, found[-1].start
        body = text[found[start].start : end]
    table = _trigger_table(found, after, start, text) if kind == "trigger" else ""
    known = variables | _declared(body, dialect)
    result = _result(found[after:start], text)
    returns = (result.split()[0],) if result else _returned(found[after:start])
    return Routine(kind, name, body, known, language, table, returns, result)


def _result(found: Sequence[Token], text: str) -> str:
    """Transact-SQL's ``RETURNS @r TABLE (a INT)``: the name and the columns of the table."""
    for place in range(len(found) - 3):
        named = found[place + 1].text
        if found[place].text.upper() == "RETURNS" and named[:1] == "@" and found[place + 2].text.upper() == "TABLE":
            return f"{named} {text[found[place + 3].start : found[_closed(found, place + 3)].end]}"
    return ""


def _closed(found: Sequence[Token], place: int) -> int:
    """The place of the bracket that closes the one at ``place``."""
    depth = 0
    for position in range(place, len(found)):
        depth += (found[position].text == "(") - (found[position].text == ")")
        if depth == 0:
            return position
    return len(found) - 1


def _returned(found: Sequence[Token]) -> tuple[str, ...]:
    """The names in ``RETURNS TABLE (a INT, b TEXT)`` and ``RETURNS TABLE <a INT64>``."""
    words = [token.text.upper() for token in found]
    places = [i for i in range(len(words) - 2) if words[i : i + 2] == ["RETURNS", "TABLE"] and words[i + 2] in "(<"]
    names: list[str] = []
    depth, fresh = 0, True
    for token in found[places[0] + 2 :] if places else ():
        depth += (token.text in "(<[") - (token.text in ")>]")
        if depth == 0:
            break
        if fresh and token.kind in ("word", "quoted"):
            names.append(token.text.strip('"`[]'))
            fresh = False
        fresh = fresh or (depth == 1 and token.text == ",")
    return tuple(names)


def _trigger_table(found: Sequence[Token], after: int, start: int, text: str) -> str:
    for position in range(after, start):
        if found[position].text.upper() == "ON" and position + 1 < start:
            last = position + 1
            while last + 2 < start and found[last + 1].text == ".":
                last += 2
            return text[found[position + 1].start : found[last].end]
    return ""


def _name_at(found: Sequence[Token], position: int, text: str, dialect: Dialect) -> tuple[Name, int]:
    while position < len(found) and found[position].text.upper() in ("IF", "NOT", "EXISTS", "BODY"):
        position += 1
    start = position
    while position < len(found) and (
        found[position].kind in ("word", "quoted") or found[position].text in (".", "-", "#")
    ):
        position += 1
        if (
            position < len(found)
            and found[position].text not in (".", "-")
            and found[position - 1].text not in (".", "-")
        ):
            break
    if position == start:
        return (), position
    return dialect.parse_name(text[found[start].start : found[position - 1].end]), position


def _language(found: Sequence[Token], after: int) -> str:
    for position in range(after, len(found) - 1):
        if found[position].kind == "word" and found[position].text.upper() == "LANGUAGE":
            name = unquoted(found[position + 1].text).upper()
            return name if name in _FOREIGN else ""
    return ""


def _body_start(found: Sequence[Token], after: int, dialect: Dialect) -> int | None:
    """The first token of the body: behind AS or IS, at BEGIN or DECLARE, or the first SQL word of a bare body."""
    depth = 0
    before = ""
    for position in range(after, len(found)):
        token = found[position]
        word = token.text.upper() if token.kind == "word" else token.text
        if word == "(" and depth == 0 and before in ("ROW", "STATEMENT", ")") and _is_written(found, position + 1):
            return position + 1
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif depth == 0 and token.kind == "word":
            if word in ("AS", "IS") and not _names_something(found, position) and position + 1 < len(found):
                following = found[position + 1].text.upper()
                if following not in ("CALLER", "OWNER", "LANGUAGE") and not following.startswith(("NEW", "OLD")):
                    return position + 1
            elif word in ("BEGIN", "DECLARE") or (word in _BARE and before != "SECURITY" and _is_bare(found, position)):
                return position
        before = word
    del dialect
    return None


def _names_something(found: Sequence[Token], position: int) -> bool:
    """``WITH EXECUTE AS OWNER``, ``REFERENCING NEW AS n OLD TABLE AS o``."""
    before, earlier = found[position - 1].text.upper(), found[position - 2].text.upper()
    rows = ("NEW", "OLD", "NEW_TABLE", "OLD_TABLE")
    return before in ("EXECUTE", "WITH", "EXEC", *rows) or (before in ("ROW", "TABLE") and earlier in rows)


def _is_written(found: Sequence[Token], position: int) -> bool:
    """Teradata's triggers: ``FOR EACH ROW (INSERT ...;)``."""
    return position < len(found) and found[position].text.upper() in ("INSERT", "INS", "UPDATE", "DELETE", "MERGE")


_BARE = frozenset(("INSERT", "UPDATE", "DELETE", "SELECT", "MERGE", "CALL"))


def _is_bare(found: Sequence[Token], position: int) -> bool:
    """``AFTER INSERT ON t`` names an event; ``INSERT INTO t`` is a body."""
    before = found[position - 1].text.upper()
    return before not in ("AFTER", "BEFORE", "OR", "OF", "FOR", ",", "INSTEAD", "CONTAINS", "READS", "MODIFIES")


def _parameters(found: Sequence[Token], after: int) -> frozenset[str]:
    """The names in the bracket behind the routine's name."""
    if after >= len(found) or found[after].text != "(":
        return frozenset()
    names: set[str] = set()
    depth = 0
    fresh = True
    for token in found[after:]:
        depth += (token.text in "([") - (token.text in ")]")
        if depth == 0:
            break
        if depth == 1 and token.text == ",":
            fresh = True
        elif fresh and token.kind in ("word", "quoted") and token.text.upper() not in _MODES:
            names.add(token.text.strip('"`').lower())
            fresh = False
    return frozenset(names)


_NOT_NAMES = frozenset(
    [
        "CURSOR",
        "PROCEDURE",
        "FUNCTION",
        "TYPE",
        "PRAGMA",
        "CONSTANT",
        "SUBTYPE",
        "UPDATE",
        "EACH",
        "ROW",
        "SELECT",
        "WITH",
        "EXECUTE",
        "VALUES",
        "STATEMENT",
        "BEGIN",
        "DECLARE",
        "AS",
        "IS",
        "CONTINUE",
        "EXIT",
        "INSERT",
        "DELETE",
        "MERGE",
    ]
)


def _declared(body: str, dialect: Dialect) -> frozenset[str]:
    """Names declared before BEGIN (or by DECLARE and LET anywhere), parameters, and the records of FOR loops."""
    found = list(tokens(body, dialect.lexical))
    names: set[str] = set()
    inside = fresh = bool(found) and dialect.lexical.blocks == "plsql" and found[0].text.upper() not in _STARTS
    header = begun = False
    alone = dialect.parser in _SINGLE
    before = ""
    for position, token in enumerate(found):
        word = token.text.upper() if token.kind == "word" else token.text
        if word in ("PROCEDURE", "FUNCTION"):
            header = True
            names |= _parameters(found, position + 2)
        elif word == "DECLARE" or (word in ("AS", "IS") and (header or not before)):
            inside = fresh = True
            header = False
        elif word == "BEGIN":
            inside = fresh = header = False
            begun = True
        elif token.kind == "word" and (fresh or before in ("LET", "FOR")) and word not in ("OR", "REPLACE", "VARIABLE"):
            if word not in _NOT_NAMES:
                names.add(token.text.lower())
            fresh = False
        if inside and word == ";":
            inside = fresh = not (alone or begun) or dialect.parser in _SECTIONS
        elif inside and word == "," and before.lower() in names:
            fresh = True
        before = word
    return frozenset(names)


_SECTIONS = frozenset(("oracle", "postgres", "redshift", "materialize"))  # DECLARE opens a section up to BEGIN
_SINGLE = frozenset(("bigquery", "databricks", "spark", "spark2", "mysql"))
"""Engines in which DECLARE is a statement of its own, in no section."""
_STARTS = frozenset(("BEGIN", "DECLARE", "CREATE", "INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "WITH", "<<", "<"))


def unquoted(literal: str) -> str:
    """The text inside of a string literal of any kind."""
    if literal.startswith("$"):
        tag = literal[: literal.index("$", 1) + 1]
        return literal[len(tag) :].removesuffix(tag)
    quote = next((i for i, c in enumerate(literal) if c in "'\""), None)
    if quote is None:
        return literal
    mark = literal[quote]
    prefix = literal[:quote].lower()
    body = literal[quote + 1 :].removesuffix(mark)
    if "q" in prefix and len(body) >= 2:
        return body[1:-1]
    is_triple = len(body) > len(mark * 4) and (mark == '"' or any(map(str.isspace, body)))  # no value in quotes
    if is_triple and body.startswith(mark * 2) and body.endswith(mark * 2):
        return body[2:-2]
    return body.replace(mark * 2, mark)
