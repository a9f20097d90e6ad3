"""What lies in some files, before anything is configured."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.options import AsJson, Quiet, dialects_like
from extractor.cli.terminal import print_json, say, steps_told
from extractor.errors import ConfigError
from extractor.report import ExitCode, counted, visible

if TYPE_CHECKING:
    from extractor.pipeline.survey import Survey
    from extractor.sources import FileStats

_MOST_ROWS = 24


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    group = typer.Typer(no_args_is_help=True, help="Questions about log files.")
    group.command()(stats)
    group.command()(queries)
    app.add_typer(group, name="sources")


def queries(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Show the text of this one.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the ready queries over history tables of databases, or show one, to be read or changed.

    Example: alation-lineage sources queries snowflake-query-history > history.sql
    """
    from extractor.sources.databases import ready_queries, text_of

    if as_json:
        wanted = {name: text_of(name)} if name else dict.fromkeys(ready_queries())
        listed = [{"name": n, "title": ready_queries()[n].title, "text": text} for n, text in wanted.items()]
        print_json({"queries": listed})
        return
    if name:
        sys.stdout.write(text_of(name))
        return
    width = max(map(len, ready_queries()))
    for known, query in ready_queries().items():
        sys.stdout.write(f"{known:{width}}  {query.title}\n")


def stats(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders to read.")],
    dialect: Annotated[
        str, typer.Option("--dialect", "-d", help="The database they are from.", autocompletion=dialects_like)
    ] = "generic",
    as_format: Annotated[
        str, typer.Option("--format", "-f", help="The format, where content does not tell it.")
    ] = "auto",
    time_zone: Annotated[str, typer.Option("--time-zone", help="The zone of times that name none.")] = "UTC",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Count what log files hold: by file, format, outcome, session, hour and kind of statement.

    Example: alation-lineage sources stats logs/ --dialect postgres
    """
    import dialects
    from extractor.config import SourceSettings
    from extractor.pipeline.survey import survey

    try:
        known = dialects.get(dialect)
    except dialects.UnknownDialect as error:
        raise ConfigError(str(error)) from None
    source = SourceSettings(
        name="stats", paths=["."], dialect=dialect, data_source_id=0, format=as_format, time_zone=time_zone
    )
    found = survey(paths, known, source, steps_told(quiet))
    if as_json:
        print_json(_plain(found))
    elif found.files:
        say("\n".join(visible(row) for row in _in_words(found)))
    is_empty = not found.files and not found.problems
    for problem in [*found.problems, *(["no file was found"] if is_empty else [])]:
        say(f"error: {problem}", error=True)
    raise typer.Exit(ExitCode.FAILED if found.problems or is_empty else ExitCode.DONE)


def _plain(found: Survey) -> dict[str, Any]:
    return {
        "files": [_file(stats) for stats in found.files],
        "formats": found.formats,
        "records": found.records,
        "unreadable": found.unreadable,
        "outcomes": found.outcomes,
        "sessions": found.sessions,
        "users": found.users,
        "first": found.first,
        "last": found.last,
        "hours": dict(sorted(found.hours.items())),
        "statements": dict(found.kinds.most_common()),
        "problems": found.problems,
    }


def _file(stats: FileStats) -> dict[str, Any]:
    return {
        "path": stats.name,
        "format": stats.format,
        "reason": stats.reason,
        "wrappers": stats.wrappers,
        "encoding": stats.encoding,
        "entries": stats.entries,
        "records": stats.records,
        "unreadable": stats.bad,
        "repeats": stats.repeats,
        "noise": stats.noise,
        "cut": stats.cut,
        "problem": stats.problem,
    }


def _in_words(found: Survey) -> list[str]:
    rows = [
        ", ".join(
            (counted(len(found.files), "file"), counted(found.records, "record"), counted(found.sessions, "session"))
        )
    ]
    if found.first is not None and found.last is not None:
        rows.append(f"from {found.first:%Y-%m-%d %H:%M:%S} to {found.last:%Y-%m-%d %H:%M:%S} UTC")
    rows += ["", "files"]
    rows += [row for stats in found.files for row in _of_file(stats)]
    rows += _table("outcomes", found.outcomes)
    if found.unreadable:
        rows.append(f"  {found.unreadable:>12,}  unreadable")
    rows += _table("statements", found.kinds)
    rows += _table("users", Counter({user or "(not told)": count for user, count in found.users.items()}))
    rows += _table("hours (UTC)", found.hours, in_order=True)
    return rows


def _of_file(stats: FileStats) -> list[str]:
    packed = f" in {', '.join(stats.wrappers)}" if stats.wrappers else ""
    aside = ", ".join(
        f"{count:,} {what}"
        for count, what in (
            (stats.bad, "unreadable"),
            (stats.cut, "cut"),
            (stats.repeats, "repeats"),
            (stats.noise, "without SQL"),
        )
        if count
    )
    rows = [
        f"  {stats.records:>12,}  {stats.name}: {stats.format or 'not readable'}{packed}"
        + (f"; {aside}" if aside else "")
    ]
    return rows + ([f"  {'':>12}  {stats.problem}"] if stats.problem else [])


def _table(title: str, counts: Counter[str], *, in_order: bool = False) -> list[str]:
    pairs = sorted(counts.items()) if in_order else counts.most_common()
    rows = ["", title, *(f"  {count:>12,}  {what}" for what, count in pairs[:_MOST_ROWS])]
    if len(pairs) > _MOST_ROWS:
        rest = sum(count for _, count in pairs[_MOST_ROWS:])
        rows.append(f"  {rest:>12,}  in {len(pairs) - _MOST_ROWS:,} more (--json lists them)")
    return rows
