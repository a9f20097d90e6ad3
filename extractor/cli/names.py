"""Questions about names and the catalogs that they are looked up in: keys, catalog pull, show, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, Quiet
from extractor.cli.terminal import print_json, say, steps_told
from extractor.errors import ConfigError
from extractor.report import ExitCode, visible

if TYPE_CHECKING:
    from extractor.config import Config, SourceSettings

SourceName = Annotated[
    str,
    typer.Option("--source", "-s", help="The name of a source in the configuration, or the number of its data source."),
]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(keys)
    group = typer.Typer(no_args_is_help=True, help="The catalogs in the state.")
    group.command()(pull)
    group.command()(show)
    group.command(name="import")(import_file)
    app.add_typer(group, name="catalog")


def keys(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name as it stands in SQL, or the place of a file.")],
    source: SourceName = "",
    config: ConfigFile = DEFAULT_CONFIG,
    database: Annotated[str | None, typer.Option("--database", help="What the session had set.")] = None,
    schema: Annotated[str | None, typer.Option("--schema", help="What the session had set.")] = None,
    as_json: AsJson = False,
) -> None:
    """Explain how a name gets its key, step by step: what it is completed with, what is looked up, what is near.

    Example: alation-lineage keys "mart..orders" --source dwh
    """
    from extractor.pipeline.key_lookup import explain_key

    settings = _read(config)
    explained = explain_key(settings, _source_of(settings, source), name, database=database, schema=schema)
    if as_json:
        print_json(explained._asdict())
    else:
        for line in explained.steps:
            say(visible(line))
    raise typer.Exit(ExitCode.DONE if explained.key else ExitCode.NO_EDGES)


def pull(
    config: ConfigFile = DEFAULT_CONFIG,
    source: SourceName = "",
    full: Annotated[bool, typer.Option("--full", help="Read everything anew, also what has not changed.")] = False,
    quiet: Quiet = False,
) -> None:
    """Bring the catalogs of the data sources into the state, from where the configuration says.

    Example: alation-lineage catalog pull --source dwh
    """
    from extractor.pipeline.key_lookup import pull_catalogs

    settings = _read(config)
    only = _source_of(settings, source) if source else None
    failed = 0
    for pulled in pull_catalogs(settings, only, full=full, progress=steps_told(quiet)):
        if pulled.is_failure or not quiet:
            say(visible(pulled.text), error=pulled.is_failure)
        failed += pulled.is_failure
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.DONE)


def show(
    config: ConfigFile = DEFAULT_CONFIG,
    source: SourceName = "",
    schemas: Annotated[int, typer.Option("--schemas", min=0, help="The most schemas to list of each.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the catalogs in the state: version, origin, age, counts, the largest schemas.

    Example: alation-lineage catalog show
    """
    from extractor.pipeline.key_lookup import catalogs_in_words, held_catalogs

    settings = _read(config)
    only = _source_of(settings, source) if source else None
    if as_json:
        print_json({"catalogs": [held.to_json() for held in held_catalogs(settings, only, schemas)]})
        return
    for line in catalogs_in_words(settings, only, schemas):
        say(visible(line))


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines, JSON or Parquet with columns of information_schema.")],
    source: SourceName = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Take the catalog of a data source from a file, once.

    A run brings it anew from where the configuration says; with catalog = { from_alation = false } it stays.

    Example: alation-lineage catalog import columns.csv --source dwh
    """
    from extractor.pipeline.key_lookup import import_catalog

    settings = _read(config)
    pulled = import_catalog(settings, _source_of(settings, source), file)
    for line in pulled:
        say(visible(line))


def _read(path: Path) -> Config:
    from extractor.config import load_config

    return load_config(path)


def _source_of(config: Config, asked: str) -> SourceSettings:
    """The source of that name or data source; the only one there is when nothing is asked.

    Raises:
        ConfigError: there is none, or nothing is asked and there are several.
    """
    known = ", ".join(f"{source.name} ({source.data_source_id})" for source in config.source)
    if not asked:
        if len(config.source) == 1:
            return config.source[0]
        raise ConfigError(f"say which source: --source NAME, one of: {known}")
    for source in config.source:
        if asked.lower() in (source.name.lower(), str(source.data_source_id)):
            return source
    raise ConfigError(f"no [[source]] is called {asked!r}; there are: {known}")
