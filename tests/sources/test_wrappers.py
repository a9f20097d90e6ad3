"""Compressed files, by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import cramjam
import lz4.block
import lz4.frame
import pytest
from backports import zstd
from reading import read

from extractor.sources import recognise


def _snappy_frames(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress(data))


def _java_snappy(data: bytes) -> bytes:
    blocks = [bytes(cramjam.snappy.compress_raw(data[at : at + 32_768])) for at in range(0, len(data), 32_768)]
    return b"\x82SNAPPY\0" + struct.pack(">II", 1, 1) + b"".join(struct.pack(">I", len(b)) + b for b in blocks)


def _java_lz4(data: bytes) -> bytes:
    packed = b""
    for at in range(0, len(data), 32_768):
        part = data[at : at + 32_768]
        block = lz4.block.compress(part, store_size=False)
        packed += b"LZ4Block" + struct.pack("<BIII", 0x25, len(block), len(part), 0) + block
    return packed + b"LZ4Block" + struct.pack("<BIII", 0x15, 0, 0, 0)


LINES = [f'{{"query":"insert into a select {n}","timestamp":{n}}}\n'.encode() for n in range(5_000)]
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": lambda data: zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lz4": lz4.frame.compress,
}
BLOCKS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "java-lz4": ("lz4", _java_lz4),
    "snappy": ("snappy", _snappy_frames),
    "java-snappy": ("snappy", _java_snappy),
}


@pytest.mark.parametrize("name", sorted(PACK))
def test_wrappers_are_told_by_their_bytes(tmp_path: Path, name: str) -> None:
    """Several members, padding between, and any file name; a plain file called .gz is plain."""
    path = tmp_path / "x.log"
    path.write_bytes(PACK[name](b"".join(LINES[:3_000])) + PACK[name](b"".join(LINES[3_000:])) + b"\0" * 512)
    found = read(path)
    assert len(found.records) == 5_000
    assert found.bad == []
    assert found.stats.wrappers == (name,)
    assert recognise(path).wrappers == (name,)


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_streams_of_blocks_are_read_to_their_last_block(tmp_path: Path, name: str) -> None:
    """Two streams behind each other, as a writer leaves them that was started again."""
    wrapper, pack = BLOCKS[name]
    path = tmp_path / "events"
    path.write_bytes(pack(b"".join(LINES[:3_000])) + pack(b"".join(LINES[3_000:])))
    found = read(path)
    assert found.texts == [f"insert into a select {n}" for n in range(5_000)]
    assert found.bad == []
    assert found.stats.wrappers == (wrapper,)


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_stream_of_blocks_that_breaks_off_inside_a_block_says_so(tmp_path: Path, name: str) -> None:
    """The blocks before count."""
    wrapper, pack = BLOCKS[name]
    path = tmp_path / "events"
    path.write_bytes(pack(b"".join(LINES))[:-60])
    found = read(path)
    assert 3_000 < len(found.records) < 5_000
    assert f"{wrapper} member 1 is unfinished" in found.bad[0].problem


def test_a_library_that_is_missing_is_named_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is a line in the report, not a crash."""
    path = tmp_path / "events"
    path.write_bytes(lz4.frame.compress(b"".join(LINES)))
    monkeypatch.setitem(sys.modules, "lz4.frame", None)
    found = read(path)
    assert found.records == []
    assert "install alation-lineage[formats]" in found.bad[0].problem


def test_a_plain_file_with_a_packed_name_is_plain(tmp_path: Path) -> None:
    """An HTTP client may have unpacked it."""
    path = tmp_path / "x.gz"
    path.write_bytes(b"".join(LINES))
    assert len(read(path).records) == 5_000


def test_wrappers_inside_wrappers_are_opened(tmp_path: Path) -> None:
    """A file packed twice is unpacked twice."""
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(zstd.compress(b"".join(LINES))))
    found = read(path)
    assert len(found.records) == 5_000
    assert found.stats.wrappers == ("gzip", "zstd")


@pytest.mark.parametrize("name", sorted(PACK))
def test_an_unfinished_last_member_loses_only_its_end(tmp_path: Path, name: str) -> None:
    """What was read before counts; the damage is one line that names the member."""
    path = tmp_path / "x.log"
    last = PACK[name](b"".join(LINES[2_500:]))
    path.write_bytes(PACK[name](b"".join(LINES[:2_500])) + last[: len(last) * 2 // 3])
    found = read(path)
    assert 2_500 <= len(found.records) < 5_000
    assert found.texts == [f"insert into a select {n}" for n in range(len(found.texts))]
    assert len(found.bad) == 1
    assert f"{name} member 2 is unfinished" in found.bad[0].problem


@pytest.mark.parametrize("name", sorted(PACK))
def test_a_corrupt_member_is_one_line(tmp_path: Path, name: str) -> None:
    """Bytes overwritten in the second member: the first is whole."""
    path = tmp_path / "x.log"
    first, second = PACK[name](b"".join(LINES[:2_500])), bytearray(PACK[name](b"".join(LINES[2_500:])))
    second[len(second) // 2 : len(second) // 2 + 64] = b"\xff" * 64
    path.write_bytes(first + second)
    found = read(path)
    assert len(found.records) >= 2_500
    assert any("member 2" in bad.problem for bad in found.bad)


def test_other_bytes_after_the_last_member_are_told(tmp_path: Path) -> None:
    """They are no log, but they are not passed over in silence."""
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"".join(LINES)) + b"rubbish")
    found = read(path)
    assert len(found.records) == 5_000
    assert "followed by bytes" in found.bad[0].problem
