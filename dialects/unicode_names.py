r"""Names that are written with Unicode escapes, ``U&"d\\0061ta"``, as plain quoted names.

PostgreSQL, "Identifiers and Key Words"; Teradata, *SQL Fundamentals*, "Unicode Delimited Identifier". The parser knows
neither.
"""

from __future__ import annotations

import re

from dialects.base import LexicalRules
from dialects.lexing import tokens
from dialects.rewriting import word_at

UNICODE_NAMES = r'U&"'
"""What a text with such a name holds in upper case."""

_PARTS = re.compile(r'"(?:[^"]|"")*"|\bU&(?P<name>"(?:[^"]|"")*")(?:\s*UESCAPE\s*\'(?P<escape>.)\')?', re.IGNORECASE)


def with_plain_names(text: str, rules: LexicalRules) -> str:
    """``text`` with each such name, and its UESCAPE, as the quoted name that it stands for."""
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place in range(len(found) - 2):
        letter, sign, name = found[place : place + 3]
        together = letter.end == sign.start and sign.end == name.start
        if not (together and letter.text.upper() == "U" and sign.text == "&" and name.text[0] == '"'):
            continue
        escape, end = "\\", name.end
        if word_at(found, place + 3) == "UESCAPE" and place + 4 < len(found):
            escape, end = found[place + 4].text[1:2], found[place + 4].end
        pieces += (text[copied : letter.start], _decoded(name.text, escape))
        copied = end
    return "".join((*pieces, text[copied:]))


def plain_name(text: str) -> str:
    """A dotted name that stands alone, without Unicode escapes."""
    return _PARTS.sub(lambda part: _decoded(part["name"], part["escape"] or "\\") if part["name"] else part[0], text)


def _decoded(name: str, escape: str) -> str:
    """The quoted name ``name`` with the characters that its escapes stand for; a wrong escape stays as it is."""
    mark = re.escape(escape)
    known = re.compile(rf"{mark}(?:(?P<twice>{mark})|\+(?P<long>[0-9A-Fa-f]{{6}})|(?P<short>[0-9A-Fa-f]{{4}}))")

    def character(match: re.Match[str]) -> str:
        code = int(match["long"] or match["short"] or "0", 16)
        if match["twice"] or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            return escape if match["twice"] else match[0]
        return '""' if chr(code) == '"' else chr(code)

    return known.sub(character, name)
