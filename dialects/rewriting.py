"""Rewriting what a built-in parser cannot read into what it can, on tokens, with equal meaning for lineage.

A `Rewrite` is a pattern over tokens and what to write in its place. The elements of a pattern, separated by blanks:

``WORD`` or ``A|B``      a word, or one of several (also an operator such as ``,``)
``<name>``               a dotted name, quoted parts and empty middle parts included
``<string>``, ``<any>``  a literal in quotes, any one token
``(...)``, ``(..)``      brackets with all that is in them; the same, written without the brackets
``..WORD``               everything up to a word, and the word, which is not written
``...``                  the rest of the statement
``^``                    only at the beginning of the statement
``$``                    only at its end
``X?``                   the element may be missing

In the replacement ``{0}``, ``{1}``, ... are the texts of the elements, counted without ``^`` and ``$``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens

Prepare = Callable[[str, LexicalRules], str]
Spans = list[tuple[int, int]]


_WORD = re.compile(r"\w+")
_PASSES = 4
"""What one rewrite writes may hold text for another; more rounds than this no statement needs."""


BETWEEN_PLACES = "\n"
"""What stands between several places of files where a rewrite makes one literal of them."""


MODEL_MARK = "\1model"
"""The comment by which a rewrite says that a table is a model, to a parser that knows no models."""


class Rewrite(NamedTuple):
    """One pattern and its replacement."""

    pattern: str
    replacement: str = " "


def rewriting(*rewrites: Rewrite) -> Prepare:
    """A pre-pass that applies the first rewrite that fits at each token, from left to right, until none fits.

    A text where no pattern can fit, by its words, comes back as it is, uncut.
    """
    return _Rewriter(tuple(_known(rewrite) for rewrite in rewrites))


class _Known(NamedTuple):
    """A rewrite, its elements, and what a text where it fits must hold, in upper case.

    That is one word of each set in ``needed``, the longest and so the rarest first, and what ``opening`` finds: the
    words and marks with which the pattern begins, in a row.
    """

    rewrite: Rewrite
    elements: tuple[str, ...]
    needed: tuple[frozenset[str], ...]
    opening: re.Pattern[str]

    def firsts(self) -> list[str]:
        """The words that its pattern may begin with."""
        return self.elements[1 if self.elements[0] == "^" else 0].split("|")


def _known(rewrite: Rewrite) -> _Known:
    elements = tuple(rewrite.pattern.split())
    needed = []
    for element in elements:
        choices = element.removeprefix("..").split("|")
        if element[-1] != "?" and all(_WORD.fullmatch(choice) for choice in choices):
            needed.append(frozenset(choices))
    needed.sort(key=lambda choices: -min(map(len, choices)))
    return _Known(rewrite, elements, tuple(needed), _opening(elements))


_BETWEEN = r"(?:\s|--[^\n]*\n|#[^\n]*\n|//[^\n]*\n|/\*[^*]*(?:\*(?!/)[^*]*)*\*/)*"


def _opening(elements: tuple[str, ...]) -> re.Pattern[str]:
    found = ""
    for element in elements:
        plain = element.removesuffix("?") or element
        if element == "^":
            continue
        if plain != "(" and plain[0] in "<(.$":
            break
        choices = "|".join(
            re.escape(choice) + (r"\b" if _WORD.fullmatch(choice) else "") for choice in plain.split("|")
        )
        found += f"(?:(?:{choices}){_BETWEEN})" + ("?" if plain != element else "")
    return re.compile(found)


@dataclass(frozen=True, slots=True)
class _Chain:
    passes: tuple[Prepare, ...]

    def __call__(self, text: str, rules: LexicalRules) -> str:
        for one in self.passes:
            text = one(text, rules)
        return text


@dataclass(frozen=True, slots=True)
class _Where:
    searched: re.Pattern[str]
    one: Prepare

    def __call__(self, text: str, rules: LexicalRules) -> str:
        return self.one(text, rules) if self.searched.search(text.upper()) else text


def after(*passes: Prepare) -> Prepare:
    """The passes, one after the other; a value that can be pickled, as dialects go to worker processes."""
    return _Chain(passes)


def where_found(pattern: str, one: Prepare) -> Prepare:
    """The pass for those texts alone in which, in upper case, a search for ``pattern`` finds something.

    A search is some five times faster where each alternative begins with a letter, not with an assertion.
    """
    return _Where(re.compile(pattern), one)


class _Rewriter:
    """A pre-pass made of rewrites; a value that can be called."""

    def __init__(self, known: Sequence[_Known]) -> None:
        self._by_rarest = [(_only(one.needed), one) for one in known]

    def __call__(self, text: str, rules: LexicalRules) -> str:
        """``text`` rewritten."""
        for _ in range(_PASSES):
            before, text = text, self._once(text, rules)
            if text == before:
                break
        return text

    def _once(self, text: str, rules: LexicalRules) -> str:
        by_word = self._possible(text.upper())
        if not by_word:
            return text
        found = list(tokens(text, rules))
        pieces: list[str] = []
        position = copied = 0
        while position < len(found):
            after, replacement = _applied(by_word, text, found, position)
            if after > position:
                pieces += (text[copied : found[position].start], replacement)
                copied = found[after - 1].end
            position = max(after, position + 1)
        return "".join((*pieces, text[copied:])) if pieces else text

    def _possible(self, text: str) -> dict[str, list[_Known]]:
        """The rewrites all of whose words occur, by their first words: few texts have any, and need tokens."""
        likely = [
            one
            for rarest, one in self._by_rarest
            if rarest in text and _has_each(text, one.needed) and one.opening.search(text)
        ]
        words = set(_WORD.findall(text)) if likely else set()
        found: dict[str, list[_Known]] = {}
        for one in likely:
            if not any(words.isdisjoint(choices) for choices in one.needed):
                for first in one.firsts():
                    found.setdefault(first, []).append(one)
        return found


def _only(needed: tuple[frozenset[str], ...]) -> str:
    """The word that a text must hold before anything else is looked for; nothing where it may be one of several."""
    return next(iter(needed[0])) if needed and len(needed[0]) == 1 else ""


def _has_each(text: str, needed: tuple[frozenset[str], ...]) -> bool:
    for choices in needed:
        for choice in choices:
            if choice in text:
                break
        else:
            return False
    return True


def _applied(by_word: dict[str, list[_Known]], text: str, found: Sequence[Token], position: int) -> tuple[int, str]:
    for rewrite, elements, *_ in by_word.get(word_at(found, position), ()):
        if position > 0 and word_at(found, position - 1) == ".":
            break
        matched = _match(found, position, elements)
        if matched is not None:
            written = [text[found[a].start : found[b - 1].end] if b > a else "" for a, b in matched[1]]
            return matched[0], rewrite.replacement.format(*written)
    return position, ""


def word_at(found: Sequence[Token], position: int) -> str:
    """The token at ``position`` in upper case; quoted names and strings give nothing."""
    if not 0 <= position < len(found):
        return ""
    token = found[position]
    return "" if token.kind in ("string", "quoted") else token.text.upper()


def _match(found: Sequence[Token], position: int, elements: Sequence[str]) -> tuple[int, Spans] | None:
    """The place after the last element and what each stands for, or None where the pattern does not fit."""
    written: Spans = []
    place = position
    for element in elements:
        if element == "^":
            if position > 0:
                return None
        elif element == "$":
            if place < len(found):
                return None
        else:
            plain = element.removesuffix("?") or element
            end = _element_end(found, place, plain)
            if end < 0 and not element.endswith("?"):
                return None
            end = max(place, end)
            written.append(_written(plain, place, end))
            place = end
    return place, written


def _written(element: str, start: int, end: int) -> tuple[int, int]:
    if element == "(..)" and end > start:
        return start + 1, end - 1
    return (start, end - 1) if element.startswith("..") and element != "..." and end > start else (start, end)


def _element_end(found: Sequence[Token], place: int, element: str) -> int:
    """The place after the element, or -1 where it does not fit."""
    if element == "...":
        return len(found)
    if place >= len(found):
        return -1
    if element in ("(...)", "(..)"):
        return closing(found, place) if found[place].text == "(" else -1
    if element.startswith(".."):
        return _after_word(found, place, element[2:])
    if element == "<name>":
        return name_end(found, place)
    if element == "<string>":
        return place + 1 if found[place].kind == "string" else -1
    if element == "<any>":
        return place + 1
    return place + 1 if word_at(found, place) in element.split("|") else -1


def _after_word(found: Sequence[Token], place: int, word: str) -> int:
    """The place after the next ``word`` outside of brackets, or -1."""
    while place < len(found):
        if word_at(found, place) == word:
            return place + 1
        place = closing(found, place) if found[place].text == "(" else place + 1
    return -1


def closing(found: Sequence[Token], place: int) -> int:
    """The place after the bracket that closes the one at ``place``, or the end."""
    depth = 0
    for position in range(place, len(found)):
        token = found[position]
        if token.kind == "operator":
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return position + 1
    return len(found)


def name_end(found: Sequence[Token], place: int) -> int:
    """The place after the dotted name that begins at ``place``, or -1 where none does."""
    if place >= len(found) or found[place].kind not in ("word", "quoted"):
        return -1
    place += 1
    while word_at(found, place) == ".":
        place += 1
        if place < len(found) and found[place].kind in ("word", "quoted"):
            place += 1
    return place
