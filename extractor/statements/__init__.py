"""Statements before parsing: find them, tell what they are, name them, clean them.

All of it runs on `dialects.lexing` in linear time and never raises on broken text.
"""

from extractor.statements.batch_scope import pieces
from extractor.statements.classify import StatementClass, classify
from extractor.statements.fingerprint import fingerprint
from extractor.statements.lexer import may_nest, nesting
from extractor.statements.prefilter import may_matter, may_matter_in
from extractor.statements.redact import redact
from extractor.statements.secrets import mask_text
from extractor.statements.split import Piece, split
from extractor.statements.wholeness import missing_part

__all__ = [
    "Piece",
    "StatementClass",
    "classify",
    "fingerprint",
    "mask_text",
    "may_matter",
    "may_matter_in",
    "may_nest",
    "missing_part",
    "nesting",
    "pieces",
    "redact",
    "split",
]
