"""APPLY CHANGES and AUTO CDC of Databricks pipelines: a stream of changes kept up in a table.

https://docs.databricks.com/aws/en/dlt-ref/dlt-sql-ref-apply-changes-into
"""

from __future__ import annotations

import re

from dialects import Dialect
from extractor.lineage.model import Flow, Projection, Select, Source, Star, Statement, Write

_FLAGS = re.IGNORECASE | re.DOTALL
_PART = r"(?:`[^`]*`|[\w$-]+)"
_NAME = rf"{_PART}(?:\.{_PART})*"
_FROM = rf"\s+FROM\s+(?:STREAM\s*\(?\s*)?(?:LIVE\.)?(?P<source>{_NAME})\s*\)?(?P<rest>.*)"
_INTO = rf"\s+(?:ONCE\s+)?INTO\s+(?:LIVE\.)?(?P<target>{_NAME})"
_COLUMNS = re.compile(
    r"\bCOLUMNS\s+(?:\*\s*EXCEPT\s*\((?P<dropped>[^()]*)\)|\(?(?P<listed>[\w`.,\s]+?)\)?\s*(?:STORED\b|TRACK\b|;|\Z))",
    _FLAGS,
)
CHANGE_FLOWS = (
    ("CHANGES", re.compile(r"APPLY\s+CHANGES" + _INTO + _FROM, _FLAGS)),
    (
        "FLOW",
        re.compile(rf"CREATE\s+FLOW\s+{_NAME}\s+(?:COMMENT\s+'[^']*'\s+)?AS\s+AUTO\s+CDC" + _INTO + _FROM, _FLAGS),
    ),
    (
        "STREAMING",
        re.compile(
            r"CREATE\s+(?:OR\s+REFRESH\s+)?(?:PRIVATE\s+)?STREAMING\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"
            rf"(?P<target>{_NAME})\b(?:(?!\bSELECT\b).)*?\bFLOW\s+AUTO\s+CDC" + _FROM,
            _FLAGS,
        ),
    ),
)
"""A word that the text has near its beginning, and what it looks like as a whole."""


def applied_changes(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """The write of one flow of changes; its COLUMNS clause says what is kept."""
    source = Source("table", dialect.parse_name(match["source"]))
    query = Select(_projections(_COLUMNS.search(match["rest"])), (source,))
    return (Write("apply changes", dialect.parse_name(match["target"]), "insert", query, by_name=True),)


def _projections(columns: re.Match[str] | None) -> tuple[Projection, ...]:
    if columns is None or columns["listed"] is None:
        return (Projection("", star=Star(dropped=_names(columns["dropped"]) if columns is not None else ())),)
    return tuple(Projection(name, Flow((((name, False),),))) for name in _names(columns["listed"]))


def _names(text: str) -> tuple[str, ...]:
    return tuple(piece.strip().strip("`") for piece in text.split(","))
