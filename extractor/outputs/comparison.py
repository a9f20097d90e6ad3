"""Differences for people and machines: lines for a terminal, Markdown for a pull request, plain values."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from extractor.outputs.differences import Difference, Severity
from extractor.outputs.lines import Line, Part, Style
from extractor.report import visible

_NAMED = 4
_MEANT = frozenset("|\\`*_[]~@#")
_MOST_ROWS = 200
_STYLES: dict[Severity, Style] = {
    Severity.BREAKING: "bad",
    Severity.REMOVED: "odd",
    Severity.CHANGED: "odd",
    Severity.MINOR: "soft",
    Severity.ADDED: "good",
}
_HEADINGS = {
    Severity.BREAKING: "Breaking: gone, but what it feeds is still there",
    Severity.REMOVED: "Removed",
    Severity.CHANGED: "Changed: comes from something else",
    Severity.MINOR: "Minor: only filters, joins or grouping",
    Severity.ADDED: "Added",
}


def _sides(one: Difference) -> tuple[tuple[str, tuple[str, ...], Style], ...]:
    return ("+ from", one.came, "good"), ("- from", one.went, "bad"), ("  feeds", one.feeds, "")


def summary(found: Sequence[Difference]) -> str:
    """One sentence with the counts."""
    if not found:
        return "no difference"
    counts = Counter(d.severity for d in found)
    words = ", ".join(f"{counts[s]} {s.value}" for s in Severity if counts[s])
    return f"{len(found)} difference{'s' if len(found) > 1 else ''}: {words}"


def lines_of(found: Sequence[Difference]) -> Iterator[Line]:
    """A line for each difference, and what came, went and is fed beneath it."""
    for one in found:
        yield Part(f"{one.severity.value:<9}", _STYLES[one.severity]), Part(f"{one.name} ", "strong"), Part(one.words)
        for sign, names, style in _sides(one):
            if names:
                yield (Part(f"            {sign} {_listed(names, str)}", style),)
    yield (Part(summary(found), "strong"),)


def markdown(found: Sequence[Difference], title: str) -> Iterator[str]:
    """A comment for a pull request: one table for each severity, folded where it is long and harmless."""
    yield f"### Lineage: {summary(found)}"
    yield ""
    yield f"{_escaped(title)}"
    for severity in Severity:
        some = [d for d in found if d.severity is severity]
        if not some:
            continue
        folded = severity in {Severity.MINOR, Severity.ADDED} and len(some) > 5
        yield ""
        if folded:
            yield f"<details><summary>{_HEADINGS[severity]} ({len(some)})</summary>"
        else:
            yield f"#### {_HEADINGS[severity]} ({len(some)})"
        yield ""
        yield "| what | why | now also from | no longer from | feeds |"
        yield "|---|---|---|---|---|"
        for one in some[:_MOST_ROWS]:
            cells = (_code(one.name), one.words, *(_listed(n, _code) for n in (one.came, one.went, one.feeds)))
            yield f"| {' | '.join(cells)} |"
        if len(some) > _MOST_ROWS:
            yield ""
            yield f"and {len(some) - _MOST_ROWS} more"
        if folded:
            yield ""
            yield "</details>"


def values(found: Sequence[Difference]) -> dict[str, Any]:
    """The differences for machines, with the counts."""
    counts = Counter(d.severity.value for d in found)
    return {
        "counts": {s.value: counts[s.value] for s in Severity},
        "differences": [{**one._asdict(), "severity": one.severity.value, "name": one.name} for one in found],
    }


def _listed(names: Sequence[str], write: Any) -> str:
    shown = ", ".join(write(name) for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _code(text: str) -> str:
    return f"<code>{_escaped(text)}</code>"


def _escaped(text: str) -> str:
    """Text that neither Markdown nor HTML takes for more than text, and that ends no cell of a table."""
    plain = html.escape(visible(text), quote=False)
    return "".join(f"&#{ord(c)};" if c in _MEANT else c for c in plain)
