"""Vertica's clauses that rewriting by pattern cannot follow: TIMESERIES, and the files and columns of COPY.

https://docs.vertica.com, "TIMESERIES clause", "COPY", "COPY_TABLE".
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens
from dialects.rewriting import closing, name_end, word_at


def with_timeslices(text: str, rules: LexicalRules) -> str:
    """``FROM t WHERE ... TIMESERIES s AS '1 s' OVER (PARTITION BY a ORDER BY ts)`` with ``s`` made of ``ts``."""
    found = list(tokens(text, rules))
    for place in range(len(found)):
        if word_at(found, place) != "TIMESERIES" or word_at(found, place + 4) != "OVER":
            continue
        end = closing(found, place + 5)
        order = next((i for i in range(place + 6, end) if word_at(found, i) == "ORDER"), 0)
        last = name_end(found, order + 2) if order else -1
        if last < 0:
            return text
        made = text[found[order + 2].start : found[last - 1].end]
        joined = f" CROSS JOIN LATERAL (SELECT {made} AS {found[place + 1].text}) AS timeslices "
        at = found[_conditions(found, place)].start
        return text[:at] + joined + text[at : found[place].start] + text[found[end - 1].end :]
    return text


def _conditions(found: Sequence[Token], place: int) -> int:
    """The place of the WHERE that belongs to the FROM before ``place``, or ``place``."""
    depth = 0
    for position in range(place - 1, -1, -1):
        depth += (found[position].text == ")") - (found[position].text == "(")
        word = word_at(found, position)
        if depth < 0 or (depth == 0 and word == "FROM"):
            return place
        if depth == 0 and word == "WHERE":
            return position
    return place


def with_plain_copy(text: str, rules: LexicalRules) -> str:
    """``COPY t (a, f FILLER INT, b AS f + 1) FROM LOCAL 'x' GZIP, 'y' DELIMITER ','`` as ``COPY t FROM 'x', 'y'``."""
    found = list(tokens(text, rules))
    last = name_end(found, 1) if word_at(found, 0) == "COPY" else -1
    if last < 0:
        return text
    from_ = closing(found, last) if word_at(found, last) == "(" else last
    name = text[found[1].start : found[last - 1].end]
    if word_at(found, from_) in ("SOURCE", "WITH"):  # a function brings the rows
        return f"COPY {name} FROM STDIN"
    if word_at(found, from_) != "FROM":
        return text
    place = from_ + 1
    files: list[str] = []
    while place < len(found):
        place += word_at(found, place) == "LOCAL"
        if place >= len(found) or found[place].kind != "string":
            break
        files.append(found[place].text)
        place = next((i + 1 for i in range(place + 1, place + 8) if word_at(found, i) == ","), len(found))
    return f"COPY {name} FROM {', '.join(files) or 'STDIN'}"


def with_copied_table(text: str, rules: LexicalRules) -> str:
    """``SELECT COPY_TABLE('a', 'b')`` as the table that it makes."""
    found = list(tokens(text, rules))
    named = [token.text[1:-1] for token in found[3:6:2] if token.kind == "string"]
    if word_at(found, 1) != "COPY_TABLE" or len(named) != 2:
        return text
    return f"CREATE TABLE {named[1]} AS SELECT * FROM {named[0]}"  # noqa: S608 - read by the parser only
