"""Which files a source consists of: files, folders and globs; nothing outside of them is ever opened."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from extractor.config import SourceSettings
from extractor.sources.archives import expand
from extractor.sources.buckets import in_bucket, is_url
from extractor.sources.interface import InputFile
from extractor.sources.stored import StoredObject


def find_inputs(source: SourceSettings, root: Path) -> Iterator[InputFile]:
    """All files of the source, sorted by name, each real file once.

    Each of ``source.paths`` is a file, a folder (taken with all below it) or a glob (``**`` for any depth),
    relative to ``root``; an archive among them stands for its members. Below a folder, names that begin with a dot
    are left out. A link is followed where it ends inside one of the configured places; where it leaves them it is
    refused. A URL of an object store stands for all objects at or below it.

    What cannot be taken, and a path that matches nothing, is an `InputFile` with a ``problem``: one line
    for the report, nothing to open. A folder that is there without a file in it is such a line too, marked
    ``is_vacant``.
    """
    places = tuple(_place_of(_full(root, path)) for path in source.paths if not is_url(path))
    found: list[InputFile] = []
    for written in source.paths:
        if is_url(written):
            found += in_bucket(written, source.storage)
            continue
        matched = [_as_input(path, root, places, problem) for path, problem in _walk(_full(root, written), places)]
        found += matched or [_unmatched(root, written)]
    seen: set[Path | StoredObject] = set()
    for item in sorted(found, key=lambda f: (f.name, str(f.path))):
        if item.path not in seen:
            seen.add(item.path)
            yield from (item,) if item.problem else expand(item)


def _unmatched(root: Path, written: str) -> InputFile:
    """A path that gave no file: the folder it names, or that its glob begins with, may be there all the same."""
    path = _full(root, written)
    while glob.has_magic(path.name) and not path.exists():
        path = path.parent
    if path.is_dir():
        return InputFile(root / written, written, problem=f"{written} matches no file today", is_vacant=True)
    return InputFile(root / written, written, problem=f"{written} matches no file")


def _full(root: Path, written: str) -> Path:
    """A path of the configuration: ``~`` is the user's home, what is not absolute starts from the root."""
    return root / Path(written).expanduser()


def _place_of(path: Path) -> Path:
    """The real folder or file that a configured path allows to be read: for a glob, what stands before it."""
    while glob.has_magic(path.name) and not path.exists():
        path = path.parent
    for parent in reversed(path.parents):
        if glob.has_magic(parent.name) and not parent.exists():
            return parent.parent.resolve()
    return path.resolve()


def _walk(path: Path, places: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    """All files at or below a path, each with a problem or ""."""
    if path.is_dir():
        yield from _below(path, places)
    elif path.exists() or path.is_symlink():
        yield path, ""
    elif glob.has_magic(str(path)):
        for match in sorted(glob.glob(str(path), recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute pattern
            if Path(match).is_dir():
                if not str(path).endswith("**"):
                    yield from _below(Path(match), places)
            else:
                yield Path(match), ""


def _below(folder: Path, places: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    problems: list[OSError] = []
    for directory, folders, files in os.walk(folder, onerror=problems.append):
        inner = Path(directory)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            link = inner / name
            if link.is_symlink() and not _is_inside(link.resolve(), places):
                yield link, "is a link to a folder outside of the configured paths: not followed"
        for name in sorted(files):
            if not name.startswith("."):
                yield inner / name, ""
    for error in problems:
        yield Path(error.filename or folder), f"the folder cannot be read: {error.strerror}"


def _is_inside(real: Path, places: tuple[Path, ...]) -> bool:
    return any(real == place or place in real.parents for place in places)


def _as_input(path: Path, root: Path, places: tuple[Path, ...], problem: str) -> InputFile:
    name = _name_of(path, root)
    if problem:
        return InputFile(path, name, problem=f"{name} {problem}")
    try:
        real = path.resolve(strict=True)
        if not _is_inside(real, places):
            return InputFile(path, name, problem=f"{name} is a link that leaves the configured paths: not opened")
        facts = real.stat()
    except (OSError, RuntimeError) as error:
        return InputFile(path, name, problem=f"{name} cannot be read: {getattr(error, 'strerror', None) or error}")
    if not stat.S_ISREG(facts.st_mode):
        return InputFile(path, name, problem=f"{name} is no regular file: not opened")
    return InputFile(real, name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC), places=places)


def _name_of(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
