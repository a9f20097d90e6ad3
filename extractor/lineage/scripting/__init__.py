"""Procedural text: routines, blocks and batches unfolded into the statements they run."""

from extractor.lineage.scripting.unfold import Inner, Unfolded, unfold

__all__ = ["Inner", "Unfolded", "unfold"]
