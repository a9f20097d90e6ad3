"""Compressions that need a library of their own: lz4 and snappy, in all the frames that logs are written in.

The libraries are the extra ``formats``. Facts: the lz4 frame format, Google's snappy framing format, and the two
block streams that Java programs such as Spark write (lz4-java's ``LZ4Block``, xerial's snappy).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

MISSING = "is packed with {0}, for which a library is missing: install alation-lineage[formats]"
_LZ4_RAW, _LZ4_COMPRESSED = 0x10, 0x20
_SNAPPY_COMPRESSED, _SNAPPY_PLAIN, _SNAPPY_FIRST_SKIPPABLE = 0x00, 0x01, 0x80
_XERIAL, _XERIAL_HEAD_BYTES = b"\x82SNAPPY\x00", 16
_MAX_BLOCK_BYTES = 1 << 26
_Block = tuple[int, Callable[[bytes], bytes]]
"""The size of a block with its header, and what makes its content of it."""


class Blocks:
    """A decompressor of a stream of blocks, each with its own header; ``next_block`` knows the header.

    ``next_block`` is given what is at hand and returns the block's size and how it is unpacked, or None where the
    header is not complete yet. The stream ends where the file does, so ``eof`` stays false; ``is_between`` says
    that it may end here.
    """

    def __init__(self, next_block: Callable[[bytes], _Block | None]) -> None:
        self._next_block = next_block
        self._waiting = b""
        self._out = b""
        self.eof = False
        self.unused_data = b""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out without more going in."""
        return not self._out

    @property
    def is_between(self) -> bool:
        """Whether the stream may end here: no block is open."""
        return not self._waiting

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most ``max_length`` bytes of content.

        Raises:
            ValueError: a block is corrupt.
        """
        self._waiting += data
        while len(self._out) < max_length and (block := self._complete_block()) is not None:
            self._out += block
        out, self._out = self._out[:max_length], self._out[max_length:]
        return out

    def _complete_block(self) -> bytes | None:
        found = self._next_block(self._waiting) if self._waiting else None
        if found is None:
            return None
        size, unpack = found
        if size > _MAX_BLOCK_BYTES:
            msg = f"a block claims to have {size:,} bytes"
            raise ValueError(msg)
        if len(self._waiting) < size:
            return None
        block, self._waiting = self._waiting[:size], self._waiting[size:]
        try:
            return unpack(block)
        except (RuntimeError, ValueError) as error:  # the libraries' own errors derive from these
            msg = f"a block cannot be unpacked: {error}"
            raise ValueError(msg) from None


def lz4_frames() -> Any:
    """The lz4 frame format, as ``lz4`` and most tools write it."""
    import lz4.frame  # noqa: PLC0415 - of an extra that may be missing

    return lz4.frame.LZ4FrameDecompressor()


def lz4_blocks() -> Blocks:
    """lz4-java's block stream, as Spark writes its event logs."""
    import lz4.block  # noqa: PLC0415 - of an extra that may be missing

    def next_block(data: bytes) -> _Block | None:
        if len(data) < 21:
            return None
        magic, token, packed_bytes, content_bytes = struct.unpack("<8sBII", data[:17])
        if magic != b"LZ4Block" or token & 0xF0 not in (_LZ4_RAW, _LZ4_COMPRESSED):
            msg = "a block does not begin as blocks of lz4-java do"
            raise ValueError(msg)
        if token & 0xF0 == _LZ4_RAW:
            return 21 + packed_bytes, lambda block: block[21:]
        return 21 + packed_bytes, lambda block: bytes(
            lz4.block.decompress(block[21:], uncompressed_size=min(content_bytes, _MAX_BLOCK_BYTES))
        )

    return Blocks(next_block)


def snappy_frames() -> Blocks:
    """Google's snappy framing format."""
    unpack = _snappy()

    def next_block(data: bytes) -> _Block | None:
        if len(data) < 4:
            return None
        kind, size = data[0], 4 + int.from_bytes(data[1:4], "little")
        if kind == _SNAPPY_COMPRESSED:
            return size, lambda block: unpack(block[8:])
        if kind == _SNAPPY_PLAIN:
            return size, lambda block: block[8:]
        if kind >= _SNAPPY_FIRST_SKIPPABLE:
            return size, lambda _: b""
        msg = f"a block is of the unknown kind {kind}"
        raise ValueError(msg)

    return Blocks(next_block)


def snappy_blocks() -> Blocks:
    """Xerial's block stream, as Java programs write snappy."""
    unpack = _snappy()

    def next_block(data: bytes) -> _Block | None:
        if len(data) < _XERIAL_HEAD_BYTES and _XERIAL.startswith(data[: len(_XERIAL)]):
            return None
        if data.startswith(_XERIAL):  # where one stream was written behind another, too
            return _XERIAL_HEAD_BYTES, lambda _: b""
        if len(data) < 4:
            return None
        return 4 + int.from_bytes(data[:4], "big"), lambda block: unpack(block[4:])

    return Blocks(next_block)


def _snappy() -> Callable[[bytes], bytes]:
    import cramjam  # noqa: PLC0415 - of an extra that may be missing

    return lambda block: bytes(cramjam.snappy.decompress_raw(block))
