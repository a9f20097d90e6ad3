"""Dynamic SQL whose text can be known: literals, concatenations of them, variables set to such."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from math import prod

from dialects.lexing import Token
from extractor.lineage.scripting.held import BEFORE_TARGETS, cut, parts_of
from extractor.lineage.scripting.routine import unquoted

_JOINS = frozenset(("||", "+"))
_NOISE = frozenset(("AS", "USING", "INTO", "AT", "LOOP"))


Texts = tuple[str | None, ...]
"""All that a text may be; None among them is one that the script does not show."""
UNKNOWN: Texts = (None,)
_CODES = 0x110000
_MOST = 16
"""A text that may be more than so many is unknown."""


class Variables:
    """Values of text variables, as far as the script itself shows them; ``unset`` names are those of its caller."""

    __slots__ = ("values",)

    def __init__(self, unset: Iterable[str] = ()) -> None:
        self.values: dict[str, Texts] = dict.fromkeys(unset, UNKNOWN)

    def assign(self, tokens: Sequence[Token]) -> None:
        """Note ``name := value``, ``SET name = value``, ``DECLARE name type = value``, ``LET name := value``."""
        self.assign_each(parts_of(tokens))

    def assign_each(self, parts: Iterable[Sequence[Token]]) -> None:
        """Note single assignments, one after the other."""
        for part in parts:
            self._assign(part)

    def lose(self, names: Iterable[str]) -> None:
        """These variables now hold what a query gave."""
        self.values.update(dict.fromkeys(names, UNKNOWN))

    def _assign(self, tokens: Sequence[Token]) -> None:
        for position, token in enumerate(tokens):
            if token.text not in (":=", "=", "+=") and token.text.upper() != "DEFAULT":
                continue
            added = token.text == "+=" or (position > 0 and tokens[position - 1].text == "+")
            name = _target(tokens[:position])
            if name:
                value = self.value(tokens[position + 1 :])
                self.values[name] = _joined([self.values.get(name, UNKNOWN), value]) if added else value
            return
        name = _declared(tokens)
        if name in self.values or tokens[0].text.upper() == "DECLARE":
            self.values[name] = ()  # NULL until something is assigned

    def value(self, tokens: Sequence[Token]) -> Texts:
        """All texts that an expression may give; none where it has no value yet."""
        while len(tokens) > 2 and tokens[0].text == "(" and _closing(tokens, 0) == len(tokens):
            tokens = tokens[1:-1]
        items = list(_items(tokens))
        pieces = [self._item(item) for item in items] if all(items) else []
        return _joined(pieces) if pieces else UNKNOWN

    def _item(self, tokens: Sequence[Token]) -> Texts:
        """One literal, variable, call, or expression in brackets."""
        if len(tokens) == 1:
            first = tokens[0]
            if first.kind == "number":
                return (first.text,)
            return (unquoted(first.text),) if first.kind == "string" else self.values.get(_key(first.text), UNKNOWN)
        if tokens[0].text == "(" and _closing(tokens, 0) == len(tokens):
            return self.value(tokens[1:-1])
        if len(tokens) > 2 and tokens[-2].text == "::":
            return self._item(tokens[:-2])
        opened = next((i for i, t in enumerate(tokens[:4]) if t.text == "("), 0)
        if opened and _closing(tokens, opened) == len(tokens):
            return self._called(tokens[opened - 1].text.upper(), list(cut(tokens[opened + 1 : -1])))
        return UNKNOWN

    def _called(self, function: str, inputs: list[Sequence[Token]]) -> Texts:
        """What a function makes of texts that are known; ``FORMAT(template, a, ...)`` fills places in their order."""
        made = _FUNCTIONS.get(function)
        if made is None:
            return UNKNOWN
        if function in _TYPE_FIRST:
            inputs = inputs[1:2]
        ways = _ways([self.value(one) for one in inputs])
        return tuple(dict.fromkeys(None if None in known else made([text or "" for text in known]) for known in ways))


def carried_texts(entry: dict[str, Texts], end: dict[str, Texts]) -> dict[str, Texts]:
    """What the end of a loop leaves to its next turn: a text that every turn makes longer is unknown."""
    return {name: UNKNOWN if _grows(entry.get(name, ()), texts) else texts for name, texts in end.items()}


def _grows(before: Texts, after: Texts) -> bool:
    return any(a is not None and b is not None and a != b and a in b for a in before for b in after)


def _joined(pieces: Sequence[Texts]) -> Texts:
    return tuple(dict.fromkeys("".join(filter(None, way)) if None not in way else None for way in _ways(pieces)))


def _ways(pieces: Sequence[Texts]) -> Iterable[Texts]:
    """Every way to take one text of each piece; a single unknown one where there are too many."""
    return product(*pieces) if prod(len(piece) for piece in pieces) <= _MOST else (UNKNOWN,)


def _items(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The parts of a concatenation, up to the clause behind it."""
    start = depth = 0
    for position, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth:
            continue
        if token.text in (";", ",") or (token.kind == "word" and token.text.upper() in _NOISE):
            tokens = tokens[:position]
            break
        if token.text in _JOINS:
            yield tokens[start:position]
            start = position + 1
    yield tokens[start:]


def _filled(known: list[str]) -> str | None:
    pieces = _PLACE.split(known[0]) if known else []
    if not pieces or len(pieces) != len(known) or "%" in "".join(pieces).replace("%%", ""):
        return None
    return "".join(f"{a}{b}" for a, b in zip(pieces, [*known[1:], ""], strict=True)).replace("%%", "%")


def _replaced(known: list[str]) -> str | None:
    return known[0].replace(known[1], known[2]) if len(known) == 3 and known[1] else None


def _only(known: list[str]) -> str | None:
    return known[0] if len(known) == 1 else None


def _character(known: list[str]) -> str | None:
    return chr(int(known[0])) if len(known) == 1 and known[0].isdigit() and int(known[0]) < _CODES else None


def _bracketed(known: list[str]) -> str | None:
    return f"[{known[0]}]" if len(known) == 1 else None


_FUNCTIONS: dict[str, Callable[[list[str]], str | None]] = {
    "CONCAT": "".join,
    "FORMAT": _filled,
    "REPLACE": _replaced,
    "QUOTENAME": _bracketed,
    "QUOTE_IDENT": _only,
    "TRIM": _only,
    "SIMPLE_SQL_NAME": _only,
    "QUALIFIED_SQL_NAME": _only,
    "SQL_OBJECT_NAME": _only,
    "TO_CLOB": _only,
    "CAST": _only,
    "TRY_CAST": _only,
    "CONVERT": _only,
    "TRY_CONVERT": _only,
    "LTRIM": _only,
    "RTRIM": _only,
    "CHAR": _character,
    "NCHAR": _character,
    "CHR": _character,
}
_TYPE_FIRST = frozenset(("CONVERT", "TRY_CONVERT"))
"""``CONVERT(VARCHAR(10), @x, 112)``: what is converted stands behind the type."""
_PLACE = re.compile(r"%[sI]")


def _closing(tokens: Sequence[Token], start: int) -> int:
    """The place behind the bracket that closes the one at ``start``."""
    depth = 0
    for position in range(start, len(tokens)):
        depth += (tokens[position].text == "(") - (tokens[position].text == ")")
        if depth == 0:
            return position + 1
    return len(tokens)


def _key(name: str) -> str:
    return name.lstrip(":@").lower()


def _target(tokens: Sequence[Token]) -> str:
    words = [t for t in tokens if t.kind in ("word", "parameter", "quoted")]
    words = [t for t in words if t.text.upper() not in (*BEFORE_TARGETS, "GLOBAL", "SESSION")]
    return _key(words[0].text) if words else ""


def _declared(tokens: Sequence[Token]) -> str:
    """The name of ``DECLARE name type`` and of ``name type``, which have no value."""
    opened = tokens[0].text.upper() == "DECLARE"
    is_typed = len(tokens) > opened + 1 and tokens[opened + 1].kind in ("word", "quoted")
    return _key(tokens[opened].text) if is_typed else ""
