"""Text in, outline out: the parser is called here and nowhere else in this package."""

from __future__ import annotations

from typing import Any

from dialects import Dialect, ParseFailure
from dialects.sqlglot_adapter import parse
from extractor.errors import NotParsed, StatementError, TooLarge, Unsupported
from extractor.lineage.commands import read_command
from extractor.lineage.lowering import lower
from extractor.lineage.model import Other, Outline, Statement
from extractor.lineage.repair import repaired
from extractor.lineage.scripting import Inner, unfold
from extractor.models import Outcome
from extractor.statements import nesting

MAX_NESTING = 150
_OUTCOMES = {TooLarge: Outcome.TOO_LARGE, NotParsed: Outcome.NOT_PARSED, Unsupported: Outcome.UNSUPPORTED}


def outline(text: str, dialect: Dialect, *, max_nesting: int = MAX_NESTING) -> Outline:
    """The outline of one statement, or of a routine, block or batch with all that it runs.

    A statement inside of a body that cannot be read costs itself: it is in the outline with its own outcome.

    Raises:
        NotParsed: the dialect's parser refuses the text.
        Unsupported: it is parsed, but no rule covers it.
        TooLarge: brackets nest deeper than ``max_nesting``, or the tree is deeper than can be followed.
    """
    unfolded = unfold(text, dialect)
    if unfolded is None:
        return Outline(_statement(text, dialect, max_nesting))
    found = tuple(s for inner in unfolded.statements for s in _inner(inner, dialect, max_nesting))
    return Outline(found or (Other("routine", Outcome.NO_LINEAGE.value),), unfolded.procedure)


def _inner(inner: Inner, dialect: Dialect, max_nesting: int) -> tuple[Statement, ...]:
    if inner.problem:
        outcome = Outcome.DYNAMIC if "dynamic" in inner.problem else Outcome.UNSUPPORTED
        return (Other("routine", outcome.value, inner.problem),)
    try:
        return _statement(inner.text, dialect, max_nesting, inner.variables, inside=True)
    except StatementError as error:
        outcome = _OUTCOMES.get(type(error), Outcome.UNSUPPORTED)
        return (Other("statement of a routine", outcome.value, str(error)),)


def _statement(
    text: str,
    dialect: Dialect,
    max_nesting: int,
    variables: frozenset[str] = frozenset(),
    *,
    inside: bool = False,
) -> tuple[Statement, ...]:
    found = read_command(text, dialect)
    if found is not None:
        return found
    _check_nesting(text, dialect, max_nesting)
    try:
        trees = _parsed(text, dialect)
        return tuple(s for tree in trees for s in lower(tree, dialect, variables, inside=inside))
    except ParseFailure as failure:
        raise NotParsed(f"{dialect.title}: {failure}") from failure
    except RecursionError as error:
        raise TooLarge("the statement nests deeper than can be followed") from error


def _check_nesting(text: str, dialect: Dialect, limit: int) -> None:
    """Only a text with more brackets than the limit can nest so deep; all others are not looked into."""
    if text.count("(") + text.count("[") + text.count("{") > limit:
        depth = nesting(text, dialect)
        if depth > limit:
            raise TooLarge(f"brackets nest {depth} deep (limit {limit})")


def _parsed(text: str, dialect: Dialect) -> list[Any]:
    """The trees of a text; where the parser fails or gives up, once more after a repair of equal meaning."""
    try:
        trees = parse(text, dialect)
        if not any(tree.__class__.__name__ == "Command" for tree in trees):
            return trees
    except ParseFailure:
        other = repaired(text, dialect)
        if other is None:
            raise
        return parse(other, dialect)
    other = repaired(text, dialect)
    return parse(other, dialect) if other is not None else trees
