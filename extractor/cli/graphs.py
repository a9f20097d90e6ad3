"""The command that shows what Alation holds by the state: graph."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.options import DEFAULT_CONFIG, AsJsonFormat, ConfigFile, Layout
from extractor.cli.terminal import say, takes_colours, takes_lines
from extractor.errors import OutputError


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(graph)


def graph(
    config: ConfigFile = DEFAULT_CONFIG,
    layout: Annotated[Layout, typer.Option("--format", "-f", help="How to write it.")] = Layout.TEXT,
    as_json: AsJsonFormat = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it to this file.")] = None,
) -> None:
    """Show the lineage that Alation holds of ours, by the state; Alation is not asked.

    Example: alation-lineage graph --format html --out lineage.html
    """
    from extractor.config import load_config
    from extractor.outputs.writing import write
    from extractor.pipeline.picture import graph_of
    from extractor.pipeline.runs import state_url
    from extractor.state import Store

    layout = Layout.JSON if as_json else layout
    settings = load_config(config)
    with Store.open(state_url(settings)) as store:
        made = graph_of(settings, store)
    told = settings.openlineage
    written = partial(
        write,
        namespace=(told.namespace if told else "") or settings.namespace,
        datasets=told.datasets if told else None,
    )
    if out is None:
        written(made, layout, sys.stdout, colours=takes_colours(sys.stdout), ascii_only=not takes_lines(sys.stdout))
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("w", encoding="utf-8") as file:
            written(made, layout, file)
    except OSError as error:
        raise OutputError(f"the graph cannot be written to {out}: {error.strerror}") from None
    say(f"graph: {out}", error=True)
