"""Text in, outline out: the parser is called here and nowhere else in this package."""

from __future__ import annotations

from dialects import Dialect, ParseFailure
from dialects.sqlglot_adapter import parse
from extractor.errors import NotParsed, TooLarge
from extractor.lineage.lowering import lower
from extractor.lineage.model import Outline
from extractor.statements import nesting

MAX_NESTING = 150


def outline(text: str, dialect: Dialect, *, max_nesting: int = MAX_NESTING) -> Outline:
    """The outline of one statement (or of one procedure with its body).

    Raises:
        NotParsed: the dialect's parser refuses the text.
        Unsupported: it is parsed, but no rule covers it.
        TooLarge: brackets nest deeper than ``max_nesting``, or the tree is deeper than can be followed.
    """
    depth = nesting(text, dialect)
    if depth > max_nesting:
        raise TooLarge(f"brackets nest {depth} deep (limit {max_nesting})")
    try:
        trees = parse(text, dialect)
        return Outline(tuple(s for tree in trees for s in lower(tree, dialect)))
    except ParseFailure as failure:
        raise NotParsed(f"{dialect.title}: {failure}") from failure
    except RecursionError as error:
        raise TooLarge("the statement nests deeper than can be followed") from error
