"""A quick look whether a statement can hold a secret at all: most do not, and need not be cut into tokens."""

from __future__ import annotations

import re

from dialects import LexicalRules
from dialects.lexing import may_hold_lines, solid_parts
from extractor.statements.places import TELLING_NAMES
from extractor.statements.secrets import may_mask_inside

_FIRST_WORD = re.compile(r"\s*[A-Za-z]{2,}\s")
_STEMS = ("passw", "passphrase", "pwd", "secret", "credential", "token", "awsauth", "sas", "signature", "authorization")
"""One of them is in each name that `names_secret` knows, but for names of keys."""
_KEYS = re.compile(r"account|(?:access|private|api|master)_?key|key_?id")
_WORDS = frozenset(name.encode() for name in (*TELLING_NAMES, "identified", "connect"))
_TO_SPACES = bytes(code if (chr(code).isalnum() and code < 128) or code == ord("_") else 32 for code in range(256))


def may_hold_secret(text: str, rules: LexicalRules) -> bool:
    """False only where redaction would surely leave ``text`` as it is.

    Sure are texts that begin with a word and name neither a secret nor a function that takes one, and whose strings
    and comments look like none. Letters beyond ASCII may turn into others with their case, so those are not looked at.
    """
    if not text.isascii() or _FIRST_WORD.match(text) is None or may_hold_lines(text, rules):
        return True
    low = text.lower()
    if any(stem in low for stem in _STEMS) or ("key" in low and _KEYS.search(low)):
        return True
    if not _WORDS.isdisjoint(low.encode().translate(_TO_SPACES).split()):
        return True
    return may_mask_inside("\n".join(solid_parts(text, rules)[1::2]))
