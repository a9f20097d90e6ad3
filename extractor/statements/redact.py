"""Taking secrets out of a statement before its text leaves the machine."""

from __future__ import annotations

import re

from dialects import Dialect
from dialects.lexing import Token, tokens

_MASK = "***"
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|secret|token|credentials?|accesskey|access_key|api_?key|sas|private_?key|"
    r"passphrase|master_symmetric_key|account_?key|shared_access_signature|authorization)(?:$|_)|secret|password|"
    r"credentials|session_token|access_key_id|aws_key_id",
    re.IGNORECASE,
)
_BEFORE_SECRET = frozenset(("BY", "PASSWORD", "PASS", "PWD", "CREDENTIALS", "SECRET", "VALUES", "WITH", "AS", "IS"))
_INSIDE = (
    (
        re.compile(
            r"(?i)\b((?:password|passwd|pwd|secret|token|aws_secret_access_key|aws_access_key_id|accountkey|sig|"
            r"sharedaccesssignature|api_?key|client_secret|private_key|access_key|secret_key|session_token|"
            r"master_symmetric_key|aws_iam_session_token)\s*[=:]\s*)(\"[^\"]*\"|[^;,&\s'\"}]+)"
        ),
        rf"\1{_MASK}",
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://[^/\s:@'\"]*:)[^@\s'\"]+@"), rf"\1{_MASK}@"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"), _MASK),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), _MASK),
)


def redact(text: str, dialect: Dialect, *, mask_literals: bool = False) -> str:
    """``text`` with every credential replaced by ``***``, still a statement of the same shape.

    With ``mask_literals`` every string becomes ``'***'`` and every number ``0`` as well.
    """
    pieces: list[str] = []
    window: list[str] = []
    for token in tokens(text, dialect.lexical, blanks=True):
        pieces.append(_clean(token, window, mask_literals=mask_literals))
        if token.kind not in ("space", "comment"):
            window.append(token.text.upper())
            del window[:-4]
    return "".join(pieces)


def _clean(token: Token, window: list[str], *, mask_literals: bool) -> str:
    if token.kind == "string":
        if mask_literals or _follows_secret_name(window):
            return _masked(token.text)
        return _mask_inside(token.text)
    if token.kind == "number" and mask_literals:
        return "0"
    if token.kind in ("comment", "line", "quoted"):
        return _mask_inside(token.text)
    if token.kind in ("word", "quoted") and _is_bare_password(window):
        return _MASK.replace("*", "x")
    return token.text


def _follows_secret_name(window: list[str]) -> bool:
    """``PASSWORD 'x'``, ``PASSWORD = 'x'``, ``IDENTIFIED BY 'x'``, ``CREDENTIALS AS 'x'``."""
    names = [word for word in window[-3:] if word not in ("=", "(", ":", "=>", "AS", "IS", "BY", "WITH", "ENCRYPTED")]
    if window[-2:] == ["IDENTIFIED", "BY"]:
        return True
    return (
        bool(names)
        and window[-1] != ","
        and names[-1] in window[-3:]
        and bool(_SECRET_NAME.search(names[-1].strip("\"`[]'")))
    )


def _is_bare_password(window: list[str]) -> bool:
    return window[-2:] == ["IDENTIFIED", "BY"]


def _masked(literal: str) -> str:
    if literal.startswith("$"):
        return f"'{_MASK}'"
    quote = literal[-1] if literal[-1] in "'\"" else "'"
    return f"{quote}{_MASK}{quote}"


def _mask_inside(text: str) -> str:
    for pattern, replacement in _INSIDE:
        text = pattern.sub(replacement, text)
    return text
