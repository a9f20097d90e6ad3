"""Scripts that others call: read where they are called, with their caller's variables and session, and only there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import dialects
from extractor.config import SourceSettings
from extractor.sources.clients.client import Client, client_of
from extractor.sources.clients.expansion import Expansion
from extractor.sources.clients.shell import is_shell
from extractor.sources.interface import MAX_STATEMENT_BYTES, InputFile, Reading
from extractor.sources.lines import Lines
from extractor.sources.opening import OpenFile
from extractor.sources.recognition import recognise_sample, sample_of
from extractor.sources.scripts import NAMES, SCRIPTS
from extractor.sources.stored import StoredObject
from extractor.sources.times import Clock

_LARGEST_BYTES = 1_000_000
"""Scripts beyond are dumps, which call nothing."""
_FILE_OF_SHELL = re.compile(r"\s-\w*[fi]\b|\s--(?:input-)?file\b|\s@\S|<\s*\S", re.MULTILINE)


def called_scripts(
    items: Iterable[InputFile], source: SourceSettings, limit: int = MAX_STATEMENT_BYTES
) -> dict[Path | StoredObject, str]:
    """The real paths of scripts that another of the ``items`` calls, with the name of one that does.

    Only files are looked at that have the name of a script and are read as one; what is called and beyond ``limit``
    bytes is refused where it is called, and so not among them. What is called by a script that is called itself is
    found where the first one begins; of scripts that call each other in a circle, the first by name is not among them.
    """
    found: dict[Path | StoredObject, str] = {}
    try:
        dialect = dialects.get(source.dialect)
    except dialects.UnknownDialect:
        return found
    client = client_of(dialect)
    for item in items:
        path = item.path
        if not isinstance(path, Path) or item.member or path in found or item.size_bytes > _LARGEST_BYTES:
            continue
        if not item.problem and NAMES.search(item.name):
            for real in _calls_of(item, source, dialect, client, limit):
                if real != path:
                    found.setdefault(real, item.name)
    return found


def _calls_of(
    item: InputFile, source: SourceSettings, dialect: dialects.Dialect, client: Client, limit: int
) -> frozenset[Path]:
    """The files that a script calls, directly or through others; none where it cannot be read."""
    try:
        with OpenFile(item, source.encoding) as opened:
            sample = sample_of([opened], source)
            lines, clock = Lines(opened, _LARGEST_BYTES), Clock(source.time_zone)
            reading = Reading(lines, sample, source, clock, limit)
            text = reading.text(b"\n".join(reading.lines)).replace("\ufeff", "")
            if not _may_call(text, item.name, client):
                return frozenset()
            read_as = recognise_sample(sample, opened).format if source.format == "auto" else source.format
            if read_as != SCRIPTS:
                return frozenset()
            expansion = Expansion(reading, dialect)
            for _ in expansion.parts(text, 1):
                pass
            return expansion.called
    except (OSError, LookupError, RecursionError):
        return frozenset()  # it is told where the file is read


def _may_call(text: str, name: str, client: Client) -> bool:
    """Whether some line looks like a call; variables are not known yet, so its file is not looked at."""
    if is_shell(text, name) and _FILE_OF_SHELL.search(text):
        return True
    return any(client.includes.match(line) for line in text.split("\n"))
