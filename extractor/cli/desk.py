"""The commands at the desk: lineage of a text, and of two versions, without Alation and without a configuration."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from extractor.cli import compare
from extractor.cli.options import HtmlFile, Layout, dialects_like
from extractor.cli.reading import Desk, Names, read_desk, schema_of
from extractor.cli.terminal import say, takes_colours, takes_lines
from extractor.report import ExitCode


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
    html: HtmlFile = None,
    schema: Annotated[
        Path | None, typer.Option("--schema", help='JSON of known columns: {"schema.table": {"column": null}}')
    ] = None,
    database: Annotated[str | None, typer.Option("--database", help="For names without one.")] = None,
    default_schema: Annotated[str | None, typer.Option("--default-schema", help="For names without one.")] = None,
) -> None:
    """Print the table and column lineage of SQL.

    Example: echo 'INSERT INTO a SELECT x FROM b' | alation-lineage extract -
    """
    desk = read_desk(source, dialect, Names(schema_of(schema), database, default_schema))
    if desk.guess is not None:
        say(f"dialect: {desk.guess.name}, since {desk.guess.reason}; --dialect says another", error=True)
    _show(desk, layout, source)
    if html is not None:
        from extractor.outputs.html import write_html

        write_html(desk.graph(_title(source), datetime.now(UTC)), html)
        say(f"page: {html}", error=True)
    for line in desk.excerpts():
        say(line, error=True)
    for problem in desk.problems:
        say(f"error: {problem}", error=True)
    raise typer.Exit(ExitCode.FAILED if desk.problems else ExitCode.DONE)


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
        sys.stdout.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        from extractor.outputs.writing import write

        write(desk.graph(_title(source), datetime.now(UTC)), layout.value, sys.stdout)


def _title(source: str) -> str:
    return f"Lineage of {'standard input' if source == '-' else source}"
