"""Dynamic SQL whose text can be known: literals, concatenations of them, variables set to such."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialects.lexing import Token
from extractor.lineage.scripting.held import BEFORE_TARGETS, cut, parts_of
from extractor.lineage.scripting.routine import unquoted

_JOINS = frozenset(("||", "+"))
_NOISE = frozenset(("AS", "USING", "INTO", "AT"))


class Variables:
    """Values of text variables, as far as the script itself shows them."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def assign(self, tokens: Sequence[Token]) -> None:
        """Note ``name := value``, ``SET name = value``, ``DECLARE name type = value``, ``LET name := value``."""
        for part in parts_of(tokens):
            self._assign(part)

    def _assign(self, tokens: Sequence[Token]) -> None:
        for position, token in enumerate(tokens):
            if token.text not in (":=", "=", "+=") and token.text.upper() != "DEFAULT":
                continue
            added = token.text == "+=" or (position > 0 and tokens[position - 1].text == "+")
            name = _target(tokens[:position])
            value = self.value(tokens[position + 1 :])
            if added and value is not None:
                held = self._values.get(name)
                value = held + value if held is not None else None
            if name and value is not None:
                self._values[name] = value
            elif name:
                self._values.pop(name, None)
            return

    def value(self, tokens: Sequence[Token]) -> str | None:
        """The text that an expression gives, or None when the script does not show it."""
        while len(tokens) > 2 and tokens[0].text == "(" and _closing(tokens, 0) == len(tokens):
            tokens = tokens[1:-1]
        if len(tokens) > 2 and tokens[1].text == "(" and tokens[0].text.upper() in ("CONCAT", "FORMAT"):
            return self._called(tokens[0].text.upper(), list(cut(tokens[2 : _closing(tokens, 1) - 1])))
        pieces: list[str] = []
        wanted = True
        for token in tokens:
            if token.text in ("(", ")"):
                continue
            if token.text in (";", ",") or token.text.upper() in _NOISE:
                break
            if wanted:
                piece = unquoted(token.text) if token.kind == "string" else self._values.get(_key(token.text))
                if piece is None:
                    return None
                pieces.append(piece)
            elif token.text not in _JOINS:
                return None
            wanted = not wanted
        return "".join(pieces) if pieces and not wanted else None

    def _called(self, function: str, inputs: list[Sequence[Token]]) -> str | None:
        """``CONCAT(a, b, ...)``, and ``FORMAT(template, a, ...)`` whose places are filled in their order."""
        values = [self.value(one) for one in inputs]
        known = [value for value in values if value is not None]
        if len(known) < len(values) or not known:
            return None
        if function == "CONCAT":
            return "".join(known)
        pieces = _PLACE.split(known[0])
        if len(pieces) != len(known) or "%" in "".join(pieces).replace("%%", ""):
            return None
        return "".join(a + b for a, b in zip(pieces, [*known[1:], ""], strict=True)).replace("%%", "%")


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
