"""Table and column lineage from query logs and SQL scripts, kept up to date in Alation.

The names below are the library's public API. They are loaded when they are first used, so that
``import extractor`` alone stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.api import extract_lineage as extract_lineage
    from extractor.errors import LineageError as LineageError
    from extractor.models import ColumnEdge as ColumnEdge
    from extractor.models import Lineage as Lineage
    from extractor.models import Origin as Origin
    from extractor.models import Outcome as Outcome
    from extractor.models import QueryOutcome as QueryOutcome
    from extractor.models import QueryRecord as QueryRecord
    from extractor.models import StatementLineage as StatementLineage
    from extractor.models import TableEdge as TableEdge
    from extractor.models import TableName as TableName

__version__ = "0.2.0.dev0"

_HOMES = {
    "ColumnEdge": "extractor.models",
    "Lineage": "extractor.models",
    "LineageError": "extractor.errors",
    "Origin": "extractor.models",
    "Outcome": "extractor.models",
    "QueryOutcome": "extractor.models",
    "QueryRecord": "extractor.models",
    "StatementLineage": "extractor.models",
    "TableEdge": "extractor.models",
    "TableName": "extractor.models",
    "extract_lineage": "extractor.api",
}

__all__ = [
    "ColumnEdge",
    "Lineage",
    "LineageError",
    "Origin",
    "Outcome",
    "QueryOutcome",
    "QueryRecord",
    "StatementLineage",
    "TableEdge",
    "TableName",
    "__version__",
    "extract_lineage",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
