"""Several sources of columns, asked in their order."""

from __future__ import annotations

from extractor.models import SchemaLookup, TableName


class SchemaLayers:
    """The first of ``lookups`` that knows a table's columns wins; a table exists when one of them holds it."""

    def __init__(self, *lookups: SchemaLookup) -> None:
        self._lookups = lookups

    def columns_of(self, table: TableName) -> tuple[str, ...] | None:
        """The table's columns by the first lookup that knows them, else None."""
        for lookup in self._lookups:
            columns = lookup.columns_of(table)
            if columns is not None:
                return columns
        return None

    def knows(self, table: TableName) -> bool | None:
        """True when a lookup holds the table; False when none does and one can tell; else None."""
        answers = [lookup.knows(table) for lookup in self._lookups]
        if True in answers:
            return True
        return False if False in answers else None
