"""Options that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


def dialects_like(incomplete: str) -> list[str]:
    """The names of dialects that begin so, for the completion of the shell."""
    import dialects

    return [name for name in dialects.names() if name.startswith(incomplete)]


class LogFormat(StrEnum):
    """How the lines on standard error are written."""

    TEXT = "text"
    JSON = "json"


class Layout(StrEnum):
    """How lineage is written."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"
    DOT = "dot"
    OPENLINEAGE = "openlineage"
    HTML = "html"


ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", show_default=True)]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        help="Only what ran at or after this moment (UTC); records without a time are taken.",
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only what ran before this moment (UTC)."),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write the report as JSON to this file ('-': standard output).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]
AsJsonFormat = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
HtmlFile = Annotated[
    Path | None, typer.Option("--html", help="Write a page with the graph and the report to this file.")
]


class MapTables(StrEnum):
    """What is done with the assets of Data Observability after an upload."""

    NO = "no"
    AUTOMATIC = "automatic"
    EACH = "each"


MapTablesOption = Annotated[
    MapTables | None,
    typer.Option("--map-tables", help="Map tables that entered the lineage to their assets; the setting by default."),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="Where the work is done: processes, dask://HOST:PORT or spark; the setting by default.",
    ),
]
MetricsFile = Annotated[
    Path | None,
    typer.Option("--metrics", help="Write the counts for Prometheus to this file (textfile collector)."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print warnings and failures only.")]

LogFormatOption = Annotated[
    LogFormat,
    typer.Option(
        "--log-format",
        envvar="ALATION_LINEAGE_LOG_FORMAT",
        help="Standard error as text, or as JSON lines with run, source and session.",
    ),
]

AllowRemovals = Annotated[
    bool,
    typer.Option("--allow-removals", help="Remove as much as the logs say, beyond the limits in \\[reconcile] too."),
]

DEFAULT_CONFIG = Path("lineage.toml")


def in_utc(moment: datetime | None) -> datetime | None:
    """The moment as given on the command line, which is in UTC."""
    return moment.replace(tzinfo=UTC) if moment else None
