"""Years of history: the command backfill."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import (
    DEFAULT_CONFIG,
    ConfigFile,
    EngineOption,
    JsonFile,
    LogFormat,
    LogFormatOption,
    Quiet,
    in_utc,
)
from extractor.cli.terminal import say, steps_told
from extractor.errors import ConfigError
from extractor.report import ExitCode, counted

if TYPE_CHECKING:
    from extractor.pipeline import BackfillReport

_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(backfill)


def backfill(
    since: Annotated[
        datetime, typer.Option("--since", formats=_DATES, help="Begin with what ran at or after this moment (UTC).")
    ],
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=_DATES, help="End before this moment (UTC); default: now."),
    ] = None,
    window: Annotated[
        str, typer.Option("--window", "-w", help="How much is planned and applied at once: 1mo, 7d, 12h.")
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Do windows that are done once more.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell files, bytes, hours and requests; change nothing.")
    ] = False,
    engine: EngineOption = None,
    config: ConfigFile = DEFAULT_CONFIG,
    json: JsonFile = None,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Bring history into Alation, window by window in time order; killed and run again, it goes on where it was.

    Example: alation-lineage backfill --since 2021-01-01 --until 2024-01-01 --window 1mo
    """
    from extractor import pipeline
    from extractor.config import load_config
    from extractor.pipeline.derive import with_engine
    from extractor.settings_of_backfill import parse_step

    progress = steps_told(quiet, log_format)
    settings = with_engine(load_config(config), engine)
    step = window or settings.backfill.window
    try:
        parse_step(step)
    except ValueError as error:
        raise ConfigError(f"--window: {error}") from None
    begin, end = in_utc(since), in_utc(until) or datetime.now(UTC).replace(microsecond=0)
    if begin is None or begin >= end:
        raise ConfigError(f"nothing lies between --since {since.isoformat()} and --until {end.isoformat()}")
    if dry_run:
        estimate = pipeline.estimate(settings, since=begin, until=end, step=step, progress=progress)
        _write(estimate.to_json(), json)
        if str(json) != "-":
            say(estimate.in_words())
        return
    report = pipeline.backfill(settings, since=begin, until=end, step=step, again=again, progress=progress)
    _write(report.to_json(), json)
    code = report.exit_code(settings.limits.max_unparsed)
    if str(json) != "-":
        say(_in_words(report, code))
    raise typer.Exit(code)


def _write(content: object, target: Path | None) -> None:
    from extractor.cli import show

    if not_written := show.write_json(content, target):
        raise ConfigError(not_written)


def _in_words(report: BackfillReport, code: ExitCode) -> str:
    rows = [f"warning: {line}" for line in report.warnings]
    for done in report.windows:
        found = done.report
        if found is None:
            rows.append(f"  {done.words}: was done before")
            continue
        rows.append(
            f"  {done.words}: {counted(found.records_read, 'record')}, {counted(found.edges_derived, 'edge')}, "
            f"{counted(found.upload.get('sent', 0), 'dataflow')} sent, {found.upload.get('removed', 0)} removed"
        )
        rows += [f"    warning: {line}" for line in found.warnings[:3]]
        rows += [f"    failed: {line}" for line in found.failures[:3]]
    new = sum(1 for done in report.windows if done.report is not None)
    rows.append(f"{counted(new, 'window')} done now, {len(report.windows) - new} before")
    if report.stopped:
        rows.append(f"exit {int(code)}: {report.stopped}")
    elif code is ExitCode.FAILED:
        rows.append(
            f"exit {int(code)}: a file or an upload failed, or too much could not be analysed (see above); what was "
            "finished is kept, and with --again windows are done once more"
        )
    elif code is ExitCode.NO_EDGES:
        rows.append(
            f"exit {int(code)}: statements write what they read, but no edge came of any (alation-lineage check)"
        )
    return "\n".join(rows)
