"""What stands for a statement in Alation: a dataflow with its identity, its words, its edges and their paths."""

from __future__ import annotations

from extractor.dataflows.build import build_dataflow, external_id
from extractor.dataflows.direct import direct_id, is_direct
from extractor.dataflows.paths import edges_of, is_column, paths_of

__all__ = ["build_dataflow", "direct_id", "edges_of", "external_id", "is_column", "is_direct", "paths_of"]
