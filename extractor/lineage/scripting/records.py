"""Record types that a body declares: ``TYPE pair IS RECORD (x NUMBER, y NUMBER)`` and the variables of such a type.

Oracle, "PL/SQL Language Reference", "Record Variable Declaration".
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.lexing import Token
from dialects.rewriting import closing, word_at
from extractor.lineage.scripting.held import cut


def fields_of_records(found: Sequence[Token]) -> dict[str, tuple[str, ...]]:
    """The fields of each variable of a body that is a record, or a table of such, by the variable's name."""
    types: dict[str, tuple[str, ...]] = {}
    for place in range(len(found) - 4):
        if word_at(found, place) != "TYPE" or word_at(found, place + 2) != "IS":
            continue
        name = word_at(found, place + 1)
        if word_at(found, place + 3) == "RECORD" and word_at(found, place + 4) == "(":
            listed = cut(found[place + 5 : closing(found, place + 4) - 1])
            types[name] = tuple(part[0].text for part in listed if part)
        elif word_at(found, place + 3) == "TABLE" and word_at(found, place + 5) in types:
            types[name] = types[word_at(found, place + 5)]
    declared = range(1, len(found) - 1) if types else range(0)
    return {
        found[place - 1].text.lower(): types[word_at(found, place)]
        for place in declared
        if word_at(found, place) in types and found[place - 1].kind == "word" and found[place + 1].text in (";", ":=")
    }
