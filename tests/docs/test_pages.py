"""The documentation: what is made from code is current, examples run, messages are those of the program."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import extractor
from extractor.config import Config

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def script(name: str) -> ModuleType:
    """A script of the repository, loaded."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = script("write_reference")


@pytest.mark.parametrize("name", ["configuration.md", "commands.md"])
def test_the_reference_is_what_the_code_gives(name: str) -> None:
    """After a change of settings or commands: make reference."""
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == REFERENCE.PAGES[name]()


def test_the_page_of_messages_holds_what_errors_and_reports_say() -> None:
    """`make docs` writes it anew: errors of every kind, lines of reports and of logs, values as dots."""
    page = REFERENCE.PAGES["messages.md"]()
    for message in (
        "- ...: cannot be read as TOML: ...",
        "- the plan ... was written by another version of alation-lineage: plan again",
        "- no request is sent before ... UTC (backfill.hours)",
        "- the upload stopped: ...",
        "- the file begins inside a record",
        "- a string, a quoted name or a comment does not end",
    ):
        assert f"\n{message}\n" in page
    assert all(f"\n## {title}\n\n- " in page for title in REFERENCE._KINDS)


@pytest.mark.parametrize("page", [p.name for p in sorted(DOCS.glob("*.md")) if ">>> " in p.read_text(encoding="utf-8")])
def test_the_examples_of_a_page_run(page: str) -> None:
    """What a page shows of Python is what it gives."""
    result = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")
    assert result.attempted
    assert not result.failed


def test_every_setting_is_explained() -> None:
    """Each setting of each section stands in docs/configuration.md, in the table of its section."""
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## \[+(\w+)\]+\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    for name, field in Config.model_fields.items():
        model = REFERENCE._model_in(field.annotation)
        if model is None or name == "root":
            continue
        told = sections[name]
        missing = [n for n, f in model.model_fields.items() if not re.search(rf"`{(f.alias or n)}`", told)]
        assert not missing, f"[{name}]: {missing}"


def test_the_page_on_the_library_lists_what_is_public() -> None:
    """The table of names is `extractor.__all__`, and the package says that it is typed."""
    table = (DOCS / "library.md").read_text(encoding="utf-8").partition("## A text")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == set(extractor.__all__)
    assert all((ROOT / package / "py.typed").exists() for package in ("extractor", "dialects"))


@pytest.mark.sweep
def test_the_examples_of_the_library_are_typed(tmp_path: Path) -> None:
    """A type checker in its strict mode has nothing to say to who uses the public names."""
    use = tmp_path / "use.py"
    use.write_text(TYPED_USE, encoding="utf-8")
    words = ["--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache"), "--follow-imports=silent", str(use)]
    done = subprocess.run([sys.executable, "-m", "mypy", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


TYPED_USE = """
from datetime import UTC, datetime

from extractor import ColumnEdge, Lineage, LineageError, Origin, Outcome, QueryOutcome, QueryRecord, extract_lineage


def direct(records: list[QueryRecord]) -> list[ColumnEdge]:
    found: Lineage = extract_lineage(records, dialect="postgres", schema={"t": ["a"]})
    return [edge for edge in found.columns if edge.kind == "direct" and edge.confidence > 0.5]


def bad(text: str) -> dict[str, Outcome]:
    return {statement.reason: statement.outcome for statement in extract_lineage(text).statements}


RECORD = QueryRecord("select 1", datetime.now(UTC), outcome=QueryOutcome.OK, origin=Origin("a.sql", 1))
ERROR: type[Exception] = LineageError
"""


def texts_of(tree: ast.AST) -> Iterator[str]:
    """The texts of a program, also those with values in them, which stand as a bar."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(p.value if isinstance(p, ast.Constant) else "\0" for p in node.values)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield "".join(texts_of(node.left)) + "".join(texts_of(node.right))


def test_the_messages_of_the_page_on_troubles_are_those_of_the_program() -> None:
    """Who looks for a message finds it letter by letter: each is a text of the code."""
    program = "\n".join(
        text
        for folder in ("extractor", "dialects")
        for path in (ROOT / folder).rglob("*.py")
        for text in texts_of(ast.parse(path.read_text(encoding="utf-8")))
    )
    page = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    shown = [m for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for m in re.findall(r"`([^`]+)`", row)]
    assert len(shown) > 60
    known = re.sub(r"ALATION_LINEAGE_\w+", "\0", program)
    missing = [m for m in shown if re.sub(r"ALATION_LINEAGE_\w+", "\0", m).rstrip("\0") not in known]
    assert not missing
