"""Lineage in two steps: a text becomes an outline once; an outline is bound to a context as often as it ran."""

from extractor.lineage.codec import dump, load
from extractor.lineage.model import Outline
from extractor.lineage.outline import outline

__all__ = ["Outline", "dump", "load", "outline"]
