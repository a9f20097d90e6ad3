"""What the commands ``keys`` and ``catalog`` do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from extractor.config import Config, SourceSettings
from extractor.errors import AlationError, AuthenticationFailed, CatalogError, ConfigError
from extractor.keys import load_file
from extractor.models import CatalogSchemaName
from extractor.pipeline.catalogs import reads_alation, refresh_catalog, state_of
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.resolvers import mapped_sources, resolver_of
from extractor.pipeline.runs import connect, state_url
from extractor.progress import Progress, unheard
from extractor.report import counted
from extractor.state import Store
from extractor.state.catalog import CatalogStore, CatalogVersion


class ExplainedKey(NamedTuple):
    """How a name got its key: ``how`` as in `KeyResult`, one line a step; ``key`` is None when it has none."""

    name: str
    source: str
    data_source_id: int
    otype: str | None
    key: str | None
    how: str
    reason: str
    steps: list[str]


class Pulled(NamedTuple):
    """What was brought, or why it was not."""

    text: str
    is_failure: bool = False


def explain_key(
    config: Config, source: SourceSettings, name: str, *, database: str | None, schema: str | None
) -> ExplainedKey:
    """The way of a name to its key, with the catalogs that are in the state.

    Raises:
        ConfigError, StateError: the dialect or the state is wrong.
    """
    dialect = dialect_of(source)
    with Store.open(state_url(config)) as store:
        resolver = resolver_of(config, source, dialect, CatalogStore(store.engine))
        asked = resolver.read(name, database=database, schema=schema)
        found = resolver.table(asked)
        otype, key = found.node if found.node is not None else (None, None)
        steps = resolver.explain_name(asked)
        return ExplainedKey(name, source.name, source.data_source_id, otype, key, found.how, found.reason, steps)


def pull_catalogs(
    config: Config, only: SourceSettings | None, *, full: bool, progress: Progress = unheard
) -> Iterator[Pulled]:
    """Refresh the catalogs of all data sources, or of one; one that fails costs itself.

    Raises:
        ConfigError, StateError: the settings or the state is wrong.
        AuthenticationFailed: no other catalog could be read either.
    """
    every = {s.data_source_id: s for s in reversed([*config.source, *mapped_sources(config)])}
    wanted = [only] if only is not None else [every[number] for number in sorted(every)]
    with ExitStack() as open_things:
        store = open_things.enter_context(Store.open(state_url(config)))
        open_things.enter_context(store.lock())
        client = None
        if any(reads_alation(source.catalog) for source in wanted):
            if config.alation is None:
                raise ConfigError("the configuration has no [alation] section: add url and user_id")
            client = open_things.enter_context(connect(config.alation))
        catalogs = CatalogStore(store.engine)
        for source in wanted:
            number = source.data_source_id
            try:
                held = refresh_catalog(config, source, catalogs, client, full=full, progress=progress)
            except AuthenticationFailed:
                raise
            except (CatalogError, AlationError) as error:
                yield Pulled(f"data source {number}: {error}", is_failure=True)
                continue
            yield from (Pulled(f"data source {number}: warning: {warning}") for warning in held.warnings)
            reader = catalogs.reader(number)
            yield Pulled(in_words(reader.version) if reader is not None else f"data source {number}: no catalog")


def import_catalog(config: Config, source: SourceSettings, file: Path) -> list[str]:
    """Replace the catalog of the source's data source by a file.

    Raises:
        CatalogError: the file cannot be read or holds no table.
        ConfigError, StateError: the settings or the state is wrong.
    """
    with Store.open(state_url(config)) as store, store.lock():
        load = load_file(CatalogStore(store.engine), source, dialect_of(source), file)
        return [f"warning: {warning}" for warning in state_of(load).warnings] + [in_words(load.version)]


class HeldCatalog(NamedTuple):
    """What the state holds of a data source's catalog: its versions, the largest schemas, and how many there are."""

    data_source_id: int
    versions: list[CatalogVersion]
    schemas: list[CatalogSchemaName]
    schemas_held: int

    def to_json(self) -> dict[str, Any]:
        """As plain values, for machines."""
        return {
            "data_source_id": self.data_source_id,
            "versions": [_version(version) for version in self.versions],
            "schemas": [{"name": str(schema), "tables": schema.tables} for schema in self.schemas],
            "schemas_held": self.schemas_held,
        }


def held_catalogs(config: Config, only: SourceSettings | None, most_schemas: int) -> Iterator[HeldCatalog]:
    """What the state holds of each data source, or of one; nothing for those that it has no catalog of."""
    wanted = [only] if only is not None else [*config.source, *mapped_sources(config)]
    with Store.open(state_url(config)) as store:
        catalogs = CatalogStore(store.engine)
        held = catalogs.versions()
        for number in dict.fromkeys(source.data_source_id for source in wanted):
            reader = catalogs.reader(number)
            schemas = reader.schema_names() if reader is not None else ()
            versions = [version for version in held if version.ds_id == number]
            yield HeldCatalog(number, versions, list(schemas[:most_schemas]), len(schemas))


def catalogs_in_words(config: Config, only: SourceSettings | None, most_schemas: int) -> Iterator[str]:
    """The catalogs in the state, each with its largest schemas, and the data sources that have none."""
    for held in held_catalogs(config, only, most_schemas):
        if not held.versions:
            yield f"data source {held.data_source_id}: no catalog; bring it with: alation-lineage catalog pull"
        yield from map(in_words, held.versions)
        yield from (f"    {schema} ({counted(schema.tables, 'table')})" for schema in held.schemas)
        if more := held.schemas_held - len(held.schemas):
            yield f"    and {counted(more, 'more schema')}"


def in_words(version: CatalogVersion) -> str:
    """One version of a catalog, on one line."""
    detail = f" {version.detail}" if version.detail else ""
    full = f", in full {version.full_at:%Y-%m-%d %H:%M} UTC" if version.full_at is not None else ""
    return (
        f"data source {version.ds_id}: {counted(version.tables, 'table')}, {counted(version.columns, 'column')}, "
        f"from {version.origin}{detail}, read {version.fetched_at:%Y-%m-%d %H:%M} UTC{full}, version {version.id}"
    )


def _version(version: CatalogVersion) -> dict[str, Any]:
    return {
        "id": version.id,
        "tables": version.tables,
        "columns": version.columns,
        "origin": version.origin,
        "detail": version.detail or None,
        "fetched_at": version.fetched_at,
        "full_at": version.full_at,
    }
