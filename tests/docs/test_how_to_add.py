"""The pages on how to add something, followed to the letter in a copy of the repository."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.sweep

PAGES = ("add-a-format.md", "add-a-dialect.md", "add-a-statement-kind.md")
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def change(root: Path, text: str) -> None:
    """Carry out a change as a page shows it: each part of it has one place in its file, told by the lines that stay."""
    head, *parts = text.split("@@\n")
    path = root / head.split()[1]
    for part in parts:
        rows = part.splitlines(keepends=True)
        old = "".join(row[1:] for row in rows if row[0] in " -")
        new = "".join(row[1:] for row in rows if row[0] in " +")
        held = path.read_text(encoding="utf-8")
        assert held.count(f"\n{old}") == 1, f"{path}: {old!r}"
        path.write_text(held.replace(f"\n{old}", f"\n{new}"), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as far as the pages speak of it, with everything in it that they say."""
    root = tmp_path_factory.mktemp("copy")
    for name in ("extractor", "dialects", "tests/lineage"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "fixtures/sql/features.yml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for page in PAGES:
        for language, title, text in _BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
            if title:
                (root / title).parent.mkdir(parents=True, exist_ok=True)
                (root / title).write_text(text, encoding="utf-8")
            elif language == "diff":
                change(root, text)
    return root


def within(copy: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """What a command of Python says there."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        input=stdin,
        env={"PYTHONPATH": str(copy)},
        text=True,
        capture_output=True,
        check=False,
    )


def test_the_tests_and_fixtures_of_the_pages_pass(copy: Path) -> None:
    """A format with its test, a dialect and a statement kind with their fixtures."""
    tests = (
        "tests/sources/test_pipe_proxy.py",
        "tests/lineage/test_fixtures.py::test_a_fixture_gives_the_tables_and_columns_that_are_written_beside_it",
    )
    done = within(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_the_commands_of_the_pages_know_what_was_added(copy: Path) -> None:
    """The format is recognised by its content; the dialect folds its names."""
    (copy / "proxy.log").write_text(
        "2024-03-01T02:00:00Z|etl|dwh|41|insert into mart.net select net from raw.sales\n" * 3
    )
    main = "import sys; from extractor.cli import main; main()"
    assert "pipe-proxy" in within(copy, "-c", main, "formats", "proxy.log").stdout
    assert "raw.sales.net -> mart.net.net" in within(copy, "-c", main, "extract", "proxy.log", "-d", "crate").stdout
