"""Which files are one log that a server cut in pieces, and in which order the pieces were written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from extractor.config import SourceSettings
from extractor.sources.interface import InputFile
from extractor.sources.paired_tables import pairs_among
from extractor.sources.recognition import recognise

_PACKED = re.compile(r"\.(?:gz|gzip|zst|zstd|bz2|xz|lz4|snappy|z)$", re.IGNORECASE)
_SUFFIX = re.compile(r"[.\-_](\d{1,14})$")
_DIGITS = re.compile(r"\d+")
_MAX_GENERATION_DIGITS = 4
"""``x.log.12`` is the twelfth generation, counted backwards; more digits are a date, counted forwards."""

_Age = tuple[int, int, tuple[str | int, ...]]


def logs_of(files: Iterable[InputFile], source: SourceSettings) -> Iterator[list[InputFile]]:
    """The files as logs: each list is one log in the order in which it was written, mostly of one file.

    Pieces are files of one folder whose names differ in numbers alone, which are recognised as the same format with
    the same ways (the log_line_prefix), where that format can be cut anywhere. The two tables of one
    history are one log, too. All others stand alone. The order of the logs is that of their first files' names.
    """
    yield from pairs_among(_rotated(files, source), source)


def _rotated(files: Iterable[InputFile], source: SourceSettings) -> Iterator[list[InputFile]]:
    families: dict[tuple[str, str], list[InputFile]] = {}
    for file in files:
        families.setdefault(family_of(file.name), []).append(file)
    for family in families.values():
        family.sort(key=lambda file: _age_of(file.name))
        yield from _chains(family, lambda file: recognise(file, source).signature)


def _chains(family: list[InputFile], signature_of: Callable[[InputFile], str]) -> Iterator[list[InputFile]]:
    if len(family) == 1:
        yield family
        return
    chain: list[InputFile] = []
    signature = ""
    for file in family:
        own = signature_of(file)
        if chain and not (own and own == signature):
            yield chain
            chain = []
        chain.append(file)
        signature = own
    if chain:
        yield chain


def _split(name: str) -> tuple[str, str, str]:
    """Folder, name without the marks of rotation and packing, and that mark's number or ""."""
    folder, _, base = name.rpartition("/")
    base = _PACKED.sub("", base)
    number = _SUFFIX.search(base)
    return folder, base[: number.start()] if number else base, number[1] if number else ""


def family_of(name: str) -> tuple[str, str]:
    """What the files of one rotated log have in common: folder, and name without its numbers."""
    folder, stem, _ = _split(name)
    return folder, _DIGITS.sub("#", stem.lower())


def _age_of(name: str) -> _Age:
    """A key that sorts the oldest first: by the numbers in the name, generations backwards, the bare name last."""
    _, stem, number = _split(name)
    natural = tuple(int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", stem))
    if not number:
        return 1, 0, natural
    return 0, -int(number) if len(number) <= _MAX_GENERATION_DIGITS else int(number), natural
