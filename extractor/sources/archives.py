"""Archives: files within a file. Each member is read as a file of its own, called ``logs.zip/2026/a.csv``.

Nothing is ever unpacked to a path: members are streams, and their names are only names.
"""

from __future__ import annotations

import re
import tarfile
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, Protocol, cast

from extractor.sources.interface import InputFile
from extractor.sources.stored import StoredObject, open_bytes
from extractor.sources.wrappers import ByteStream, Peeked, PlainStream, unwrap

_ZIP = b"PK\x03\x04"
_TAR, _TAR_AT = b"ustar", 257
_PEEK_BYTES = 512
_CALLED_ARCHIVE = re.compile(r"\.(?:zip|tar|tgz|tbz2?|txz)(?:\.\w{1,4})?$", re.IGNORECASE)
_COPY_BYTES = 1 << 20
_NO_LOGS = ("[Content_Types].xml", "META-INF/MANIFEST.MF")
"""Members by which a zip is an Office document or a Java program."""
_ERRORS = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
"""A broken archive; a member with a password (RuntimeError) or a method that is unknown (NotImplementedError)."""


class _Member(NamedTuple):
    name: str
    size_bytes: int


class OpenInput(Protocol):
    """What is read of an open file: its bytes in order."""

    def read(self, size: int, /) -> bytes:
        """At most so many of the next bytes."""

    def tell(self) -> int:
        """So many bytes were read."""

    def close(self) -> None:
        """Close it; doing it twice does no harm."""


class _TarMember(NamedTuple):
    """A member with the tar it is in, which so stays open."""

    content: IO[bytes]
    tar: tarfile.TarFile

    def read(self, size: int, /) -> bytes:
        return self.content.read(size)

    def tell(self) -> int:
        return self.content.tell()

    def close(self) -> None:
        self.content.close()


class MemberStream(PlainStream):
    """A member of an archive as a stream; where the archive is broken, it ends with the damage told."""

    def read(self, size: int) -> bytes:
        """The next bytes of the member."""
        try:
            return super().read(size)
        except _ERRORS as error:
            self.damage = f"the archive is corrupt ({error}): what came before it was read"
            return b""


def expand(item: InputFile) -> Iterator[InputFile]:
    """The members of an archive as files; a file that is no archive as it is.

    Folders, links and hidden members are left out. An archive that cannot be listed is one file with a problem.
    """
    try:
        kind = _kind_of(item.path)
    except OSError:  # whoever opens it will say why it cannot be opened
        kind = ""
    try:
        members = _members_of(item.path, kind) if kind else None
    except _ERRORS as error:
        words = getattr(error, "strerror", None) or error
        yield item._replace(problem=f"{item.name} is an archive that cannot be read: {words}")
        return
    if members is None:
        yield item
    elif not members:
        yield item._replace(problem=f"{item.name} is an archive without files", is_vacant=True)
    else:
        for member in members:
            yield item._replace(name=f"{item.name}/{member.name}", size_bytes=member.size_bytes, member=member.name)


def open_input(item: InputFile) -> OpenInput:
    """The bytes of a file, or of a member of an archive, as they lie there.

    Raises:
        OSError: it cannot be opened; the message says why.
    """
    if not item.member:
        return open_bytes(item.path)
    try:
        if _kind_of(item.path) == "zip":
            return zipfile.ZipFile(_seekable(item.path)).open(item.member)
        tar = _tar_of(*_version_of(item.path))
        content = tar.extractfile(item.member)
    except (*_ERRORS, KeyError) as error:
        msg = f"the archive's member cannot be opened: {error}"
        raise OSError(msg) from None
    if content is None:
        msg = "the archive's member is no file"
        raise OSError(msg)
    return _TarMember(content, tar)


def stream_of(item: InputFile, file: OpenInput) -> ByteStream:
    """The stream over what `open_input` gave."""
    return MemberStream(file) if item.member else PlainStream(file)


def _kind_of(path: Path | StoredObject) -> str:
    """Zip, tar (however it is compressed), or "" for a file that is no archive."""
    if isinstance(path, StoredObject) and not _CALLED_ARCHIVE.search(path.url):
        return ""  # a look into each object of a bucket would be a request more for each
    with open_bytes(path) as file:
        if file.read(len(_ZIP)) == _ZIP:
            return "zip"
        file.seek(0)
        unwrapped, _ = unwrap(PlainStream(file))
        head = Peeked(unwrapped, _PEEK_BYTES).head
    return "tar" if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR else ""


def _members_of(path: Path | StoredObject, kind: str) -> list[_Member] | None:
    """The members of an archive, or None for a zip that is something else."""
    if kind == "zip":
        with zipfile.ZipFile(_seekable(path)) as archive:
            if any(name in archive.namelist()[:5] for name in _NO_LOGS):
                return None
            found = {i.filename: i.file_size for i in archive.infolist() if not i.is_dir()}
    else:
        found = {m.name: m.size for m in _tar_of(*_version_of(path)).getmembers() if m.isreg()}
    return [_Member(name, size) for name, size in sorted(found.items()) if not _is_hidden(name)]


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part.strip(".") for part in name.split("/")) or name.startswith("__MACOSX/")


def _seekable(path: Path | StoredObject) -> Path | BinaryIO:
    return path.open() if isinstance(path, StoredObject) else path


def _version_of(path: Path | StoredObject) -> tuple[Path | StoredObject, int, int]:
    if isinstance(path, StoredObject):
        return path, path.size_bytes, hash(path.modified_at)
    facts = path.stat()
    return path, facts.st_size, facts.st_mtime_ns


@lru_cache(maxsize=1)
def _tar_of(path: Path | StoredObject, _size_bytes: int, _modified_ns: int) -> tarfile.TarFile:
    """A tar whose members can be opened in any order; a compressed one is unpacked to a nameless temporary file.

    The newest one is kept, since the members of one archive are read one after the other.
    """
    file: IO[bytes] = path.open() if isinstance(path, StoredObject) else path.open("rb")
    file.seek(_TAR_AT)
    if file.read(len(_TAR)) != _TAR:
        file.seek(0)
        unwrapped, _ = unwrap(PlainStream(cast("BinaryIO", file)))
        plain = tempfile.TemporaryFile()  # noqa: SIM115
        while block := unwrapped.read(_COPY_BYTES):
            plain.write(block)
        file.close()
        file = plain
    file.seek(0)
    tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 - as above
    weakref.finalize(tar, file.close)
    return tar
