"""The step after an upload: tables that entered the lineage are mapped to their assets, as planned and shown."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from extractor.config import Config
from extractor.errors import AlationError, ConfigError, UnwritableKey
from extractor.keys import read_key
from extractor.models import Node
from extractor.observability import ObservabilityClient
from extractor.pipeline.names import split_name
from extractor.pipeline.service import enter, observability_of, remember
from extractor.report import Report, counted
from extractor.settings_of_observability import ObservabilitySettings
from extractor.state import Store
from extractor.state.assets import AssetStore, MappedTable
from extractor.state.catalog import CatalogStore
from extractor.upload import Action, Plan

_SHOWN = 20


class AssetLine(NamedTuple):
    """A line of the user's list of assets: the asset, the parts of its table's name, and where that stands."""

    asset_id: str
    parts: tuple[str, ...]
    place: str


class Addition(NamedTuple):
    """A mapping to make; ``instead`` when the asset is another table so far, whose mapping goes first."""

    asset_id: str
    table_id: int
    key: str
    instead: bool = False


@dataclass(slots=True)
class MappingPlan:
    """What the step will do. ``tables`` entered the lineage and were never offered; ``additions`` are one by one."""

    how: str
    tables: list[Node] = field(default_factory=list)
    additions: list[Addition] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        """One line for a person."""
        if self.how == "automatic":
            count = len(self.tables)
            return f"mapping: {counted(count, 'table')} entered the lineage; " + (
                "one automatic mapping" if count else "none"
            )
        keys = ", ".join(f"{a.asset_id} = {a.key}" for a in self.additions[:_SHOWN])
        more = f" and {len(self.additions) - _SHOWN} more" if len(self.additions) > _SHOWN else ""
        return f"mapping: to be mapped: {counted(len(self.additions), 'asset')}" + (f": {keys}{more}" if keys else "")


def refresh_mappings(config: Config, store: Store, report: Report) -> None:
    """Read the mapping list before names become keys; where that fails, the list of an earlier run is used."""
    if config.observability is None:
        return
    try:
        with enter(config.observability.model_copy(update={"retries": min(config.observability.retries, 2)})) as client:
            remember(store, client.mappings())
    except (AlationError, ConfigError) as error:
        if config.observability.map_tables != "no" and isinstance(error, ConfigError):
            raise
        held = "that of an earlier run is used" if AssetStore(store).read_at() else "none is known from before"
        report.warnings.append(f"the mapping list of Data Observability cannot be read, and {held}: {error}")


def plan_mapping(config: Config, store: Store, report: Report, progress: Callable[[str], None], made: Plan) -> None:
    """Say in the report what would be mapped after this plan has been applied; nothing is asked or changed."""
    settings = config.observability
    if settings is None or settings.map_tables == "no":
        return
    coming = (
        node for o in made.operations() if o.action is not Action.REMOVE for e in o.dataflow.edges for node in e[:2]
    )
    _show(_planned(config, settings, store, AssetStore(store).all(), coming), report, progress)


def map_tables(config: Config, store: Store, report: Report, progress: Callable[[str], None]) -> None:
    """Plan the step by what is in Alation now, show it, and carry it out; a failure is one of the report's."""
    settings = config.observability
    if settings is None or settings.map_tables == "no":
        return
    try:
        with enter(settings) as client:
            plan = _planned(config, settings, store, remember(store, client.mappings()), ())
            _show(plan, report, progress)
            _carry_out(plan, settings, store, client, report)
    except (AlationError, ConfigError) as error:
        report.failures.append(f"mapping of assets: {error}")


def with_map_tables(config: Config, how: str | None) -> Config:
    """The configuration with another ``map_tables``; None leaves it.

    Raises:
        ConfigError: there is no [observability] section, or no list of assets for ``each``.
    """
    if how is None or (how == "no" and config.observability is None):
        return config
    settings = observability_of(config)
    if how == "each" and settings.assets is None:
        raise ConfigError("mapping each table needs assets in [observability]: a CSV file with asset_id and table")
    return config.model_copy(update={"observability": settings.model_copy(update={"map_tables": str(how)})})


def read_assets(path: Path) -> list[AssetLine]:
    """The user's list of assets: a CSV file with the columns ``asset_id`` and ``table``.

    Raises:
        ConfigError: it cannot be read, or a line is wrong; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = {"asset_id", "table"} - set(reader.fieldnames or ())
            if missing:
                raise ConfigError(f"{path}: the header lacks {', '.join(sorted(missing))}")
            return [_line(row, f"{path}:{reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: the list of assets cannot be read: {error}") from None


def _line(row: dict[str, str | None], place: str) -> AssetLine:
    asset, table = (row.get("asset_id") or "").strip(), (row.get("table") or "").strip()
    if not asset or not table:
        raise ConfigError(f"{place}: asset_id and table must not be empty")
    try:
        return AssetLine(asset, split_name(table), place)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from None


def _planned(
    config: Config,
    settings: ObservabilitySettings,
    store: Store,
    mapped: list[MappedTable],
    coming: Iterable[Node],
) -> MappingPlan:
    assets = AssetStore(store)
    with assets.tables_in_alation(config.namespace) as tables:
        known = {node.key.lower(): node for node in tables}
    known |= {node.key.lower(): node for node in coming if node.otype == "table"}
    if settings.map_tables == "each":
        assert settings.assets is not None
        lines = read_assets(config.root / settings.assets)
        return _each(store, lines, known, mapped, overwrite=settings.overwrite)
    unmapped = set(known) - {table.key.lower() for table in mapped}
    new = [known[key] for key in sorted(unmapped)]
    offered = assets.offered(new)
    return MappingPlan("automatic", [node for node in new if node not in offered])


def _each(
    store: Store, lines: list[AssetLine], known: dict[str, Node], mapped: list[MappedTable], *, overwrite: bool
) -> MappingPlan:
    """The assets whose table is in the lineage and that are not this table yet."""
    plan = MappingPlan("each")
    now = {table.mapping.asset_id: table for table in mapped}
    by_name: dict[str, list[tuple[tuple[str, ...], Node]]] = {}
    for key, node in known.items():
        parts = _parts(key)
        by_name.setdefault(parts[-1], []).append((parts, node))
    for line in lines:
        fitting = [n for parts, n in by_name.get(line.parts[-1], ()) if parts[-len(line.parts) :] == line.parts]
        if len(fitting) > 1:
            keys = ", ".join(sorted(node.key for node in fitting))
            plan.notes.append(f"{line.place}: the table of asset {line.asset_id} may be any of {keys}")
        held = now.get(line.asset_id)
        if len(fitting) != 1 or (held is not None and held.key.lower() == fitting[0].key.lower()):
            continue
        if held is not None and not overwrite:
            plan.notes.append(f"{line.place}: asset {line.asset_id} is mapped to {held.key}, and stays (overwrite)")
            continue
        number = _table_id(store, fitting[0].key)
        if number is None:
            plan.notes.append(f"{line.place}: the catalog tells no id of {fitting[0].key}, so it cannot be mapped")
            continue
        plan.additions.append(Addition(line.asset_id, number, fitting[0].key, held is not None))
    return plan


def _table_id(store: Store, key: str) -> int | None:
    """The id of a table in Alation, by the catalog of its data source that the state holds."""
    number = _parts(key)[0]
    catalog = CatalogStore(store.engine).reader(int(number)) if number.isdigit() else None
    tables = catalog.by_key(key) if catalog is not None else []
    return tables[0].table_id if tables else None


def _parts(key: str) -> tuple[str, ...]:
    try:
        return read_key(key.lower())
    except UnwritableKey:
        return tuple(key.lower().split("."))


def _show(plan: MappingPlan, report: Report, progress: Callable[[str], None]) -> None:
    report.mapping = {"how": plan.how, "tables": len(plan.tables) if plan.how == "automatic" else len(plan.additions)}
    report.warnings.extend(plan.notes)
    progress(plan.in_words)


def _carry_out(
    plan: MappingPlan, settings: ObservabilitySettings, store: Store, client: ObservabilityClient, report: Report
) -> None:
    if plan.how == "automatic" and plan.tables:
        job = client.start_mapping(overwrite=settings.overwrite)
        report.mapping["job"] = job
        done = client.wait(job, settings.job_deadline_s, settings.job_poll_s)
        # An asset that is made later is mapped by hand or by the next table's turn: a job each night would map nothing.
        AssetStore(store).offer(plan.tables)
        report.mapping["mapped"] = len(done.result)
    elif plan.additions:
        report.mapping["mapped"] = _add_each(plan.additions, client, report)
    else:
        return
    remember(store, client.mappings())


def _add_each(additions: list[Addition], client: ObservabilityClient, report: Report) -> int:
    """Make the mappings one by one; what the service refuses costs itself."""
    made = 0
    for addition in additions:
        try:
            if addition.instead:
                client.remove_mapping(addition.asset_id)
            client.add_mapping(addition.asset_id, addition.table_id)
            made += 1
        except AlationError as error:
            if error.status not in {400, 404, 409}:
                raise
            report.failures.append(f"mapping of asset {addition.asset_id} to {addition.key}: {error}")
    return made
