"""From a file to text in UTF-8: wrappers, encodings, NUL bytes, line ends."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from extractor.sources.archives import OpenInput, open_input, stream_of
from extractor.sources.envelopes import envelope_of
from extractor.sources.interface import FileStats, InputFile
from extractor.sources.stored import StoredObject
from extractor.sources.wrappers import ByteStream, Peeked, unwrap

SAMPLE_BYTES = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class OpenFile:
    """An open file as a stream of clean text in UTF-8; a context manager.

    ``head`` is the beginning of that text (up to 64 KiB) for recognition, ``is_whole`` says that it is all;
    ``envelope`` is what wraps its lines, which are still in it (`Lines` takes them out).
    Text in UTF-8 is handed on byte for byte, bad bytes included: whoever decodes counts them. Any other encoding
    is turned into UTF-8 here, each byte that is no text replaced and counted.
    """

    def __init__(self, item: InputFile, encoding: str = "utf-8") -> None:
        self.name = item.name
        self.stats = FileStats(item.name)
        self.item = item
        self._file: OpenInput = open_input(item)
        try:
            self._begin(encoding)
        except BaseException:
            self.close()
            raise

    def _begin(self, encoding: str) -> None:
        unwrapped, self.stats.wrappers = unwrap(stream_of(self.item, self._file))
        peeked = Peeked(unwrapped, SAMPLE_BYTES)
        self._stream: ByteStream = peeked
        self.raw_head = peeked.head
        self.stats.encoding, self._mark_bytes = encoding_of(self.raw_head, encoding)
        self._is_bare_cr = False
        self._decoder = self._make_decoder()
        self._chunks = self._clean()
        self.is_whole = False
        self.head = self._look()
        self._is_bare_cr = b"\r" in self.head and b"\n" not in self.head
        if self._is_bare_cr:
            self.head = self.head.replace(b"\r", b"\n")
        self.envelope = envelope_of(self.head)
        if self.envelope is not None:
            self.stats.wrappers += (self.envelope.name,)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def look_further(self, head: bytes) -> None:
        """Look for an envelope in a longer beginning, where this file breaks off before its first line ends."""
        if self.envelope is None and b"\n" not in self.head and (found := envelope_of(head)) is not None:
            self.envelope = found
            self.stats.wrappers += (found.name,)

    @property
    def written_at(self) -> datetime:
        """When the file was last written."""
        if self.item.modified_at is not None:
            return self.item.modified_at
        if isinstance(self.item.path, StoredObject):
            return datetime.now(UTC)
        return datetime.fromtimestamp(self.item.path.stat().st_mtime, UTC)

    @property
    def position_bytes(self) -> int:
        """So many bytes of the file, as it lies there, were read."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file; doing it twice does no harm."""
        self._file.close()

    @property
    def damage(self) -> str:
        """How the file broke off, or "" when it has not (known at its end)."""
        return self._stream.damage

    def chunks(self, size: int) -> Iterator[bytes]:
        """The whole text in blocks of about ``size`` bytes, with LF as the only line end."""
        if self.head:
            head, self.head = self.head, b""
            yield head
        self._size = size
        if self._is_bare_cr:
            yield from (chunk.replace(b"\r", b"\n") for chunk in self._chunks)
        else:
            yield from self._chunks

    def _look(self) -> bytes:
        self._size = SAMPLE_BYTES
        head = b"".join(part for part in (next(self._chunks, b""),) if part)
        if len(self.raw_head) < SAMPLE_BYTES:
            head += b"".join(self._chunks)
            self.is_whole = True
        return head

    def _make_decoder(self) -> codecs.IncrementalDecoder | None:
        if self.stats.encoding == "utf-8":
            return None
        return codecs.getincrementaldecoder(self.stats.encoding)(errors="replace")

    def _clean(self) -> Iterator[bytes]:
        held = b""
        mark = self._mark_bytes
        while chunk := self._stream.read(self._size):
            if mark:
                chunk, mark = chunk[mark:], 0
            if self._decoder is not None:
                chunk = self._recode(chunk, final=False)
            if b"\0" in chunk:
                self.stats.replaced += chunk.count(b"\0")
                chunk = chunk.replace(b"\0", b"")
            if held:
                chunk, held = held + chunk, b""
            if b"\r" in chunk:
                if chunk[-1:] == b"\r":
                    chunk, held = chunk[:-1], b"\r"
                chunk = chunk.replace(b"\r\n", b"\n")
            if chunk:
                yield chunk
        last = held + (self._recode(b"", final=True) if self._decoder is not None else b"")
        if last:
            yield last

    def _recode(self, chunk: bytes, *, final: bool) -> bytes:
        assert self._decoder is not None
        text = self._decoder.decode(chunk, final)
        if "\ufffd" in text:
            self.stats.replaced += text.count("\ufffd")
        return text.encode("utf-8", "replace")


def encoding_of(head: bytes, wished: str) -> tuple[str, int]:
    """The encoding of a text by its mark or its NUL pattern, else the wished one; and the mark's length in bytes.

    Raises:
        LookupError: the wished encoding is unknown.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    if len(head) >= 8 and b"\0" in head[:512]:
        even, odd = head[0:512:2], head[1:512:2]
        if odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
            return "utf-16-le", 0
        if even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
            return "utf-16-be", 0
    return codecs.lookup(wished).name, 0
