"""PostgreSQL's functions that are given a query as a text, written as what they read.

"tablefunc" (crosstab) and "dblink" of the PostgreSQL documentation, appendix F. A text that is put together at run
time, or whose columns do not tell which value goes where, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens, words
from dialects.rewriting import closing, word_at
from dialects.rowsets import with_tables_named

NAMES = r"(?:CROSSTAB\d*|DBLINK)\s*\("
_CALLED = re.compile(r"CROSSTAB(\d*)|DBLINK")
_QUERY = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_DATABASE = re.compile(r"\bdbname\s*=\s*'*([\w-]+)|^'?postgres(?:ql)?://[^/]*/([\w-]+)", re.IGNORECASE)
_FOLLOWS = frozenset({"FROM", "JOIN", ",", "LATERAL"})
_CLAUSES = words(
    "WHERE ON JOIN LEFT RIGHT FULL INNER CROSS NATURAL GROUP ORDER HAVING LIMIT OFFSET FETCH UNION EXCEPT INTERSECT "
    "WINDOW FOR RETURNING USING"
)
_PIVOTED = 3
"""The query of crosstab has the name of a row, a category and a value: the value goes into each further column."""


def with_read_texts(text: str, rules: LexicalRules) -> str:
    """``text`` with derived tables in place of the calls whose query is a literal."""
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place in range(1, len(found) - 2):
        called = _CALLED.fullmatch(word_at(found, place))
        if called is None or word_at(found, place + 1) != "(" or word_at(found, place - 1) not in _FOLLOWS:
            continue
        end = closing(found, place + 1)
        given = found[place + 2 : end - 1 : 2]
        if any(t.kind != "string" for t in given) or any(t.text != "," for t in found[place + 3 : end - 1 : 2]):
            continue
        texts = [_literal(token) for token in given]
        alias, names, last = _named(found, end)
        if called[0].startswith("DBLINK"):
            written = _remote(texts, names, rules)
        else:
            names = names or _counted(called[1])
            written = _crossed(texts, names, rules)
        if written:
            own = "" if last == end and _is_aliased(found, end) else f" AS {alias or called[0].lower()}"
            pieces += (text[copied : found[place].start], f"({written}){own}")
            copied = found[last - 1].end
    return "".join((*pieces, text[copied:]))


def _is_aliased(found: Sequence[Token], place: int) -> bool:
    """Whether a name stands behind a relation: any word that does not begin a clause or another relation."""
    if place >= len(found):
        return False
    return found[place].kind == "quoted" or (found[place].kind == "word" and found[place].text.upper() not in _CLAUSES)


def _literal(token: Token) -> str:
    if token.text.startswith("$"):
        mark = token.text[: token.text.index("$", 1) + 1]
        return token.text.removeprefix(mark).removesuffix(mark)
    return token.text[1:-1].replace("''", "'") if token.text.startswith("'") else ""


def _named(found: Sequence[Token], end: int) -> tuple[str, tuple[str, ...], int]:
    """Alias and columns behind a call, ``AS t (a int, b text)``, and the place after them."""
    place = end + (word_at(found, end) == "AS")
    alias = ""
    if place < len(found) and found[place].kind in ("word", "quoted") and word_at(found, place + 1) == "(":
        alias, place = found[place].text, place + 1
    if word_at(found, place) != "(" or place == end:
        return "", (), end
    last = closing(found, place)
    names = [found[place + 1].text]
    depth = 0
    for position in range(place, last - 1):
        depth += (found[position].text == "(") - (found[position].text == ")")
        if depth == 1 and found[position].text == ",":
            names.append(found[position + 1].text)
    return alias, tuple(names), last


def _counted(count: str) -> tuple[str, ...]:
    return ("row_name", *(f"category_{n}" for n in range(1, int(count) + 1))) if count else ()


def _remote(texts: Sequence[str], names: Sequence[str], rules: LexicalRules) -> str:
    """``dblink('dbname=x', 'SELECT ...')``: the query, over the tables of that database."""
    place = _DATABASE.search(texts[0]) if len(texts) == 2 else None
    if place is None or not names or not _QUERY.match(texts[1]):
        return ""
    database = place[1] or place[2]

    def written(name: Sequence[Token]) -> str:
        dots = sum(token.text == "." for token in name)
        schema = "" if dots else "public."
        return f'"{database}".{schema}' + "".join(token.text for token in name)

    query = with_tables_named(texts[1].strip().rstrip(";"), rules, written)
    return f"SELECT * FROM ({query}) AS sent ({', '.join(names)})"  # noqa: S608 - read by the parser only


def _crossed(texts: Sequence[str], names: Sequence[str], rules: LexicalRules) -> str:
    """``crosstab('SELECT row, category, value ...')``; columns between row and category are copied as they are."""
    query = texts[0].strip().rstrip(";") if texts else ""
    count = _PIVOTED if len(texts) == 1 else _width(query, rules)
    if not names or not _QUERY.match(query) or count < _PIVOTED or len(names) <= count - 2:
        return ""
    columns = [f"c{n}" for n in range(1, count + 1)]
    items = [f"{column} AS {name}" for column, name in zip(columns[:-2], names, strict=False)]
    items += [f"{columns[-1]} AS {name}" for name in names[count - 2 :]]
    read = f"SELECT {', '.join(items)} FROM ({query}) AS crossed ({', '.join(columns)})"  # noqa: S608
    categories = [text.strip().rstrip(";") for text in texts[1:] if _QUERY.match(text)]
    return f"{read} WHERE EXISTS ({categories[0]})" if categories else read


def _width(query: str, rules: LexicalRules) -> int:
    """How many columns a query has, 0 where its text does not tell."""
    found = list(tokens(query, rules))
    if word_at(found, 0) != "SELECT":
        return 0
    place, count = 1, 1
    while place < len(found) and word_at(found, place) != "FROM":
        if found[place].text == "*" and found[place - 1].text in ("SELECT", "select", ",", "."):
            return 0
        count += found[place].text == ","
        place = closing(found, place) if found[place].text == "(" else place + 1
    return count
