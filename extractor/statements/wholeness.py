"""Whether a text from a log is all of what was sent: it can end inside a token, or have lost its line ends."""

from __future__ import annotations

import re

from dialects import Dialect, LexicalRules
from dialects.lexing import Token, tokens

INSIDE = "the text ends inside a string, a quoted name or a comment"
FOLDED = "its line ends were lost, so that nobody knows where its comment ends"
_OPENING = re.compile(r"(?P<prefix>[A-Za-z&]*)(?P<quote>['\"`\[]|\$\w*\$)")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_GOES_ON = re.compile(
    r"\b(?:select\b.+\bfrom\b|from\b.+\b(?:where|group\s+by|order\s+by)\b|join\b.+\bon\b|insert\s+into\b|values\s*\()",
    re.IGNORECASE,
)
"""What a comment of one line hardly holds: clauses of the statement itself."""


def missing_part(text: str, dialect: Dialect) -> str:
    """Why a text cannot be whole, or "" where nothing says so."""
    rules = dialect.lexical
    if _may_be_open(text):
        last: Token | None = None
        for token in tokens(text, rules, blanks=True):
            last = token
        if last is not None and _is_open(last, rules):
            return INSIDE
    return FOLDED if "--" in text and "\n" not in text.strip() and _is_folded(text, rules) else ""


def _may_be_open(text: str) -> bool:
    count = text.count
    return bool(
        count("'") & 1
        or count('"') & 1
        or count("`") & 1
        or count("/*") != count("*/")
        or count("$$") & 1
        or "\\" in text
    )


def _is_open(token: Token, rules: LexicalRules) -> bool:
    """Whether a token goes to the end of the text because it does not end."""
    text = token.text
    if token.kind == "comment":
        return text.startswith("/*") and not text.endswith("*/")
    if token.kind not in ("string", "quoted") or (opening := _OPENING.match(text)) is None:
        return False
    quote, body = opening["quote"], text[opening.end() :]
    if quote[0] == "$" or opening["prefix"][-1:] in ("q", "Q"):
        return not body.endswith(quote)
    if quote == "[":
        return not body.endswith("]")
    if rules.backslash_escapes or opening["prefix"] in ("E", "e"):
        body = _ESCAPED.sub("", body)
    return body.count(quote) % 2 == 0


def _is_folded(text: str, rules: LexicalRules) -> bool:
    """Whether the comment that takes the rest of a text of one line holds clauses of a statement."""
    comment = next(
        (t for t in tokens(text, rules, blanks=True) if t.kind == "comment" and t.text.startswith("--")), None
    )
    return comment is not None and _GOES_ON.search(comment.text) is not None
