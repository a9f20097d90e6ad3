"""The command at the desk: lineage of a text, without Alation and without a configuration."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from extractor.cli.terminal import say
from extractor.errors import ConfigError
from extractor.models import BadRecord, ColumnEdge, Lineage, QueryRecord, StatementLineage, TableEdge
from extractor.report import ExitCode, visible

if TYPE_CHECKING:
    from extractor.sources import InputFile


class Layout(StrEnum):
    """How lineage is printed."""

    TEXT = "text"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(extract)


def extract(
    source: Annotated[
        str,
        typer.Argument(metavar="FILE|DIR|-", help="A script, a log or a folder of scripts; '-' reads standard input."),
    ],
    dialect: Annotated[str, typer.Option("--dialect", "-d", help="One of: alation-lineage dialects")] = "",
    layout: Annotated[Layout, typer.Option("--format", "-f", help="How to print it.")] = Layout.TEXT,
    schema: Annotated[
        Path | None, typer.Option("--schema", help='JSON of known columns: {"schema.table": {"column": null}}')
    ] = None,
    database: Annotated[str | None, typer.Option("--database", help="For names without one.")] = None,
    default_schema: Annotated[str | None, typer.Option("--default-schema", help="For names without one.")] = None,
) -> None:
    """Print the table and column lineage of SQL.

    Example: echo 'INSERT INTO a SELECT x FROM b' | alation-lineage extract -
    """
    import dialects as known
    from extractor.api import extract_lineage

    columns = _schema_of(schema)
    found: dict[str, Lineage] = {}
    problems: list[str] = []
    for name, text in _inputs_of(source, dialect, problems):
        try:
            found[name] = extract_lineage(
                text,
                dialect=dialect or None,
                schema=columns,
                default_database=database,
                default_schema=default_schema,
            )
        except known.UnknownDialect as error:
            raise ConfigError(str(error)) from None
    if layout is Layout.JSON:
        plain = {name: _plain(lineage) for name, lineage in found.items()}
        sys.stdout.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        for name, lineage in found.items():
            say("\n".join(visible(row) for row in _in_words(name, lineage)))
    for problem in problems:
        say(f"error: {problem}", error=True)
    raise typer.Exit(ExitCode.FAILED if problems else ExitCode.DONE)


def _inputs_of(source: str, dialect: str, problems: list[str]) -> Iterator[tuple[str, str | Iterable[QueryRecord]]]:
    """Each input's name with its text, or with its records where it is a log or compressed."""
    if source == "-":
        yield "standard input", sys.stdin.read()
        return
    path = Path(source)
    files = sorted(p for p in path.rglob("*.sql") if p.is_file()) if path.is_dir() else [path]
    if not files:
        raise ConfigError(f"{path} holds no .sql file")
    from extractor import sources

    for item in (item for file in files for item in sources.expand(sources.InputFile(file, str(file)))):
        content = _content_of(item, dialect, problems)
        if content is not None:
            yield visible(item.name), content


def _content_of(item: InputFile, dialect: str, problems: list[str]) -> str | Iterable[QueryRecord] | None:
    from extractor import sources
    from extractor.config import SourceSettings

    found = sources.Recognition("", item.problem) if item.problem else sources.recognise(item)
    if not found.format:
        problems.append(f"{visible(item.name)} cannot be read: {found.reason}")
        return None
    try:
        if found.format == "sql-script" and not item.member:
            return item.path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        pass  # compressed, or in another encoding: the reader of logs knows both
    settings = SourceSettings(name="desk", paths=[str(item.path)], dialect=dialect or "generic", data_source_id=0)
    return _good_records(sources.read_file(item, settings), problems)


def _good_records(items: Iterable[QueryRecord | BadRecord], problems: list[str]) -> Iterator[QueryRecord]:
    for item in items:
        if isinstance(item, BadRecord):
            problems.append(f"{item.origin}: {item.problem}")
        else:
            yield item


def _schema_of(path: Path | None) -> dict[str, dict[str, str | None]] | None:
    if path is None:
        return None
    try:
        loaded = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as JSON: {error}") from None
    if not isinstance(loaded, dict) or not all(isinstance(v, dict) for v in loaded.values()):
        raise ConfigError(f'{path}: expected {{"schema.table": {{"column": "type or null"}}}}')
    return loaded


def _in_words(name: str, lineage: Lineage) -> list[str]:
    rows = [name]
    for statement in lineage.statements:
        rows.append(f"  statement {statement.index + 1}: {statement.kind}, {statement.outcome.value}{_why(statement)}")
        rows += [f"    {_table_in_words(e)}" for e in statement.tables]
        rows += [f"      {_column_in_words(e)}" for e in statement.columns]
        rows += [f"    note: {note}" for note in statement.notes]
    return rows


def _why(statement: StatementLineage) -> str:
    return f" ({statement.reason})" if statement.reason else ""


def _table_in_words(edge: TableEdge) -> str:
    return f"{edge.source} -> {edge.target or '(result)'} [{edge.kind}, {edge.confidence:.2f} {edge.reason}]"


def _column_in_words(edge: ColumnEdge) -> str:
    target = f"{edge.target_table}.{edge.target_column}" if edge.target_table else edge.target_column
    how = f"[{edge.kind}, {edge.confidence:.2f} {edge.reason}]"
    return f"{edge.source_table}.{edge.source_column} -> {target} {how}"


def _plain(lineage: Lineage) -> dict[str, Any]:
    return {
        "sources": [str(t) for t in lineage.sources],
        "targets": [str(t) for t in lineage.targets],
        "tables": [
            {
                "source": str(e.source),
                "target": str(e.target) if e.target else None,
                "kind": e.kind,
                "confidence": e.confidence,
                "reason": e.reason,
            }
            for e in lineage.tables
        ],
        "columns": [
            {
                "source_table": str(e.source_table),
                "source_column": e.source_column,
                "target_table": str(e.target_table) if e.target_table else None,
                "target_column": e.target_column,
                "kind": e.kind,
                "confidence": e.confidence,
                "reason": e.reason,
            }
            for e in lineage.columns
        ],
        "statements": [
            {"index": s.index, "kind": s.kind, "outcome": s.outcome.value, "reason": s.reason, "notes": list(s.notes)}
            for s in lineage.statements
        ],
    }
