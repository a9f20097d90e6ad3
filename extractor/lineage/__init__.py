"""Lineage in two steps: a text becomes an outline once; an outline is bound to a context as often as it ran.

``outline`` needs the parser, which is loaded when it is first called: a process that only binds outlines goes
without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.lineage.codec import dump, load
from extractor.lineage.model import Outline

if TYPE_CHECKING:
    from extractor.lineage.reading import outline as outline

__all__ = ["Outline", "dump", "load", "outline"]


def __getattr__(name: str) -> Any:
    if name != "outline":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from extractor.lineage import reading  # noqa: PLC0415 - the parser costs 50 MB

    return reading.outline
