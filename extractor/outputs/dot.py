"""A graph for Graphviz: tables in clusters of their schemas, and what feeds what.

The language is that of https://graphviz.org/doc/info/lang.html; in a quoted string only the quote and the backslash
need an escape.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractor.outputs.graph import Change, Edge, Graph, change_of, strongest
from extractor.report import visible

_CHANGES: dict[Change, tuple[str, str]] = {
    "add": ("+", "#12733a"),
    "change": ("~", "#8a5200"),
    "remove": ("-", "#b3261e"),
}


def dot(graph: Graph) -> Iterator[str]:
    """The lines of the graph; dashed arrows are indirect, signs and colours say what changes."""
    yield f"digraph {_quoted(graph.title)} {{"
    yield "  rankdir=LR;"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"];'
    schemas: dict[str, list[int]] = {}
    for place, table in enumerate(graph.tables):
        schemas.setdefault(".".join(p for p in (table.source, table.schema) if p), []).append(place)
    for number, (schema, places) in enumerate(schemas.items()):
        if schema:
            yield f"  subgraph cluster_{number} {{"
            yield f"    label={_quoted(schema)};"
        for place in places:
            table = graph.tables[place]
            shape = "" if table.kind == "table" else ", shape=note"
            yield f"    t{place} [label={_quoted(table.name)}{shape}];"
        if schema:
            yield "  }"
    for (source, target), edges in graph.table_edges().items():
        yield f"  t{source} -> t{target} [{', '.join(_look(edges))}];"
    yield "}"


def _look(edges: list[Edge]) -> Iterator[str]:
    best = strongest(edges)
    yield f"tooltip={_quoted(f'{best.kind}, {best.confidence:.2f} {best.reason}'.rstrip())}"
    if best.kind == "indirect":
        yield "style=dashed"
    change = change_of(edges)
    if change != "keep":
        sign, colour = _CHANGES[change]
        yield f'label="{sign}", color="{colour}", penwidth=2'


def _quoted(text: str) -> str:
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
