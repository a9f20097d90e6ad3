"""Whether the keys of a data source carry a database part, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.models import CatalogSchemaName
from extractor.schemas.interface import CatalogReader


class KeyRule(NamedTuple):
    """``<ds_id>.<db>.<schema>.<table>`` when ``database_part``, else ``<ds_id>.<schema>.<table>``."""

    database_part: bool
    decided_by: Literal["configuration", "catalog", "dialect"]

    @property
    def form(self) -> str:
        """The form of a key in words."""
        return "<ds_id>.<db>.<schema>.<table>" if self.database_part else "<ds_id>.<schema>.<table>"


def key_rule(source: SourceSettings, dialect: Dialect, catalog: CatalogReader | None) -> KeyRule:
    """The configuration's word, else what most tables of the catalog show, else the dialect's rule.

    Tables that came without a key, from a file or the live database, show nothing: their keys are written by this rule.
    """
    if source.key_database_part != "auto":
        return KeyRule(source.key_database_part == "yes", "configuration")
    names = catalog.schema_names() if catalog is not None else ()
    telling = [name for name in names if name.in_key]
    if telling:
        return KeyRule(_most_have_two_parts(telling), "catalog")
    return KeyRule(dialect.key_has_database, "dialect")


def _most_have_two_parts(names: Sequence[CatalogSchemaName]) -> bool:
    """Alation's multi-part sources name their schemas ``DB.SCHEMA``; a stray of the other form changes nothing."""
    return 2 * sum(n.tables for n in names if n.in_key > 1) > sum(n.tables for n in names)
