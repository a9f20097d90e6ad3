"""What files are packed in, told by their first bytes and never by their names.

The one place where a new wrapper fits: a line in `_PACKED` with its magic bytes and a maker of decompressors.
"""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Any, Protocol

from extractor.sources import framed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_BLOCK_BYTES = 1 << 17
_MAX_LAYERS = 4
_ERRORS = (zlib.error, OSError, EOFError, lzma.LZMAError, zstd.ZstdError, ValueError, RuntimeError)


class ByteStream(Protocol):
    """What every layer offers: at most ``size`` bytes, none at the end; ``damage`` says how it broke off."""

    @property
    def damage(self) -> str:
        """How the stream broke off, or "" while it has not."""

    def read(self, size: int) -> bytes:
        """The next bytes, or none at the end or where the file is damaged."""


class _Decompressor(Protocol):
    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Readable(Protocol):
    """An open file."""

    def read(self, size: int, /) -> bytes:
        """At most so many of the next bytes."""


class PlainStream:
    """The file itself. An error of the operating system ends it and is told by ``damage``."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self.damage = ""

    def read(self, size: int) -> bytes:
        """The next bytes of the file."""
        try:
            return self._file.read(size)
        except OSError as error:
            self.damage = f"reading stopped: {error.strerror or error}"
            return b""


class _Gzip:
    """zlib's decompressor with the interface of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inner.decompress(self._rest + data, max_length)
        self._rest = self._inner.unconsumed_tail
        return out


class PackedStream:
    """A compressed stream of one or more members; what was read before a damage counts."""

    def __init__(self, inner: ByteStream, name: str, magic: bytes, make: Callable[[], _Decompressor]) -> None:
        self._inner = inner
        self._name = name
        self._magic = magic
        self._make = make
        self._decompressor: _Decompressor | None = None
        self._input = b""
        self._member = 1
        self.damage = ""
        try:
            self._decompressor = make()
        except ImportError:
            self.damage = f"the file {framed.MISSING.format(name)}"

    def read(self, size: int) -> bytes:
        """The next unpacked bytes, at most ``size``."""
        while self._decompressor is not None:
            block, self._input = self._input, b""
            ends = False
            if not block and not self._holds_output():
                block = self._inner.read(_BLOCK_BYTES)
                ends = not block
            try:
                out = self._decompressor.decompress(block, size)
            except _ERRORS as error:
                return self._break_off(f"is corrupt ({error})")
            if self._decompressor.eof:
                self._next_member(self._decompressor.unused_data)
            elif ends and not out:
                return self._end()
            if out:
                return out
        return b""

    def _end(self) -> bytes:
        """The end of the input: a break, unless the stream has no mark of its end and no block is open."""
        if getattr(self._decompressor, "is_between", False) and not self._inner.damage:
            self._decompressor = None
            return b""
        return self._break_off("is unfinished")

    def _holds_output(self) -> bool:
        """Whether the decompressor can go on without new input."""
        rest = getattr(self._decompressor, "_rest", None)
        return bool(rest) if rest is not None else not getattr(self._decompressor, "needs_input", True)

    def _next_member(self, rest: bytes) -> None:
        rest = rest.lstrip(b"\0")
        while len(rest) < len(self._magic):
            more = self._inner.read(_BLOCK_BYTES)
            if not more:
                break
            rest = (rest + more).lstrip(b"\0")
        self._decompressor = None
        if rest.startswith(self._magic):
            self._decompressor, self._input = self._make(), rest
            self._member += 1
        elif rest:
            self._break_off("is followed by bytes that are none", member=self._member)
        elif self._inner.damage:
            self.damage = self._inner.damage

    def _break_off(self, how: str, member: int | None = None) -> bytes:
        self._decompressor = None
        number = member or self._member
        self.damage = self._inner.damage or f"{self._name} member {number} {how}: what came before it was read"
        return b""


def _gzip() -> Any:
    return _Gzip()


_PACKED: tuple[tuple[str, bytes, Callable[[], Any]], ...] = (
    ("gzip", b"\x1f\x8b\x08", _gzip),
    ("zstd", b"\x28\xb5\x2f\xfd", zstd.ZstdDecompressor),
    ("bzip2", b"BZh", bz2.BZ2Decompressor),
    ("xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor),
    ("lz4", b"\x04\x22\x4d\x18", framed.lz4_frames),
    ("lz4", b"LZ4Block", framed.lz4_blocks),
    ("snappy", b"\xff\x06\x00\x00sNaPpY", framed.snappy_frames),
    ("snappy", b"\x82SNAPPY\x00", framed.snappy_blocks),
)


def unwrap(stream: ByteStream) -> tuple[ByteStream, tuple[str, ...]]:
    """The stream behind all wrappers, and their names, the outermost first."""
    names: list[str] = []
    while len(names) < _MAX_LAYERS:
        peeked = Peeked(stream)
        stream = peeked
        found = next((p for p in _PACKED if peeked.head.startswith(p[1])), None)
        if found is None:
            break
        names.append(found[0])
        stream = PackedStream(stream, *found)
    return stream, tuple(names)


class Peeked:
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, inner: ByteStream, size: int = 16) -> None:
        self._inner = inner
        self.head = b""
        while len(self.head) < size and (block := inner.read(size - len(self.head))):
            self.head += block
        self._waiting = self.head

    @property
    def damage(self) -> str:
        """How the stream broke off, or "" while it has not."""
        return self._inner.damage

    def read(self, size: int) -> bytes:
        """The next bytes, the first ones included."""
        if self._waiting:
            block, self._waiting = self._waiting[:size], self._waiting[size:]
            return block
        return self._inner.read(size)
