"""The sandbox: a local Alation to rehearse against."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(sandbox)


def sandbox(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8180,
    data: Annotated[
        Path | None, typer.Option("--data", help="Keep the sandbox's data in this folder; else it forgets.")
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option("--catalog", help="A JSON file with data sources, schemas, tables and columns.")
    ] = None,
) -> None:
    """Start a local Alation and print its URL, a user id and a refresh token; ends with Ctrl-C.

    Example: alation-lineage sandbox --port 8180 --data .sandbox --catalog catalog.json
    """
    from extractor.sandbox import serve

    serve(port, data, catalog, lambda ready: print(ready, flush=True))
