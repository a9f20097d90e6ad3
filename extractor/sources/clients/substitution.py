"""The values of variables put into a script, by what the client does in plain text, in strings and in names."""

from __future__ import annotations

import re
from collections.abc import Callable

from dialects.lexing import Token
from extractor.sources.clients.client import Client
from extractor.sources.clients.variables_file import Variables

_ANY = re.compile(r"\$\{(?P<name>[A-Za-z_][\w.:-]*)\}|\{\{-?\s*(?P<template>[A-Za-z_][\w.]*)\s*-?\}\}")
_IS_SET = re.compile(r":\{\?(?P<name>\w+)\}")
_NAME_BEFORE = re.compile(
    r"(?:\b(?:FROM|JOIN|UPDATE|TABLE|VIEW|ONLY|TRUNCATE|EXISTS|USE|SCHEMA|DATABASE|CONNECT|(?:INSERT|MERGE)\s+INTO)\s+|[\w\"]\.)$",
    re.IGNORECASE,
)
_MAX_ROUNDS = 8
"""The value of a variable may hold another one."""


class Substitution:
    """The variables of one run of a script.

    ``unresolved`` is told each that stands open, by its name; while ``is_off`` is set, the client's own are none.

    What the script sets itself goes before what is given, as it does in the clients.
    """

    def __init__(self, client: Client, given: Variables, unresolved: Callable[[str], None]) -> None:
        self._client = client
        self._given = given.flat
        self._folded = {name.lower(): value for name, value in given.flat.items()} if client.ignores_case else {}
        self._set: dict[str, str] = {}
        self._unresolved = unresolved
        self.is_off = False

    def set(self, name: str, value: str) -> None:
        """Give a variable a value."""
        self._set[self._fold(name)] = value

    def unset(self, name: str) -> None:
        """Forget what the script gave a variable; what its user gave stays."""
        self._set.pop(self._fold(name), None)

    def value(self, name: str) -> str | None:
        """The value of a variable, or None; of ``hiveconf:x`` also that of ``x``."""
        for key in dict.fromkeys((name, name.rpartition(":")[2])):
            folded = self._fold(key)
            found = self._set.get(folded, self._given.get(key, self._folded.get(folded)))
            if found is not None:
                return found
        return None

    def command(self, line: str) -> str:
        """A line for the client with the values in it; what is open stays, and is not counted."""
        if "{?" in line:
            line = _IS_SET.sub(lambda use: use[0] if self.value(use["name"]) is None else "true", line)
        return self._anywhere(self._client.uses.sub(self._or_itself, line), lambda use: use[0])

    def plain(self, text: str, following: str) -> str:
        """Text outside of strings; what has no value and is a variable becomes ``${name}``."""
        if "${" in text or "{{" in text:
            text = self._anywhere(text, self._open)
        if not self.is_off and self._client.uses.search(text) is not None:
            text = self._rounds(text, lambda use: self._in_plain(use, following))
        return text

    def quoted(self, text: str) -> str:
        """What stands for ``:'name'`` and ``:"name"`` of psql: a string, or a quoted name."""
        quote, name = text[0], text[1:-1]
        known = self.value(name)
        if known is None:
            self._unresolved(name)
            return f"{quote}${{{name}}}{quote}"
        return quote + known.replace(quote, quote * 2) + quote

    def token(self, token: Token) -> str:
        """A string, a quoted name, a template or a parameter."""
        text = token.text
        if token.kind in ("template", "parameter"):
            if self._client.uses.search(text) is not None:
                return self._rounds(text, self._open_or_known)
            return self._anywhere(text, self._open)
        if self._client.in_strings and not self.is_off and self._client.uses.search(text) is not None:
            text = self._rounds(text, self._open_or_known if token.kind == "quoted" else self._or_itself)
        if "${" in text or "{{" in text:
            return self._anywhere(text, self._open if token.kind == "quoted" else lambda use: use[0])
        return text

    def _rounds(self, text: str, last: Callable[[re.Match[str]], str]) -> str:
        """``text`` with the values in it, of variables within values too; ``last`` says what becomes of the rest."""
        for _ in range(_MAX_ROUNDS):
            changed = self._client.uses.sub(self._or_itself, text)
            if changed == text:
                break
            text = changed
        return self._client.uses.sub(last, text)

    def _in_plain(self, use: re.Match[str], following: str) -> str:
        known = self._known(use)
        if known is not None:
            return known
        if not self._client.only_known:
            return self._open(use)
        if use.groupdict().get("after"):
            return use[0]
        text, end = use.string, use.end()
        after = text[end : end + 1] or following[:1]
        is_name = (
            after == "."
            or (use.start() and text[use.start() - 1].isalnum())
            or _NAME_BEFORE.search(text[: use.start()])
        )
        return self._open(use) if is_name else use[0]

    def _known(self, use: re.Match[str]) -> str | None:
        return self.value(_name_of(use))

    def _open_or_known(self, use: re.Match[str]) -> str:
        known = self._known(use)
        return self._open(use) if known is None else known

    def _or_itself(self, use: re.Match[str]) -> str:
        known = self._known(use)
        return use[0] if known is None else known

    def _open(self, use: re.Match[str]) -> str:
        name = _name_of(use)
        self._unresolved(name)
        return f"${{{name}}}"

    def _anywhere(self, text: str, otherwise: Callable[[re.Match[str]], str]) -> str:
        def replace(use: re.Match[str]) -> str:
            known = self._known(use)
            return otherwise(use) if known is None else known

        return _ANY.sub(replace, text)

    def _fold(self, name: str) -> str:
        return name.lower() if self._client.ignores_case else name


def _name_of(use: re.Match[str]) -> str:
    return next(value for key, value in use.groupdict().items() if value and key != "quote")
