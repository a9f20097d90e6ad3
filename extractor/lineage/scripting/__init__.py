"""Procedural text: routines, blocks and batches unfolded into the statements they run."""

from extractor.lineage.scripting.branches import Way, excludes
from extractor.lineage.scripting.held import COLUMNS, WHOLE_ROW, Value
from extractor.lineage.scripting.unfold import Inner, Unfolded, unfold

__all__ = ["COLUMNS", "WHOLE_ROW", "Inner", "Unfolded", "Value", "Way", "excludes", "unfold"]
