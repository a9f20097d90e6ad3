"""Oracle's MODEL clause as a derived table of its partitions, dimensions and measures.

https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/SELECT.html, "model_clause".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialects.lexing import Token
from dialects.rewriting import closing, word_at

_BEGINS = frozenset({"PARTITION", "DIMENSION", "RETURN", "UNIQUE", "IGNORE", "KEEP", "MAIN"})
_STOPS = frozenset({"MODEL", "FROM", "ORDER", "UNION", "MINUS", "EXCEPT", "INTERSECT", ";"})
_COLUMNS = ("PARTITION", "DIMENSION", "MEASURES")
_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}


def modelled(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``FROM t MODEL ... MEASURES (a AS m)`` as FROM (SELECT ..., a AS m FROM t), and where the clause ends.

    A rule that computes a measure from others adds what those are made of. Models with REFERENCE stay.
    """
    if word_at(found, position) != "FROM":
        return None
    start = _stop(found, position + 1)
    if word_at(found, start) != "MODEL" or word_at(found, start + 1) not in _BEGINS:
        return None
    lists = {word_at(found, i): i + (1 if word_at(found, i) == "MEASURES" else 2) for i in _heads(found, start)}
    if "MEASURES" not in lists or word_at(found, lists["MEASURES"]) != "(":
        return None
    items = {head: list(_items(found, at + 1, closing(found, at) - 1)) for head, at in lists.items()}
    rules = _rules_of(found, closing(found, lists["MEASURES"]))
    end = closing(found, rules)
    measures = _computed(items["MEASURES"], _items(found, rules + 1, end - 1))
    plain = [_text(item) for head in _COLUMNS[:2] for item in items.get(head, ())]
    rows = _text(found[position + 1 : start])
    return end - position, f"FROM (SELECT {', '.join([*plain, *measures])} FROM {rows}) "  # noqa: S608 - only parsed


def _stop(found: Sequence[Token], place: int) -> int:
    """Where MODEL or the next clause that cannot stand before it begins, or the end of what is in these brackets."""
    while place < len(found) and found[place].text != ")" and word_at(found, place) not in _STOPS:
        place = closing(found, place) if found[place].text == "(" else place + 1
    return place


def _rules_of(found: Sequence[Token], place: int) -> int:
    """Where the brackets of the rules open, behind ``RULES AUTOMATIC ORDER ITERATE (n) UNTIL (condition)``."""
    while place < len(found) and (found[place].text != "(" or word_at(found, place - 1) in ("ITERATE", "UNTIL")):
        place = closing(found, place) if found[place].text == "(" else place + 1
    return place


def _heads(found: Sequence[Token], place: int) -> Iterator[int]:
    while place < len(found) and found[place].text != ")":
        if word_at(found, place) in _COLUMNS:
            yield place
        place = closing(found, place) if found[place].text == "(" else place + 1


def _items(found: Sequence[Token], place: int, end: int) -> Iterator[Sequence[Token]]:
    """What stands between the commas outside of brackets."""
    depth, start = 0, place
    for at in range(place, end):
        depth += _DEPTH.get(found[at].text, 0)
        if not depth and found[at].text == ",":
            yield found[start:at]
            start = at + 1
    if start < end:
        yield found[start:end]


def _computed(measures: Sequence[Sequence[Token]], rules: Iterator[Sequence[Token]]) -> Iterator[str]:
    """Each measure with what its rules read of the others."""
    named = {item[-1].text.upper(): item for item in measures}
    read: dict[str, dict[str, None]] = {name: {} for name in named}
    for rule in rules:
        given = next(_sides(rule), 0)
        filled = next((t.text.upper() for t in rule[:given] if t.text.upper() in named), "")
        for place in range(given, len(rule)) if filled else ():
            name = rule[place].text.upper()
            if name in named and name != filled and rule[place].kind != "string":
                read[filled][name] = None
    for name, item in named.items():
        values = ", ".join(_text(_value(part)) for part in (item, *(named[other] for other in read[name])))
        yield f"{f'COALESCE({values})' if read[name] else values} AS {item[-1].text}"


def _sides(rule: Sequence[Token]) -> Iterator[int]:
    """Where the equals sign of a rule stands, outside of brackets."""
    depth = 0
    for place, token in enumerate(rule):
        depth += _DEPTH.get(token.text, 0)
        if not depth and token.text == "=":
            yield place


def _value(item: Sequence[Token]) -> Sequence[Token]:
    """The expression of ``a + b AS m`` or ``a m``; a column alone is its own name."""
    if len(item) > 1 and item[-2].text != ".":
        return item[:-2] if item[-2].text.upper() == "AS" else item[:-1]
    return item


def _text(found: Sequence[Token]) -> str:
    return " ".join(token.text for token in found)
