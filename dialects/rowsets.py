"""Transact-SQL's rowset functions, written as what they read: queries of linked servers, tables, files.

"OPENQUERY", "OPENROWSET", "OPENDATASOURCE" and "OPENROWSET BULK" of the Transact-SQL reference. A table of a query
that another server runs gets that server as the first of its four parts, as a four-part name writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens, words
from dialects.rewriting import closing, name_end, word_at

NAMES = r"OPEN(?:QUERY|ROWSET|DATASOURCE)\b"
_SERVER = re.compile(r"(?:Server|Data Source|DataSource|Address|Addr)\s*=\s*([^;]*)", re.IGNORECASE)
_FILE = re.compile(r"(?:Database|Data Source|DefaultDir|DBQ)\s*=\s*([^;]*[\\/.][^;]*)", re.IGNORECASE)
_FILE_PROVIDER = re.compile(r"\bjet\b|\bace\b|excel|text driver", re.IGNORECASE)
_UNKNOWN = "REMOTE_ROWS()"
"""Rows whose tables the text does not show: of a remote procedure, or of a server without a name."""
_CHANGES = words("UPDATE DELETE")
_FILLS = words("INSERT INTO")


def with_read_rowsets(text: str, rules: LexicalRules) -> str:
    """``text`` with tables, derived tables and files in place of rowset functions; what is unclear stays."""
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place, token in enumerate(found):
        if token.start < copied or word_at(found, place + 1) != "(":
            continue
        written = _written(found, place, rules)
        if written is not None:
            end, replacement = written
            pieces += (text[copied : token.start], replacement)
            copied = found[end - 1].end
    return "".join((*pieces, text[copied:]))


def _written(found: Sequence[Token], place: int, rules: LexicalRules) -> tuple[int, str] | None:
    word = word_at(found, place)
    end = closing(found, place + 1)
    if word == "OPENQUERY" and name_end(found, place + 2) == place + 3 and end == place + 6:
        server = found[place + 2].text
        return _of_query(found, place, end, server, found[place + 4], rules)
    if word == "OPENDATASOURCE" and end == place + 6:
        return _of_source(found, place, end)
    if word != "OPENROWSET":
        return None
    if word_at(found, place + 2) == "BULK":
        return _of_files(found, place, end)
    return _of_connection(found, place, end, rules)


def _literal(token: Token) -> str:
    """The value of a string literal; empty for any other token."""
    return token.text.lstrip("nN")[1:-1].replace("''", "'") if token.kind == "string" else ""


def _of_query(
    found: Sequence[Token], place: int, end: int, server: str, query: Token, rules: LexicalRules
) -> tuple[int, str] | None:
    """A query that ``server`` runs; as the target of a change, the one table that it reads."""
    body = _literal(query).strip().rstrip(";")
    if word_at(found, place - 1) in _CHANGES | _FILLS:
        return _of_target(found, place, end, server, body, rules)
    if word_at(found, place - 1) == "FROM" and word_at(found, place - 2) == "DELETE":
        return _of_target(found, place, end, server, body, rules)
    is_query = body[:6].upper() == "SELECT" or body[:4].upper() == "WITH"
    return end, f"({_on_server(body, server, rules)})" if is_query else _UNKNOWN


def _of_target(
    found: Sequence[Token], place: int, end: int, server: str, body: str, rules: LexicalRules
) -> tuple[int, str] | None:
    inner = list(tokens(body, rules))
    from_ = next((i for i in range(len(inner)) if word_at(inner, i) == "FROM"), -1)
    last = name_end(inner, from_ + 1) if from_ > 0 and word_at(inner, 0) == "SELECT" else -1
    if last < 0:
        return None
    name = _four_parts(inner[from_ + 1 : last], server)
    listed = inner[1:from_]
    if word_at(found, place - 1) not in _FILLS or _lists_columns(found, end) or listed[0].text == "*":
        return end, name
    if any(t.kind not in ("word", "quoted") and t.text != "," for t in listed):
        return None
    return end, f"{name} ({' '.join(t.text for t in listed)})"


def _lists_columns(found: Sequence[Token], place: int) -> bool:
    """Whether a column list stands there, not a query in brackets."""
    return word_at(found, place) == "(" and word_at(found, place + 1) not in ("SELECT", "WITH", "(")


def _four_parts(name: Sequence[Token], server: str) -> str:
    dots = sum(token.text == "." for token in name)
    return f"{server}{'.' * max(1, 3 - dots)}{''.join(token.text for token in name)}"


def _on_server(query: str, server: str, rules: LexicalRules) -> str:
    """``query`` with ``server`` before the names of its tables."""
    return with_tables_named(query, rules, lambda name: _four_parts(name, server))


def with_tables_named(query: str, rules: LexicalRules, written: Callable[[Sequence[Token]], str]) -> str:
    """``query`` with the names of its tables as ``written`` gives them; names of CTEs stay."""
    found = list(tokens(query, rules))
    named = (i for i in range(1, len(found)) if word_at(found, i) == "AS" and word_at(found, i + 1) == "(")
    own = {word_at(found, i - 1) for i in named}
    pieces: list[str] = []
    copied = 0
    for place in _tables(found):
        last = name_end(found, place)
        if word_at(found, last) == "(" or (last == place + 1 and word_at(found, place) in own):
            continue
        pieces += (query[copied : found[place].start], written(found[place:last]))
        copied = found[last - 1].end
    return "".join((*pieces, query[copied:]))


_LIST_ENDS = words("WHERE GROUP ORDER HAVING UNION EXCEPT MINUS INTERSECT ON SET SELECT LIMIT FETCH")


def _tables(found: Sequence[Token]) -> Iterator[int]:
    """Where the names of tables begin: behind FROM and JOIN, and behind the commas of a FROM list."""
    lists: list[bool] = [False]
    for place in range(len(found)):
        word = word_at(found, place)
        if word == "(":
            lists.append(False)
        elif word == ")":
            lists = lists[:-1] or [False]
        elif word in _LIST_ENDS:
            lists[-1] = False
        elif word in ("FROM", "JOIN"):
            lists[-1] = True
        if (word in ("FROM", "JOIN") or (word == "," and lists[-1])) and name_end(found, place + 1) > 0:
            yield place + 1


def _of_files(found: Sequence[Token], place: int, end: int) -> tuple[int, str] | None:
    """``OPENROWSET(BULK 'a', ...) WITH (...)``: the columns in brackets have the file's own names."""
    listed = (
        found[place + 4 : closing(found, place + 3) - 1] if word_at(found, place + 3) == "(" else found[place + 3 :][:1]
    )
    files = [token.text.lstrip("nN") for token in listed if token.kind == "string"]
    if not files:
        return None
    if word_at(found, end) == "WITH" and word_at(found, end + 1) == "(":
        end = closing(found, end + 1)
    if len(files) == 1:
        return end, f"OPENROWSET({files[0]})"
    return end, "(" + " UNION ALL ".join(f"SELECT * FROM OPENROWSET({file})" for file in files) + ")"  # noqa: S608


def _of_source(found: Sequence[Token], place: int, end: int) -> tuple[int, str] | None:
    """``OPENDATASOURCE('provider', 'Data Source=x;...').db.schema.t``."""
    connection = _literal(found[place + 4])
    if _FILE_PROVIDER.search(_literal(found[place + 2])):
        path = _FILE.search(connection)
        last = end
        while word_at(found, last) == ".":
            last += 1
        last = name_end(found, last)
        return (last, f"OPENROWSET('{path[1].strip()}')") if path is not None and last > 0 else None
    server = _SERVER.search(connection)
    return (end, f"[{server[1].strip()}]") if server is not None else None


def _of_connection(found: Sequence[Token], place: int, end: int, rules: LexicalRules) -> tuple[int, str] | None:
    """``OPENROWSET('provider', 'connection' | 'server'; 'user'; 'password', query | table)``."""
    commas = [i for i in range(place + 2, end) if found[i].text == ","]
    if len(commas) != 2 or commas[0] != place + 3:
        return None
    first, last = found[commas[0] + 1], found[commas[1] + 1]
    connection = _literal(first)
    plain = "=" not in connection
    if _FILE_PROVIDER.search(_literal(found[place + 2])) or _FILE_PROVIDER.search(connection):
        path = connection if plain else next((m[1].strip() for m in _FILE.finditer(connection)), "")
        return (end, f"OPENROWSET('{path}')") if path else None
    match = _SERVER.search(connection)
    server = connection if plain else match[1].strip() if match is not None else ""
    if not server:
        return end, _UNKNOWN
    if last.kind == "string":
        return _of_query(found, place, end, f"[{server}]", last, rules)
    name = name_end(found, commas[1] + 1)
    return (end, _four_parts(found[commas[1] + 1 : name], f"[{server}]")) if name == end - 1 else None
