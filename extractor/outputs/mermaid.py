"""A flow chart for Mermaid, as wikis and pull requests draw it: tables by schema, and what feeds what.

The syntax is that of https://mermaid.js.org/syntax/flowchart.html: quoted labels, with entity codes (``#35;``) for
the characters that mean something within them.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractor.outputs.graph import Change, Graph, change_of, strongest
from extractor.report import visible

_COLOURS: dict[Change, str] = {"add": "#12733a", "change": "#8a5200", "remove": "#b3261e"}
_SIGNS: dict[Change, str] = {"add": "+", "change": "~", "remove": "-"}
_SPELLED = frozenset('"#;<>&\\`%{}[]()|')


def mermaid(graph: Graph) -> Iterator[str]:
    """The lines of the chart; dashed arrows are indirect, signs and colours say what changes."""
    yield "flowchart LR"
    schemas: dict[str, list[int]] = {}
    for place, table in enumerate(graph.tables):
        schemas.setdefault(".".join(p for p in (table.source, table.schema) if p), []).append(place)
    for number, (schema, places) in enumerate(schemas.items()):
        indent = "  "
        if schema:
            yield f'  subgraph s{number}["{_label(schema)}"]'
            indent = "    "
        for place in places:
            table = graph.tables[place]
            opening, closing = ("[", "]") if table.kind == "table" else ("[/", "/]")
            yield f'{indent}t{place}{opening}"{_label(table.name)}"{closing}'
        if schema:
            yield "  end"
    yield from _arrows(graph)


def _arrows(graph: Graph) -> Iterator[str]:
    coloured: dict[Change, list[int]] = {}
    for number, ((source, target), edges) in enumerate(graph.table_edges().items()):
        arrow = "-->" if strongest(edges).kind == "direct" else "-.->"
        change = change_of(edges)
        sign = f'|"{_SIGNS[change]}"|' if change != "keep" else ""
        yield f"  t{source} {arrow}{sign} t{target}"
        if change != "keep":
            coloured.setdefault(change, []).append(number)
    for change, numbers in coloured.items():
        yield f"  linkStyle {','.join(map(str, numbers))} stroke:{_COLOURS[change]},stroke-width:3px"


def _label(text: str) -> str:
    return "".join(f"#{ord(c)};" if c in _SPELLED else c for c in visible(text))
