"""The command that compares two versions: diff."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from extractor.cli.options import AsJsonFormat, LogFormat, LogFormatOption, Quiet, dialects_like
from extractor.cli.reading import Desk, Input, Names, guess_of, inputs_of, read_desk, schema_of
from extractor.cli.terminal import print_json, say, steps_told, takes_colours
from extractor.errors import ConfigError
from extractor.progress import Progress
from extractor.report import ExitCode

if TYPE_CHECKING:
    from extractor.outputs.graph import Graph

_SQLITE = b"SQLite format 3\0"


class DiffLayout(StrEnum):
    """How differences are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class FailOn(StrEnum):
    """The mildest difference that ends the command with exit code 4."""

    BREAKING = "breaking"
    REMOVED = "removed"
    CHANGED = "changed"
    MINOR = "minor"
    ADDED = "added"
    NEVER = "never"


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(diff)


def diff(
    before: Annotated[
        str,
        typer.Argument(metavar="A", help="A plan, a graph, a state, a configuration, or SQL: a file or a folder."),
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="The same of another time or version.")],
    layout: Annotated[DiffLayout, typer.Option("--format", "-f", help="How to print it.")] = DiffLayout.TEXT,
    as_json: AsJsonFormat = False,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 4 where there is such a difference, or a worse one.")
    ] = FailOn.BREAKING,
    dialect: Annotated[
        str,
        typer.Option("--dialect", "-d", help="Of SQL. Guessed where it is not given.", autocompletion=dialects_like),
    ] = "",
    schema: Annotated[
        Path | None, typer.Option("--schema", help='JSON of known columns: {"schema.table": {"column": null}}')
    ] = None,
    database: Annotated[str | None, typer.Option("--database", help="For names without one.")] = None,
    default_schema: Annotated[str | None, typer.Option("--default-schema", help="For names without one.")] = None,
    quiet: Quiet = False,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Tell what differs in lineage between two versions, and what that breaks downstream.

    Example: alation-lineage diff main/sql branch/sql --dialect snowflake --format markdown
    """
    from extractor.outputs.comparison import lines_of, markdown, values
    from extractor.outputs.differences import Severity, differences
    from extractor.outputs.lines import written

    names = Names(schema_of(schema), database, default_schema)
    problems: list[str] = []
    old, new = _graphs(before, after, dialect, names, problems, steps_told(quiet, log_format), quiet=quiet)
    found = differences(old, new)
    if as_json or layout is DiffLayout.JSON:
        print_json(values(found))
    elif layout is DiffLayout.MARKDOWN:
        sys.stdout.writelines(f"{line}\n" for line in markdown(found, f"from {before} to {after}"))
    else:
        colours = takes_colours(sys.stdout)
        sys.stdout.writelines(f"{written(line, colours=colours)}\n" for line in lines_of(found))
    for problem in problems:
        say(f"error: {problem}", error=True)
    if problems:
        raise typer.Exit(ExitCode.FAILED)
    bad = list(Severity)[: [*FailOn].index(fail_on) + 1] if fail_on is not FailOn.NEVER else []
    raise typer.Exit(ExitCode.DIFFERENCE if any(d.severity in bad for d in found) else ExitCode.DONE)


def _graphs(
    before: str, after: str, dialect: str, names: Names, problems: list[str], progress: Progress, *, quiet: bool
) -> tuple[Graph, Graph]:
    """Both graphs. SQL is read in one dialect on both sides, so that a guess makes no difference of its own."""
    held = [_held(Path(name)) if name != "-" else None for name in (before, after)]
    inputs: list[list[Input]] = [
        inputs_of(name) if graph is None else [] for name, graph in zip((before, after), held, strict=True)
    ]
    if any(inputs) and not all(inputs):
        raise ConfigError(
            f"{before} and {after} cannot be compared: one holds names as in SQL, the other Alation's keys"
        )
    if all(inputs) and not dialect:
        guess = guess_of([*inputs[1], *inputs[0]])
        dialect = guess.name
        if not quiet:
            say(f"dialect: {guess.name}, since {guess.reason}; --dialect says another", error=True)
    made = []
    for name, graph, mine in zip((before, after), held, inputs, strict=True):
        if graph is not None:
            made.append(graph)
            continue
        desk: Desk = read_desk(name, dialect, names, inputs=mine, progress=progress)
        problems += desk.problems
        for line in desk.not_analysed():
            say(f"warning: {line}", error=True)
        made.append(desk.graph(name, datetime.now(UTC)))
    return made[0], made[1]


def _held(path: Path) -> Graph | None:
    """The graph that a file holds; None where it is SQL, a log or a folder."""
    if path.is_dir():
        return None
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    if head.startswith(_SQLITE):
        return _of_state(f"sqlite:///{path.resolve()}", None)
    if path.suffix == ".toml":
        from extractor.config import load_config
        from extractor.pipeline.runs import state_url

        config = load_config(path)
        return _of_state(state_url(config), config.namespace)
    if head.lstrip().startswith(b"{") and (b'"alation-lineage graph"' in head or b'"state_version"' in head):
        return _of_document(path, is_plan=b'"state_version"' in head)
    return None


def _of_document(path: Path, *, is_plan: bool) -> Graph:
    from extractor.outputs.document import read_document
    from extractor.outputs.of_plan import graph_of_plan
    from extractor.upload import Plan

    if is_plan:
        with Plan.load(path) as plan:
            return graph_of_plan(plan, None, plan.head.namespace, title=str(path), made_at=plan.head.made_at)
    try:
        return read_document(orjson.loads(path.read_bytes()), str(path))
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{path} cannot be read as JSON: {error}") from None


def _of_state(url: str, namespace: str | None) -> Graph:
    from extractor.outputs.of_plan import graph_of_state
    from extractor.state import Store

    with Store.open(url) as store:
        names = [namespace] if namespace is not None else store.namespaces()
        if len(names) > 1:
            raise ConfigError(
                f"{store.where} holds {', '.join(names)}: name a configuration in its place, which says what counts"
            )
        return graph_of_state(store, names[0] if names else "", title=store.where, made_at=datetime.now(UTC))
