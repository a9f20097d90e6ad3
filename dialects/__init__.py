"""What a database engine does differently, as values: names, tokens, statements, keys.

``get(name)`` finds a dialect, ``names()`` lists them. Parsing is in `dialects.sqlglot_adapter`, which is imported
only where it is used.
"""

from dialects.base import (
    Dialect,
    Folding,
    LexicalRules,
    ParseFailure,
    SessionStatement,
    TemporaryRule,
    UnknownDialect,
)
from dialects.registry import get, names

__all__ = [
    "Dialect",
    "Folding",
    "LexicalRules",
    "ParseFailure",
    "SessionStatement",
    "TemporaryRule",
    "UnknownDialect",
    "get",
    "names",
]
