"""What resolving names gives: values, never exceptions."""

from __future__ import annotations

from typing import Literal, NamedTuple

from extractor.models import KeyedEdge, Node, TableName
from extractor.schemas import CatalogReader, NameParts
from extractor.schemas.rule import KeyRule

How = Literal["catalog", "built", "external", "left out", "ambiguous"]

__all__ = ["CatalogReader", "How", "KeyResult", "KeyRule", "KeyedLineage", "Missing", "NameParts"]


class KeyResult(NamedTuple):
    """The object that a name means, or why there is none.

    ``how``: the ``catalog`` holds it and its key is the catalog's own; the key was ``built`` because the source
    uploads unknown tables all the same; it became an ``external`` object; it is ``left out``; or it is
    ``ambiguous``. ``node`` is None for the last two.
    """

    node: Node | None
    how: How
    reason: str


class Missing(NamedTuple):
    """An end of an edge that has no key, with the reason; ``column`` is None when it is the table itself."""

    table: TableName
    column: str | None
    how: How
    reason: str

    @property
    def name(self) -> str:
        """The dotted name to show."""
        return f"{self.table}.{self.column}" if self.column is not None else str(self.table)


class KeyedLineage(NamedTuple):
    """The edges of one statement between objects of the catalog.

    ``edges`` is free of duplicates and self-edges. ``missing`` lists each end without a key once. ``notes`` are
    lines for the report: names that differ only in case and became one key.
    """

    edges: tuple[KeyedEdge, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...] = ()
