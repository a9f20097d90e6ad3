"""From the parser's tree to the outline: one walk, one file for each kind of statement."""

from extractor.lineage.lowering.context import Names
from extractor.lineage.lowering.statements import lower

__all__ = ["Names", "lower"]
