"""The files that a script calls: looked for beside it, and never outside of the configured places."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path, PurePosixPath

from extractor.sources.interface import InputFile

MAX_DEPTH = 20
"""How deep scripts may call each other."""
MAX_FILES = 1_000
"""How many calls one script may come to, those of the called ones counted too."""
_VARIABLE = re.compile(r"\$[({]|^[&:]")


class Refused(Exception):
    """A file that is not followed; the message says why, after the file's name."""


class Includes:
    """Finds what the script ``item`` calls, directly or through others; ``first`` is that script's own path.

    ``found`` are the real paths of all that was read.
    """

    def __init__(self, item: InputFile) -> None:
        self._item = item
        self.first = item.path if isinstance(item.path, Path) else Path(item.name)
        self._count = 0
        self.found: set[Path] = set()

    def find(self, written: str, stack: tuple[Path, ...], ending: str) -> Path:
        """The real path of a file as a script names it; ``stack`` are the files that are being read, the last is it.

        A relative name is looked for in the folder of the calling script, of the first script, then in each
        configured place; a name without an ending is also tried with ``ending``.

        Raises:
            Refused: there is none, it lies outside of the configured places, or it is being read already.
        """
        if _VARIABLE.search(written):
            raise Refused("its name holds a variable without a value")
        if self._item.member:
            raise Refused("it is called by a script in an archive, where nothing else is looked for")
        if not isinstance(self._item.path, Path):
            raise Refused("it is called by a script in an object store, where nothing else is looked for")
        if len(stack) > MAX_DEPTH:
            raise Refused(f"scripts call each other more than {MAX_DEPTH} deep")
        self._count += 1
        if self._count > MAX_FILES:
            raise Refused(f"one script comes to more than {MAX_FILES:,} calls")
        real = self._inside(self._candidates(written.replace("\\", "/"), stack, ending))
        if real in stack:
            raise Refused("it is being read already: the scripts call each other in a circle")
        return real

    def read(self, real: Path, limit_bytes: int) -> bytes:
        """The content of a file that was found.

        Raises:
            Refused: it is too large, or cannot be read.
        """
        try:
            if real.stat().st_size > limit_bytes:
                raise Refused(f"it is larger than {limit_bytes:,} bytes")
            data = real.read_bytes()
        except OSError as error:
            raise Refused(f"it cannot be read: {error.strerror}") from None
        self.found.add(real)
        return data

    def name_of(self, real: Path) -> str:
        """What to call a file that was found: its path as that of the first script is written."""
        away = PurePosixPath(os.path.relpath(real, self.first.parent)).as_posix()
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._item.name), away))

    def _candidates(self, written: str, stack: tuple[Path, ...], ending: str) -> list[Path]:
        names = [written, *([written + ending] if ending and not PurePosixPath(written).suffix else [])]
        folders = [stack[-1].parent, self.first.parent, *self._item.places]
        return [folder / name for folder in dict.fromkeys(folders) for name in names]

    def _inside(self, candidates: list[Path]) -> Path:
        places = self._item.places or (self.first.parent,)
        outside = False
        for candidate in candidates:
            try:
                real = candidate.resolve(strict=True)
            except (OSError, RuntimeError, ValueError):
                continue
            if not any(real == place or place in real.parents for place in places):
                outside = True
            elif real.is_file():
                return real
        if outside:
            raise Refused("it lies outside of the configured paths")
        raise Refused("there is no such file in the configured paths")
