"""The question after an incident: what lies downstream of a table, a column or an asset, or what feeds it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from extractor.cli.options import DEFAULT_CONFIG, AsJsonFormat, ConfigFile
from extractor.cli.terminal import print_json, say
from extractor.errors import ConfigError


class Shape(StrEnum):
    """How the answer is printed."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"


class Kind(StrEnum):
    """Which edges are gone along."""

    ALL = "all"
    DIRECT = "direct"
    INDIRECT = "indirect"


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(impact)


def impact(
    table: Annotated[
        str | None, typer.Option("--table", "-t", metavar="NAME", help="A table: orders, sales.orders, 12.sales.orders")
    ] = None,
    column: Annotated[str | None, typer.Option("--column", help="One of its columns.")] = None,
    asset: Annotated[str | None, typer.Option("--asset", metavar="ID", help="An asset of Data Observability.")] = None,
    up: Annotated[bool, typer.Option("--up", help="What feeds it, instead of what it feeds.")] = False,
    depth: Annotated[int | None, typer.Option("--depth", min=1, help="At most so many edges away.")] = None,
    kind: Annotated[
        Kind, typer.Option("--kind", help="direct: the value flows; indirect: it filters, joins or groups.")
    ] = Kind.ALL,
    shape: Annotated[Shape, typer.Option("--format", "-f", help="How to print it.")] = Shape.TABLE,
    as_json: AsJsonFormat = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=0, show_default="100, 1000 as JSON", help="Tables to show; 0 shows all."),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Which tables, columns and mapped assets lie downstream of an incident, or upstream, as the state knows it.

    Example: alation-lineage impact --table sales.orders --column amount --format mermaid
    """
    if (table is None) == (asset is None):
        raise ConfigError("name one thing: either --table NAME or --asset ID")
    from extractor.cli import impact_shown
    from extractor.config import load_config
    from extractor.pipeline.impact import impact as answer
    from extractor.pipeline.reach import Question

    shape = Shape.JSON if as_json else shape
    edges = None if kind is Kind.ALL else "direct" if kind is Kind.DIRECT else "indirect"
    question = Question(asset, table, column, up, edges, depth)  # type: ignore[arg-type]
    shown_at_most = (1_000 if shape is Shape.JSON else 100) if limit is None else limit
    found = answer(load_config(config), question, shown_at_most or None)
    if shape is Shape.JSON:
        print_json(impact_shown.as_json(found))
    else:
        shown = impact_shown.as_mermaid if shape is Shape.MERMAID else impact_shown.as_table
        say("\n".join(shown(found)))
