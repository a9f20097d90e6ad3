"""Names to Alation keys: written, resolved against the catalog, explained."""

from __future__ import annotations

from extractor.keys.quoting import fold_key, read_key, write_key

__all__ = ["fold_key", "read_key", "write_key"]
