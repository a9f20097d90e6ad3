"""Lines of bytes from one file, or from several that are one log cut in pieces; memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from extractor.sources.envelopes import Envelope, objects_at
from extractor.sources.syslog import Numbered

if TYPE_CHECKING:
    from extractor.sources.interface import FileStats
    from extractor.sources.opening import OpenFile

CHUNK_BYTES = 1 << 16
Split = Callable[[bytes], list[bytes]]
"""Cuts some lines into pieces of one line or several, without the line end between two pieces."""


def _at_line_ends(block: bytes) -> list[bytes]:
    return block.split(b"\n")


class Lines:
    """Iterates over lines without their ends.

    ``file`` and ``number`` are the place of the line that was given last, ``stats`` the counts of its file.
    A line longer than ``limit`` bytes is given cut to the limit, the rest of it is passed over, and ``is_cut`` is
    true until the next line. Where one file ends without a line end, its last line goes on in the next file.
    ``unended`` is the very last line where no line end follows it, known when it is given.
    ``is_damaged`` is true at the end when the last file broke off inside; its last, partial line is dropped.
    ``others`` are the files that go on where the first one ends; each is taken when the one before it is at its end.
    Lines in an envelope are given as they were before they were wrapped, under the number they have in the file.
    """

    def __init__(
        self, first: OpenFile, limit: int, *, others: Iterable[OpenFile] = (), as_they_lie: bool = False
    ) -> None:
        self._first = first
        self._others = others
        self._limit = limit
        self.file = first.name
        self.stats: FileStats = first.stats
        self.number = 0
        self.is_cut = False
        self.is_damaged = False
        self.unended = b""
        self._envelope = None if as_they_lie else first.envelope

    def __iter__(self) -> Iterator[bytes]:
        return self._lines() if self._envelope is None else self._unwrapped(self._envelope)

    def _unwrapped(self, envelope: Envelope) -> Iterator[bytes]:
        outer = Lines(self._first, self._limit, others=self._others, as_they_lie=True)
        if envelope.depth is None:
            wrapped: Iterator[Numbered] = ((outer.number, line) for line in outer)
        else:
            wrapped = objects_at(envelope.depth, outer.blocks(), self._limit)
        for number, line in envelope.unwrap(wrapped, self._first.written_at):
            self.file, self.stats, self.number = outer.file, outer.stats, number
            self.unended = line if outer.unended else b""
            self.is_cut = outer.is_cut or len(line) > self._limit
            yield line[: self._limit]
        self.is_damaged, self.is_cut = outer.is_damaged, False

    def _lines(self) -> Iterator[bytes]:
        for batch in self.batches():
            for line in batch:
                self.number += 1
                yield line

    def batches(self, split: Split = _at_line_ends) -> Iterator[list[bytes]]:
        """The same lines, many at once, in pieces as ``split`` cuts them.

        ``number`` is then that of the line before the list; whoever takes the list may count on with it. Where two
        blocks of the file meet, and in an envelope, a piece is one line, whatever ``split`` would do.
        """
        if self._envelope is not None:
            for line in self._unwrapped(self._envelope):
                self.number -= 1
                yield [line]
            return
        tail = b""
        is_skipping = False
        for opened in chain((self._first,), self._others):
            is_carried = bool(tail) or is_skipping
            if not is_carried:
                self._enter(opened)
            for chunk in opened.chunks(CHUNK_BYTES):
                end = chunk.rfind(b"\n")
                if end < 0:
                    tail = b"" if is_skipping else tail + chunk
                else:
                    begin = 0
                    if tail or is_skipping:
                        first = chunk.find(b"\n")
                        if not is_skipping:
                            yield from self._one(tail + chunk[:first])
                        begin, is_skipping = first + 1, False
                    if is_carried:
                        self._enter(opened)
                        is_carried = False
                    if begin <= end:
                        yield from self._block(chunk[begin:end], split)
                    tail = chunk[end + 1 :]
                if len(tail) > self._limit:
                    yield from self._one(tail)
                    tail, is_skipping = b"", True
            self.stats.lines = self.number
            self.is_damaged = bool(opened.damage)
            tail, is_skipping = (b"", False) if self.is_damaged else (tail, is_skipping)
        if tail:
            self.unended = tail
            yield from self._one(tail)
        self.stats.lines = self.number

    def _block(self, block: bytes, split: Split) -> Iterator[list[bytes]]:
        if len(block) > self._limit:
            for line in block.split(b"\n"):
                yield from self._one(line)
            return
        last = self.number + block.count(b"\n") + 1
        yield split(block)
        self.number = last

    def blocks(self) -> Iterator[bytes]:
        """The text in blocks of any length, for formats in which lines mean nothing; ``number`` counts its LFs."""
        if self._envelope is not None:
            yield from (line + b"\n" for line in self._unwrapped(self._envelope))
            return
        for opened in chain((self._first,), self._others):
            self._enter(opened)
            for chunk in opened.chunks(CHUNK_BYTES):
                yield chunk
                self.number += chunk.count(b"\n")
            self.is_damaged = bool(opened.damage)
            self.stats.lines = self.number

    def _enter(self, opened: OpenFile) -> None:
        self.stats.lines = self.number
        self.file, self.stats, self.number = opened.name, opened.stats, 0
        self.is_damaged = False

    def _one(self, line: bytes) -> Iterator[list[bytes]]:
        last = self.number + 1
        self.is_cut = len(line) > self._limit
        yield [line[: self._limit]]
        self.is_cut = False
        self.number = last
