"""The dialect of what lies on the desk, where nobody said it: from the log's format, or from the text itself."""

from __future__ import annotations

from typing import NamedTuple

import dialects
from dialects.clues import weigh
from extractor.models import Outcome

_FALLBACKS = ("generic", "postgres", "mysql", "sqlserver", "oracle", "snowflake", "bigquery", "spark")
_ENGINES = {"percona": "mysql", "proxysql": "mysql", "azure": "azuresql"}
_LIKELY = 3
_SAMPLE = 60_000
_NOT_READ = frozenset({Outcome.NOT_PARSED, Outcome.UNSUPPORTED})


class Guess(NamedTuple):
    """A dialect and the reason for it."""

    name: str
    reason: str


def guess_by_format(format_name: str) -> Guess | None:
    """The engine whose log format this is, None where a format belongs to no engine."""
    engine = format_name.partition("-")[0]
    try:
        found = dialects.get(_ENGINES.get(engine, engine))
    except dialects.UnknownDialect:
        return None
    return None if found.name == "generic" else Guess(found.name, f"the format is {format_name}")


def guess_by_text(text: str) -> Guess:
    """The engine for which most speaks, among those whose grammar reads most of the text."""
    likely = [Guess(score.name, f"it has {', '.join(score.words[:2])}") for score in weigh(text)[:_LIKELY]]
    plain = [Guess(name, "nothing in it belongs to one engine alone") for name in _FALLBACKS]
    refused: dict[str, int] = {}
    for guess in (*likely, *plain):
        if guess.name not in refused:
            refused[guess.name] = _refused(text[:_SAMPLE], guess.name)
        if not refused[guess.name]:
            return guess
    return min((*likely, *plain), key=lambda g: refused[g.name])


def _refused(text: str, name: str) -> int:
    from extractor.api import extract_lineage  # the parser is loaded when it is needed

    return sum(s.outcome in _NOT_READ for s in extract_lineage(text, dialect=name).statements)
