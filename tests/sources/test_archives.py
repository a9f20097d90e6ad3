"""Archives: every member is a file of its own."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from backports import zstd
from reading import read_item, source

from extractor.sources import expand, find_inputs, recognise
from extractor.sources.interface import InputFile

LINES = b"".join(b'{"query":"insert into a select %d","timestamp":%d}\n' % (n, n) for n in range(300))
MEMBERS = {"b/second.json": LINES, "first.json.gz": gzip.compress(LINES), ".hidden.json": LINES}


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("empty")
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _tar(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        link = tarfile.TarInfo("link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def _written(folder: Path, kind: str) -> Path:
    path = folder / f"logs.{kind}"
    if kind == "zip":
        return _zip(path, MEMBERS)
    packed = _tar(MEMBERS)
    path.write_bytes({"tar": packed, "tgz": gzip.compress(packed), "tar.zst": zstd.compress(packed)}[kind])
    return path


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz", "tar.zst"])
def test_each_member_of_an_archive_is_read_as_a_file(tmp_path: Path, kind: str) -> None:
    """Members come sorted and named after the archive; hidden ones, folders and links are left out."""
    _written(tmp_path, kind)
    items = list(find_inputs(source(paths=["."]), tmp_path))
    assert [item.name for item in items] == [f"logs.{kind}/b/second.json", f"logs.{kind}/first.json.gz"]
    for item in items:
        found = read_item(item)
        assert len(found.records) == 300
        assert found.records[7].origin == (item.name, 8)
    assert recognise(items[1]).wrappers == ("gzip",)


def test_members_can_be_read_in_any_order(tmp_path: Path) -> None:
    """Two tars in turn, each member whole."""
    for name in "ab":
        (tmp_path / name).write_bytes(gzip.compress(_tar(MEMBERS)))
    items = [item for name in "ab" for item in expand(InputFile(tmp_path / name, name))]
    for item in (items[3], items[0], items[2], items[1]):
        assert len(read_item(item).records) == 300


def test_a_broken_archive_is_one_line(tmp_path: Path) -> None:
    """A zip without its directory cannot be listed; nothing else is lost."""
    path = _zip(tmp_path / "x.zip", MEMBERS)
    path.write_bytes(path.read_bytes()[:200])
    (tmp_path / "y.json").write_bytes(LINES)
    broken, whole = find_inputs(source(paths=["."]), tmp_path)
    assert broken.problem.startswith("x.zip is an archive that cannot be read")
    assert len(read_item(whole).records) == 300


def test_a_damaged_member_keeps_what_came_before_the_damage(tmp_path: Path) -> None:
    """A byte that was overwritten inside a member costs the rest of that member alone."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", LINES * 40)
        archive.writestr("b.json", LINES)
    data = bytearray(path.read_bytes())
    data[len(LINES) * 39] ^= 0xFF
    path.write_bytes(data)
    first, second = find_inputs(source(paths=["."]), tmp_path)
    found = read_item(first)
    assert len(found.records) > 11_000
    assert any("corrupt" in item.problem for item in found.bad)
    assert len(read_item(second).records) == 300


def test_an_office_document_is_no_archive(tmp_path: Path) -> None:
    """It is named for what it is."""
    _zip(tmp_path / "x.docx", {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})
    (item,) = find_inputs(source(paths=["."]), tmp_path)
    assert not item.member
    assert "Office document" in recognise(item).reason


def test_an_archive_without_files_says_so(tmp_path: Path) -> None:
    """Silence would look like a night without work."""
    _zip(tmp_path / "x.zip", {})
    (item,) = find_inputs(source(paths=["."]), tmp_path)
    assert item.problem == "x.zip is an archive without files"
