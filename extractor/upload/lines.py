"""Operations as lines of JSON, in memory, in a temporary file or in a saved plan."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from extractor.errors import StateError

_IN_MEMORY_BYTES = 2_000_000


class Lines(Protocol):
    """Operations as lines of JSON."""

    def read(self) -> Iterator[bytes]:
        """The lines, from the first, without line breaks."""

    def close(self) -> None:
        """Let go of them."""


class SpooledLines:
    """Lines that are added one by one, in memory while they are few, else in an unnamed temporary file."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, prefix="alation-lineage-")  # noqa: SIM115 - closed by `close`

    def add(self, lines: Iterable[bytes]) -> None:
        """Put lines behind the others."""
        self._file.seek(0, 2)
        for line in lines:
            self._file.write(line + b"\n")

    def read(self) -> Iterator[bytes]:
        """The lines so far; several readers do not disturb one another."""
        place = 0
        while True:
            self._file.seek(place)
            line = self._file.readline()
            if not line:
                return
            place = self._file.tell()
            yield line.rstrip(b"\n")

    def close(self) -> None:
        """Delete them."""
        self._file.close()


class SavedLines:
    """The lines of a saved plan: all but the first and the last of its file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Iterator[bytes]:
        """The lines; `StateError` when the file ends too early."""
        with self._path.open("rb") as file:
            next(file)
            for line in file:
                if line.startswith(b"]"):
                    return
                if text := line.rstrip(b"\n").removesuffix(b","):
                    yield text
        raise StateError(f"the plan {self._path} is cut: its end is missing")

    def close(self) -> None:
        """Nothing to let go of: the file stays."""
