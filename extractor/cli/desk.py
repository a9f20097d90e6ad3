"""The commands at the desk: lineage of a text, and of two versions, without Alation and without a configuration."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import compare
from extractor.cli.options import AsJsonFormat, HtmlFile, Layout, LogFormat, LogFormatOption, Quiet, dialects_like
from extractor.cli.reading import Desk, Names, read_desk, schema_of
from extractor.cli.terminal import print_json, say, steps_told, takes_colours, takes_lines
from extractor.report import ExitCode, counted


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(extract)
    compare.add_to(app)


def extract(
    source: Annotated[
        str,
        typer.Argument(metavar="FILE|DIR|-", help="A script, a log or a folder of scripts; '-' reads standard input."),
    ],
    dialect: Annotated[
        str,
        typer.Option(
            "--dialect",
            "-d",
            help="One of: alation-lineage dialects. Guessed where it is not given.",
            autocompletion=dialects_like,
        ),
    ] = "",
    layout: Annotated[Layout, typer.Option("--format", "-f", help="How to print it.")] = Layout.TEXT,
    as_json: AsJsonFormat = False,
    html: HtmlFile = None,
    schema: Annotated[
        Path | None, typer.Option("--schema", help='JSON of known columns: {"schema.table": {"column": null}}')
    ] = None,
    database: Annotated[str | None, typer.Option("--database", help="For names without one.")] = None,
    default_schema: Annotated[str | None, typer.Option("--default-schema", help="For names without one.")] = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 although some statements cannot be analysed.")
    ] = False,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Print the table and column lineage of SQL; exit code 3 where some of it cannot be read.

    Example: echo 'INSERT INTO a SELECT x FROM b' | alation-lineage extract -
    """
    progress = steps_told(quiet, log_format)
    desk = read_desk(source, dialect, Names(schema_of(schema), database, default_schema), progress=progress)
    if desk.guess is not None and not quiet:
        say(f"dialect: {desk.guess.name}, since {desk.guess.reason}; --dialect says another", error=True)
    _show(desk, Layout.JSON if as_json else layout, source)
    if html is not None:
        from extractor.outputs.html import write_html

        write_html(desk.graph(_title(source), datetime.now(UTC)), html)
        if not quiet:
            say(f"page: {html}", error=True)
    for line in desk.excerpts():
        say(line, error=True)
    for problem in desk.problems:
        say(f"error: {problem}", error=True)
    raise typer.Exit(_end(desk, exit_zero=exit_zero))


def _end(desk: Desk, *, exit_zero: bool) -> ExitCode:
    """The exit code, and a line on what could not be analysed: a script in CI must not pass for read."""
    failed, count = desk.failed()
    if failed:
        say(
            f"exit {0 if exit_zero and not desk.problems else 3}: {counted(failed, 'statement')} of {count} could not "
            "be analysed",
            error=True,
        )
    return ExitCode.FAILED if desk.problems or (failed and not exit_zero) else ExitCode.DONE


def _show(desk: Desk, layout: Layout, source: str) -> None:
    if layout is Layout.TEXT:
        from extractor.outputs.lines import tree, written
        from extractor.outputs.text import tree_of_lineage

        colours = takes_colours(sys.stdout)
        roots = (tree_of_lineage(name, lineage) for name, lineage in desk.found.items())
        for line in tree(roots, ascii_only=not takes_lines(sys.stdout)):
            sys.stdout.write(written(line, colours=colours) + "\n")
    elif layout is Layout.JSON:
        from extractor.outputs.document import lineage_document

        plain = {name: lineage_document(lineage) for name, lineage in desk.found.items()}
        print_json(plain)
    else:
        from extractor.outputs.writing import write

        write(desk.graph(_title(source), datetime.now(UTC)), layout.value, sys.stdout)


def _title(source: str) -> str:
    return f"Lineage of {'standard input' if source == '-' else source}"
