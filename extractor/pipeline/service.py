"""Data Observability beside a run: entered with its key, and what it tells kept in the state."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import SecretStr

from extractor.config import Config, refresh_token
from extractor.credentials import find_secret
from extractor.errors import ConfigError
from extractor.keys.mapped import keys_of_mappings, store_mapped_tables
from extractor.models import AssetMapping
from extractor.observability import ObservabilityClient
from extractor.pipeline.names import split_name
from extractor.settings_of_observability import CONNECT_VARIABLE, ObservabilitySettings, observability_key
from extractor.state import Store
from extractor.state.assets import AssetStore, MappedTable
from extractor.state.catalog import CatalogStore


def observability_of(config: Config) -> ObservabilitySettings:
    """The section ``[observability]``.

    Raises:
        ConfigError: there is none.
    """
    if config.observability is None:
        raise ConfigError(
            "the configuration has no [observability] section: add backend_service_host and tenant "
            "(docs/observability.md)"
        )
    return config.observability


def enter(settings: ObservabilitySettings) -> ObservabilityClient:
    """A client for the configured tenant, with the key from where secrets are."""
    return ObservabilityClient.from_settings(settings, observability_key(settings))


def token_to_give(config: Config) -> SecretStr:
    """The refresh token that Data Observability gets: its own where one is set, else that of this tool.

    Raises:
        ConfigError: there is neither.
    """
    own = find_secret(CONNECT_VARIABLE)
    if own is not None:
        return own
    if config.alation is None:
        raise ConfigError(f"no refresh token to give: set {CONNECT_VARIABLE}, or {CONNECT_VARIABLE}_FILE to its path")
    return refresh_token(config.alation)


def remember(store: Store, mappings: Sequence[AssetMapping]) -> list[MappedTable]:
    """Keep the mapping list in the state: for questions, for keys, and for the next plan; gives it with keys."""
    catalogs = CatalogStore(store.engine)
    keys = keys_of_mappings(catalogs, mappings)
    mapped = [MappedTable(mapping, key) for mapping, key in zip(mappings, keys, strict=True)]
    AssetStore(store).replace(mapped)
    store_mapped_tables(catalogs, mappings)
    return mapped


def table_id_of(store: Store, config: Config, text: str) -> int:
    """The id of a table in Alation: the number itself, or that of the one table in the kept catalogs called so.

    Raises:
        ConfigError: no table is called so, or several are.
    """
    if text.strip().isdigit():
        return int(text)
    parts = split_name(text)
    catalogs = CatalogStore(store.engine)
    numbers = sorted({source.data_source_id for source in config.source})
    if len(parts) > 2 and parts[0] in {str(number) for number in numbers}:
        numbers, parts = [int(parts[0])], parts[1:]
    name = parts[-1]
    schema = parts[-2] if len(parts) > 1 else None
    database = parts[-3] if len(parts) > 2 else None
    found = {
        table.table_id: table.key
        for number in numbers
        if (catalog := catalogs.reader(number)) is not None
        for table in catalog.table((database, schema, name))
        if table.table_id is not None
    }
    if len(found) == 1:
        return next(iter(found))
    if found:
        listed = "".join(f"\n  {number}: {key}" for number, key in sorted(found.items()))
        raise ConfigError(f"{text!r} may be any of {len(found)} tables; give the number:{listed}")
    raise ConfigError(
        f"no table {text!r} with an id is in the catalogs that the state holds (of data sources "
        f"{', '.join(map(str, numbers))}): alation-lineage check reads them from Alation; or give the table's id, "
        "which stands in its address in Alation"
    )
