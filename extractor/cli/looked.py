"""What verify found and what undo means, in words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from extractor.cli.terminal import print_json, say
from extractor.errors import ConfigError
from extractor.report import ExitCode, counted, visible

if TYPE_CHECKING:
    from extractor.pipeline import Look, Undo

_SHOWN = 20


def end(found: Look, json: Path | None, *, quiet: bool) -> ExitCode:
    """Say what a look at Alation found, and the exit code that it asks for."""
    from extractor.outputs.plain import in_json

    code = ExitCode.DIFFERENCE if found.differences else ExitCode.DONE
    document = {
        "compared": found.compared,
        "differences": [str(d) for d in found.differences],
        "temporary_nodes": [node._asdict() for node in found.temporary],
        "new_temporary_nodes": [node._asdict() for node in found.new],
        "healed_temporary_nodes": [node._asdict() for node in found.healed],
    }
    if str(json) == "-":
        print_json(document)
        return code
    if json is not None:
        try:
            json.write_text(in_json(document) + "\n", encoding="utf-8")
        except OSError as error:
            say(f"error: the report cannot be written to {json}: {error.strerror}", error=True)
            code = ExitCode.FAILED
    if not quiet or code is not ExitCode.DONE:
        _say_all(found, error=quiet)
    return code


def agree(meant: Undo, *, yes: bool, apart: bool) -> bool:
    """Show what undoing a run would do, and ask whether to do it; ``apart`` from standard output.

    Raises:
        ConfigError: there is no terminal to ask at.
    """
    head = meant.plan.head.counts
    say(
        f"undoing run {meant.run_id}: add {head.add}, change {head.change}, resume {head.resume}, remove {head.remove}",
        error=apart,
    )
    for number, operation in enumerate(meant.plan.operations()):
        if number == _SHOWN:
            say(f"  ... and {head.operations - _SHOWN} more", error=apart)
            break
        say(visible(f"  {operation.action} {operation.dataflow.external_id}: {operation.dataflow.title}"), error=apart)
    for external_id in meant.left[:_SHOWN]:
        say(f"  {external_id} was changed again by a later run and stays: undo that one first", error=apart)
    if len(meant.left) > _SHOWN:
        say(f"  ... and {len(meant.left) - _SHOWN} more that stay", error=apart)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise ConfigError("nothing was changed, since nobody can be asked here: with --yes it is done without asking")
    return typer.confirm("Do it?", err=apart)


def _say_all(found: Look, *, error: bool) -> None:
    say(f"{counted(found.compared, 'dataflow')} compared, {len(found.differences)} different", error=error)
    _say(found.lines(), error=error)
    if found.temporary:
        say(f"TMP nodes, which the catalog does not hold ({len(found.temporary)}):", error=error)
        _say([f"{node.otype} {node.key}" for node in found.temporary], error=error)
    if found.differences:
        say("mend it with: alation-lineage plan --against alation --out plan.json, then apply plan.json", error=error)


def _say(lines: list[str], *, error: bool) -> None:
    for line in lines[:_SHOWN]:
        say(visible(f"  {line}"), error=error)
    if len(lines) > _SHOWN:
        say(f"  ... and {len(lines) - _SHOWN} more (all with --json FILE)", error=error)
