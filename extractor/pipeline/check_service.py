"""What check tells of Data Observability: its key, its connection, and where its list contradicts the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from extractor.config import Config
from extractor.errors import AlationError, ConfigError
from extractor.pipeline.contradictions import contradictions
from extractor.pipeline.findings import Finding, Level
from extractor.pipeline.mapping import read_assets
from extractor.pipeline.service import enter, remember
from extractor.report import counted
from extractor.state import Store
from extractor.state.assets import AssetStore
from extractor.state.catalog import CatalogStore

_SHOWN = 30


class Asked(NamedTuple):
    """What was found by asking the service, before the catalogs are read."""

    findings: tuple[Finding, ...] = ()
    has_list: bool = False


def ask_service(config: Config, store: Store) -> Asked:
    """Ask for the connection and the mapping list, and keep the list; the list of assets is read as well."""
    settings = config.observability
    if settings is None:
        return Asked()
    findings: list[Finding] = []
    try:
        if settings.map_tables == "each" and settings.assets is not None:
            lines = read_assets(config.root / settings.assets)
            findings.append(
                Finding(Level.OK, f"Data Observability: {settings.assets} lists {counted(len(lines), 'asset')}")
            )
        with enter(settings.model_copy(update={"retries": 1})) as client:
            found = client.integration()
            mappings = client.mappings()
    except (AlationError, ConfigError) as error:
        # Only the step after an upload needs the service.
        level = Level.ERROR if settings.map_tables != "no" else Level.WARNING
        return Asked((*findings, Finding(level, f"Data Observability: {error}")))
    remember(store, mappings)
    findings.append(_connection(config, found.url if found else None))
    findings.append(Finding(Level.OK, f"Data Observability: {counted(len(mappings), 'mapped asset')}"))
    return Asked(tuple(findings), True)


def contradicting(store: Store, titles: dict[int, str]) -> Iterator[Finding]:
    """A warning for each contradiction between the list and the catalogs, which have been read by now."""
    mappings = [table.mapping for table in AssetStore(store).all()]
    lines = list(contradictions(CatalogStore(store.engine), mappings, titles))
    for line in lines[:_SHOWN]:
        yield Finding(Level.WARNING, f"Data Observability: {line}")
    if len(lines) > _SHOWN:
        yield Finding(Level.WARNING, f"Data Observability: and {len(lines) - _SHOWN} more contradictions")
    if not lines and mappings:
        yield Finding(Level.OK, "Data Observability: the mapping list agrees with the catalog")


def _connection(config: Config, url: str | None) -> Finding:
    if url is None:
        return Finding(
            Level.WARNING,
            "Data Observability: it is not connected to Alation: alation-lineage observability connect",
        )
    own = str(config.alation.url).rstrip("/").lower() if config.alation else None
    if own is not None and url.rstrip("/").lower() != own:
        return Finding(Level.WARNING, f"Data Observability: it is connected to {url}, and [alation] is {own}")
    return Finding(Level.OK, f"Data Observability: it is connected to {url}")
