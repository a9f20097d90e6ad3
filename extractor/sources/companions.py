"""Files that belong to a log and lie beside it: texts that its rows point to, sessions of its entries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from extractor.sources.stored import StoredObject


def open_beside(log: Path | StoredObject, name: str) -> BinaryIO | None:
    """The file of that name beside a log, open for reading at any place; None where there is none.

    A name with a folder in it, and a link, lead elsewhere and are refused.
    """
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        return None
    if isinstance(log, StoredObject):
        folder, _, own = log.key.rpartition("/")
        beside = replace(log, key=f"{folder}/{name}" if folder else name, url=log.url.removesuffix(own) + name)
        try:
            return beside.open()
        except OSError:
            return None
    path = log.with_name(name)
    return path.open("rb") if path.is_file() and not path.is_symlink() else None


def has_beside(log: Path | StoredObject, ending: str) -> bool:
    """Whether a file whose name ends so lies beside a log; in a store that is not looked for."""
    return isinstance(log, Path) and any(log.parent.glob(f"*{ending}"))
