"""What the tool knows and owns, in SQLite or PostgreSQL through SQLAlchemy Core."""

from __future__ import annotations

from extractor.state.catalog import CatalogRow, CatalogStore, CatalogVersion, StoredCatalog
from extractor.state.history import FileSpan, History
from extractor.state.knowledge import Known
from extractor.state.owned import dataflow_of
from extractor.state.records import (
    CachedOutline,
    Move,
    OwnedDataflow,
    Run,
    StatementText,
    Status,
    TargetFact,
    edge_identity,
    edges_digest,
    node_identity,
    storable,
    united,
)
from extractor.state.seen_edges import SeenEdge
from extractor.state.store import Store
from extractor.state.undo import Undoing
from extractor.state.watermarks import Watermark

__all__ = [
    "CachedOutline",
    "CatalogRow",
    "CatalogStore",
    "CatalogVersion",
    "FileSpan",
    "History",
    "Known",
    "Move",
    "OwnedDataflow",
    "Run",
    "SeenEdge",
    "StatementText",
    "Status",
    "Store",
    "StoredCatalog",
    "TargetFact",
    "Undoing",
    "Watermark",
    "dataflow_of",
    "edge_identity",
    "edges_digest",
    "node_identity",
    "storable",
    "united",
]
