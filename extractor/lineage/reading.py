"""Text in, outline out: the parser is called here and nowhere else in this package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import dialects
from dialects import Dialect, ParseFailure
from dialects.client import statement_of_line
from dialects.lexing import closes_brackets
from dialects.sqlglot_adapter import parse
from extractor.errors import NotParsed, StatementError, TooLarge, Unsupported
from extractor.garbage import uncollected
from extractor.lineage.alternatives import with_alternatives
from extractor.lineage.commands import read_command
from extractor.lineage.definitions import plain_definition, read_change
from extractor.lineage.flow_operator import flowing
from extractor.lineage.lowering import Names, lower
from extractor.lineage.model import Other, Outline, Statement
from extractor.lineage.pipes import has_pipes, unpiped
from extractor.lineage.repair import has_open_name, repaired, without_comments
from extractor.lineage.scripting import Inner, unfold
from extractor.lineage.variables import LEFT_OUT, Recall
from extractor.models import Outcome
from extractor.statements import may_nest, nesting

MAX_NESTING = 150
_ENGINES = ("databricks", "postgres", "snowflake", "sqlserver", "mysql", "oracle", "bigquery", "clickhouse", "teradata")
_MISREAD = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\s+TOP\b", re.IGNORECASE)
"""What a parser takes for something else without complaint."""
_OUTCOMES = {TooLarge: Outcome.TOO_LARGE, NotParsed: Outcome.NOT_PARSED, Unsupported: Outcome.UNSUPPORTED}


def outline(text: str, dialect: Dialect, *, max_nesting: int = MAX_NESTING) -> Outline:
    """The outline of one statement, or of a routine, block or batch with all that it runs.

    A statement inside of a body that cannot be read costs itself: it is in the outline with its own outcome.

    Raises:
        NotParsed: the dialect's parser refuses the text.
        Unsupported: it is parsed, but no rule covers it.
        TooLarge: brackets nest deeper than ``max_nesting``, or the tree is deeper than can be followed.
    """
    with uncollected():
        unfolded = unfold(text, dialect)
        if unfolded is None:
            return Outline(_statement(text, dialect, max_nesting))
        recall = Recall(lambda text, names: _statement(text, dialect, max_nesting, names))
        read = ((s, i.way) for i in unfolded.statements for s in _inner(i, dialect, max_nesting, recall))
        found = tuple(with_alternatives(read) if any(i.way for i in unfolded.statements) else (s for s, _ in read))
        if recall.is_cut:
            found = (*found, Other("routine", Outcome.UNSUPPORTED.value, LEFT_OUT))
        return Outline(found or (Other("routine", Outcome.NO_LINEAGE.value),), unfolded.procedure, unfolded.returns)


def _inner(inner: Inner, dialect: Dialect, max_nesting: int, recall: Recall) -> tuple[Statement, ...]:
    if inner.problem:
        outcome = Outcome.DYNAMIC if "dynamic" in inner.problem else Outcome.UNSUPPORTED
        return (Other("routine", outcome.value, inner.problem),)
    try:
        names = recall.names_of(inner)
        tables = dict.fromkeys(("inserted", "deleted"), dialect.parse_name(inner.table)) if inner.table else {}
        return _statement(inner.text, dialect, max_nesting, names._replace(tables=tables))
    except StatementError as error:
        outcome = _OUTCOMES.get(type(error), Outcome.UNSUPPORTED)
        return (Other("statement of a routine", outcome.value, str(error)),)


def _statement(
    text: str,
    dialect: Dialect,
    max_nesting: int,
    names: Names = Names(),  # noqa: B008 - an empty named tuple
) -> tuple[Statement, ...]:
    if dialect.lexical.backslash_commands and text[:1] == "\\":
        text = statement_of_line(text) or text
    parts = flowing(text, dialect)
    if len(parts) > 1:
        return tuple(s for part in parts for s in _statement(part, dialect, max_nesting, names))
    text = parts[0]
    found = read_command(text, dialect)
    if found is not None:
        return found
    if ("${" in text or "{{" in text or "$(" in text) and has_open_name(text, dialect):
        return (Other("statement", Outcome.UNRESOLVED.value, "a name holds a variable that the text does not resolve"),)
    _check_nesting(text, dialect, max_nesting)
    try:
        trees = _parsed(text, dialect)
        changed = read_change(text, dialect) if _kept_as_text(trees) else None
        return changed or tuple(s for tree in trees for s in lower(tree, dialect, names))
    except ParseFailure as failure:
        changed = read_change(text, dialect)
        if changed is not None:
            return changed
        raise NotParsed(f"{dialect.title}: {failure}") from failure
    except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
        raise Unsupported(f"a rule breaks on this statement ({type(error).__name__}: {error})") from error
    except RecursionError as error:
        raise TooLarge("the statement nests deeper than can be followed") from error


def _check_nesting(text: str, dialect: Dialect, limit: int) -> None:
    """Only a text with more brackets than the limit can nest so deep; most others are not looked into."""
    if text.count("(") + text.count("[") + text.count("{") > limit and may_nest(text, dialect, limit):
        depth = nesting(text, dialect)
        if depth > limit:
            raise TooLarge(f"brackets nest {depth} deep (limit {limit})")


def _parsed(text: str, dialect: Dialect) -> list[Any]:
    """The trees of a text.

    Where the parser fails or gives up, once more after a repair of equal meaning; a text of no stated engine is
    then tried with the engines' own parsers.
    """
    failure: ParseFailure | None = None
    trees: list[Any] = []
    for attempt in _attempts(text, dialect):
        try:
            found = parse(*attempt)
        except ParseFailure as error:
            failure = failure or error
            continue
        if not _kept_as_text(found):
            return found
        trees = trees or found
    if trees:
        return trees
    assert failure is not None
    raise failure


def _kept_as_text(trees: list[Any]) -> bool:
    return "Command" in [tree.__class__.__name__ for tree in trees]


def _attempts(text: str, dialect: Dialect) -> Iterator[tuple[str, Dialect]]:
    other = repaired(text, dialect) if dialect.lexical.blocks == "tsql" and _MISREAD.search(text) else None
    if other is not None:
        text = other
    if has_pipes(text, dialect):
        text = unpiped(without_comments(text, dialect), dialect)
    yield text, dialect
    if not closes_brackets(text, dialect.lexical):  # broken off or damaged: no rewrite of equal meaning mends that
        return
    other = repaired(text, dialect)
    if other is not None:
        yield other, dialect
    plain = plain_definition(text, dialect)
    if plain is not None:
        yield plain, dialect
    if not dialect.parser:
        for name in _ENGINES:
            yield other if other is not None else text, dialects.get(name)
