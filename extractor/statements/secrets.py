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
)
_HINTS = re.compile(rf"{_KEYS}|://|AKIA|ASIA|PRIVATE KEY|Bearer|Basic", re.IGNORECASE)


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
