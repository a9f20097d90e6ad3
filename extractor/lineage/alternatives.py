"""Tables that a body makes in one branch or in another: what is read behind them may come from either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extractor.lineage.model import Define, Drop, Name, Statement, Write
from extractor.lineage.scripting import Way, excludes

_MAKING = frozenset({"create", "view", "clone", "like"})


def with_alternatives(found: Iterable[tuple[Statement, Way]]) -> Iterator[Statement]:
    """The statements of a body; one that makes a table which another branch makes too is ``beside`` that.

    A branch does not drop what only another branch has made.
    """
    made: dict[tuple[str, ...], list[Way]] = {}
    for statement, way in found:
        name = _made(statement)
        if name is not None:
            earlier = made.setdefault(_key(name), [])
            is_beside = any(excludes(way, other) for other in earlier)
            earlier.append(way)
            yield _beside(statement) if is_beside else statement
        elif isinstance(statement, Drop) and way:
            names = tuple(n for n in statement.names if not _elsewhere(made.get(_key(n), []), way))
            yield statement._replace(names=names)
        else:
            yield statement


def _beside(statement: Statement) -> Statement:
    if isinstance(statement, Define):
        return statement._replace(keep_existing=True)
    return statement._replace(beside=True) if isinstance(statement, Write) else statement


def _made(statement: Statement) -> Name | None:
    if isinstance(statement, Write) and statement.mode in _MAKING and statement.target_kind == "table":
        return statement.target
    return statement.name if isinstance(statement, Define) else None


def _elsewhere(ways: list[Way], way: Way) -> bool:
    return bool(ways) and all(excludes(way, other) for other in ways)


def _key(name: Name) -> tuple[str, ...]:
    return tuple(part.lower() for part, _ in name)
