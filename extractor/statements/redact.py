"""Taking secrets out of a statement before its text leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Callable

from dialects import Dialect
from dialects.client import copy_of_line
from dialects.lexing import Token, tokens, words
from extractor.statements.hints import may_hold_secret
from extractor.statements.places import Places
from extractor.statements.secrets import mask_inside, mask_notes, mask_shell, names_secret

MASK = "***"
_BARE_MASK = "xxx"
_TELLING_END = 160
"""So much of a dotted name's end tells what it is; looking at the whole after each part would be quadratic."""
_CONNECTORS = words("= : => := ( AS IS BY WITH ENCRYPTED UNENCRYPTED VALUE VALUES HASHED PASSWORD")
_ACCOUNTS = words("USER ROLE LOGIN AUTHORIZATION DATABASE SERVER ACCOUNT PROFILE GROUP PUBLIC SHARED")
_KEEP_PREFIX = re.compile(r"[nNeE](?=')")
_DOLLARS = re.compile(r"\$\w*\$")
_ZERO = re.compile(r"[0-9][0-9A-Za-z+-]*")


def redact(text: str, dialect: Dialect, *, mask_literals: bool = False) -> str:
    """``text`` with every credential replaced by ``***`` (``xxx`` where it stood without quotes).

    The statement keeps its shape: what could be parsed still can be. With ``mask_literals`` every string becomes
    ``'***'`` and every number ``0`` as well. Never raises; a clean text comes back unchanged.
    """
    if not mask_literals and not may_hold_secret(text, dialect.lexical):
        return text
    if dialect.lexical.backslash_commands and text[:1] == "\\":
        text = copy_of_line(text) or text
    cleaner = _Cleaner(mask_literals=mask_literals)
    return "".join(cleaner.clean(token) for token in tokens(text, dialect.lexical, blanks=True))


class _Cleaner:
    """Walks the tokens of one statement and knows which value belongs to the name of a secret."""

    def __init__(self, *, mask_literals: bool) -> None:
        self._mask_literals = mask_literals
        self._head: list[str] = []
        self._name = ""
        self._after_string = False
        self._expects_secret = False
        self._identified = False
        self._places = Places()

    def clean(self, token: Token) -> str:
        """The token's text, masked where it has to be."""
        if token.kind == "space":
            return token.text
        if token.kind == "comment":
            return mask_inside(mask_notes(token.text))
        if token.kind == "line":
            return _clean_line(token.text)
        written = _BY_KIND.get(token.kind, _Cleaner._plain)(self, token)
        self._note(token)
        return written

    def _plain(self, token: Token) -> str:
        return token.text

    def _string(self, token: Token) -> str:
        if self._mask_literals or self._expects_secret or self._is_secret_by_place(token):
            return _masked(token.text)
        return mask_inside(mask_shell(token.text) if self._places.is_shell() else token.text)

    def _is_secret_by_place(self, token: Token) -> bool:
        """No statement begins with a literal: such a text is the rest of one, cut at a semicolon of OPENROWSET."""
        return not self._head or self._places.is_secret(len(token.text))

    def _number(self, token: Token) -> str:
        return _ZERO.sub("0", token.text) if self._mask_literals else token.text

    def _word(self, token: Token) -> str:
        if not self._expects_secret or token.text.upper() in _CONNECTORS:
            return token.text
        if not (self._identified or self._sets_account() or self._head[:1] == ["CONNECT"]):
            return token.text
        return _BARE_MASK if token.kind == "word" else f'"{MASK}"'

    def _sets_account(self) -> bool:
        return self._head[:1] in (["CREATE"], ["ALTER"]) and not _ACCOUNTS.isdisjoint(self._head[1:3])

    def _note(self, token: Token) -> None:
        word = token.text.upper()
        if len(self._head) < 4:
            self._head.append(word)
        self._places.note(token, is_told=self._after_string and self._expects_secret)
        self._after_string = token.kind == "string"
        if token.kind == "operator":
            if word == "." and self._name:
                self._name += "."
            elif word not in _CONNECTORS:
                self._forget()
            elif self._head[:2] == ["SET", "PASSWORD"]:
                self._expects_secret = word in ("=", "(")
        elif self._identified and word in ("BY", "AS", "REPLACE", "PASSWORD", "VALUES"):
            self._expects_secret = True
        elif token.kind in ("word", "quoted", "string", "parameter"):
            self._note_name(token, word)
        else:
            self._forget()

    def _note_name(self, token: Token, word: str) -> None:
        if word == "IDENTIFIED":
            self._identified = True
        elif self._head[0] == "CONNECT" and word == "USING":
            self._expects_secret = True
        elif word in _CONNECTORS and self._expects_secret:
            return
        else:
            plain = token.text.strip("'\"`[]@")
            self._name = (self._name + plain)[-_TELLING_END:] if self._name.endswith(".") else plain
            self._expects_secret = names_secret(self._name)
            return
        self._name = ""

    def _forget(self) -> None:
        self._name = ""
        self._expects_secret = False


_BY_KIND: dict[str, Callable[[_Cleaner, Token], str]] = {
    "string": _Cleaner._string,  # noqa: SLF001 - this module's own class
    "number": _Cleaner._number,  # noqa: SLF001 - this module's own class
    "word": _Cleaner._word,  # noqa: SLF001 - this module's own class
    "quoted": _Cleaner._word,  # noqa: SLF001 - this module's own class
}


def _clean_line(line: str) -> str:
    """A line for a client: what follows the user of a logon goes."""
    if re.match(r"\s*\.\s*(?:logon|rsblogon)\b", line, re.IGNORECASE):
        return line.partition(",")[0] + (f",{MASK}" if "," in line else "")
    return mask_inside(line)


def _masked(literal: str) -> str:
    """The mask in quotes; a blank keeps it apart where the literal did not begin with its quote."""
    if dollars := _DOLLARS.match(literal):
        return f"{dollars[0]}{MASK}{dollars[0]}"
    quote = next((c for c in literal if c in "'\""), "'")
    prefix = _KEEP_PREFIX.match(literal)
    plain = literal[0] == quote and literal[:3] != quote * 3
    closing = " " if literal[:3] == quote * 3 else ""  # one quote less must not run into a quote that follows
    return f"{prefix[0] if prefix else '' if plain else ' '}{quote}{MASK}{quote}{closing}"
