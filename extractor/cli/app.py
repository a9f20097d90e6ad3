"""The command tree and the way every command ends."""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Annotated

import typer

from extractor.cli import desk, night, rehearse, setup
from extractor.errors import ConfigError, LineageError
from extractor.report import ExitCode

app = typer.Typer(
    name="alation-lineage",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Derives table and column lineage from query logs and SQL scripts and keeps Alation's graph equal to it.",
)
for module in (setup, desk, night, rehearse):
    module.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"alation-lineage {metadata.version('alation-lineage')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Start with: alation-lineage init."""


def main() -> None:
    """Run the command line; an error of ours is one message on standard error and an exit code."""
    try:
        app()
    except LineageError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(ExitCode.USAGE if isinstance(error, ConfigError) else ExitCode.FAILED)
    except KeyboardInterrupt:
        print("interrupted; what was finished is kept, run again to go on", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.DONE)
