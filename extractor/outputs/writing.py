"""Every way to write a graph, by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TextIO

import orjson

from extractor.outputs.document import document
from extractor.outputs.dot import dot
from extractor.outputs.graph import Graph
from extractor.outputs.html import page
from extractor.outputs.lines import tree, written
from extractor.outputs.mermaid import mermaid
from extractor.outputs.openlineage import events
from extractor.outputs.plain import in_json, plain
from extractor.outputs.text import tree_of_graph


def write(
    graph: Graph,
    name: str,
    to: TextIO,
    *,
    colours: bool = False,
    ascii_only: bool = False,
    namespace: str = "alation-lineage",
    datasets: Mapping[str, str] | None = None,
) -> None:
    """Write a graph as ``text``, ``json``, ``mermaid``, ``dot``, ``openlineage`` or ``html``.

    ``namespace`` and ``datasets`` are those of OpenLineage.
    """
    if name == "text":
        lines: Iterator[str] = (
            written(line, colours=colours) for line in tree(tree_of_graph(graph), ascii_only=ascii_only)
        )
    elif name == "json":
        lines = iter([in_json(document(graph))])
    elif name == "openlineage":
        told = events(graph, namespace=namespace, datasets=datasets)
        lines = (orjson.dumps(plain(event)).decode() for event in told)
    elif name == "html":
        to.writelines(piece.decode() for piece in page(graph))
        return
    else:
        lines = {"mermaid": mermaid, "dot": dot}[name](graph)
    to.writelines(f"{line}\n" for line in lines)
