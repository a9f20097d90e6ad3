"""The commands of the night: run, plan, apply, explain."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import (
    DEFAULT_CONFIG,
    AllowRemovals,
    AsJson,
    ConfigFile,
    EngineOption,
    HtmlFile,
    JsonFile,
    LogFormat,
    LogFormatOption,
    MapTablesOption,
    MetricsFile,
    Quiet,
    Since,
    Until,
    in_utc,
)
from extractor.cli.terminal import log_end, logs_are_json, print_json, say, steps_told
from extractor.errors import ConfigError
from extractor.logs import about
from extractor.report import ExitCode, Report

if TYPE_CHECKING:
    from extractor.pipeline import Window


class Against(StrEnum):
    """What a plan is compared with."""

    STATE = "state"
    ALATION = "alation"


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(run)
    app.command()(plan)
    app.command()(apply)
    app.command()(explain)
    app.command()(verify)
    app.command()(undo)


def run(
    config: ConfigFile = DEFAULT_CONFIG,
    since: Since = None,
    until: Until = None,
    allow_removals: AllowRemovals = False,
    html: HtmlFile = None,
    map_tables: MapTablesOption = None,
    engine: EngineOption = None,
    json: JsonFile = None,
    metrics: MetricsFile = None,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Read the logs, derive lineage, and make Alation's graph equal to it.

    Example: alation-lineage run --since 2024-03-01 --json report.json
    """
    from extractor import pipeline
    from extractor.config import load_config
    from extractor.pipeline.derive import with_engine
    from extractor.pipeline.mapping import with_map_tables

    progress = steps_told(quiet, log_format)
    settings = with_engine(with_map_tables(load_config(config), map_tables), engine)
    report = pipeline.run(
        settings,
        window=_window(since, until),
        progress=progress,
        html=html,
        allow_removals=allow_removals,
    )
    _end(report, settings.limits.max_unparsed, json, quiet=quiet, metrics=metrics, command="run")


def plan(
    config: ConfigFile = DEFAULT_CONFIG,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Save the plan here, for apply.")] = None,
    since: Since = None,
    until: Until = None,
    against: Annotated[
        Against, typer.Option("--against", help="Compare with what the state says, or with what Alation really holds.")
    ] = Against.STATE,
    allow_removals: AllowRemovals = False,
    html: HtmlFile = None,
    map_tables: MapTablesOption = None,
    engine: EngineOption = None,
    json: JsonFile = None,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Say what a run would change in Alation, and change nothing there.

    With --against alation, what was deleted or changed there by hand is found and planned, and any difference ends
    with exit code 4.

    Example: alation-lineage plan --against alation --out plan.json
    """
    from extractor import pipeline
    from extractor.config import load_config
    from extractor.pipeline.derive import with_engine
    from extractor.pipeline.mapping import with_map_tables

    progress = steps_told(quiet, log_format)
    settings = with_engine(with_map_tables(load_config(config), map_tables), engine)
    report = pipeline.plan(
        settings,
        out=out,
        window=_window(since, until),
        progress=progress,
        html=html,
        allow_removals=allow_removals,
        look=pipeline.look if against is Against.ALATION else None,
    )
    if out is not None and not quiet:
        say(f"plan saved to {out}; carry it out with: alation-lineage apply {out}", error=str(json) == "-")
    _end(report, settings.limits.max_unparsed, json, quiet=quiet)


def apply(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan saved by: alation-lineage plan --out")],
    config: ConfigFile = DEFAULT_CONFIG,
    map_tables: MapTablesOption = None,
    json: JsonFile = None,
    metrics: MetricsFile = None,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Carry out exactly a saved plan; refused when the state has changed since it was made.

    Example: alation-lineage apply plan.json
    """
    from extractor import pipeline
    from extractor.config import load_config
    from extractor.pipeline.mapping import with_map_tables

    progress = steps_told(quiet, log_format)
    settings = with_map_tables(load_config(config), map_tables)
    if not plan_file.is_file():
        raise ConfigError(f"{plan_file}: there is no such plan. Make one with: alation-lineage plan --out {plan_file}")
    report = pipeline.apply(settings, plan_file, progress=progress)
    _end(report, settings.limits.max_unparsed, json, quiet=quiet, metrics=metrics, command="apply")


def explain(
    place: Annotated[str, typer.Argument(help="FILE:LINE of a statement, or its fingerprint.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show the whole way of one statement, from its record to its dataflow.

    Example: alation-lineage explain logs/night1.csv:214
    """
    from extractor import pipeline
    from extractor.config import load_config

    found = pipeline.explain(load_config(config), place)
    if as_json:
        print_json(found.document)
    else:
        say(found.text)
    raise typer.Exit(ExitCode.DONE if found.matched else ExitCode.USAGE)


def verify(
    config: ConfigFile = DEFAULT_CONFIG,
    json: JsonFile = None,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Read back from Alation whether it holds what was sent, and list TMP nodes; exit code 4 when it does not.

    Example: alation-lineage verify
    """
    from extractor import pipeline
    from extractor.cli import looked
    from extractor.config import load_config

    found = pipeline.verify(load_config(config), steps_told(quiet, log_format))
    raise typer.Exit(looked.end(found, json, quiet=quiet))


def undo(
    run: Annotated[int, typer.Argument(metavar="RUN", help="The number of a run: alation-lineage state show")],
    config: ConfigFile = DEFAULT_CONFIG,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    json: JsonFile = None,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Make what a run changed what it was before, here and in Alation; the plan is shown first.

    Take away the cause first (a wrong log, a wrong setting): the next run over the same logs does the same again.

    Example: alation-lineage undo 41
    """
    from extractor import pipeline
    from extractor.cli import looked
    from extractor.config import load_config

    progress = steps_told(quiet, log_format)
    settings = load_config(config)
    report = pipeline.undo(
        settings, run, agree=lambda meant: looked.agree(meant, yes=yes, apart=str(json) == "-"), progress=progress
    )
    _end(report, settings.limits.max_unparsed, json, quiet=quiet)


def _window(since: datetime | None, until: datetime | None) -> Window:
    from extractor.pipeline import Window

    if since is not None and until is not None and since >= until:
        raise ConfigError(f"nothing lies between --since {since.isoformat()} and --until {until.isoformat()}")
    return Window(in_utc(since), in_utc(until))


def _end(
    report: Report,
    max_unparsed: float,
    json: Path | None,
    *,
    quiet: bool,
    metrics: Path | None = None,
    command: str = "",
) -> None:
    from extractor.cli import show

    not_written = show.write_json(report.to_json(), json) or show.write_metrics(report, metrics, command, max_unparsed)
    code = ExitCode.FAILED if not_written else report.exit_code(max_unparsed)
    with about(run=report.run_id):
        in_words = not quiet and str(json) != "-" and not logs_are_json()
        if in_words:
            say(show.report_in_words(report))
            if json is not None and not not_written:
                say(f"report: {json}")
        if not in_words:
            log_end(report, code)
            for line in (*(f"warning: {w}" for w in report.warnings), *(f"failed: {f}" for f in report.failures)):
                say(line, error=True)
        if not_written:
            say(f"error: {not_written}", error=True)
        elif code is not ExitCode.DONE:
            say(show.end_in_words(code, report, max_unparsed), error=True)
    raise typer.Exit(code)
