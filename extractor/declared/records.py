"""What a file of paths says, each thing with the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.models import Origin, Path


class Problem(NamedTuple):
    """What is wrong, and on which line."""

    words: str
    origin: Origin


class DeclaredDataflow(NamedTuple):
    """A dataflow as a file names it: ``external_id`` begins with ``api/``; ``content`` is any text."""

    external_id: str
    title: str
    content: str
    origin: Origin


class DeclaredPath(NamedTuple):
    """A path of two segments or more; a segment holds data objects, dataflows, or both."""

    segments: Path
    origin: Origin


@dataclass(slots=True)
class FileContent:
    """One file: what it declares, and what of it is left out and why."""

    dataflows: list[DeclaredDataflow] = field(default_factory=list)
    paths: list[DeclaredPath] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Wrong(ValueError):
    """Something in a file is not as it must be; ``line`` counts from 1."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(f"line {line}: {words}")
        self.line = line
        self.words = words
