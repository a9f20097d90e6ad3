"""Letters of unquoted names that the parser does not know, as Teradata and Db2 have them."""

from __future__ import annotations

import re

from dialects.base import LexicalRules
from dialects.lexing import tokens

_SPECIAL = re.compile(r"[#$@]")


def with_quoted_specials(text: str, rules: LexicalRules) -> str:
    """Names with ``#``, ``$`` or ``@``, and tables of foreign servers (``t@server``), in quotes and in upper case.

    The parser has no such letters; these engines keep unquoted names in upper case.
    """
    if not _SPECIAL.search(text):
        return text
    pieces: list[str] = []
    for token in tokens(text, rules, blanks=True):
        is_server = token.kind == "parameter" and token.text[0] == "@" and pieces and (pieces[-1][-1:].isalnum())
        if is_server:
            pieces[-1] = f'"{pieces[-1]}{token.text}"'
        elif token.kind == "word" and _SPECIAL.search(token.text):
            pieces.append(f'"{token.text.upper()}"')
        else:
            pieces.append(token.text)
    return "".join(pieces)
