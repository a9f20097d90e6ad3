"""Which files a source consists of."""

from __future__ import annotations

import os
from pathlib import Path

from reading import source

from extractor.sources import InputFile, find_inputs


def _tree(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("DELETE FROM a;")


def _found(root: Path, *paths: str) -> list[InputFile]:
    return list(find_inputs(source(paths=list(paths)), root))


def test_folders_globs_and_files_are_found_in_order_and_once(tmp_path: Path) -> None:
    """Any depth, sorted by name, a file that several paths match once; dot files below folders are left out."""
    _tree(tmp_path, "logs/b.log", "logs/2026/03/a.log", "logs/.hidden", "logs/.git/x", "one.sql", "logs/c d=1:2.log")
    found = _found(tmp_path, "logs", "logs/*.log", "one.sql", "**/a.log")
    assert [f.name for f in found] == ["logs/2026/03/a.log", "logs/b.log", "logs/c d=1:2.log", "one.sql"]
    assert found[0].size_bytes == 14
    assert found[0].modified_at is not None
    assert not any(f.problem for f in found)


def test_a_path_that_matches_nothing_is_told(tmp_path: Path) -> None:
    """A missing file and a glob without matches are a line each, not silence."""
    found = _found(tmp_path, "none.log", "none/*.log")
    assert [bool(f.problem) for f in found] == [True, True]


def test_a_folder_without_files_is_vacant(tmp_path: Path) -> None:
    """An empty folder, and a glob in a folder that is there, are worth a warning; a place that is missing is more."""
    (tmp_path / "logs").mkdir()
    found = _found(tmp_path, "logs", "logs/*.log", "logs/**/*.gz", "gone", "gone/*.log")
    assert [(f.name, f.is_vacant) for f in found] == [
        ("gone", False),
        ("gone/*.log", False),
        ("logs", True),
        ("logs/**/*.gz", True),
        ("logs/*.log", True),
    ]
    assert all(f.problem for f in found)


def test_a_link_inside_is_followed_once(tmp_path: Path) -> None:
    """A link to a file of the same folder is that file."""
    _tree(tmp_path, "logs/a.log")
    (tmp_path / "logs" / "current").symlink_to(tmp_path / "logs" / "a.log")
    found = _found(tmp_path, "logs")
    assert [f.path for f in found] == [(tmp_path / "logs" / "a.log").resolve()]


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    """Nothing outside of the configured paths is opened: neither a file nor a folder behind a link."""
    _tree(tmp_path, "logs/a.log", "secret/key", "secret/more/key")
    (tmp_path / "logs" / "x").symlink_to(tmp_path / "secret" / "key")
    (tmp_path / "logs" / "y").symlink_to(tmp_path / "secret" / "more")
    (tmp_path / "logs" / "z").symlink_to(tmp_path / "nowhere")
    found = _found(tmp_path, "logs")
    assert [f.name for f in found if not f.problem] == ["logs/a.log"]
    assert len([f for f in found if f.problem]) == 3


def test_a_configured_link_is_its_target(tmp_path: Path) -> None:
    """A path that the user wrote may itself be a link."""
    _tree(tmp_path, "store/a.log")
    (tmp_path / "logs").symlink_to(tmp_path / "store")
    assert [f.problem for f in _found(tmp_path, "logs")] == [""]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    """A link to its own folder is not followed for ever."""
    _tree(tmp_path, "logs/a.log")
    (tmp_path / "logs" / "loop").symlink_to(tmp_path / "logs")
    assert [f.name for f in _found(tmp_path, "logs") if not f.problem] == ["logs/a.log"]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    """What is no regular file would block or never end."""
    (tmp_path / "logs").mkdir()
    os.mkfifo(tmp_path / "logs" / "pipe")
    found = _found(tmp_path, "logs")
    assert ["no regular file" in f.problem for f in found] == [True]


def test_absolute_and_parent_paths_are_places_of_their_own(tmp_path: Path) -> None:
    """A path outside of the configuration's folder is allowed when it is written there."""
    _tree(tmp_path, "elsewhere/a.log", "conf/b.log")
    found = _found(tmp_path / "conf", "../elsewhere", str(tmp_path / "elsewhere" / "*.log"), "b.log")
    assert not any(f.problem for f in found)
    assert len(found) == 2
