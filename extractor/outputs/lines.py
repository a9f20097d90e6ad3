"""Lines of text in colours: parts of a line, each with its style, and the one way to write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from extractor.report import visible

Style = Literal["", "strong", "soft", "good", "odd", "bad"]
_CODES: dict[Style, str] = {"": "", "strong": "1", "soft": "2", "good": "32", "odd": "33", "bad": "31"}


class Part(NamedTuple):
    """A part of a line with its style."""

    text: str
    style: Style = ""


Line = Sequence[Part]


class Node(NamedTuple):
    """A line of a tree with the lines beneath it."""

    line: Line
    children: tuple[Node, ...] = ()


def tree(roots: Iterable[Node], *, ascii_only: bool = False) -> Iterator[Line]:
    """The lines of a tree, with its branches drawn in characters."""
    for root in roots:
        yield root.line
        yield from _beneath(root.children, "", ascii_only=ascii_only)


def written(line: Line, *, colours: bool) -> str:
    """The line as a terminal takes it: what a log could steer a terminal with is spelled, the colours are ours."""
    return "".join(_coloured(visible(part.text), part.style if colours else "") for part in line)


def _beneath(nodes: Sequence[Node], before: str, *, ascii_only: bool) -> Iterator[Line]:
    branch, last_branch, trunk = ("|- ", "`- ", "|  ") if ascii_only else ("├─ ", "└─ ", "│  ")
    for place, node in enumerate(nodes):
        is_last = place == len(nodes) - 1
        yield (Part(before + (last_branch if is_last else branch), "soft"), *node.line)
        yield from _beneath(node.children, before + ("   " if is_last else trunk), ascii_only=ascii_only)


def _coloured(text: str, style: Style) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style else text
