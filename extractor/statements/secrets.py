"""What a secret looks like: by the name before it, or by its own shape inside a longer text."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"password|passwd|passphrase|(?:^|[_.])pwd$|secret|credentials?$|(?:^|[_.])token$|access_?key|"
    r"private_?key|api_?key|master_?key|account[_.]?key|key_?id$|awsauth|sas_?token|"
    r"shared_?access_?signature|authorization$|(?:^|[_.])sas$",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"password_(?:life|lock|reuse|verify|grace|rollover|policy|history|expir)|_arn$|secret_id$", re.IGNORECASE
)
_KEYS = (
    r"(?:aws_)?secret_?(?:access_?)?key|(?:aws_)?access_?key(?:_?id)?|accountkey|sharedaccesskey|sharedaccesssignature|"
    r"aws_session_token|session_token|access_token|refresh_token|token|master_symmetric_key|api_?key|client_secret|"
    r"password|passwd|pwd|secret|private_key|sig|passphrase"
)
_QUERY = re.compile(r"\b(?:select|insert|update|delete|merge|create|from)\s", re.IGNORECASE)
_UNQUOTED = re.compile(rf"(?<![A-Za-z])((?:{_KEYS})=)(?!\*\*\*)[^;,&\s'\"}})]+", re.IGNORECASE)
_QUOTED = re.compile(rf"(?<![A-Za-z])((?:{_KEYS})[\"']*\s*[=:]\s*)((?:''|\"|\\')(?!\*\*\*))[^'\"\\]+", re.IGNORECASE)
_ALWAYS = (
    (re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]{1,20}://[^/\s:@'\"]{0,200}:)(?!\*\*\*@)[^@\s'\"]{1,500}@"), r"\1***@"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"), "***"),
    (re.compile(r"\b((?:Bearer|Basic)\s+)(?!\*\*\*)[A-Za-z0-9._~+/=-]{8,}"), r"\1***"),
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?='?\Z))", re.DOTALL),
        "***",
    ),
    (re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{4,}(?:\.[\w-]*)?"), "***"),
    (
        re.compile(
            r"(?<![\w-])(?:gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{8,}|"
            r"xapp-[\w-]{8,}|[rs]k_(?:live|test)_\w{10,}|sk-[A-Za-z0-9][\w-]{19,}|dapi[0-9a-f]{32}|AIza[\w-]{30,}|"
            r"npm_[A-Za-z0-9]{30,}|hvs\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,})"
        ),
        "***",
    ),
)
_HINTS = re.compile(
    rf"{_KEYS}|://|AKIA|ASIA|PRIVATE KEY|Bearer|Basic|eyJ|gh[opsur]_|github_pat|glpat|xox|xapp|[rs]k_|sk-|dapi|AIza|"
    r"npm_|hvs\.|SG\.",
    re.IGNORECASE,
)
_SHELL_HINTS = re.compile(
    r"passw|passphrase|pwd|secret|token|key|auth|user|login|cookie|(?:\s|^|')-[uUpPHwWkKa]|://[^/\s]*@", re.IGNORECASE
)
_PROGRAM = re.compile(r"[^'\"$]*(?:\$\w*\$|['\"])\s*[\w./-]*(?![\w./=-])")
_NOTE = re.compile(
    r"\b((?:password|passwd|pwd|passphrase|secret|token|api[_ -]?key)\s*:\s*)[^\s*:='\",;][^\s*'\",;]{2,}",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    rf"(?<![A-Za-z])((?:{_KEYS})[\"']?\s*(?:=>?|<-|:=?|,)\s*[\"'])(?!\*\*\*)[^'\"\n]+", re.IGNORECASE
)
_CLOSING = re.compile(r"(?:\$\w*\$|['\"])\Z")


def names_secret(name: str) -> bool:
    """Whether a value given to ``name`` (a setting, an option, a column) is likely a credential."""
    return _NAME.search(name) is not None and _NO_SECRET.search(name) is None


def mask_inside(text: str) -> str:
    """``text`` (a literal, a comment) with credentials in connection texts, URLs and the like replaced.

    In text that holds SQL itself only quoted values are taken for secrets: ``set token=s.token`` is none.
    """
    if len(text) < 8 or not _HINTS.search(text):
        return text
    text = _QUOTED.sub(r"\1\2***", text)
    if not _QUERY.search(text):
        text = _UNQUOTED.sub(r"\1***", text)
    for pattern, replacement in _ALWAYS:
        text = pattern.sub(replacement, text)
    return text


def may_mask_inside(text: str) -> bool:
    """False where neither `mask_inside` nor `mask_notes` would change any piece of ``text``."""
    return _HINTS.search(text) is not None or (":" in text and _NOTE.search(text) is not None)


def mask_shell(literal: str) -> str:
    """A literal that holds a line for a shell, of which only the program stays where an option may hold a secret."""
    program, closing = _PROGRAM.match(literal), _CLOSING.search(literal)
    if not _SHELL_HINTS.search(literal) or closing is None:
        return literal
    opening = program[0] if program is not None else literal[: len(literal) - len(literal.lstrip("nNeE")) + 1]
    return f"{opening} ***{closing[0]}"


def mask_text(text: str) -> str:
    """``text`` that need not be SQL (a script in another language, a sentence) without its credentials."""
    return mask_notes(mask_inside(_ASSIGNED.sub(r"\1***", text)))


def mask_notes(comment: str) -> str:
    """A comment without the values that people note down in it: ``password: x``."""
    return _NOTE.sub(r"\1***", comment) if ":" in comment else comment
