"""Tables that an earlier log has emptied: what fills them next gives them a whole new content."""

from __future__ import annotations

from datetime import datetime

from extractor.keys import KeyResolver
from extractor.models import TableName
from extractor.state import Store


class EmptyTables:
    """The empty tables of a data source when a run begins, each until something is put into it."""

    def __init__(self, store: Store, resolver: KeyResolver, data_source_id: int) -> None:
        self._resolver = resolver
        self._left = store.empty_tables(f"{data_source_id}.")

    def take(self, table: TableName, at: datetime | None) -> bool:
        """Whether the table is empty at that time; it is not any longer afterwards."""
        if not self._left or at is None:
            return False
        key = self._resolver.key_in_the_past(table)
        emptied = self._left.get(key) if key is not None else None
        if key is None or emptied is None or at < emptied.at:
            return False
        return self._left.pop(key).is_empty(at)
