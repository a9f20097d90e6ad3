"""One HTML file with everything in it: the graph, its data, the report and the programs that draw them.

It loads nothing. What users wrote (names, titles, SQL) stands in it as JSON in script elements that are never run; the
page's own script puts it into the document as text alone, and the page's policy lets no other script run and no
address be asked.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from extractor.errors import OutputError
from extractor.outputs.graph import Graph
from extractor.outputs.plain import plain
from extractor.state import storable

_WEB = files("extractor.outputs") / "web"
_VENDORED = ("cytoscape.min.js", "cytoscape-dagre.min.js")
_OWN = ("data.js", "elements.js", "ways.js", "drawing.js", "details.js", "lists.js", "report.js", "page.js")
_CHANGES = {"keep": 0, "add": 1, "change": 2, "remove": 3}

MOST_SQL_CHARS = 20_000
"""The text of one statement is cut there in the page."""

MOST_SQL_IN_ALL = 30_000_000
"""With more text than this the page holds that of the first statements; the others say that it was left out."""


def write_html(graph: Graph, path: Path) -> None:
    """Write the page.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(page(graph))
    except OSError as error:
        raise OutputError(f"the page cannot be written to {path}: {error.strerror}") from None


def page(graph: Graph) -> Iterator[bytes]:
    """The page, in pieces."""
    scripts = [_read("vendor", name) for name in _VENDORED]
    scripts.append(b'"use strict";\n' + b"\n".join(_read(name) for name in _OWN))
    head, _, end = _read("page.html").partition(b"<!-- data and scripts -->")
    yield head.replace(b"/* style */", _read("page.css")).replace(b"@policy@", _policy(scripts), 1)
    yield b'<script type="application/json" id="data">' + embedded(content(graph)) + b"</script>\n"
    yield b'<script type="application/json" id="texts">' + embedded(list(_texts(graph))) + b"</script>\n"
    for script in scripts:
        yield b"<script>" + script + b"</script>\n"
    yield end


def embedded(value: Any) -> bytes:
    """JSON that may stand in a script element of HTML: nothing in it could be taken for a tag."""
    text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    return text.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def content(graph: Graph) -> dict[str, Any]:
    """The data of the page: columns of values rather than objects, so that hundreds of thousands of edges stay small.

    ``tables``, ``flows`` and ``edges`` are parallel lists. A column is its position in the table's list, -1 for the
    table itself; ``sort`` points into ``sorts`` (kind, confidence, reason); times are seconds since 1970, or null.
    """
    sorts: dict[tuple[str, float, str], int] = {}
    for e in graph.edges:
        sorts.setdefault((e.kind, e.confidence, e.reason), len(sorts))
    places = [{name: place for place, name in enumerate(columns.values())} for columns in graph.columns]
    for columns in places:
        columns[""] = -1
    return {
        "title": storable(graph.title),
        "made_at": graph.made_at.isoformat(timespec="seconds"),
        "tables": {
            "key": [storable(t.key) for t in graph.tables],
            "source": [storable(t.source) for t in graph.tables],
            "schema": [storable(t.schema) for t in graph.tables],
            "name": [storable(t.name) for t in graph.tables],
            "kind": [t.kind for t in graph.tables],
            "columns": [[storable(c) for c in columns.values()] for columns in graph.columns],
        },
        "flows": {
            "id": [storable(f.id) for f in graph.flows],
            "title": [storable(f.title) for f in graph.flows],
            "source": [storable(f.source_name) for f in graph.flows],
            "first": [_seconds(f.first_seen) for f in graph.flows],
            "last": [_seconds(f.last_seen) for f in graph.flows],
            "change": [_CHANGES[f.change] for f in graph.flows],
            "why": [storable(f.why) for f in graph.flows],
        },
        "sorts": [[kind, sure, storable(why)] for kind, sure, why in sorts],
        "edges": {
            "source": [e.source for e in graph.edges],
            "from": [places[e.source][e.source_column] for e in graph.edges],
            "target": [e.target for e in graph.edges],
            "to": [places[e.target][e.target_column] for e in graph.edges],
            "sort": [sorts[e.kind, e.confidence, e.reason] for e in graph.edges],
            "flow": [e.flow for e in graph.edges],
            "change": [_CHANGES[e.change] for e in graph.edges],
            "times": {
                place: [_seconds(e.first_seen), _seconds(e.last_seen)]
                for place, e in enumerate(graph.edges)
                if e.first_seen or e.last_seen
            },
        },
        "report": plain(graph.report),
    }


def _texts(graph: Graph) -> Iterator[str]:
    room = MOST_SQL_IN_ALL
    for flow in graph.flows:
        text = flow.sql
        if len(text) > MOST_SQL_CHARS:
            text = f"{text[:MOST_SQL_CHARS]}\n-- cut: the page shows the first {MOST_SQL_CHARS:,} characters"
        room -= len(text)
        yield storable(text) if room > 0 else "-- left out: the page would become too large"


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _read(*names: str) -> bytes:
    return _WEB.joinpath(*names).read_bytes()


def _policy(scripts: Iterable[bytes]) -> bytes:
    """Only the page's own scripts run, by their digests; nothing is asked for over any network."""
    digests = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'"
    ).encode()
