"""The command tree and the way every command ends."""

from __future__ import annotations

import sys
import traceback
from importlib import metadata
from typing import Annotated

import typer

from extractor.cli import (
    byhand,
    desk,
    graphs,
    history,
    impact,
    names,
    night,
    observability,
    rehearse,
    setup,
    state,
    survey,
)
from extractor.cli.terminal import bear_any_text, say, speak_text
from extractor.errors import ConfigError, LineageError
from extractor.report import ExitCode

app = typer.Typer(
    name="alation-lineage",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Derives table and column lineage from query logs and SQL scripts and keeps Alation's graph equal to it.",
)
_COMMANDS = (setup, survey, desk, graphs, names, night, history, impact, byhand, observability, state, rehearse)
_KILLED_BY_SIGINT = 130
_GOING_ON = {"run", "apply", "backfill", "undo", "catalog"}
"""Commands that keep in the state what they have finished, so that the next start goes on from there."""
for module in _COMMANDS:
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


def _interrupted() -> str:
    keeps = _GOING_ON.intersection(sys.argv[1:2])
    return "interrupted; what was finished is kept, run again to go on" if keeps else "interrupted"


def main() -> None:
    """Run the command line; an error of ours is one message on standard error and an exit code."""
    bear_any_text()
    try:
        app(prog_name="alation-lineage")
    except LineageError as error:
        say(f"error: {error}", error=True)
        sys.exit(ExitCode.USAGE if isinstance(error, ConfigError) else ExitCode.FAILED)
    except KeyboardInterrupt:
        say(_interrupted(), error=True)
        sys.exit(_KILLED_BY_SIGINT)
    except SystemExit as end:
        if end.code == _KILLED_BY_SIGINT:  # Typer has turned the interruption into it
            say(_interrupted(), error=True)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.DONE)
    except Exception:  # noqa: BLE001 - Python would leave with 1, which means something else here
        say(f"{traceback.format_exc()}error: this is a defect, please report it; run again to go on", error=True)
        sys.exit(ExitCode.FAILED)
    finally:
        speak_text()
