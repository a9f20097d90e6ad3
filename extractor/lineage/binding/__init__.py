"""From an outline and a context to origins: pure Python, no parser."""

from extractor.lineage.binding.assign import Assigned, assign, best
from extractor.lineage.binding.environment import Context
from extractor.lineage.binding.query import Binder
from extractor.lineage.binding.relations import (
    CONFIDENCE,
    NOTHING,
    UNKNOWN_COLUMNS,
    UNNAMED,
    Base,
    Column,
    Open,
    OpenRows,
    OpenTable,
    Origin,
    Origins,
    Relation,
    numbered,
    with_names,
)

__all__ = [
    "CONFIDENCE",
    "NOTHING",
    "UNKNOWN_COLUMNS",
    "UNNAMED",
    "Assigned",
    "Base",
    "Binder",
    "Column",
    "Context",
    "Open",
    "OpenRows",
    "OpenTable",
    "Origin",
    "Origins",
    "Relation",
    "assign",
    "best",
    "numbered",
    "with_names",
]
