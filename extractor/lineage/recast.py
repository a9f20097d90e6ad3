"""Statements that are written again as a whole: their clauses stand in an order that the parser does not know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialects import Dialect
from dialects.lexing import Token
from dialects.rewriting import closing, name_end, word_at
from extractor.lineage.scripting.routine import unquoted


def recast(found: Sequence[Token], text: str, dialect: Dialect) -> str | None:
    """The statement in the parser's order, or None for all others."""
    return (
        _unload(found, dialect)
        or _update_from(found, text, dialect)
        or _update_derived(found, text)
        or _recursive_view(found, text)
    )


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _unload(found: Sequence[Token], dialect: Dialect) -> str | None:
    """``UNLOAD ('SELECT ...') TO 's3://...'`` is COPY (SELECT ...) TO; a backslash may escape its quotes.

    https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
    """
    words = [word_at(found, i) for i in range(6)]
    if words[0] == "UNLOAD" and words[1] == "(" and len(found) > 5 and found[2].kind == "string" and words[4] == "TO":
        query = unquoted(found[2].text)
        if dialect.lexical.backslash_escapes and found[2].text[0] == "'":
            query = _ESCAPED.sub(r"\1", query)
        return f"COPY ({query}) TO {found[5].text}"
    return None


def _top_level(found: Sequence[Token], word: str, start: int = 0) -> int:
    """The first place of ``word`` outside of all brackets, or -1."""
    depth = 0
    for position in range(start, len(found)):
        depth += (found[position].text == "(") - (found[position].text == ")")
        if depth == 0 and word_at(found, position) == word:
            return position
    return -1


def _update_from(found: Sequence[Token], text: str, dialect: Dialect) -> str | None:
    """Teradata: ``UPDATE t FROM s SET ... WHERE ...`` with SET in front."""
    from_, set_ = _top_level(found, "FROM"), _top_level(found, "SET")
    if word_at(found, 0) not in ("UPDATE", "UPD") or min(from_, set_) <= 0:
        return None
    if set_ < from_:
        return _from_in_front(found, text, set_, from_) if dialect.parser == "teradata" else None
    where = _top_level(found, "WHERE", set_)
    end = found[where].start if where > 0 else len(text)
    head, sources = text[found[0].end : found[from_].start], text[found[from_].start : found[set_].start]
    if dialect.parser == "teradata":  # its parser wants FROM in front, but takes SET for an alias
        return f"UPDATE {head} {sources} {_own_alias(found, set_)} {text[found[set_].start :]}"
    return f"UPDATE {head} {text[found[set_].start : end]} {sources} {text[end:]}"


def _from_in_front(found: Sequence[Token], text: str, set_: int, from_: int) -> str:
    """The other engines' order, for Teradata's parser."""
    where = _top_level(found, "WHERE", from_)
    end = found[where].start if where > 0 else len(text)
    head, sources = text[found[0].end : found[set_].start], text[found[from_].start : end]
    last = where if where > 0 else len(found)
    changes = text[found[set_].start : found[from_].start]
    return f"UPDATE {head} {sources} {_own_alias(found, last)} {changes} {text[end:]}"


def _own_alias(found: Sequence[Token], end: int) -> str:
    """The name of the last table before ``end`` as its alias, when it has none."""
    named = end >= 2 and (found[end - 2].text in (",", ".") or word_at(found, end - 2) in ("FROM", "JOIN"))
    return f"AS {found[end - 1].text}" if named and found[end - 1].text != ")" else ""


def _update_derived(found: Sequence[Token], text: str) -> str | None:
    """Oracle: ``UPDATE (SELECT ...) x SET ...``: the query becomes the source of an UPDATE of its alias."""
    set_ = _top_level(found, "SET")
    if word_at(found, 0) != "UPDATE" or word_at(found, 1) != "(" or set_ < 0:
        return None
    close = closing(found, 1)
    alias = found[close].text if close < set_ else "updated_rows"
    where = _top_level(found, "WHERE", set_)
    end = found[where].start if where > 0 else len(text)
    query = text[found[1].start : found[close - 1].end]
    return f"UPDATE {alias} {text[found[set_].start : end]} FROM {query} {alias} {text[end:]}"


def _with_bare_name(found: Sequence[Token], text: str, name: str, inner: str) -> str:
    """``text`` from the first token of ``found`` on, with ``inner`` where it reads the dotted ``name``."""
    pieces: list[str] = []
    copied = found[0].start
    for place in range(len(found)):
        end = name_end(found, place)
        if end - place > 1 and text[found[place].start : found[end - 1].end].upper() == name.upper():
            pieces += (text[copied : found[place].start], inner)
            copied = found[end - 1].end
    return "".join((*pieces, text[copied:]))


def _recursive_view(found: Sequence[Token], text: str) -> str | None:
    """``CREATE RECURSIVE VIEW v (a) AS query`` is a view over a recursive CTE of its own name."""
    place = next((i for i in range(1, min(4, len(found))) if word_at(found, i) == "RECURSIVE"), 0)
    if word_at(found, 0) != "CREATE" or not place or word_at(found, place + 1) != "VIEW":
        return None
    end = name_end(found, place + 2)
    if word_at(found, end) != "(":
        return None
    last = closing(found, end)
    name, columns = text[found[place + 2].start : found[end - 1].end], text[found[end].start : found[last - 1].end]
    inner = found[end - 1].text
    query = _with_bare_name(found[last + 1 :], text, name, inner).rstrip(" ;\n")
    cte = f"WITH RECURSIVE {inner} {columns} AS ({query})"
    return f"CREATE VIEW {name} {columns} AS {cte} SELECT * FROM {inner}"  # noqa: S608 - read by the parser only
