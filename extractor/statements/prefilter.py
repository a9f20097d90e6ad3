"""A first look at a record, in microseconds and without a dialect: can it matter at all?"""

from __future__ import annotations

import re

_READ = re.compile(
    r"\s*(?:(?:--[^\n]*\n|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/)\s*)*+[(\s]*(?:select|sel|with|show|describe|desc|explain|help)\b",
    re.IGNORECASE,
)
_MARKS = ("into", "insert", "update", "delete", "merge", "create", "drop", "alter", "truncate", "exec", "call")
_WRITES = re.compile(
    r"\b(?:into|insert|ins|update|upd|delete|del|merge|upsert|create|drop|alter|truncate|replace\s+(?:into|view|table)|"
    r"exec|execute|call|rename|copy|unload|load|export|import|use|set|go|begin|do|declare|bulk|refresh)\b",
    re.IGNORECASE,
)


def may_matter(sql: str) -> bool:
    """Whether a record could write, or change what later names mean; False only when it surely does neither.

    Sure is: it begins as a query, holds no word that begins another kind of statement, and no second statement.
    Words within strings and comments count as well, so a False never depends on a dialect.
    """
    if not _READ.match(sql):
        return True
    if ";" in sql and sql.find(";") < len(sql.rstrip("; \t\r\n")):
        return True
    return _WRITES.search(sql) is not None
