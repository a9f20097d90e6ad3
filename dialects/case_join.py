"""SAP HANA's CASE JOIN: each row is joined to the table of the first branch whose condition holds.

SAP HANA SQL Reference, "SELECT", the clause ``case_join``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens, words
from dialects.rewriting import closing, word_at

_KIND = words("LEFT OUTER INNER MANY ONE EXACT TO")


def with_plain_case_joins(text: str, rules: LexicalRules) -> str:
    """``t CASE JOIN WHEN c THEN RETURN (a) FROM u ON p ... END AS x``, with its branches as a union that sees ``t``."""
    found = list(tokens(text, rules))
    for place in range(1, len(found) - 1):
        if (word_at(found, place), word_at(found, place + 1)) != ("CASE", "JOIN"):
            continue
        marks = [mark for mark in _outer(found, place + 2) if word_at(found, mark) in ("WHEN", "ELSE", "END")]
        if not marks or word_at(found, marks[-1]) != "END":
            return text
        branches = [_branch(text, found, start, stop) for start, stop in pairwise(marks)]
        if "" in branches:
            return text
        first = place
        while first > 0 and word_at(found, first - 1) in _KIND:
            first -= 1
        lateral = f"CROSS JOIN LATERAL ({' UNION ALL '.join(branches)})"
        rest = text[found[marks[-1]].end :]
        return with_plain_case_joins(f"{text[: found[first].start]}{lateral}{rest}", rules)
    return text


def _outer(found: Sequence[Token], place: int) -> Iterator[int]:
    """The places up to its END that are neither within brackets nor within another CASE."""
    depth = 0
    while place < len(found):
        word = word_at(found, place)
        if depth == 0:
            yield place
            if word == "END":
                return
        depth += (word == "CASE") - (word == "END")
        place = closing(found, place) if word == "(" else place + 1


def _branch(text: str, found: Sequence[Token], start: int, stop: int) -> str:
    """``WHEN c THEN RETURN (a AS b) FROM u ON p`` as a query, or "" where it is not that."""
    at: dict[str, int] = {}
    for place in _outer(found, start):
        if place < stop:
            at.setdefault(word_at(found, place), place)
    returned, read, matched = at.get("RETURN"), at.get("FROM"), at.get("ON")
    if returned is None or read is None or matched is None or not returned < read < matched:
        return ""
    columns = text[found[returned + 1].end : found[read - 1].start]
    table = text[found[read].start : found[matched - 1].end]
    match = text[found[matched].end : found[stop - 1].end]
    condition = text[found[start].end : found[at["THEN"] - 1].end] if "THEN" in at else "1 = 1"
    return f"SELECT {columns} {table} WHERE ({match}) AND ({condition})"
