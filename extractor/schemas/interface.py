"""What a catalog of one data source answers, wherever its rows lie."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from extractor.models import CatalogColumn, CatalogSchemaName, CatalogTable


class NameParts(NamedTuple):
    """A table's name as the catalog looks it up; case does not matter.

    ``database`` and ``schema`` are None when any will do; an empty ``database`` means the tables of which the
    catalog does not say the database.
    """

    database: str | None
    schema: str | None
    table: str


class CatalogReader(Protocol):
    """The tables and columns of one data source, as Alation or a file gave them."""

    def is_empty(self) -> bool:
        """Whether no table is held."""

    def table(self, parts: NameParts) -> list[CatalogTable]:
        """The tables of that name (at most 20), by key; several when they differ in case or a part is open."""

    def by_key(self, key: str) -> list[CatalogTable]:
        """The tables of that key, whatever its case."""

    def columns(self, table_key: str) -> tuple[CatalogColumn, ...]:
        """The columns of the table with exactly that key, by position; empty when none are held."""

    def schema_names(self) -> tuple[CatalogSchemaName, ...]:
        """The schemas held, those with most tables first; at most 20,000."""

    def names_like(self, parts: NameParts, limit: int = 2000) -> tuple[str, ...]:
        """Names of tables in that schema that may resemble ``parts.table``, at most ``limit``."""
