"""The sample scripts: ``python -m benchmarks.samples`` counts what is read of them, and writes docs/dialects.md.

`fixtures/scripts/<dialect>/` holds scripts of our own, written after the vendors' references so that each form of
statement occurs that these describe. With ``--unread`` every statement that is not read is printed instead.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dialects
from dialects.page import markdown
from extractor.errors import StatementError
from extractor.lineage import outline
from extractor.lineage.model import Other
from extractor.statements import StatementClass, classify, split

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "fixtures" / "scripts"
PAGE = ROOT / "docs" / "dialects.md"
_KEPT_AS_TEXT = frozenset({"alter", "drop", "truncate", "flashback"})
"""Commands that could change what is known of tables; others that the parser keeps as text hold no rows by nature."""
_UNREAD = frozenset({"not parsed", "unsupported", "too large"})
_PART = """
## Sample scripts

`fixtures/scripts/` holds scripts of our own, written after the vendors' SQL references so that every form of
statement occurs that these describe. Counted are the statements that can carry data or change what names mean: those
that the classification does not set aside as utilities. One is read when the parser makes a tree of it, or one of our
own rules reads it whole, without a command that is kept as text; a procedure counts once, and is read when all of its
statements are. `python -m benchmarks.samples --unread` prints the others.

"""


class Sample(NamedTuple):
    """One statement of a sample script, and why it is not read; ``problem`` is empty where it is."""

    dialect: str
    place: str
    text: str
    problem: str


def samples() -> Iterator[Sample]:
    """Every statement of the scripts that can carry data."""
    for path in sorted(SCRIPTS.rglob("*.sql")):
        dialect = dialects.get(path.parent.name)
        for piece in split(path.read_text("utf-8"), dialect):
            if classify(piece.text, dialect) not in (StatementClass.UTILITY, StatementClass.EMPTY):
                place = f"{path.relative_to(ROOT).as_posix()}:{piece.line}"
                yield Sample(dialect.name, place, piece.text, problem_of(piece.text, dialect))


def problem_of(text: str, dialect: dialects.Dialect) -> str:
    """Why a statement is not read, or ""."""
    try:
        found = outline(text, dialect)
    except StatementError as error:
        return str(error)
    for statement in found.statements:
        if isinstance(statement, Other):
            if statement.outcome in _UNREAD:
                return statement.reason or statement.outcome
            if statement.kind in _KEPT_AS_TEXT:
                return f"the parser keeps {statement.kind} as text"
    return ""


def counts() -> dict[str, tuple[int, int]]:
    """By dialect, how many statements there are and how many of them are read."""
    found: dict[str, tuple[int, int]] = {}
    for sample in samples():
        there, read = found.get(sample.dialect, (0, 0))
        found[sample.dialect] = (there + 1, read + (not sample.problem))
    return found


def page() -> str:
    """docs/dialects.md: the dialects' values, and what is read of the sample scripts."""
    rows = [
        f"| {name} | {there} | {read} | {100 * read / there:.1f} % |"
        for name, (there, read) in sorted(counts().items())
    ]
    return markdown(_PART + "\n".join(["| dialect | statements | read | share |", "|---|---|---|---|", *rows]) + "\n")


def main(arguments: list[str]) -> int:
    """Write the page, or print what is not read."""
    if "--unread" in arguments:
        for sample in samples():
            if sample.problem:
                print(f"{sample.place}: {sample.problem}\n{sample.text}\n")
    else:
        PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
