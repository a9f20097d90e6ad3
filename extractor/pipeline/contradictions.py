"""Where Data Observability's mapping list and Alation's catalog say different things of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extractor.keys.mapped import built_key
from extractor.models import AssetMapping, CatalogTable
from extractor.report import counted
from extractor.state.catalog import CatalogStore, StoredCatalog


def contradictions(catalogs: CatalogStore, mappings: Iterable[AssetMapping], titles: dict[int, str]) -> Iterator[str]:
    """One line for each contradiction; data sources whose catalog is not held are passed over.

    Args:
        catalogs: the catalogs of the state.
        mappings: the list.
        titles: what Alation calls its data sources; empty when it was not asked.
    """
    of_source: dict[int, list[AssetMapping]] = {}
    for mapping in mappings:
        of_source.setdefault(mapping.data_source_id, []).append(mapping)
    for number, listed in sorted(of_source.items()):
        if titles:
            yield from _of_titles(number, listed, titles)
        catalog = catalogs.reader(number)
        if catalog is not None and not catalog.is_empty():
            held = catalog.by_ids([mapping.table_id for mapping in listed])
            for mapping in listed:
                line = _of_table(mapping, held.get(mapping.table_id), catalog)
                if line:
                    yield f"asset {mapping.asset_id} is {mapping.table} (table {mapping.table_id}): {line}"


def _of_titles(number: int, listed: list[AssetMapping], titles: dict[int, str]) -> Iterator[str]:
    title = titles.get(number)
    if title is None:
        yield f"{counted(len(listed), 'asset')} of data source {number}, which Alation does not show to this token"
        return
    others = sorted({m.data_source_name for m in listed if m.data_source_name and m.data_source_name != title})
    for other in others:
        yield f"data source {number} is called {title!r} in Alation and {other!r} in Data Observability"


def _of_table(mapping: AssetMapping, by_id: CatalogTable | None, catalog: StoredCatalog) -> str:
    """What the catalog says otherwise; empty when it agrees. A catalog without ids can tell by the name alone."""
    named = catalog.by_key(built_key(mapping))
    if by_id is not None:
        same = any(table.key == by_id.key for table in named)
        return "" if same else f"the catalog has {by_id.key} under that id"
    if not named:
        return "the catalog holds no such table"
    other = named[0].table_id
    return "" if other is None else f"the catalog has that table under the id {other}"
