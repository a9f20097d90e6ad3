"""Places of files: read from SQL without their credentials, mapped to Alation's file systems, folded to directories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from extractor.models import Node, TableName
from extractor.schemas.elsewhere import toml_text
from extractor.settings_of_places import FileSystemSettings

_SAME_SCHEME = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "abfs": "abfss", "wasb": "wasbs", "azure": "https"}
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]+):/{0,3}", re.ASCII)
_LOGIN = re.compile(r"^(?P<login>[^/@]*)@(?P<rest>.*)$", re.DOTALL)
_QUERY = re.compile(r"\?[\w\-.]+=.*$", re.DOTALL)
_CONTAINERS = ("abfss", "wasbs", "adl", "cosn")
_PATTERN = re.compile(r"[*?\[{]|\$\{")
_PARTITION = re.compile(r"^[^/=]+=[^/]*$")
_DATED = re.compile(r"(?<!\d)(?:19|20)\d\d[-_./]?(?:0[1-9]|1[0-2])(?:[-_./]?(?:0[1-9]|[12]\d|3[01]))?(?!\d{3})")
_NUMBERED = re.compile(r"^(?:part|chunk|split|data)?[-_]?\d{2,}|[-_]\d{2,}(?:\.\w+){0,3}$|^part-", re.IGNORECASE)


class Location(NamedTuple):
    """A file or directory by its key, or why it has none. ``folded`` says which rule made a directory of it."""

    node: Node | None
    reason: str
    folded: str = ""


def clean(text: str) -> str:
    """The place in one spelling: schemes of one store alike, slashes forward, no login, no signature.

    Hadoop's and Azure's ``container@account`` is a place; anything with a colon in front of ``@`` is a login.
    """
    text = text.strip()
    if text.startswith("@"):
        return text.replace('"', "")
    found = _SCHEME.match(text)
    if found is None or len(found[1]) == 1:  # a drive's letter is no scheme
        return text.replace("\\", "/") if "\\" in text else text
    scheme = _SAME_SCHEME.get(found[1].lower(), found[1].lower())
    rest = _QUERY.sub("", text[found.end() :])
    login = _LOGIN.match(rest)
    if login is not None and (":" in login["login"] or scheme not in _CONTAINERS):
        rest = login["rest"]
    if scheme in ("file", "dbfs", "local"):
        return f"/{rest.lstrip('/')}" if scheme == "file" else f"{scheme}:/{rest.lstrip('/')}"
    return f"{scheme}:///{rest}" if found[0].endswith(":///") else f"{scheme}://{rest}"


class FileSystems:
    """Alation's file systems, by the prefixes that the configuration gives them; the longest that fits counts."""

    def __init__(self, settings: Sequence[FileSystemSettings]) -> None:
        given = [(_folded(clean(entry.prefix)), entry) for entry in settings]
        self._entries = sorted(given, key=lambda pair: -len(pair[0]))

    def locate(self, name: TableName) -> Location:
        """The file or directory that a name of that kind means."""
        place = clean(str(name))
        for prefix, entry in self._entries:
            rest = _after(place, prefix)
            if rest is not None:
                return _located(entry, rest, is_directory=name.kind == "directory")
        return Location(None, f"a {name.kind}, and no [[file_system]] has a prefix that it begins with")


def line_for(name: TableName) -> tuple[str, str]:
    """Where a file lies that no file system is known for, and the line to add to the configuration."""
    place = clean(str(name))
    scheme, mark, rest = place.partition("://")
    if mark:
        prefix = f"{scheme}://{rest.partition('/')[0]}/"
    elif place.startswith("@"):
        prefix = f"{place.partition('/')[0]}/"
    else:
        prefix = f"{place.rpartition('/')[0]}/"
    return prefix, f"a [[file_system]] with prefix = {toml_text(prefix)}, id = <its number in Alation>"


def directory_of(key: str) -> str:
    """The key of the directory that a file's key lies in."""
    head, slash, _ = key.rpartition("/")
    return f"{head}/" if slash else f"{key.partition('.')[0]}./"


def _located(entry: FileSystemSettings, rest: str, *, is_directory: bool) -> Location:
    path, folded = (rest, "") if entry.fold == "never" else _folded_path(rest)
    if entry.fold == "directory" and not folded and not path.endswith("/"):
        path, folded = _parent(path), "the file system's setting"
    last = path.rpartition("/")[2]
    if last and (is_directory or "." not in last):  # a name without an ending is that of a directory or of a prefix
        path = f"{path}/"
    full = f"{entry.path}{path}" if entry.path else path
    full = full or "/"
    otype = "directory" if full.endswith("/") else "file"
    return Location(Node(otype, f"{entry.id}.{full}"), f"a {otype} below {entry.prefix}", folded)


def _folded_path(path: str) -> tuple[str, str]:
    """The directory that stands for a path, and the rule: patterns, partitions, dated and numbered files."""
    pieces = path.split("/")
    for at, piece in enumerate(pieces):
        if _PATTERN.search(piece):
            return _up_to(pieces, at), "a pattern of files"
        if _PARTITION.match(piece):
            return _up_to(pieces, at), "a partition's directory"
    name = pieces[-1]
    stem = PurePosixPath(name).name
    if name and _DATED.search(stem):
        return _up_to(pieces, len(pieces) - 1), "a file by date"
    if name and "." in name and _NUMBERED.search(stem):
        return _up_to(pieces, len(pieces) - 1), "a numbered part"
    return path, ""


def _up_to(pieces: list[str], end: int) -> str:
    return "".join(f"{piece}/" for piece in pieces[:end])


def _parent(path: str) -> str:
    return f"{path.rpartition('/')[0]}/" if "/" in path else ""


def _after(place: str, prefix: str) -> str | None:
    """What follows the prefix, which ends at a slash; stages and schemes compare without regard to case."""
    folded = _folded(place)
    bare = prefix.rstrip("/")
    if bare.endswith(":") and folded.startswith(prefix):  # the scheme alone
        return place[len(prefix) :].lstrip("/")
    if folded == bare or folded.startswith(f"{bare}/"):
        return place[len(bare) :].lstrip("/")
    if place.startswith("@") and bare.startswith("@") and "." not in bare:
        stage, _, path = place.partition("/")
        if stage.rpartition(".")[2].lower() == bare[1:]:
            return path
    return None


def _folded(place: str) -> str:
    """Schemes and buckets in lower case, and whole stages; paths keep theirs."""
    head, slash, path = place.partition("/") if place.startswith("@") else _head(place)
    return f"{head.lower()}{slash}{path}"


def _head(place: str) -> tuple[str, str, str]:
    scheme, mark, rest = place.partition("://")
    if not mark:
        return "", "", place
    bucket, slash, path = rest.partition("/")
    return f"{scheme}://{bucket}", slash, path
