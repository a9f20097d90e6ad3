"""Dynamic SQL whose text can be known: literals, concatenations of them, variables set to such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

from dialects.lexing import Token
from extractor.lineage.scripting.held import BEFORE_TARGETS, cut, parts_of
from extractor.lineage.scripting.routine import unquoted

_JOINS = frozenset(("||", "+"))
_NOISE = frozenset(("AS", "USING", "INTO", "AT"))


Texts = tuple[str | None, ...]
"""All that a text may be; None among them is one that the script does not show."""
UNKNOWN: Texts = (None,)
_MOST = 16
"""A text that may be more than so many is unknown."""


class Variables:
    """Values of text variables, as far as the script itself shows them; ``unset`` names are those of its caller."""

    __slots__ = ("values",)

    def __init__(self, unset: Iterable[str] = ()) -> None:
        self.values: dict[str, Texts] = dict.fromkeys(unset, UNKNOWN)

    def assign(self, tokens: Sequence[Token]) -> None:
        """Note ``name := value``, ``SET name = value``, ``DECLARE name type = value``, ``LET name := value``."""
        for part in parts_of(tokens):
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
        if len(tokens) > 2 and tokens[1].text == "(" and tokens[0].text.upper() in ("CONCAT", "FORMAT"):
            return self._called(tokens[0].text.upper(), list(cut(tokens[2 : _closing(tokens, 1) - 1])))
        pieces: list[Texts] = []
        wanted = True
        for token in tokens:
            if token.text in ("(", ")"):
                continue
            if token.text in (";", ",") or token.text.upper() in _NOISE:
                break
            if wanted:
                is_text = token.kind == "string"
                pieces.append((unquoted(token.text),) if is_text else self.values.get(_key(token.text), UNKNOWN))
            elif token.text not in _JOINS:
                return UNKNOWN
            wanted = not wanted
        return _joined(pieces) if pieces and not wanted else UNKNOWN

    def _called(self, function: str, inputs: list[Sequence[Token]]) -> Texts:
        """``CONCAT(a, b, ...)``, and ``FORMAT(template, a, ...)`` whose places are filled in their order."""
        values = [self.value(one) for one in inputs]
        if function == "CONCAT":
            return _joined(values)
        return tuple(dict.fromkeys(_filled(known) for known in _ways(values)))


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


def _filled(known: Texts) -> str | None:
    template = known[0] if known else None
    if template is None or None in known:
        return None
    pieces = _PLACE.split(template)
    if len(pieces) != len(known) or "%" in "".join(pieces).replace("%%", ""):
        return None
    return "".join(f"{a}{b}" for a, b in zip(pieces, [*known[1:], ""], strict=True)).replace("%%", "%")


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
