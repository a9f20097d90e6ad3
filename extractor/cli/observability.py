"""Data Observability: its connection to Alation, and which of its assets is which table."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile
from extractor.cli.terminal import print_json, say
from extractor.errors import ConfigError
from extractor.report import counted, visible

if TYPE_CHECKING:
    from extractor.config import Config
    from extractor.models import AssetMapping
    from extractor.observability import ObservabilityClient
    from extractor.settings_of_observability import ObservabilitySettings

Wait = Annotated[bool, typer.Option("--wait", help="Follow the job to its end.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    group = typer.Typer(no_args_is_help=True, help="Data Observability: its connection to Alation, assets and tables.")
    group.command()(connect)
    group.command()(show)
    group.command()(disconnect)
    group.command("map")(map_assets)
    group.command()(job)
    lines = typer.Typer(no_args_is_help=True, help="Which asset is which table of Alation's.")
    lines.command("list")(list_mappings)
    lines.command("add")(add_mapping)
    lines.command("remove")(remove_mapping)
    group.add_typer(lines, name="mappings")
    app.add_typer(group, name="observability")


def connect(
    url: Annotated[str | None, typer.Option("--url", help="Alation's address; that of \\[alation] by default.")] = None,
    user_id: Annotated[
        int | None, typer.Option("--user-id", min=0, help="Whose token it is; user_id of \\[alation] by default.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Connect Data Observability to Alation, or change that; the refresh token comes from where secrets are.

    Example: ALATION_LINEAGE_CONNECT_TOKEN_FILE=token.txt alation-lineage observability connect
    """
    from extractor.pipeline.service import token_to_give

    with _entered(config) as (settings, _, client):
        alation = settings.alation
        address = url or (str(alation.url) if alation else None)
        user = user_id if user_id is not None else (alation.user_id if alation else None)
        if address is None or user is None:
            raise ConfigError("which Alation? Give --url and --user-id, or an [alation] section")
        made = client.connect(address, user, token_to_give(settings))
    say(f"connected to {visible(made.url)} as user {made.user_id}")


def show(as_json: AsJson = False, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Tell which Alation Data Observability is connected to.

    Example: alation-lineage observability show
    """
    with _entered(config) as (_, _, client):
        found = client.integration()
    if as_json:
        print_json(found._asdict() if found else None)
    elif found is None:
        say("not connected; connect it with: alation-lineage observability connect")
    else:
        say(f"connected to {visible(found.url)} as user {found.user_id}")


def disconnect(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Remove the connection of Data Observability to Alation.

    Example: alation-lineage observability disconnect --yes
    """
    with _entered(config) as (_, _, client):
        found = client.integration()
        if found is None:
            say("not connected; nothing to remove")
            return
        if not yes and not sys.stdin.isatty():
            raise ConfigError(f"this would remove the connection to {visible(found.url)}: say --yes")
        if not yes and not typer.confirm(f"Remove the connection to {visible(found.url)}?"):
            say("left as it is")
            return
        said = client.disconnect()
    say(visible(said))


def map_assets(
    auto: Annotated[bool, typer.Option("--auto", help="Let the service map all its assets by itself.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Change mappings that exist, too.")] = False,
    wait: Wait = False,
    as_json: AsJson = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Start an automatic mapping of assets to tables; with --wait, tell what came of it.

    Example: alation-lineage observability map --auto --wait
    """
    if not auto:
        raise ConfigError(
            "say --auto to let the service map its assets by itself; one by one: alation-lineage observability "
            "mappings add ASSET TABLE"
        )
    with _entered(config) as (settings, service, client):
        number = client.start_mapping(overwrite=overwrite)
        if wait:
            _follow(settings, service, client, number, as_json=as_json)
            return
    if as_json:
        print_json({"job_id": number})
    else:
        say(f"started, job {visible(number)}; look with: alation-lineage observability job {visible(number)} --wait")


def job(
    number: Annotated[str, typer.Argument(metavar="JOB", help="The id that map --auto printed.")],
    wait: Wait = False,
    as_json: AsJson = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Tell where an automatic mapping stands, and what it mapped.

    Example: alation-lineage observability job f583cea0-640d-4c50-9153-e187f92a982e --wait
    """
    from extractor.errors import JobFailed

    with _entered(config) as (settings, service, client):
        if wait:
            _follow(settings, service, client, number, as_json=as_json)
            return
        found = client.mapping_job(number)
    if found.status == "FAILED":
        raise JobFailed(f"the automatic mapping {number} failed: {found.error_message or 'it gives no reason'}")
    if as_json:
        print_json({"job_id": number, "status": found.status, "result": [m._asdict() for m in found.result]})
        return
    say(f"{visible(found.status)}, {len(found.result)} mapped")
    _rows(list(found.result))


def list_mappings(as_json: AsJson = False, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List which asset is which table; the state remembers it for impact and check.

    Example: alation-lineage observability mappings list
    """
    with _entered(config) as (settings, _, client):
        found = client.mappings()
        _remember(settings, found)
    if as_json:
        print_json([mapping._asdict() for mapping in found])
    else:
        _rows(found)
        say(counted(len(found), "mapping"))


def add_mapping(
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="The asset's id in Data Observability.")],
    table: Annotated[str, typer.Argument(metavar="TABLE", help="The table's id in Alation, or its name.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Make an asset be a table of Alation's.

    Example: alation-lineage observability mappings add 35xftecujtsjd sales.orders
    """
    from extractor.pipeline.runs import state_url
    from extractor.pipeline.service import table_id_of
    from extractor.state import Store

    with _entered(config) as (settings, _, client):
        if table.strip().isdigit():
            number = int(table)
        else:
            with Store.open(state_url(settings)) as store:
                number = table_id_of(store, settings, table)
        made = client.add_mapping(asset, number)
        _remember(settings, client.mappings())
    _rows([made])


def remove_mapping(
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="The asset's id in Data Observability.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Let an asset be no table any more.

    Example: alation-lineage observability mappings remove 35xftecujtsjd
    """
    with _entered(config) as (settings, _, client):
        said = client.remove_mapping(asset)
        _remember(settings, client.mappings())
    say(visible(said))


@contextmanager
def _entered(path: Path) -> Iterator[tuple[Config, ObservabilitySettings, ObservabilityClient]]:
    from extractor.config import load_config
    from extractor.pipeline.service import enter, observability_of

    config = load_config(path)
    service = observability_of(config)
    with enter(service) as client:
        yield config, service, client


def _follow(
    config: Config, service: ObservabilitySettings, client: ObservabilityClient, number: str, *, as_json: bool
) -> None:
    done = client.wait(number, service.job_deadline_s, service.job_poll_s)
    _remember(config, client.mappings())
    if as_json:
        print_json({"job_id": number, "status": done.status, "result": [m._asdict() for m in done.result]})
        return
    _rows(list(done.result))
    say(f"completed: {len(done.result)} mapped" + (f" ({visible(done.error_message)})" if done.error_message else ""))


def _remember(config: Config, mappings: list[AssetMapping]) -> None:
    """Keep the list in the state, unless a run holds it: that run reads the list by itself."""
    from extractor.errors import StateError
    from extractor.pipeline.runs import state_url
    from extractor.pipeline.service import remember
    from extractor.state import Store

    try:
        with Store.open(state_url(config)) as store, store.lock():
            remember(store, mappings)
    except StateError as error:
        say(f"warning: the list is not remembered: {error}", error=True)


def _rows(mappings: list[AssetMapping]) -> None:
    if not mappings:
        return
    rows = [("asset", "table", "id", "data source")]
    rows += [
        (visible(m.asset_id), visible(m.table), str(m.table_id), visible(f"{m.data_source_id} {m.data_source_name}"))
        for m in mappings
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
