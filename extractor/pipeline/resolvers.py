"""What turns the names of a configured source into keys: its catalog, the other data sources, the file systems."""

from __future__ import annotations

from dialects import Dialect
from extractor.config import Config, SourceSettings
from extractor.keys import FileSystems, KeyResolver
from extractor.keys.mapped import with_mapped_tables
from extractor.pipeline.dialect import dialect_of
from extractor.schemas import CatalogNames, Elsewhere
from extractor.settings_of_places import MapSettings
from extractor.state.catalog import CatalogStore


def resolver_of(config: Config, source: SourceSettings, dialect: Dialect, catalogs: CatalogStore) -> KeyResolver:
    """What gives the names of a source their keys, with the catalogs as they are now."""
    catalog = with_mapped_tables(catalogs, source.data_source_id)
    names = CatalogNames(source, dialect, catalog, elsewhere=_elsewhere(config, source, catalogs))
    return KeyResolver(source, dialect, catalog, names=names, file_systems=FileSystems(config.file_system))


def mapped_source(config: Config, entry: MapSettings, near: SourceSettings | None = None) -> SourceSettings:
    """The settings by which names are found in a mapped data source: those of its own source, or of the entry.

    ``near`` is the source whose names are mapped; the dialect is its own where the entry does not say one.
    """
    for source in config.source:
        if source.data_source_id == entry.data_source_id:
            return source
    called = {other.as_database for other in config.map if other.data_source_id == entry.data_source_id}
    near = near or next((s for s in config.source if s.name == entry.source), config.source[0])
    return SourceSettings(
        name=f"ds{entry.data_source_id}",
        paths=["."],
        dialect=entry.dialect or near.dialect,
        data_source_id=entry.data_source_id,
        database=called.pop() if len(called) == 1 else None,
        catalog=entry.catalog,
    )


def mapped_sources(config: Config) -> list[SourceSettings]:
    """The data sources that only ``[[map]]`` tables name, each once."""
    own = {source.data_source_id for source in config.source}
    entries = {entry.data_source_id: entry for entry in reversed(config.map) if entry.data_source_id not in own}
    return [mapped_source(config, entries[number]) for number in sorted(entries)]


def _elsewhere(config: Config, source: SourceSettings, catalogs: CatalogStore) -> Elsewhere | None:
    entries = [e for e in config.map if e.source is None or e.source.lower() == source.name.lower()]
    if not entries:
        return None

    def open_names(entry: MapSettings) -> CatalogNames:
        other = mapped_source(config, entry, source)
        return CatalogNames(other, dialect_of(other), with_mapped_tables(catalogs, other.data_source_id))

    return Elsewhere(entries, open_names)
