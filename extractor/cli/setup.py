"""The commands to set up and look around: init, check, formats, dialects."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile
from extractor.cli.terminal import print_json, say
from extractor.errors import ConfigError
from extractor.report import ExitCode, counted, visible

if TYPE_CHECKING:
    from extractor.sources import InputFile, Recognition
    from extractor.sources.proposals import Proposal


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(init)
    app.command()(check)
    app.command()(formats)
    app.command()(dialects)


def init(path: Annotated[Path, typer.Argument(help="Where to write it.")] = DEFAULT_CONFIG) -> None:
    """Write a commented example of a configuration.

    Example: alation-lineage init lineage.toml
    """
    text = resources.files("extractor.cli").joinpath("example.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise ConfigError(f"{path} exists already, and is left as it is; name another file") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    say(f"wrote {path}; next: edit it, then alation-lineage check --config {path}")


def check(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Tell what is wrong with the configuration, the credentials and the data sources, before anything runs.

    Example: alation-lineage check --config lineage.toml
    """
    from extractor import pipeline
    from extractor.config import load_config

    findings = pipeline.check(load_config(config))
    errors, warnings = (
        sum(f.level is level for f in findings) for level in (pipeline.Level.ERROR, pipeline.Level.WARNING)
    )
    if as_json:
        print_json({"errors": errors, "warnings": warnings, "findings": [f._asdict() for f in findings]})
    else:
        for finding in findings:
            say(f"{finding.level.value:>7}  {finding.text}")
        say(f"{counted(errors, 'error')}, {counted(warnings, 'warning')}")
    raise typer.Exit(ExitCode.USAGE if errors else ExitCode.DONE)


def formats(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files to look at.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Say of every other format, too, what it has against the file.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which format each file would be read as and why; without files, list the formats.

    Where no format knows the names of a table's columns, a mapping is proposed by what the columns hold.

    Example: alation-lineage formats logs/*.gz
    """
    from extractor import sources

    if not files:
        _list_formats(as_json=as_json)
        return
    unknown = 0
    documents: list[dict[str, Any]] = []
    items = [item for path in files for item in sources.expand(sources.InputFile(path, str(path)))]
    for item in items:
        found = sources.Recognition("", item.problem) if item.problem else sources.recognise(item)
        unknown += not found.format
        if as_json:
            documents.append(_recognised(item, found, everything=everything))
        else:
            _say_recognised(item, found, everything=everything)
    if as_json:
        print_json({"files": documents})
    raise typer.Exit(ExitCode.USAGE if unknown else ExitCode.DONE)


def _list_formats(*, as_json: bool) -> None:
    from extractor import sources

    if as_json:
        print_json({"formats": [{"name": known.name, "title": known.title} for known in sources.FORMATS]})
        return
    for known in sources.FORMATS:
        say(f"{known.name:<22} {known.title}")


def _say_recognised(item: InputFile, found: Recognition, *, everything: bool) -> None:
    say(visible(f"{item.name}: {found.format or 'not readable'}: {found.reason}"))
    if (proposal := _proposal(item, found)) is not None:
        told = f"{proposal.statements} of its first {proposal.rows} rows hold SQL"
        say(visible(f"    it can be read with these settings of the source ({told}): {proposal.in_words()}"))
    shown = [c for c in found.candidates if everything or c.confidence > 0]
    for candidate in shown:
        say(f"    {candidate.format}: {candidate.confidence:.2f} {candidate.reason}")
    if others := len(found.candidates) - len(shown):
        say(f"    {others} other formats do not fit (--all says why)")


def _recognised(item: InputFile, found: Recognition, *, everything: bool) -> dict[str, Any]:
    """What a file would be read as, as plain values; ``format`` is null where nothing fits."""
    proposal = _proposal(item, found)
    return {
        "path": item.name,
        "format": found.format or None,
        "reason": found.reason,
        "confidence": found.confidence,
        "wrappers": list(found.wrappers),
        "encoding": found.encoding if found.format else None,
        "proposal": proposal._asdict() if proposal is not None else None,
        "candidates": [c._asdict() for c in found.candidates if everything or c.confidence > 0],
    }


def _proposal(item: InputFile, found: Recognition) -> Proposal | None:
    """The mapping to set, where what was recognised does not say which column holds the SQL."""
    from extractor import sources

    is_guess = found.format == "sql-script" and found.confidence < 0.8
    is_unmapped = found.format in ("parquet", "avro", "excel") and "set fields.sql" in found.reason
    if item.problem or (found.format and not is_guess and not is_unmapped):
        return None
    try:
        return sources.propose_fields(item)
    except OSError:
        return None


def dialects(
    as_json: AsJson = False,
) -> None:
    """List the dialects: how names fold (unquoted/quoted), the default schema, and what Alation's keys look like.

    Example: alation-lineage dialects --json
    """
    from dialects.describing import facts

    found = facts()
    if as_json:
        print_json(found)
        return
    for one in found:
        folding = f"{one['unquoted']}/{one['quoted']}{'*' if one['case_sensitive_tables'] else ''}"
        also = ", ".join(one["aliases"]) or "-"
        default = one["default_schema"] or "-"
        say(f"{one['name']:<19} {one['title']:<33} {folding:<24} {default:<8} {one['key']:<19} also: {also}")
    say("* tables may differ in case alone; such names are reported, since Alation cannot tell them apart")
