"""What resolving names gives: values, never exceptions."""

from __future__ import annotations

from typing import Literal, NamedTuple

from extractor.models import KeyedEdge, Node, TableName
from extractor.schemas import CatalogReader, NameParts
from extractor.schemas.rule import KeyRule

How = Literal["catalog", "built", "file system", "external", "left out", "ambiguous", "system"]

__all__ = ["CatalogReader", "How", "KeyResult", "KeyRule", "KeyedLineage", "Missing", "NameParts"]


class KeyResult(NamedTuple):
    """The object that a name means, or why there is none.

    ``how``: the ``catalog`` holds it and its key is the catalog's own; the key was ``built`` because the source
    uploads unknown tables all the same; a configured ``file system`` holds it; it became an ``external`` object; it
    is ``left out``; it is ``ambiguous``; or a table of the engine's own (``system``), which is noise unless the
    catalog holds it. ``node`` is None for the last three. ``folded`` is the rule by which the name counts as a part of
    the object, "" when it is the object's own. ``unmapped`` is a place of which no data source or file system is
    known, with the line to add to the configuration.
    """

    node: Node | None
    how: How
    reason: str
    folded: str = ""
    unmapped: tuple[str, str] | None = None


class Missing(NamedTuple):
    """An end of an edge that has no key, with the reason; ``column`` is None when it is the table itself."""

    table: TableName
    column: str | None
    how: How
    reason: str
    unmapped: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The dotted name to show."""
        return f"{self.table}.{self.column}" if self.column is not None else str(self.table)


class KeyedLineage(NamedTuple):
    """The edges of one statement between objects of the catalog.

    ``edges`` is free of duplicates and self-edges. ``missing`` lists each end without a key once. ``notes`` are
    lines for the report: names that differ only in case and became one key. ``folds`` names the objects that stand
    for their parts, each with the rule.
    """

    edges: tuple[KeyedEdge, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...] = ()
    folds: tuple[tuple[str, str], ...] = ()
