"""What the tool knows and owns, in SQLite or PostgreSQL through SQLAlchemy Core."""

from __future__ import annotations

from extractor.state.records import (
    CachedOutline,
    OwnedDataflow,
    Run,
    StatementText,
    Status,
    TargetFact,
    edge_identity,
    edges_digest,
    node_identity,
    united,
)
from extractor.state.store import Store

__all__ = [
    "CachedOutline",
    "OwnedDataflow",
    "Run",
    "StatementText",
    "Status",
    "Store",
    "TargetFact",
    "edge_identity",
    "edges_digest",
    "node_identity",
    "united",
]
