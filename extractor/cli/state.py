"""The commands about the state: look at it, move it, make it anew from Alation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, Quiet
from extractor.cli.terminal import print_json, say, steps_told
from extractor.errors import ConfigError
from extractor.report import counted

_group = typer.Typer(no_args_is_help=True, help="What we know: look at it, move it, make it anew.")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(_group, name="state")


@_group.command()
def show(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show what the state holds: dataflows by status, nights by source, the last runs.

    Example: alation-lineage state show
    """
    from extractor import pipeline
    from extractor.config import load_config

    found = pipeline.show_state(load_config(config))
    if as_json:
        print_json(found.to_json())
        return
    statuses = ", ".join(f"{n} {status}" for status, n in found.statuses.items()) or "none"
    say(f"{found.where}, namespace {found.namespace}")
    say(f"dataflows: {statuses}; edges in Alation: {found.edges}; dataflows ever seen: {found.known}")
    if found.temporary:
        say(f"TMP nodes at the last look: {found.temporary}")
    for name, (nights, last) in found.nights.items():
        say(f"nights of {name}: {nights}, the last one {last.isoformat()}")
    for run in found.runs:
        words = f"run {run.id:>5}  {run.started_at:%Y-%m-%d %H:%M}  {run.command:<8} {run.status}"
        say(f"{words}, the plan of run {run.carries_out}" if run.carries_out else words)


@_group.command("export")
def export_(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Write the state as JSON lines, to move an installation or to look at with other tools.

    Example: alation-lineage state export state.jsonl
    """
    from extractor import pipeline
    from extractor.config import load_config

    say(f"{target}: {counted(pipeline.export_state(load_config(config), target), 'row')}")


@_group.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What state export wrote.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Read an exported state into one that holds nothing yet: all of it, or nothing.

    Example: alation-lineage state import state.jsonl
    """
    from extractor import pipeline
    from extractor.config import load_config

    settings = load_config(config)
    if not source.is_file():
        raise ConfigError(f"{source}: there is no such file. Write one with: alation-lineage state export {source}")
    say(f"{source}: {counted(pipeline.import_state(settings, source), 'row')}")


@_group.command()
def rebuild(config: ConfigFile = DEFAULT_CONFIG, quiet: Quiet = False) -> None:
    """Take what Alation holds under our namespace into the state, after the state was lost.

    Example: alation-lineage state rebuild
    """
    from extractor import pipeline
    from extractor.config import load_config

    taken, known = pipeline.rebuild_state(load_config(config), steps_told(quiet))
    if not quiet:
        say(f"{counted(taken, 'dataflow')} taken over from Alation, {known} known before")
